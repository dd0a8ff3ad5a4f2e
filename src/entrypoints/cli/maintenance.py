"""`todo migrate | check | purge | revisions`: maintenance of an installation."""

import click

from entrypoints import bootstrap
from entrypoints.bootstrap import System
from entrypoints.checks import check_settings
from entrypoints.cli.running import run, settings_and_logs
from entrypoints.failures import Failure


@click.command()
@click.option("--sql", is_flag=True, help="Print the SQL that this would run, and change nothing.")
def migrate(*, sql: bool) -> None:
    """Bring the database to the newest schema. Two at once do no harm."""
    if sql:
        click.echo(bootstrap.migration_script(settings_and_logs()), nl=False)
        return
    click.echo(f"the database is at revision {bootstrap.migrate(settings_and_logs())}")


@click.command()
def check() -> None:
    """Look whether everything is set up: settings, keys, database. Exits with 1 when something is wrong."""
    settings = settings_and_logs()
    wrong = False
    for judgement in check_settings(settings):
        wrong |= judgement.status == "error"
        click.echo(f"{judgement.status:8} {judgement.name}: {judgement.detail}")
    run(_reach, settings)
    click.echo("ok       the keys can be read, and the database can be reached and has the newest schema")
    if wrong:
        raise Failure("some settings are wrong")


async def _reach(system: System) -> None:
    await system.administration.list(limit=1)


@click.command()
def purge() -> None:
    """Remove what has had its time: trash, tombstones, idempotency keys, expired sessions. The server does it too."""
    total = run(lambda system: system.purge())
    click.echo(
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
    click.echo("all revisions advanced; clients will synchronise from the beginning")
