"""Connections go where the URL says, and speak UTF-8, whatever the environment, the role or the database prefer."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import quote

import psycopg
import pytest
from psycopg import pq, sql
from psycopg.conninfo import conninfo_to_dict

from adapters.postgres import Database
from adapters.postgres.connecting import connect
from adapters.postgres.migrate import current, migrate
from adapters.postgres.remedies import MAKE_DATABASE
from tests.cli.conftest import command_line
from tests.conftest import directory_for_all, new_database
from tests.connections import small_pool
from tests.contract.test_tasks import comes_back
from tests.postgres.conftest import harness_in
from todo_core.errors import Unavailable
from todo_core.tasks import Draft

HOSTILE = {
    # https://www.postgresql.org/docs/18/libpq-envars.html, in its order
    "PGHOST": "192.0.2.1",
    "PGSSLNEGOTIATION": "direct",
    "PGHOSTADDR": "192.0.2.1",
    "PGPORT": "1",
    "PGDATABASE": "postgres",
    "PGUSER": "nobody",
    "PGPASSWORD": "hunter2",
    "PGPASSFILE": "/nonexistent",
    "PGREQUIREAUTH": "scram-sha-256",
    "PGCHANNELBINDING": "require",
    "PGSERVICE": "elsewhere",
    "PGSERVICEFILE": "/nonexistent",
    "PGOPTIONS": "-c search_path=nowhere",
    "PGAPPNAME": "somebody else",
    "PGSSLMODE": "verify-full",
    "PGREQUIRESSL": "1",
    "PGSSLCOMPRESSION": "maybe",
    "PGSSLCERT": "/nonexistent",
    "PGSSLKEY": "/nonexistent",
    "PGSSLCERTMODE": "require",
    "PGSSLROOTCERT": "system",
    "PGSSLCRL": "/nonexistent",
    "PGSSLCRLDIR": "/nonexistent",
    "PGSSLSNI": "2",
    "PGREQUIREPEER": "nobody",
    "PGSSLMINPROTOCOLVERSION": "TLSv9",
    "PGSSLMAXPROTOCOLVERSION": "TLSv0",
    "PGGSSENCMODE": "require",
    "PGKRBSRVNAME": "elsewhere",
    "PGGSSLIB": "nonsense",
    "PGGSSDELEGATION": "2",
    "PGCONNECT_TIMEOUT": "nonsense",
    "PGCLIENTENCODING": "LATIN1",
    "PGTARGETSESSIONATTRS": "standby",
    "PGLOADBALANCEHOSTS": "nonsense",
    "PGMINPROTOCOLVERSION": "9.9",
    "PGMAXPROTOCOLVERSION": "1.0",
    "PGDATESTYLE": "nonsense",
    "PGTZ": "nonsense",
    "PGGEQO": "nonsense",
    "PGSYSCONFDIR": "/nonexistent",
    "PGLOCALEDIR": "/nonexistent",
    # https://www.postgresql.org/docs/18/libpq-oauth.html
    "PGOAUTHDEBUG": "UNSAFE",
    "PGOAUTHCAFILE": "/nonexistent",
}
"""Every variable that libpq's documentation names, with a value that leads elsewhere or nowhere."""
WHERE = """
SELECT current_database(), current_user, current_setting('client_encoding'), current_setting('application_name'),
  current_setting('search_path'), current_setting('TimeZone'), pg_postmaster_start_time()"""
TEXT = Draft("Zoë 日本", description="Ζωή — 😀")


def where(url: str) -> object:
    """Return what a new connection tells of itself."""
    with connect(url) as connection:
        return connection.execute(WHERE).fetchone()


