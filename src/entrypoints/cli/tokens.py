"""`todo tokens …`: everybody's personal access tokens, for the operator."""

from uuid import UUID

import click

from entrypoints.bootstrap import System
from entrypoints.cli.listing import Members, json_option, listing
from entrypoints.cli.output import show
from entrypoints.cli.running import run
from entrypoints.cli.users import EMAIL, PAGE, named_user
from todo_core.personal_tokens import PREFIX, PersonalToken, PersonalTokenId
from todo_core.users import EmailAddress


@click.group()
def tokens() -> None:
    """List and revoke personal access tokens."""


@tokens.command("list")
@click.option("--user", "email", type=EMAIL, help="Of this user only.")
@click.option("--user-id", type=click.UUID, help="The same, for a user without an address.")
@json_option
def list_tokens(email: EmailAddress | None, user_id: UUID | None, *, as_json: bool) -> None:
    """Print every token: id, user, until when, last use, scopes, hint, name. Never a token itself."""
    who = None if email is None and user_id is None else named_user(email, user_id)

    async def work(system: System) -> None:
        with listing(_line, _members, as_json=as_json) as show_token:
            page = await system.administration.tokens(who, limit=PAGE)
            while page:
                for token in page:
                    show_token(token)
                page = await system.administration.tokens(who, page[-1].id, PAGE)

    run(work)


@tokens.command()
@click.argument("token_id", type=click.UUID)
def revoke(token_id: UUID) -> None:
    """Revoke a token: the very next request with it is refused."""
    run(lambda system: system.administration.revoke_token(PersonalTokenId(token_id)))
    show("revoked")


def _line(token: PersonalToken) -> str:
    used = f"{token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never"
    scopes = ",".join(_scopes(token))
    hint = f"{PREFIX}…{token.hint}"
    return f"{token.id}  {token.user}  {token.expires_at:%Y-%m-%d}  {used:10}  {scopes}  {hint}  {token.name}"


def _members(token: PersonalToken) -> Members:
    return {
        "id": token.id,
        "user_id": token.user,
        "name": token.name,
        "scopes": _scopes(token),
        "hint": token.hint,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }


def _scopes(token: PersonalToken) -> list[str]:
    return sorted(scope.value for scope in token.scopes)
