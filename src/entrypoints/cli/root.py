"""The command with its sub-commands. Errors are printed as one line each."""

import os
from uuid import UUID

import click

from entrypoints.cli.audit import audit
from entrypoints.cli.doctor import doctor
from entrypoints.cli.keys import keys
from entrypoints.cli.maintenance import check, migrate, purge, revisions
from entrypoints.cli.output import end_of_log, show
from entrypoints.cli.recovery import backup, restore
from entrypoints.cli.serve import serve
from entrypoints.cli.tokens import tokens
from entrypoints.cli.users import token, users
from entrypoints.failures import CONFIGURATION, Failure
from entrypoints.settings import ConfigurationError
from todo_core import __version__
from todo_core.errors import EmailTaken, NotFound, TodoError, Unavailable

UMASK = 0o022
"""New directories above the data can be entered, and nothing can be written by others, whatever the shell had set.

Started as root, the embedded database runs as another account, which has to pass. Private files have their own modes.
"""
NOT_FOUND = {
    "user": "nobody has this e-mail address",
    "enabled user": "the account is disabled: `todo users enable` lets it in",
}


class Lines(click.ClickException):
    """An error as one line for each problem, without a traceback."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc] # click declares it for the class, and asks the instance

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        """Print the problems."""
        for line in self.message.splitlines():
            show(f"todo: {line}", err=True)


class Todo(click.Group):
    """The command. It prints expected errors in words; anything else is a bug and gives a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a sub-command."""
        try:
            return super().invoke(ctx)
        except ConfigurationError as error:
            raise Lines(str(error), CONFIGURATION) from error
        except Failure as error:
            raise Lines(str(error), error.code) from error
        except Unavailable as error:
            raise Lines(str(Failure.of(error))) from error
        except TodoError as error:
            raise Lines(_in_words(error)) from error
        finally:
            end_of_log()


def _in_words(error: TodoError) -> str:
    match error:
        case EmailTaken():
            return "another account has this e-mail address"
        case NotFound(kind="user", id=UUID()):
            return "there is no user with this id"
        case NotFound(kind=kind):
            return NOT_FOUND.get(kind, f"there is no such {kind}")
        case _:
            return str(error)


@click.group(cls=Todo, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="todo-core")
def main() -> None:
    """To-do lists with accounts, over HTTP.

    Settings are environment variables that begin with TODO_, else lines of .env, .secrets.toml or settings.toml here.
    """
    os.umask(UMASK)


for command in (serve, migrate, check, doctor, users, token, tokens, audit, keys, purge, revisions, backup, restore):
    main.add_command(command)
