"""`todo keys …`: the keys that sign access tokens."""

from datetime import UTC, datetime, timedelta

import attrs
import click

from entrypoints.bootstrap.keys import LATE, open_keys, rotate_keys, signing_keys_path
from entrypoints.cli.listing import json_option, show_all
from entrypoints.cli.output import show
from entrypoints.cli.running import run, settings_and_logs
from entrypoints.failures import Failure
from todo_core.errors import Unavailable

AHEAD_SECONDS = 600


@click.group()
def keys() -> None:
    """List and rotate the keys that sign access tokens."""


@keys.command("list")
@json_option
def list_keys(*, as_json: bool) -> None:
    """Print the keys, the newest first: id, what it does now, until when."""
    found = open_keys(settings_and_logs()).keys().status(datetime.now(UTC))
    show_all(found, lambda key: f"{key.id}  {key.words}", attrs.asdict, as_json=as_json)


@keys.command()
@click.option(
    "--delay",
    type=click.IntRange(0),
    default=AHEAD_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long the new key is published before it signs.",
)
@click.option(
    "--at-once", is_flag=True, help="A key was lost: sign with a new one now, and refuse the others from now on."
)
def rotate(delay: int, *, at_once: bool) -> None:
    """Add a key that takes over, or make the file. The keys before it are accepted until their tokens have expired."""
    settings = settings_and_logs()
    ahead = timedelta(0) if at_once else timedelta(seconds=delay)
    keep = timedelta(0) if at_once else settings.sessions.access_token_lifetime + LATE
    found = rotate_keys(settings, delay=ahead, keep=keep)
    show(f"{found.keys[0].id} added to {signing_keys_path(settings)}")
    try:
        run(lambda system: system.administration.note_key_rotation(), settings)
    except (Failure, Unavailable) as error:  # keys have to change in an emergency, too
        show(f"warning: the audit record does not know of it: {error}", err=True)