def test_every_variable_of_this_libpq_is_known() -> None:
    """The list has whatever the libpq at hand reads."""
    read = {option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar}

    assert read <= HOSTILE.keys()


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_variable_changes_where_a_connection_leads(
    empty_database: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A command's connection and one of the pool are the same with any of libpq's variables set."""
    expected = where(empty_database)
    monkeypatch.setenv(name, HOSTILE[name])
    assert expected == where(empty_database)

    monkeypatch.setenv(name, HOSTILE[name])
    async with Database.open(empty_database, small_pool(1, 1)) as database, database.pool.connection() as connection:
        assert expected == await (await connection.execute(WHERE)).fetchone()


@pytest.mark.parametrize(("url", "commands"), [("given", ("migrate", "check")), ("embedded", ("check",))])
def test_all_variables_together(
    empty_database: str, monkeypatch: pytest.MonkeyPatch, url: str, commands: tuple[str, ...]
) -> None:
    """`todo` makes its tables in the database of the settings, and finds all well, with every variable set."""
    with directory_for_all("todo-") as directory:
        given = empty_database if url == "given" else url
        settings = {"TODO_DATABASE_URL": given, "TODO_DATA_DIR": str(directory / "data")}
        for command in commands:
            for name, value in HOSTILE.items():
                monkeypatch.setenv(name, value)
            with command_line(settings, directory) as todo:
                result = todo(command)
                assert 0 == result.exit_code, result.output

    assert (current(empty_database) is not None) == (url == "given")


def test_variables_are_gone_for_good(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not removed could still be read by a later connection; variables of others stay."""
    monkeypatch.setenv("PGNOSUCHVARIABLE", "x")
    monkeypatch.setenv("TODO_PGPORT", "x")

    connect(empty_database).close()

    assert ["TODO_PGPORT"] == [name for name in os.environ if "PGNOSUCH" in name or name == "TODO_PGPORT"]


# --- encodings


@pytest.fixture
def speaks_latin(empty_database: str) -> Iterator[str]:
    """A database whose role speaks LATIN1."""
    migrate(empty_database)
    with psycopg.connect(empty_database, autocommit=True) as admin:
        database = sql.Identifier(admin.info.dbname)
        admin.execute(
            sql.SQL("ALTER ROLE {} IN DATABASE {} SET client_encoding = 'LATIN1'").format(
                sql.Identifier(admin.info.user), database
            )
        )
        yield empty_database


@pytest.mark.parametrize(
    "query",
    ["", "&client_encoding=LATIN1", "&client_encoding=EUC_JP", f"&options={quote('-c client_encoding=LATIN1')}"],
)
async def test_texts_come_back(speaks_latin: str, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    """The client encoding is UTF8, whatever role, URL and environment say."""
    monkeypatch.setenv("PGCLIENTENCODING", "WIN1252")

    async with Database.open(speaks_latin + query, small_pool(1, 1)) as database:
        await comes_back(harness_in(database), TEXT)


CLIENTS_ONLY = {"BIG5", "GB18030", "GBK", "JOHAB", "SHIFT_JIS_2004", "SJIS", "UHC"}
ENCODINGS = """
SELECT n, pg_encoding_to_char(n) FROM generate_series(0, 100) n
WHERE pg_encoding_to_char(n) <> ALL (%s) ORDER BY n"""
AS_IF = "UPDATE pg_database SET encoding = %s WHERE datname = %s"
"""Making a database for each would take long: this gives one another encoding, as far as connections can tell."""


def test_other_encodings_are_refused(postgres_server: str) -> None:
    """Over all that the server knows: one line says which it is and how a database is made, and nothing is made."""
    tried, refusals = [], []
    with psycopg.connect(postgres_server, autocommit=True) as admin, ExitStack() as ending:
        provider = "LOCALE_PROVIDER libc" if admin.info.server_version >= 150000 else ""
        options = f"ENCODING 'SQL_ASCII' {provider} LC_COLLATE 'C' LC_CTYPE 'C'"
        url = ending.enter_context(new_database(postgres_server, options=options))
        for number, encoding in admin.execute(ENCODINGS, ([*CLIENTS_ONLY, "UTF8", ""],)).fetchall():
            admin.execute(AS_IF, (number, conninfo_to_dict(url)["dbname"]))
            for command in (migrate, current):
                with pytest.raises(Unavailable) as refused:
                    command(url)
                tried.append(encoding)
                refusals.append(str(refused.value))

    assert len(tried) > 60
    assert tried == [name for name, refusal in zip(tried, refusals, strict=True) if name in refusal]
    assert {MAKE_DATABASE} == {refusal.rpartition(": ")[2] for refusal in refusals}
