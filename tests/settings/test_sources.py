"""Where values come from, which of them counts, and that none is overlooked."""

import os
from ipaddress import ip_network
from pathlib import Path

import pytest

from entrypoints.http.ports import RateLimitPolicy
from entrypoints.settings import Environment, Secret, load_settings
from tests.settings.loading import KEY, PRODUCTION, Load, problems

FILES = (".env", "settings.toml", ".secrets.toml")
BYTE_ORDER_MARK = "\ufeff"


def test_order_of_sources(load: Load, tmp_path: Path) -> None:
    """The environment comes before `.env`, that before `.secrets.toml`, and that before `settings.toml`."""
    (tmp_path / "settings.toml").write_text('port = 1\nworkers = 1\npool_max = 1\nhost = "::1"\n')
    (tmp_path / ".secrets.toml").write_text("port = 2\nworkers = 2\npool_max = 2\n")
    (tmp_path / ".env").write_text("export TODO_PORT=3\nTODO_WORKERS='3'  # two each\nUNRELATED=1\n")

    settings = load(TODO_PORT="4")

    server = settings.server
    assert (server.port, server.workers, settings.database.pool_max, server.host) == (4, 3, 2, "::1")


def test_sections(load: Load, tmp_path: Path) -> None:
    """The section of the environment comes before `[default]`; what stands above all sections belongs to that."""
    (tmp_path / "settings.toml").write_text(
        'port = 1\n[default]\nworkers = 1\nhost = "::1"\n[development]\nworkers = 2\n[production]\nworkers = 3\n'
    )
    (tmp_path / ".secrets.toml").write_text("[production]\nport = 2\n")

    development, production = load().server, load(PRODUCTION).server

    assert (development.port, development.workers, development.host) == (1, 2, "::1")
    assert (production.port, production.workers, production.host) == (2, 3, "::1")


@pytest.mark.parametrize("environment", ["production", "PRODUCTION"])
@pytest.mark.parametrize(
    ("file", "line"), [(".env", "TODO_ENVIRONMENT={}"), ("settings.toml", "environment = '{}'"), ("", "")]
)
def test_choice_of_the_environment(load: Load, tmp_path: Path, file: str, line: str, environment: str) -> None:
    """Any source chooses the environment whose sections count, in any case."""
    (tmp_path / ".secrets.toml").write_text("[production]\nworkers = 2\n[development]\nworkers = 3\n")
    if file:
        (tmp_path / file).write_text(line.format(environment))
    chosen = {} if file else {"TODO_ENVIRONMENT": environment}

    settings = load({**PRODUCTION, "TODO_ENVIRONMENT": "", **chosen})

    assert (settings.environment, settings.server.workers) == (Environment.PRODUCTION, 2)


def test_wrong_environment(load: Load, tmp_path: Path) -> None:
    """An environment that does not exist is an error, even where a source with less weight has a right one."""
    (tmp_path / "settings.toml").write_text("environment = 'production'\n")
    (tmp_path / ".env").write_text("TODO_ENVIRONMENT=prod\n")

    assert problems(load) == (".env:1: TODO_ENVIRONMENT: must be development or production, not 'prod'",)


def test_environment_in_a_section_of_one(load: Load, tmp_path: Path) -> None:
    """What chooses the section cannot stand in one of the chosen."""
    (tmp_path / "settings.toml").write_text("[production]\n\nenvironment = 'production'\n")

    assert problems(load) == ("settings.toml:3: environment: decides which section counts: it must stand in [default]",)


