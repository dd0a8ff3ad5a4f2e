"""`todo audit`: the record of what was done to accounts and sessions."""

from datetime import UTC, datetime
from uuid import UUID

import click

from entrypoints.bootstrap import System
from entrypoints.cli.listing import Members, json_option, show_all
from entrypoints.cli.running import run
from entrypoints.cli.users import EMAIL
from todo_core.audit import Action, Event
from todo_core.users import UserId

INSTANT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"])
"""The last form is the one in which entries are printed."""


@click.command()
@click.option("--user", metavar="E-MAIL|ID", help="Of one account; of a deleted one by its id.")
@click.option(
    "--action",
    "names",
    multiple=True,
    type=click.Choice([action.value for action in Action]),
    help="Of one kind; repeat.",
)
@click.option("--since", type=INSTANT, help="From this instant on, in UTC.")
@click.option("--until", type=INSTANT, help="Before this instant, in UTC.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many.")
@json_option
def audit(
    user: str | None,
    names: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """Print what was done to accounts and sessions, newest first: instant, action, user, session, address, request."""
    actions = frozenset(map(Action, names))
    first, end = (instant and instant.replace(tzinfo=UTC) for instant in (since, until))

    async def work(system: System) -> None:
        chosen = await _find(system, user) if user else None
        events = await system.events(limit, user=chosen, actions=actions, since=first, until=end)
        show_all(events, _line, _members, as_json=as_json)

    run(work)


async def _find(system: System, user: str) -> UserId:
    """Return whom an id or an e-mail address stands for. Raises NotFound when nobody has the address."""
    try:
        return UserId(UUID(user))
    except ValueError:
        address = EMAIL.convert(user, None, None)
    return await system.administration.find(address)


def _line(event: Event) -> str:
    client = event.client
    known = (event.session, client.address, client.request_id, event.personal_token)
    return "  ".join(
        [f"{event.at:%Y-%m-%dT%H:%M:%SZ}", event.action.value, str(event.user), *(str(one or "-") for one in known)]
    )


def _members(event: Event) -> Members:
    client = event.client
    return {
        "id": event.id,
        "at": event.at,
        "action": event.action.value,
        "user_id": event.user,
        "session_id": event.session,
        "address": client.address,
        "request_id": client.request_id,
        "personal_token_id": event.personal_token,
    }
