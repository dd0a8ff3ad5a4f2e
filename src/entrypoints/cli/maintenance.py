"""`todo migrate | check | purge | revisions`: maintenance of an installation."""

import asyncio
from collections.abc import Iterable

import click

from entrypoints import databases
from entrypoints.bootstrap import open_system
from entrypoints.bootstrap.tracing import check_tracing
from entrypoints.checks import check_database, check_settings
from entrypoints.cli.output import show, write
from entrypoints.cli.running import run, settings_and_logs
from entrypoints.failures import Failure
from entrypoints.http.ports import ConfigurationCheck
from entrypoints.settings import Settings


@click.command()
@click.option("--sql", is_flag=True, help="Print the SQL that this would run, and change nothing.")
def migrate(*, sql: bool) -> None:
    """Bring the database to the newest schema. It is safe to run two at once."""
    if sql:
        write(databases.migration_script(settings_and_logs()))
        return
    show(databases.migrate(settings_and_logs()))


@click.command()
def check() -> None:
    """Check the installation: settings, keys, database. Exits with 1 when something is wrong."""
    settings = settings_and_logs()
    wrong = _show(check_settings(settings))
    check_tracing(settings)
    with databases.open_database(settings) as database:
        lacking = _show(check_database(database.found, embedded=settings.database.url is None))
        asyncio.run(_reach(settings, database.url))
    age = database.found.schema.age
    show(f"ok       the keys can be read, and the database can be reached and has {age} schema")
    if lacking:
        raise Failure("the database lacks something")
    if wrong:
        raise Failure("some settings are wrong")


def _show(checks: Iterable[ConfigurationCheck]) -> bool:
    """Print what was found; return whether something is wrong."""
    wrong = False
    for one in checks:
        wrong |= one.status == "error"
        show(f"{one.status:8} {one.name}: {one.detail}")
    return wrong


async def _reach(settings: Settings, database_url: str) -> None:
    async with open_system(settings, database_url) as system:
        await system.administration.list(limit=1)


@click.command()
def purge() -> None:
    """Remove what has expired: trash, tombstones, idempotency keys, sessions. The server does it too."""
    total = run(lambda system: system.purge())
    show(
        f"erased {total.erased} tasks; removed {total.tombstones} tombstones,"
        f" {total.results} idempotency keys, {total.sessions} sessions"
    )


@click.group()
def revisions() -> None:
    """The counters that number each user's changes."""


@revisions.command()
def advance() -> None:
    """Move every counter far ahead, after a restore from a backup or a fail-over that lost changes.

    Clients that are further than the restored data start again from nothing, instead of missing changes.
    """
    run(lambda system: system.administration.advance_revisions())
    show("all revisions advanced; clients will synchronise from the beginning")