def test_process_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without arguments the process's environment and the current directory count."""
    for name in [name for name in os.environ if name.startswith("TODO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TODO_PORT", "9000")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("TODO_WORKERS=2\n")
    before = dict(os.environ)

    server = load_settings().server

    assert (server.port, server.workers) == (9000, 2)
    assert before == dict(os.environ)


def test_database_url_names(load: Load, tmp_path: Path) -> None:
    """TODO_DATABASE_URL wins over DATABASE_URL, which platforms set; the direct URL is the same unless set."""
    shared = "postgresql://shared/db?sslmode=require&channel_binding=require"
    own = "postgres://own/db"

    assert load(DATABASE_URL=shared).database.url == Secret(shared)
    assert load(DATABASE_URL=shared).database.direct_url == Secret(shared)
    assert load(DATABASE_URL=shared, TODO_DATABASE_URL=own).database.url == Secret(own)
    assert load(DATABASE_URL=shared, TODO_DATABASE_URL="embedded").database.url is None
    (tmp_path / ".env").write_text(f"TODO_DATABASE_URL={own}\nDATABASE_URL=postgresql://other/db\n")
    assert load(DATABASE_URL=shared).database.url == Secret(own)


def test_empty_is_unset(load: Load, tmp_path: Path) -> None:
    """An empty or blank value is the same as none, in every source: the next one counts, or the default."""
    (tmp_path / "settings.toml").write_text('port = 9000\nhost = ""\n')
    (tmp_path / ".secrets.toml").write_text('port = " "\n[development]\nport = ""\n')
    (tmp_path / ".env").write_text("TODO_PORT=\nTODO_WORKERS=2\n")

    settings = load(TODO_PORT="", TODO_WORKERS="", TODO_DATA_DIR="", TODO_DATABASE_URL="  ")

    assert (settings.server.port, settings.server.workers, settings.server.host) == (9000, 2, "127.0.0.1")
    assert settings.data_directory == load().data_directory
    assert settings.database.url is None


def test_empty_is_unset_for_what_goes_together(load: Load, tmp_path: Path) -> None:
    """An empty value of `settings.toml` is none too where settings are checked together."""
    (tmp_path / "settings.toml").write_text('better_auth_url = ""\ndatabase_direct_url = ""\n')

    assert load() == load_settings({}, tmp_path / "elsewhere")


@pytest.mark.parametrize("name", ["SECRET_KEYS", "CORS_ORIGINS", "TRUSTED_PROXIES", "ALLOWED_HOSTS"])
def test_list_of_nothing(load: Load, tmp_path: Path, name: str) -> None:
    """A list of nothing but commas is refused, in every source: it is neither a value nor surely none."""
    rule = "must have something between its commas; an empty value is none"
    others = {other: value for other, value in PRODUCTION.items() if other != f"TODO_{name}"}

    assert problems(load, PRODUCTION, **{f"TODO_{name}": " , "}) == (f"TODO_{name}: {rule}",)
    (tmp_path / "settings.toml").write_text(f'{name} = ["", ""]')
    assert problems(load, others) == (f"settings.toml:1: {name}: {rule}",)
    (tmp_path / ".env").write_text(f"TODO_{name}=,")
    assert problems(load, others) == (f".env:1: TODO_{name}: {rule}",)


@pytest.mark.parametrize("value", ["@format {env[HOME]}", "@read_file /etc/hostname", "@get host", "@del", "@int 1"])
@pytest.mark.parametrize("source", ["environment", *FILES])
def test_no_instructions(load: Load, tmp_path: Path, source: str, value: str) -> None:
    """A value that begins with @ is that text, in every source: it reads no file and no other variable."""
    if source != "environment":
        name = "TODO_DATA_DIR" if source == ".env" else "data_dir"
        (tmp_path / source).write_text(f'{name} = "{value}"\n')
    variables = {"TODO_DATA_DIR": value} if source == "environment" else {}

    assert load(variables).data_directory == tmp_path / value


def test_secrets_are_taken_literally(load: Load, tmp_path: Path) -> None:
    """Nothing is guessed or filled in: digits stay text, quotes and ${…} stay what they are."""
    digits = "0123456789" * 5
    (tmp_path / ".env").write_text("TODO_DATABASE_URL='postgresql://${HOME}/is not filled in'\n")

    settings = load(TODO_SECRET_KEYS=f'"{digits}"')

    assert settings.keys.secrets == (Secret(f'"{digits}"'),)
    assert settings.database.url == Secret("postgresql://${HOME}/is not filled in")


def test_toml_types(load: Load, tmp_path: Path) -> None:
    """A TOML file may use TOML's own types, and names in any case; a word of the library in a list is a text."""
    (tmp_path / "settings.toml").write_text("allowed_hosts = ['first']\n")
    (tmp_path / ".secrets.toml").write_text(
        'prepare_statements = false\nTRUSTED_PROXIES = ["10.0.0.1",\n "::1"]\nlimit_api = "1/1"\n'
        'allowed_hosts = ["dynaconf_merge"]\n'
    )

    settings = load()

    assert settings.database.prepare_statements is False
    assert settings.network.trusted_proxies == (ip_network("10.0.0.1"), ip_network("::1"))
    assert settings.limits.api == RateLimitPolicy("api", 1, 1)
    assert settings.network.allowed_hosts == ("dynaconf_merge",)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [BYTE_ORDER_MARK, ""])
def test_what_editors_add(load: Load, tmp_path: Path, mark: str, end: str) -> None:
    """A byte order mark and lines that end in CR LF change nothing, in every file."""
    for file, name, value in (
        (".env", "TODO_PORT", 1),
        ("settings.toml", "pool_max", 2),
        (".secrets.toml", "workers", 3),
    ):
        (tmp_path / file).write_text(f"{mark}{name}={value}\n# the end\n", newline=end)

    settings = load()

    assert (settings.server.port, settings.database.pool_max, settings.server.workers) == (1, 2, 3)


