"""Settings: where values come from, what they must be, and how wrong ones are reported."""

import os
import pickle
from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.http.hosts import host_fault
from entrypoints.settings import (
    ConfigurationError,
    Environment,
    LogFormat,
    RateLimit,
    Registration,
    Secret,
    Settings,
    load_settings,
    rules,
)

KEY = "a1b2c3d4e5f6" * 4
PRODUCTION = {
    "TODO_ENVIRONMENT": "production",
    "TODO_DATABASE_URL": "postgresql://todo@db/todo",
    "TODO_PUBLIC_URL": "https://todo.example.com",
    "TODO_SECRET_KEYS": KEY,
    "TODO_SIGNING_KEYS": "keys.json",
}

Load = Callable[..., Settings]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return a function that loads settings from an empty directory and the given variables."""

    def load_from(environ: Mapping[str, str] | None = None, **variables: str) -> Settings:
        return load_settings({**(environ or {}), **variables}, tmp_path)

    return load_from


def problems(load: Load, environ: Mapping[str, str] | None = None, **variables: str) -> tuple[str, ...]:
    """Return what is reported for these variables."""
    with pytest.raises(ConfigurationError) as caught:
        load(environ, **variables)
    return caught.value.problems


def test_defaults(load: Load) -> None:
    """With nothing set, everything has the documented default."""
    settings = load()

    assert settings.environment is Environment.DEVELOPMENT
    assert (settings.server.host, settings.server.port, settings.server.workers) == ("127.0.0.1", 8000, 1)
    assert settings.server.public_url == "http://127.0.0.1:8000"
    assert settings.database.url is None
    assert settings.sessions.access == timedelta(minutes=10)
    assert settings.sessions.idle == timedelta(days=7)
    assert settings.sessions.lifetime == timedelta(days=30)
    assert settings.sessions.grace == timedelta(seconds=10)
    assert settings.passwords.policy.at_least == 12
    assert settings.limits.login == RateLimit(10, 300)
    assert settings.limits.register == RateLimit(20, 3600)
    assert settings.limits.refresh == RateLimit(60, 60)
    assert settings.limits.password == RateLimit(5, 300)
    assert settings.limits.api == RateLimit(600, 60)
    assert settings.network.cors_origins == ()
    assert (settings.logs.level, settings.logs.format) == ("info", None)
    assert settings.registration is Registration.OPEN
    assert (settings.max_tasks, settings.audit) == (100_000, timedelta(days=180))


def test_types(load: Load) -> None:
    """Values arrive as what they mean, not as text."""
    settings = load(
        TODO_TRUSTED_PROXIES="10.0.0.0/8, ::1",
        TODO_CORS_ORIGINS="https://App.example.com,http://localhost:3000",
        TODO_LIMIT_LOGIN="3/60",
        TODO_SECRET_KEYS=f"{KEY},{KEY[::-1]}",
        TODO_PREPARE_STATEMENTS="False",
        TODO_LOG_FORMAT="JSON",
    )

    assert settings.network.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert settings.network.cors_origins == ("https://app.example.com", "http://localhost:3000")
    assert settings.limits.login == RateLimit(3, 60)
    assert settings.keys.secrets == (Secret(KEY), Secret(KEY[::-1]))
    assert settings.database.prepare_statements is False
    assert settings.logs.format is LogFormat.JSON


def test_order_of_sources(load: Load, tmp_path: Path) -> None:
    """The environment comes before `.env`, and that before `settings.toml`."""
    (tmp_path / "settings.toml").write_text('port = 1\nworkers = 2\nhost = "::1"\n')
    (tmp_path / ".env").write_text("export TODO_PORT=3\nTODO_WORKERS='4'  # two each\nUNRELATED=1\n")

    server = load(TODO_PORT="5").server

    assert (server.port, server.workers, server.host, server.public_url) == (5, 4, "::1", "http://[::1]:5")


def test_toml_values(load: Load, tmp_path: Path) -> None:
    """`settings.toml` may use TOML's own types, and names in any case."""
    (tmp_path / "settings.toml").write_text(
        'prepare_statements = false\nTRUSTED_PROXIES = ["10.0.0.1", "::1"]\nlimit_api = "1/1"\n'
    )

    settings = load()

    assert settings.database.prepare_statements is False
    assert settings.network.trusted_proxies == (ip_network("10.0.0.1"), ip_network("::1"))
    assert settings.limits.api == RateLimit(1, 1)


