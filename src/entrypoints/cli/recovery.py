"""`todo backup` and `todo restore`: the whole database in one file, and back."""

from pathlib import Path

import click

from entrypoints import recovery
from entrypoints.cli.output import show
from entrypoints.cli.pasted import first_line
from entrypoints.cli.running import run, settings_and_logs
from entrypoints.failures import Failure
from entrypoints.recovery import generated_keys, keys_directory
from entrypoints.settings import Settings
from todo_core.errors import Unavailable

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_with_keys = click.option("--with-keys", is_flag=True, help="The generated keys too, encrypted with a passphrase.")
_passphrase_file = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Its first line is the passphrase.",
)


@click.command()
@_file
@_with_keys
@_passphrase_file
def backup(file: Path, passphrase_file: Path | None, *, with_keys: bool) -> None:
    """Write the whole database to a new FILE, while servers go on."""
    settings = settings_and_logs()
    passphrase = _passphrase(passphrase_file, with_keys=with_keys)
    made = recovery.back_up(settings, file, passphrase=passphrase, tell=_tell)
    show(f"{file}: {sum(made.rows.values())} rows, schema {made.revision}, PostgreSQL {made.postgresql}")
    if not with_keys:
        _tell(_where_keys_are(settings))


@click.command()
@_file
@click.option("--replace", is_flag=True, help="Give up the rows that are there.")
@_with_keys
@_passphrase_file
def restore(file: Path, passphrase_file: Path | None, *, replace: bool, with_keys: bool) -> None:
    """Put the backup in FILE into the database: all of it, or nothing has changed. Stop the servers first.

    An older schema is brought to the newest. Sync tokens from before are refused afterwards, so clients fetch
    everything anew instead of missing changes.
    """
    settings = settings_and_logs()
    passphrase = _passphrase(passphrase_file, with_keys=with_keys)
    restored = recovery.restore(settings, file, replace=replace, passphrase=passphrase, tell=_tell)
    try:
        run(lambda system: system.administration.advance_revisions(), settings)
    except (Failure, Unavailable) as error:
        raise Failure(f"restored, but run `todo revisions advance` before the servers start: {error}") from error
    show(f"restored {sum(restored.rows.values())} rows as of {restored.created_at}; clients will fetch everything anew")


def _tell(line: str) -> None:
    show(line, err=True)


def _where_keys_are(settings: Settings) -> str:
    names = sorted(generated_keys(settings))
    if not names:
        return "keys are not in it: keep what TODO_SIGNING_KEYS and TODO_SECRET_KEYS name"
    files = " and ".join(str(keys_directory(settings) / name) for name in names)
    return f"keys are not in it: keep {files}, or use --with-keys"


def _passphrase(file: Path | None, *, with_keys: bool) -> str | None:
    """Return the passphrase when keys are asked for. Raises Failure."""
    if not with_keys:
        return None
    if file is None:
        raise Failure("--with-keys needs --passphrase-file: keys are kept encrypted only")
    try:
        passphrase = first_line(file.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{file} cannot be read as UTF-8 text: {error}") from None
    if not passphrase:
        raise Failure(f"{file} has no passphrase in its first line")
    return passphrase