def test_mark_before_a_value(load: Load, tmp_path: Path) -> None:
    """A byte order mark before a value, as `$(cat file)` brings it from a file that has one, is no part of it."""
    marked = f"{BYTE_ORDER_MARK}{KEY}"
    (tmp_path / "settings.toml").write_text(f'metrics_token = "{marked}"\n')
    (tmp_path / ".env").write_text(f"TODO_SECRET_KEYS='{marked}'\nTODO_WORKERS={BYTE_ORDER_MARK}\n")

    settings = load(TODO_HOST=f"{BYTE_ORDER_MARK}::1", TODO_PORT=BYTE_ORDER_MARK)

    assert (settings.keys.secrets, settings.metrics_token) == ((Secret(KEY),), Secret(KEY))
    assert (settings.server.host, settings.server.port, settings.server.workers) == ("::1", 8000, 1)


@pytest.mark.parametrize("file", FILES)
def test_unreadable_files(load: Load, tmp_path: Path, file: str) -> None:
    """A file that is there but cannot be read as text is an error, not silence."""
    path = tmp_path / file

    path.write_bytes(b"# fine\n# \xff\n")
    assert problems(load) == (f"{file}:2: not UTF-8 text",)
    path.write_text("TODO_PORT=1\n", encoding="utf-16-le")
    assert problems(load) == (f"{file}: holds NUL: save it as UTF-8 text",)
    path.write_text("TODO_PORT=1\n", encoding="utf-16")
    assert problems(load) == (f"{file}:1: not UTF-8 text",)
    path.unlink()
    path.mkdir()
    assert problems(load) == (f"{file}: cannot be read: Is a directory",)
    path.rmdir()
    path.symlink_to("nowhere")
    assert problems(load) == (f"{file}: cannot be read: No such file or directory",)


def test_nul(load: Load, tmp_path: Path) -> None:
    """A character that would end the text for libpq is refused, as what stands behind it would count for nothing."""
    (tmp_path / "settings.toml").write_text('database_url = "postgresql://db/todo\\u0000?sslmode=verify-full"\n')

    assert problems(load) == ("settings.toml:1: database_url: must be UTF-8 text, without NUL",)


def test_unknown_variables(load: Load) -> None:
    """A variable that begins with our prefix in some form, has a value, and is no setting is an error."""
    unknown = {"TODO_PROT": "1", "TODO_AUTO_CAST_FOR_DYNACONF": "true", "todo_port": "1", "TODO-PORT": "1"}

    assert problems(load, {**unknown, "todo_host": " ", "database_url": "x", "PORT": "x", "TOOD_PORT": "x"}) == (
        "TODO-PORT: there is no such setting; did you mean TODO_PORT?",
        "TODO_AUTO_CAST_FOR_DYNACONF: there is no such setting",
        "TODO_PROT: there is no such setting; did you mean TODO_PORT?",
        "database_url: there is no such setting; did you mean TODO_DATABASE_URL?",
        "todo_port: there is no such setting; did you mean TODO_PORT?",
    )


def test_kubernetes_service_links(load: Load) -> None:
    """What Kubernetes says of services named todo or todo-… is no setting."""
    settings = load(
        TODO_SERVICE_HOST="10.0.0.1",
        TODO_SERVICE_PORT="80",
        TODO_SERVICE_PORT_HTTP="80",
        TODO_PORT="tcp://10.0.0.1:80",
        TODO_PORT_80_TCP="tcp://10.0.0.1:80",
        TODO_PORT_80_TCP_PROTO="tcp",
        TODO_PORT_80_TCP_PORT="80",
        TODO_PORT_80_TCP_ADDR="10.0.0.1",
        TODO_CORE_SERVICE_HOST="10.0.0.2",
        TODO_CORE_PORT="udp://10.0.0.2:53",
        TODO_CORE_PORT_53_UDP="udp://10.0.0.2:53",
    )

    assert settings.server.port == 8000


def test_secrets_file(load: Load, tmp_path: Path) -> None:
    """Keys may stand in `.secrets.toml`; what is wrong with one is said without showing it."""
    (tmp_path / ".secrets.toml").write_text(f"secret_keys = ['{KEY}']\n\nmetrics_token = 'hunter2'\n")

    assert problems(load) == (".secrets.toml:3: metrics_token: must be at least 16 characters long",)