def test_process_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without arguments the process's environment and the current directory count."""
    for name in [name for name in os.environ if name.startswith("TODO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TODO_PORT", "9000")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("TODO_WORKERS=2\n")

    server = load_settings().server

    assert (server.port, server.workers) == (9000, 2)


def test_database_url_names(load: Load) -> None:
    """TODO_DATABASE_URL wins over DATABASE_URL, which platforms set; the direct URL is the same unless set."""
    shared = "postgresql://shared/db?sslmode=require&channel_binding=require"
    own = "postgres://own/db"

    assert load(DATABASE_URL=shared).database.url == Secret(shared)
    assert load(DATABASE_URL=shared).database.direct_url == Secret(shared)
    assert load(DATABASE_URL=shared, TODO_DATABASE_URL=own).database.url == Secret(own)
    assert load(DATABASE_URL=shared, TODO_DATABASE_URL="embedded").database.url is None


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://App.example.com:443", "https://app.example.com"),
        ("HTTP://app.example.com:080", "http://app.example.com"),
        ("https://app.example.com:", "https://app.example.com"),
        ("https://app.example.com:80", "https://app.example.com:80"),
        ("http://[0:0::1]:3000", "http://[::1]:3000"),
    ],
)
def test_origins(load: Load, written: str, sent: str) -> None:
    """An origin is compared as browsers send it: lower case, no port of the scheme's own, a short address."""
    assert load(TODO_CORS_ORIGINS=written).network.cors_origins == (sent,)


@given(host=st.text(alphabet="aZ0.-_~:[]!*@/ü", min_size=1, max_size=8))
def test_allowed_hosts_are_those_that_requests_can_name(host: str) -> None:
    """A host that may be listed is one that the API can find in a `Host` header, and every one that it finds may be."""
    try:
        listed = rules.allowed_host(host)
    except ValueError:
        listed = None

    found = host_fault(host, "1.1", (host.lower(),))
    assert (listed is None) == (found is not None)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:hun%40ter2%2F@db:5432,other:5433/todo?application_name=a@b",
        "postgresql://ann@/todo?host=/run/postgresql",
        "postgresql:///todo?user=ann@example.org",
    ],
)
def test_database_urls_with_an_at(load: Load, url: str) -> None:
    """An @ may stand before the host, and in a parameter."""
    assert load(TODO_DATABASE_URL=url).database.url == Secret(url)


def test_paths(load: Load, tmp_path: Path) -> None:
    """A relative path begins at the directory of the settings, and `~` is the home directory."""
    settings = load(TODO_DATA_DIR="data", TODO_PG_BINDIR="~/bin")

    assert settings.data_directory == tmp_path / "data"
    assert settings.database.programs == Path.home() / "bin"


def test_data_directory_that_is_a_file(load: Load, tmp_path: Path) -> None:
    """It is said before anything starts; one that is not there yet will be made."""
    (tmp_path / "file").write_text("")

    assert problems(load, TODO_DATA_DIR="file") == (
        f"TODO_DATA_DIR: must be a directory: {tmp_path / 'file'} is a file",
    )
    assert load(TODO_DATA_DIR=str(tmp_path)).data_directory == tmp_path
    assert load(TODO_DATA_DIR="d" * 300).data_directory == tmp_path / ("d" * 300)


def test_empty_is_unset(load: Load, tmp_path: Path) -> None:
    """An empty or blank value is the same as none, in every source: the next one counts, or the default."""
    (tmp_path / "settings.toml").write_text('port = 9000\nhost = ""\n')
    (tmp_path / ".env").write_text("TODO_PORT=\nTODO_WORKERS=2\n")

    settings = load(TODO_PORT="", TODO_WORKERS="", TODO_DATA_DIR="", TODO_DATABASE_URL="  ")

    assert (settings.server.port, settings.server.workers, settings.server.host) == (9000, 2, "127.0.0.1")
    assert settings.data_directory == load().data_directory
    assert settings.database.url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TODO_HOST", "@format {env[HOME]}"),
        ("TODO_DATA_DIR", "@read_file /etc/hostname"),
        ("TODO_DATA_DIR", "@jinja {{ env.HOME }}"),
        ("TODO_DATA_DIR", "@get host"),
        ("TODO_DATA_DIR", "@del"),
    ],
)
def test_no_instructions(load: Load, tmp_path: Path, name: str, value: str) -> None:
    """A value that begins with @ is that text, in every source: it reads no file and no other variable."""
    (tmp_path / "settings.toml").write_text(f'{name.removeprefix("TODO_").lower()} = "{value}"\n')

    for variables in ({}, {name: value}):
        if name == "TODO_HOST":
            assert problems(load, variables) == (f"TODO_HOST: must be an IP address or a host name, not '{value}'",)
        else:
            assert load(variables).data_directory == tmp_path / value


