# make serve   the API with its own PostgreSQL, on http://127.0.0.1:8000
# make test    everything CI runs
# make bench   what it costs, in ratios (docs/performance.md)
# make audit   what is known against the pinned libraries; asks PyPI, so it needs the internet and is no gate
PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
UV_VERSION = 0.13.8
AUDIT_VERSION = 2.10.1

BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: serve test bench audit lint types contracts lock

serve: $(VENV)/.stamp
	@exec $(BIN)/todo serve

test: lint types contracts
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal --cov=todo_core --cov-fail-under=100

bench: $(VENV)/.stamp
	$(BIN)/python -m bench

audit:
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip --disable-pip-version-check --quiet install pip-audit==$(AUDIT_VERSION)
	$(VENV)-audit/bin/pip-audit --require-hashes --disable-pip --requirement requirements.lock

lint: $(VENV)/.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.stamp
	$(BIN)/mypy

contracts: $(VENV)/.stamp
	$(BIN)/lint-imports --no-cache

$(VENV)/.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --only-binary :all: -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Keeps every pin that still fits; remove a line from requirements.lock to have that one renewed.
lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip --disable-pip-version-check --quiet install uv==$(UV_VERSION)
	UV_SYSTEM_CERTS=1 $(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command 'make lock' \
		--all-extras --group dev --output-file requirements.lock pyproject.toml
