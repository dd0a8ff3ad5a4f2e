"""What values must be, and how wrong ones are reported."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.http.middleware.hosts import host_error
from entrypoints.settings import ConfigurationError, Secret, load_settings, network_rules
from tests.settings.loading import KEY, Load, problems

ORIGIN = "must be an exact origin in ASCII such as https://a.example or app://a, without path or wildcard"
NO_ORIGINS = [
    *("*", "https://*.example.com", "app://*", "https://a/", "app://a/", "https://a?", "https://a#", "https://ann@a"),
    *("a.example", "localhost:3000", "app:a", "null", "data:text/html", "javascript:alert(1)", "://a", "1app://a"),
    *("https://a:0", "https://a:b", "https://a:1:2", "https://[::1", "https://[v1.a]", "https://münchen.example"),
]
OPAQUE_SCHEMES = ("data", "file", "blob", "about", "javascript", "JavaScript")
OPAQUE = "must be an origin: pages of about, blob, data, file, javascript have none"


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://App.example.com:443", "https://app.example.com"),
        ("HTTP://app.example.com:080", "http://app.example.com"),
        ("https://app.example.com:", "https://app.example.com"),
        ("https://app.example.com:80", "https://app.example.com:80"),
        ("http://[0:0::1]:3000", "http://[::1]:3000"),
        *((origin, origin) for origin in ("app://obsidian.md", "tauri://localhost", "capacitor://localhost")),
        ("APP://obsidian.md:3000", "app://obsidian.md:3000"),
        ("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"),
        ("safari-web-extension://96F3D9D9-DA63", "safari-web-extension://96F3D9D9-DA63"),
    ],
)
def test_origins(load: Load, written: str, sent: str) -> None:
    """An origin is compared as browsers and apps send it: lower case, no port of the scheme's own, a short address."""
    assert load(TODO_CORS_ORIGINS=written).network.cors_origins == (sent,)


def test_every_item_of_a_list(load: Load) -> None:
    """Everything that is wrong in a list is reported, a rule that shows no value once."""
    rule = "must be an IP address or a network such as 10.0.0.0/8"
    short = "must be at least 32 bytes long, each; `openssl rand -hex 32` makes one"

    assert problems(load, TODO_TRUSTED_PROXIES="a,10.0.0.1,b", TODO_SECRET_KEYS=f"a,{KEY},b") == (
        f"TODO_SECRET_KEYS: {short}",
        f"TODO_TRUSTED_PROXIES: {rule}, not 'a'; {rule}, not 'b'",
    )


@given(host=st.text(alphabet="aZ0.-_~:[]!*@/ü", min_size=1, max_size=8))
def test_allowed_hosts_are_those_that_requests_can_name(host: str) -> None:
    """A host that may be listed is one that the API can find in a `Host` header, and every one that it finds may be."""
    try:
        listed = network_rules.allowed_host(host)
    except ValueError:
        listed = None

    found = host_error(host, "1.1", (host.lower(),))
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


def test_metrics_token(load: Load) -> None:
    """The token of `/metrics` is whatever a client can send as one, such as a number in base 16 or 64."""
    for token in ("0123456789abcdef", "+/-._~AZaz09abcd=="):
        assert load(TODO_METRICS_TOKEN=token).metrics_token == Secret(token)


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
        *(("CORS_ORIGINS", value, f"{ORIGIN}, not '{value}'") for value in NO_ORIGINS),
        *(("CORS_ORIGINS", f"{scheme}://a", f"{OPAQUE}, not '{scheme}://a'") for scheme in OPAQUE_SCHEMES),
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
                "app://todo.example.com",
            )
        ),
        *(
            ("PUBLIC_URL", value, "must not have // in its path: what begins with it names another host")
            for value in ("https://a//evil.example", "https://a/b//c")
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
        *(
            ("DATABASE_URL", url, "must not have the parameter pgbouncer: remove it, and see TODO_PREPARE_STATEMENTS")
            for url in (
                "postgresql://ann:hunter2@db:6432/todo?pgbouncer=true",
                "postgresql://db/todo?password=hunter2&pgbouncer=hunter2&x=1",
            )
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
        ("BETTER_AUTH_MODE", "yes", "must be off or jwks or hs256, not 'yes'"),
        ("DATABASE_DIRECT_URL", "postgresql://db", "is for the migrations of TODO_DATABASE_URL, which is not set"),
        ("REFRESH_IDLE_SECONDS", "2592001", "must not be above TODO_REFRESH_MAX_SECONDS"),
    ],
)
def test_rules(load: Load, name: str, value: str, problem: str) -> None:
    """A value that breaks its rule is reported with the variable and the rule; what may be secret is not shown."""
    assert problems(load, {f"TODO_{name}": value}) == (f"TODO_{name}: {problem}",)


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
        **{f"TODO_{name}": marked for name in ("SECRET_KEYS", "METRICS_TOKEN", "DATABASE_URL", "TRACING_HEADERS")},
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