def test_secrets_are_taken_literally(load: Load, tmp_path: Path) -> None:
    """Nothing is guessed or filled in: digits stay text, quotes and ${…} stay what they are."""
    digits = "0123456789" * 5
    (tmp_path / ".env").write_text("TODO_DATABASE_URL='postgresql://${HOME}/is not filled in'\n")

    settings = load(TODO_SECRET_KEYS=f'"{digits}"')

    assert settings.keys.secrets == (Secret(f'"{digits}"'),)
    assert settings.database.url == Secret("postgresql://${HOME}/is not filled in")


def test_metrics_token(load: Load) -> None:
    """The token of `/metrics` is whatever a client can send as one, such as a number in base 16 or 64."""
    for token in ("0123456789abcdef", "+/-._~AZaz09abcd=="):
        assert load(TODO_METRICS_TOKEN=token).metrics_token == Secret(token)


def test_unknown_names(load: Load, tmp_path: Path) -> None:
    """A name that does not exist is an error that suggests the nearest one, wherever it stands."""
    (tmp_path / "settings.toml").write_text("worker = 3\nzzz = 1\n")
    (tmp_path / ".env").write_text("TODO_LIMIT__LOGIN=1/1\n")

    assert problems(load, TODO_PROT="1", TODO_AUTO_CAST_FOR_DYNACONF="true", TODO_port="1") == (
        "TODO_AUTO_CAST_FOR_DYNACONF: there is no such setting",
        "TODO_LIMIT__LOGIN: there is no such setting; did you mean TODO_LIMIT_LOGIN?",
        "TODO_PROT: there is no such setting; did you mean TODO_PORT?",
        "TODO_port: there is no such setting; did you mean TODO_PORT?",
        "settings.toml: worker: there is no such setting; did you mean workers?",
        "settings.toml: zzz: there is no such setting",
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


def test_all_problems_at_once(load: Load, tmp_path: Path) -> None:
    """Every problem is named in one go: of the files, of names, of values, of values together, of production."""
    (tmp_path / "settings.toml").write_text("host = \n")
    (tmp_path / ".env").write_text("one two three\n")

    found = problems(
        load,
        TODO_ENVIRONMENT="production",
        TODO_NOPE="1",
        TODO_PORT="http",
        TODO_POOL_MIN="9",
        TODO_POOL_MAX="3",
    )

    assert [line.partition(": ")[0] for line in found] == [
        ".env",
        "TODO_NOPE",
        "settings.toml",
        "TODO_PORT",
        "TODO_POOL_MIN",
        "TODO_DATABASE_URL",
        "TODO_PUBLIC_URL",
        "TODO_SECRET_KEYS",
        "TODO_SIGNING_KEYS",
    ]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("PORT", "70000", "must be a whole number from 1 to 65535, not '70000'"),
        ("PORT", "²", "must be a whole number from 1 to 65535, not '²'"),
        ("HOST", "localhost:80", "must be an IP address or a host name, not 'localhost:80'"),
        ("HOST", "::::", "must be an IP address or a host name, not '::::'"),
        ("ENVIRONMENT", "staging", "must be development or production, not 'staging'"),
        ("PREPARE_STATEMENTS", "maybe", "must be true or false, not 'maybe'"),
        ("LOG_LEVEL", "loud", "must be one of debug, info, warning, error, critical, not 'loud'"),
        ("LIMIT_API", "10", "must be requests/seconds, two whole numbers from 1, such as 10/300, not '10'"),
        ("LIMIT_API", "0/60", "must be requests/seconds, two whole numbers from 1, such as 10/300, not '0/60'"),
        *(
            (
                "CORS_ORIGINS",
                value,
                f"must be an exact origin in ASCII such as https://a.example, without path or wildcard, not '{value}'",
            )
            for value in (
                *("*", "https://*.example.com", "https://a/", "https://a?", "https://a#", "https://ann@a", "a.example"),
                *(
                    "https://a:0",
                    "https://a:b",
                    "https://a:1:2",
                    "https://[::1",
                    "https://[v1.a]",
                    "https://münchen.example",
                ),
            )
        ),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "must be an IP address or a network such as 10.0.0.0/8, not '10.0.0.1/8'"),
        *(
            (
                "ALLOWED_HOSTS",
                value,
                f"must be a host name, or an IPv6 address in brackets, without scheme, port or wildcard, not '{value}'",
            )
            for value in (
                "a.example:80",
                "[::1]:8000",
                "[::1",
                "::1",
                "foo!bar",
                "*.example",
                "http://a",
                "münchen.example",
            )
        ),
        *(
            (
                "PUBLIC_URL",
                value,
                "must be an http:// or https:// URL with a host in ASCII, without user, query or fragment",
            )
            for value in (
                "todo.example.com",
                "https://a?",
                "https://a/b#",
                "https://a b",
                "\x01https://a",
                "https://:80",
            )
        ),
        ("DATABASE_URL", "mysql://root:hunter2@db", "must be a URL that begins with postgresql://"),
        *(
            (
                "DATABASE_URL",
                f"postgresql://ann:{password}@db/todo",
                "must have one @, before the host: an @ inside the password is written %40, a slash %2F",
            )
            for password in ("hun@ter2", "hun/ter2", "hun/t@er2", "hun@t/er2", "hun@t?er2")
        ),
        ("DATABASE_URL", "postgresql://ann:hunter2%ff@db/todo", "must be UTF-8 where it is written with %"),
        ("DATABASE_URL", "postgresql://ann:hunter2\udcff@db/todo", "must be UTF-8 text, without NUL"),
        ("SECRET_KEYS", f"{KEY}\udcff", "must be UTF-8 text, without NUL"),
        ("SIGNING_KEYS", '{"keys": [{"d": "hunter2"}]}', "must be the path of a file, not the keys themselves"),
        ("SIGNING_KEYS", "-----BEGIN PRIVATE KEY-----hunter2", "must be the path of a file, not the keys themselves"),
        ("SIGNING_KEYS", "~hunter2", "must be the path of a file; there is no such home directory"),
        ("SIGNING_KEYS", "-----BEGIN\nhunter2\n-----END", "must be the path of a file, not the keys themselves"),
        ("SECRET_KEYS", "hunter2", "must be at least 32 bytes long, each; `openssl rand -hex 32` makes one"),
        ("SECRET_KEYS", "abc" * 20, "must be random: this one can be guessed; `openssl rand -hex 32` makes one"),
        ("METRICS_TOKEN", "hunter2", "must be at least 16 characters long"),
        *(
            (
                "METRICS_TOKEN",
                token,
                "must consist of ASCII letters, digits and . _ ~ + / -, with = at the end only",
            )
            for token in ("hunter2hunter2hünter2", "hunter2 hunter2 hunter2", "=hunter2hunter2hunter2", "=" * 16)
        ),
        ("PASSWORD_MIN_LENGTH", "7", "must be a whole number from 8 to 128, not '7'"),
        ("BETTER_AUTH_MODE", "jwks", "must be off: external issuers are not supported yet"),
        (
            "BETTER_AUTH_URL",
            "https://auth.example.com",
            "external issuers are not supported yet; with TODO_BETTER_AUTH_MODE=off this is ignored",
        ),
        ("DATABASE_DIRECT_URL", "postgresql://db", "is for the migrations of TODO_DATABASE_URL, which is not set"),
        ("REFRESH_IDLE_SECONDS", "2592001", "must not be above TODO_REFRESH_MAX_SECONDS"),
    ],
)
def test_rules(load: Load, name: str, value: str, problem: str) -> None:
    """A value that breaks its rule is reported with the variable and the rule; what may be secret is not shown."""
    assert problems(load, {f"TODO_{name}": value}) == (f"TODO_{name}: {problem}",)


