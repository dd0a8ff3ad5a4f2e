"""What an operator may have got wrong: how to bring it about, and what the command has to say of it."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest import mock
from uuid import uuid4

import attrs
import psycopg
from alembic import command

from adapters.postgres.inspection import RIGHTS
from tests.conftest import new_database
from tests.migrations.test_migrations import run

FAILED, WRONG_ARGUMENTS, WRONG_SETTINGS = 1, 2, 78
"""The exit codes of docs/command.md."""
LIST, ADD, MIGRATE, CHECK = ("users", "list"), ("users", "add", "new@example.org"), ("migrate",), ("check",)
PASSWORD = b"a quiet harbour at dawn\n"
NOBODY = "00000000-0000-0000-0000-000000000000"
LATIN1 = "ENCODING 'LATIN1' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
READ_ONLY = "ALTER ROLE <role> SET default_transaction_read_only = on"
ALL_RIGHTS = [f"GRANT {', '.join(rights)} ON {table} TO <role>" for table, rights in RIGHTS.items()]
"""What docs/database.md asks for."""


@attrs.frozen
class Scene:
    """Where a cause is brought about: the settings of the command, its directory, and a database with our tables."""

    settings: dict[str, str]
    directory: Path
    database: str
    ending: ExitStack

    def set(self, **values: str) -> None:
        """Change settings."""
        self.settings.update({f"TODO_{name}": value for name, value in values.items()})

    def write(self, name: str, content: str | bytes = "") -> None:
        """Write a file below the directory."""
        file = self.directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def empty(self, *statements: str, options: str = "") -> str:
        """Lead the command to a new database, after these statements in it; return its URL."""
        url = self.ending.enter_context(new_database(self.database, options=options))
        _administer(url, *statements)
        self.set(DATABASE_URL=url)
        return url

    def come_as(self, url: str, *statements: str) -> None:
        """Lead the command in as a new role, after statements in which `<role>` and `<database>` stand for names."""
        role = f"role_{uuid4().hex}"
        database = str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
        named = (text.replace("<role>", role).replace("<database>", database) for text in statements)
        _administer(url, f"CREATE ROLE {role} LOGIN", *named)
        self.ending.callback(_administer, url, f"DROP OWNED BY {role}", f"DROP ROLE {role}")
        self.set(DATABASE_URL=url.replace("todo@", f"{role}@"))


def _administer(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement.encode())


@attrs.frozen
class Cause:
    """What is wrong; the command that meets it, its exit code, and the words that its one line has to have."""

    name: str
    command: tuple[str, ...]
    code: int
    words: tuple[str, ...]
    prepare: Callable[[Scene], object] = lambda _scene: None
    stdin: bytes | None = None


def setting(**values: str) -> Callable[[Scene], object]:
    """Return what changes settings."""
    return lambda scene: scene.set(**values)


def file(name: str, content: str | bytes = "") -> Callable[[Scene], object]:
    """Return what writes a file that the command reads."""
    return lambda scene: scene.write(name, content)


def url(change: Callable[[str], str]) -> Callable[[Scene], object]:
    """Return what changes the URL of the database."""
    return lambda scene: scene.set(DATABASE_URL=change(scene.database))


def query(text: str) -> Callable[[Scene], object]:
    """Return what adds a parameter to the URL of the database."""
    return url(lambda given: f"{given}&{text}")


def role(*statements: str) -> Callable[[Scene], object]:
    """Return what comes as a role with all rights that are needed, changed by these statements then."""
    return lambda scene: scene.come_as(scene.database, *ALL_RIGHTS, *statements)


def wrong_settings() -> Iterator[Cause]:
    """Yield what is wrong with settings, and with the files that they come from."""
    for name, words, prepare in (
        ("a misspelt setting", ("TODO_PROT: there is no such", "mean TODO_PORT?"), setting(PROT="1")),
        ("a word for a number", ("TODO_WORKERS: must be a whole number",), setting(WORKERS="many")),
        ("a path for a URL", ("TODO_PUBLIC_URL: must be an http:// or https:// URL",), setting(PUBLIC_URL="/todo")),
        ("a short secret", ("TODO_SECRET_KEYS: ", "openssl rand -hex 32"), setting(SECRET_KEYS="hunter2")),
        ("a short token", ("TODO_METRICS_TOKEN: must be at least 16",), setting(METRICS_TOKEN="hunter2")),
        ("an origin of no app", ("TODO_CORS_ORIGINS: must be an origin",), setting(CORS_ORIGINS="data://x")),
        ("another database", ("begins with postgresql://",), setting(DATABASE_URL="mysql://a:hunter2@b/c")),
        ("an unknown parameter", ("parameter pgbouncer: remove it",), query("pgbouncer=true")),
        ("a receiver of no web", ("TODO_TRACING_ENDPOINT: must be an http",), setting(TRACING_ENDPOINT="grpc://a")),
        ("no header", ("TODO_TRACING_HEADERS: must be name=value",), setting(TRACING_HEADERS="hunter2")),
        ("headers for nobody", ("is for TODO_TRACING_ENDPOINT",), setting(TRACING_HEADERS="a=hunter2")),
        ("a ratio above 1", ("TODO_TRACING_RATIO: must be a number from 0 to 1",), setting(TRACING_RATIO="100")),
        ("pool sizes", ("TODO_POOL_MIN: must not be above TODO_POOL_MAX",), setting(POOL_MIN="11")),
        ("an issuer without a mode", ("_MODE: must be jwks or hs256",), setting(BETTER_AUTH_URL="http://127.0.0.1")),
        (".env without =", (".env:1: TODO_PORT: has no value: write =",), file(".env", "TODO_PORT\n")),
        (".env twice", (".env:2: TODO_PORT: ", "keep one"), file(".env", "TODO_PORT=1\nTODO_PORT=2\n")),
        (".env of bytes", (".env:1: not UTF-8 text",), file(".env", b"\xff\xfe\xfd")),
        ("broken TOML", ("settings.toml: Expected", "line 1"), file("settings.toml", "[default\n")),
        ("a section of nobody", ("staging: there is no such section",), file("settings.toml", "[staging]\n")),
        ("a directory for a file", ("settings.toml: cannot be read",), file("settings.toml/x")),
        ("no current directory", ("current directory cannot be found, start in another",), _leave_no_directory),
        ("a file for data", ("TODO_DATA_DIR: must be a directory",), file("data")),
        ("no signing keys", ("`todo keys rotate` makes it",), setting(SIGNING_KEYS="none.json")),
        ("damaged signing keys", ("signing keys: ", "not a JWK Set"), file("data/keys/signing.json", "{}")),
        ("a damaged secret", ("secret keys: ", "remove it to have another made"), file("data/keys/secret")),
    ):
        yield Cause(name, LIST, WRONG_SETTINGS, words, prepare)


def _leave_no_directory(scene: Scene) -> None:
    gone = scene.directory / "gone"
    gone.mkdir()
    os.chdir(gone)
    scene.ending.callback(os.chdir, scene.directory)
    gone.rmdir()


def databases_out_of_reach() -> Iterator[Cause]:
    """Yield why no connection is made."""
    for name, words, prepare in (
        ("refused", ("is PostgreSQL running",), setting(DATABASE_URL="postgresql://a:hunter2@127.0.0.1:1/b")),
        ("no socket", ("is PostgreSQL running",), setting(DATABASE_URL="postgresql:///b?host=/none")),
        ("no host", ("has no address",), setting(DATABASE_URL="postgresql://a:hunter2@nowhere.invalid/b")),
        ("no database", ("CREATE DATABASE todo",), url(lambda given: given.replace("/test_", "/none_"))),
        ("no role", ("CREATE ROLE todo",), url(lambda given: given.replace("todo@", "nobody@"))),
        ("a role that may not log in", ("ALTER ROLE todo LOGIN",), role("ALTER ROLE <role> NOLOGIN")),
        ("too many connections", ("lower TODO_POOL_MAX",), role("ALTER ROLE <role> CONNECTION LIMIT 0")),
        ("an unknown service", ("put host, user and database into TODO_DATABASE_URL",), query("service=none")),
        ("a word for a mode", ("sslmode",), query("sslmode=always")),
        ("no channel binding", ("remove channel_binding",), query("channel_binding=require")),
        ("no standby", ("as target_session_attrs asks",), query("target_session_attrs=standby")),
        ("options that are none", ("look at options=",), query("options=-c%20no.such")),
        ("a parameter that is none", ("look at options=",), query("options=-c%20work_mem%3Dmuch")),
        ("no programs", ("TODO_PG_BINDIR", "initdb"), setting(DATABASE_URL="embedded", PG_BINDIR="/")),
    ):
        yield Cause(name, LIST, FAILED, words, prepare)


def unfit_databases() -> Iterator[Cause]:
    """Yield what is wrong with a database, or with what its role may do there."""
    for name, command_, words, prepare in (
        ("no tables", LIST, ("the database is empty", "run `todo migrate`"), lambda scene: scene.empty()),
        ("an older schema", LIST, ("run `todo migrate`",), _older),
        ("another program's tables", MIGRATE, ("another program (posts)",), _has("CREATE TABLE posts (id int)")),
        ("another program's migrations", MIGRATE, ("another program",), _alembic_of_others),
        ("another encoding", MIGRATE, ("LATIN1", "ENCODING 'UTF8'"), lambda scene: scene.empty(options=LATIN1)),
        ("no right to make tables", MIGRATE, ("ALTER DATABASE", "OWNER TO"), lambda s: s.come_as(s.empty())),
        ("no right to read", LIST, ("GRANT", "docs/database.md"), role("REVOKE SELECT ON users FROM <role>")),
        ("no right to write", ADD, ("GRANT", "docs/database.md"), role("REVOKE INSERT ON users FROM <role>")),
        (
            "a read-only role",
            ADD,
            ("was made read-only",),
            role(READ_ONLY),
        ),
        ("no schema", LIST, ("SET search_path = public",), role("ALTER ROLE <role> SET search_path = nowhere")),
    ):
        yield Cause(name, command_, FAILED, words, prepare, PASSWORD)


def _alembic_of_others(scene: Scene) -> None:
    scene.empty("CREATE TABLE alembic_version (version_num text)", "INSERT INTO alembic_version VALUES ('1975')")


def _has(*statements: str) -> Callable[[Scene], object]:
    return lambda scene: scene.empty(*statements)


def _older(scene: Scene) -> None:
    run(scene.empty(), command.upgrade, "0003")


def wrong_requests() -> Iterator[Cause]:
    """Yield what commands are asked for and cannot do."""
    yield Cause("no such user", ("users", "disable", "no@example.org"), FAILED, ("nobody has this e-mail address",))
    yield Cause("no such id", ("users", "disable", "--user-id", NOBODY), FAILED, ("no user with this id",))
    yield Cause("no such token", ("tokens", "revoke", NOBODY), FAILED, ("there is no such token",))
    yield Cause("a token of nobody", ("token", "--user", "no@example.org"), FAILED, ("nobody has this e-mail address",))
    yield Cause("no password", ADD, FAILED, ("first line of standard input",), stdin=b"")
    yield Cause("a password of bytes", ADD, FAILED, ("not UTF-8 text",), stdin=b"\xff\n")
    yield Cause("a password that others know", ADD, FAILED, ("password",), stdin=b"password1234\n")
    yield Cause("a zone of nobody", (*ADD, "--timezone", "Nowhere"), FAILED, ("timezone", "IANA"), stdin=PASSWORD)
    yield Cause("a backup over a file", ("backup", "file"), FAILED, ("file", "exists"), file("file"))
    yield Cause("a backup into nowhere", ("backup", "none/file"), FAILED, ("none", "No such file or directory"))
    yield Cause("a backup of nothing", ("backup", "file"), FAILED, ("nothing to back up",), lambda scene: scene.empty())
    yield Cause("keys without a passphrase", ("backup", "file", "--with-keys"), FAILED, ("needs --passphrase-file",))
    yield Cause("no backup", ("restore", "file"), FAILED, ("file", "No such file or directory"))
    yield Cause(
        "a backup of something else", ("restore", "file"), FAILED, ("no file that `todo backup` made",), file("file")
    )
    yield Cause("no OpenTelemetry", ("serve",), WRONG_SETTINGS, ("requirements/opentelemetry.lock",), want_traces)
    yield Cause("a port in use", ("serve",), FAILED, ("TODO_PORT",), _take_the_port)
    yield Cause("an address of others", ("serve",), FAILED, ("TODO_HOST",), setting(HOST="192.0.2.1"))


def want_traces(scene: Scene) -> None:
    """Have traces wanted where importing OpenTelemetry fails."""
    scene.set(TRACING_ENDPOINT="http://127.0.0.1:4318")
    scene.ending.enter_context(mock.patch.dict(sys.modules, {"opentelemetry": None}))


def _take_the_port(scene: Scene) -> None:
    listener = scene.ending.enter_context(socket.create_server(("127.0.0.1", 0)))
    scene.set(PORT=str(listener.getsockname()[1]))


def wrong_arguments() -> Iterator[Cause]:
    """Yield arguments that no command takes."""
    for arguments, words in (
        (("lists",), ("No such command 'lists'",)),
        (("users", "add"), ("Missing argument",)),
        (("users", "add", "no address"), ("Invalid value for 'EMAIL': one @",)),
        (("users", "disable"), ("name the user",)),
        (("users", "disable", "a@example.org", "--user-id", NOBODY), ("name the user",)),
        (("tokens", "revoke", "1"), ("'1' is not a valid UUID",)),
        (("audit", "--action", "nothing"), ("'nothing' is not one of",)),
        (("audit", "--since", "yesterday"), ("yesterday",)),
        (("audit", "--limit", "0"), ("0 is not in the range",)),
        (("keys", "rotate", "--delay", "soon"), ("soon",)),
        (("restore", "--force", "file"), ("No such option",)),
        (("doctor", "--fix"), ("No such option",)),
        (("users", "list", "--csv"), ("No such option",)),
    ):
        yield Cause(" ".join(arguments), arguments, WRONG_ARGUMENTS, words)


CAUSES = [
    *wrong_settings(),
    *databases_out_of_reach(),
    *unfit_databases(),
    *wrong_requests(),
    *wrong_arguments(),
]
