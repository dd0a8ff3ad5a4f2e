# make serve   the API with its own PostgreSQL, on http://127.0.0.1:8000
# make opentelemetry   install what traces need, too (docs/deployment.md)
# make test    everything CI runs
# make bench   what it costs, in ratios (docs/performance.md)
# make bench-compare REV=…   this tree beside another version
# make bench-growth          how cost grows with data, connections, workers and time; takes long
# make bench-docs            write what both have measured into docs/performance.md
# make drill   faults under load, and a count of what was lost (docs/drills.md)
# make audit   what is known against the pinned libraries; asks PyPI, so it needs the internet and is no gate
PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
ROUNDS ?= 20
UV_VERSION = 0.13.8
AUDIT_VERSION = 2.10.1

BIN = $(VENV)/bin

.PHONY: serve test test-postgres-versions bench bench-compare bench-docs bench-growth drill audit lint types contracts lock server opentelemetry development

serve: server
	@exec $(BIN)/todo serve

test: lint types contracts
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal --cov=todo_core --cov-fail-under=100

# Needs npm, for the versions that the machine does not have.
test-postgres-versions: development
	npm ci --prefix tests/postgres_versions --silent --no-audit --no-fund
	$(BIN)/python -m tests.postgres_versions

bench: development
	$(BIN)/python -m bench

bench-docs: development
	$(BIN)/python -m bench.document

bench-growth: development
	$(BIN)/python -m bench.growth

bench-compare: development
	@test -n "$(REV)" || { echo 'say which version to compare with: make bench-compare REV=main' >&2; exit 2; }
	$(BIN)/python -m bench.compare '$(REV)'

drill: development
	$(BIN)/python -m tests.drills --rounds=$(ROUNDS)

audit:
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip --disable-pip-version-check --quiet install pip-audit==$(AUDIT_VERSION)
	$(VENV)-audit/bin/pip-audit --require-hashes --disable-pip --requirement requirements/development.lock

lint: development
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: development
	$(BIN)/mypy

contracts: development
	$(BIN)/lint-imports --no-cache

# What is installed, from which lock; the rest is in requirements/install.py.
server opentelemetry development:
	@command -v $(PYTHON) >/dev/null || { echo '$(PYTHON) not found: install Python 3.11 or newer, or name one with PYTHON=' >&2; exit 1; }
	@$(PYTHON) requirements/install.py $(VENV) $@

# Keeps every pin that still fits; remove a line from requirements/development.lock to have that one renewed.
# The pins of the other two are those of development.
PIN = $(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --custom-compile-command 'make lock'
COMPILE = $(PIN) --group server --group build
lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip --disable-pip-version-check --quiet install uv==$(UV_VERSION)
	UV_SYSTEM_CERTS=1 $(COMPILE) --group opentelemetry --group test --group lint --output-file requirements/development.lock src/pyproject.toml
	UV_SYSTEM_CERTS=1 $(COMPILE) --constraint requirements/development.lock --output-file requirements/server.lock src/pyproject.toml
	UV_SYSTEM_CERTS=1 $(COMPILE) --group opentelemetry --constraint requirements/development.lock --output-file requirements/opentelemetry.lock src/pyproject.toml
	for peer in advanced_alchemy fastapi; do \
		UV_SYSTEM_CERTS=1 $(PIN) --output-file bench/peers/$$peer/requirements.lock bench/peers/$$peer/requirements.in || exit; done
	if command -v npm >/dev/null; then cd bench/peers/fastify && npm install --package-lock-only --ignore-scripts --no-audit --no-fund; fi