def test_wrong_toml_type(load: Load, tmp_path: Path) -> None:
    """A table or a date where a text is expected is reported."""
    (tmp_path / "settings.toml").write_text("[port]\nhttp = 80\n")

    assert problems(load) == ("TODO_PORT: must be a text, a number, true or false, or a list of texts",)


def test_nul(load: Load, tmp_path: Path) -> None:
    """A character that would end the text for libpq is refused, as what stands behind it would count for nothing."""
    (tmp_path / "settings.toml").write_text('database_url = "postgresql://db/todo\\u0000?sslmode=verify-full"\n')

    assert problems(load) == ("TODO_DATABASE_URL: must be UTF-8 text, without NUL",)


def test_unreadable_files(load: Load, tmp_path: Path) -> None:
    """A file that is there but cannot be read as text is an error, not silence."""
    (tmp_path / "settings.toml").write_bytes(b"\xff")
    (tmp_path / ".env").mkdir()

    assert problems(load) == (".env: cannot be read: Is a directory", "settings.toml: not UTF-8 text")


def test_production(load: Load) -> None:
    """Production starts with its own database, address and keys, or with an embedded database that was asked for."""
    assert load(PRODUCTION).environment is Environment.PRODUCTION
    assert load(PRODUCTION, TODO_DATABASE_URL="embedded").database.url is None


