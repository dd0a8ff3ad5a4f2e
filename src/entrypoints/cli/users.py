"""`todo users …` and `todo token`: accounts without a mail server. Passwords never come from arguments."""

import sys
from collections.abc import Callable
from uuid import UUID

import click

from entrypoints.bootstrap import System
from entrypoints.cli.listing import Members, json_option, listing
from entrypoints.cli.output import printable, show
from entrypoints.cli.pasted import UTF_16, first_line
from entrypoints.cli.running import run, settings_and_logs
from entrypoints.failures import Failure
from entrypoints.settings import Environment
from todo_core.errors import InvalidInput
from todo_core.use_cases import Registration
from todo_core.use_cases.administration import Who
from todo_core.users import EmailAddress, User, UserId

PAGE = 500


class Email(click.ParamType[EmailAddress]):
    """An e-mail address as an argument."""

    name = "e-mail"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> EmailAddress:
        """Return the address; fail in words."""
        try:
            return EmailAddress.parse(str(value))
        except InvalidInput as error:
            self.fail(str(error).removeprefix("value: "), param, ctx)


EMAIL = Email()


def user_arguments(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command name a user by address, or by id: users of an external issuer have no address."""
    by_id = click.option("--user-id", type=click.UUID, help="The id, for a user without an address.")
    return click.argument("email", type=EMAIL, required=False)(by_id(command))


def named_user(email: EmailAddress | None, user_id: UUID | None) -> Who:
    """Return the user that a command names. Raises UsageError unless it names one, and once."""
    if email is not None and user_id is None:
        return email
    if user_id is not None and email is None:
        return UserId(user_id)
    raise click.UsageError("name the user: an e-mail address, or --user-id")


@click.group()
def users() -> None:
    """List, add, disable and delete accounts."""


@users.command("list")
@json_option
def list_users(*, as_json: bool) -> None:
    """Print every account: id, since when, state, e-mail."""

    async def work(system: System) -> None:
        with listing(_line, _members, as_json=as_json) as show_user:
            page = await system.administration.list(limit=PAGE)
            while page:
                for user in page:
                    show_user(user)
                page = await system.administration.list(page[-1].id, PAGE)

    run(work)


def _line(user: User) -> str:
    return f"{user.id}  {user.created_at:%Y-%m-%d}  {_state(user):8}  {user.email.address if user.email else '-'}"


def _members(user: User) -> Members:
    return {
        "id": user.id,
        "email": user.email and user.email.address,
        "state": _state(user),
        "created_at": user.created_at,
        "disabled_at": user.disabled_at,
    }


def _state(user: User) -> str:
    return "disabled" if user.disabled_at else "active"


@users.command()
@click.argument("email", type=EMAIL)
@click.option("--name", help="The name that others see.")
@click.option("--timezone", default="UTC", show_default=True, help="An IANA time zone, such as Europe/Berlin.")
def add(email: EmailAddress, name: str | None, timezone: str) -> None:
    """Make an account, whether registration is open or not. Asks for the password, or reads it from standard input."""
    registration = Registration(email.address, ask_password(), name, timezone)
    user = run(lambda system: system.administration.add(registration))
    show(f"added {user.id}")


@users.command()
@user_arguments
def disable(email: EmailAddress | None, user_id: UUID | None) -> None:
    """End every session of an account, and refuse its log-ins and tokens."""
    who = named_user(email, user_id)
    run(lambda system: system.administration.disable(who))
    show("disabled")


@users.command()
@user_arguments
def enable(email: EmailAddress | None, user_id: UUID | None) -> None:
    """Let a disabled account log in again."""
    who = named_user(email, user_id)
    run(lambda system: system.administration.enable(who))
    show("enabled")


@users.command("reset-password")
@click.argument("email", type=EMAIL)
def reset_password(email: EmailAddress) -> None:
    """Set another password and end every session. Asks for it, or reads it from standard input."""
    password = ask_password()
    run(lambda system: system.administration.reset_password(email, password))
    show("password set, sessions ended")


@users.command()
@user_arguments
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(email: EmailAddress | None, user_id: UUID | None, *, yes: bool) -> None:
    """Remove an account with all its tasks, for good."""
    who = named_user(email, user_id)
    if not yes:
        name = who.address if isinstance(who, EmailAddress) else who
        click.confirm(f"Delete {printable(str(name))} with all tasks, for good?", abort=True)
    run(lambda system: system.administration.delete(who))
    show("deleted")


@click.command()
@click.option("--user", "email", type=EMAIL, required=True, help="Whose token.")
def token(email: EmailAddress) -> None:
    """Print an access token of a new session, for trying things out. In development only."""
    settings = settings_and_logs()
    if settings.environment is Environment.PRODUCTION:
        raise Failure("`todo token` works in development only: it needs no password")
    issued = run(lambda system: system.administration.token(email), settings)
    show(issued.access_token)


def ask_password() -> str:
    """Return a password typed twice on the terminal, or the first line of standard input when that is no terminal."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    try:
        password = first_line(_sent_line())
    except UnicodeDecodeError:
        raise Failure("the password on standard input is not UTF-8 text") from None
    if not password:
        raise Failure("no password: type it on a terminal, or send it as the first line of standard input")
    return password


def _sent_line() -> bytes:
    """Return the first line of standard input; all of it in UTF-16, where the byte of a line end is none."""
    raw = sys.stdin.buffer.readline()
    return raw + sys.stdin.buffer.read() if raw.startswith(UTF_16) else raw