@pytest.mark.parametrize("name", ["TODO_DATABASE_URL", "TODO_PUBLIC_URL", "TODO_SECRET_KEYS", "TODO_SIGNING_KEYS"])
@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("settings.toml", ""),
        ("settings.toml", '{key} = ""'),
        ("settings.toml", '{key} = " "'),
        ("settings.toml", "{key} = []"),
        ("settings.toml", '{key} = [" "]'),
        (".env", "{name}="),
        (".env", "{name}=' '"),
    ],
)
def test_production_refuses_defaults(load: Load, tmp_path: Path, name: str, file: str, line: str) -> None:
    """Production refuses a default that suits a developer's machine only: an empty value is none, in every source."""
    (tmp_path / file).write_text(line.format(name=name, key=name.removeprefix("TODO_").lower()))
    others = {other: value for other, value in PRODUCTION.items() if other != name}

    for variables in (others, {**others, name: ""}, {**others, name: " "}):
        (problem,) = problems(load, variables)
        assert problem.startswith(f"{name}: must be set in production: ")


@pytest.mark.parametrize("name", ["SECRET_KEYS", "CORS_ORIGINS", "TRUSTED_PROXIES", "ALLOWED_HOSTS"])
def test_list_of_nothing(load: Load, tmp_path: Path, name: str) -> None:
    """A list of nothing but commas is refused, in every source: it is neither a value nor surely none."""
    expected = (f"TODO_{name}: must have something between its commas; an empty value is none",)

    assert problems(load, PRODUCTION, **{f"TODO_{name}": " , "}) == expected
    others = {other: value for other, value in PRODUCTION.items() if other != f"TODO_{name}"}
    (tmp_path / "settings.toml").write_text(f'{name} = ["", ""]')
    assert problems(load, others) == expected
    (tmp_path / ".env").write_text(f"TODO_{name}=,")
    assert problems(load, others) == expected


def test_empty_is_unset_for_what_goes_together(load: Load, tmp_path: Path) -> None:
    """An empty value of `settings.toml` is none too where settings are checked together."""
    (tmp_path / "settings.toml").write_text('better_auth_url = ""\ndatabase_direct_url = ""\n')

    assert load() == load_settings({}, tmp_path / "elsewhere")


def test_production_refuses_plain_http(load: Load) -> None:
    """Clients of production talk TLS."""
    assert problems(load, PRODUCTION, TODO_PUBLIC_URL="http://todo.example.com") == (
        "TODO_PUBLIC_URL: must begin with https:// in production",
    )


def test_better_auth_is_reserved(load: Load) -> None:
    """The names for external issuers are there, and change nothing while they are off."""
    reserved = {
        "TODO_BETTER_AUTH_MODE": "off",
        "TODO_BETTER_AUTH_URL": "https://auth.example.com",
        "TODO_BETTER_AUTH_ISSUER": "https://auth.example.com",
        "TODO_BETTER_AUTH_AUDIENCE": "https://todo.example.com",
        "BETTER_AUTH_SECRET": KEY,
    }

    assert load(reserved) == load() == load(BETTER_AUTH_SECRET=KEY)


@given(value=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
def test_any_value_is_a_setting_or_a_clear_error(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    """Whatever stands in a variable: settings or ConfigurationError, and never the secret in it."""
    empty = tmp_path_factory.getbasetemp()
    marked = f"{value}hunter2hunter2"
    names = [
        *("PORT", "HOST", "PUBLIC_URL", "TRUSTED_PROXIES", "CORS_ORIGINS", "ALLOWED_HOSTS", "LIMIT_API"),
        *("LOG_LEVEL", "BETTER_AUTH_URL", "REGISTRATION", "DATA_DIR", "AUDIT_DAYS", "PREPARE_STATEMENTS"),
    ]
    variables = {
        **{f"TODO_{name}": value for name in names},
        **{f"TODO_{name}": marked for name in ("SECRET_KEYS", "METRICS_TOKEN", "DATABASE_URL")},
    }
    try:
        shown = repr(load_settings(variables, empty))
    except ConfigurationError as error:
        shown = str(error) + repr(error)

    assert "hunter2" not in shown


def test_secret_is_masked() -> None:
    """A secret cannot be printed by accident, and says its text when asked."""
    secret = Secret("hunter2")

    assert (f"{secret}", repr([secret])) == ("Secret('********')", "[Secret('********')]")
    assert secret.reveal() == "hunter2"


def test_settings_reach_workers(load: Load) -> None:
    """Settings can be sent to a process that is started afresh, secrets included."""
    settings = load(PRODUCTION, TODO_TRUSTED_PROXIES="10.0.0.0/8")

    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301 - our own bytes
