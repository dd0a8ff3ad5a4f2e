"""Compares what users were told with what is there: in the database, and as each server answers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Self
from uuid import UUID

import attrs
import httpx
import psycopg

from tests.drills.load import Balancer, Load, send
from tests.drills.operations import Known, User, known, page_after

MAX_EXAMPLES = 5
LIVE = "SELECT user_id, id::text, title, version FROM tasks WHERE deleted_at IS NULL"


@attrs.define
class Findings:
    """What must not be.

    `lost`: an acknowledged creation or change is gone. `doubled`: it was carried out twice. `phantom`: something is
    there that nobody was told of. `wrong`: an answer that the contract does not allow, a 500 or a false log-out.
    """

    lost: int = 0
    doubled: int = 0
    phantom: int = 0
    wrong: int = 0
    examples: list[str] = attrs.field(factory=list)

    def __bool__(self) -> bool:
        """Say whether anything was found."""
        return any((self.lost, self.doubled, self.phantom, self.wrong))

    def __str__(self) -> str:
        return f"{self.lost} lost, {self.doubled} doubled, {self.phantom} phantom, {self.wrong} wrong"

    def __iadd__(self, other: "Findings") -> Self:
        """Add what was found elsewhere."""
        for name in ("lost", "doubled", "phantom", "wrong"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.examples += other.examples
        return self

    def add(self, name: str, examples: Sequence[str]) -> None:
        """Count some findings of one kind."""
        setattr(self, name, getattr(self, name) + len(examples))
        self.examples += [f"{name}: {example}" for example in examples]


def compare(told: Mapping[str, Known], there: Mapping[str, Known]) -> Findings:
    """Compare the tasks that a user was told of, by id, with those that are there."""
    findings = Findings()
    findings.add("lost", [f"{told[key]}, {key}" for key in told.keys() - there.keys()])
    titles = {title for title, _ in told.values()}
    for key in there.keys() - told.keys():
        findings.add("doubled" if there[key][0] in titles else "phantom", [f"{there[key]}, {key}"])
    for key in told.keys() & there.keys():
        if told[key] != there[key]:
            findings.add(_difference(told[key], there[key]), [f"told {told[key]}, there is {there[key]}, {key}"])
    return findings


def _difference(told: Known, there: Known) -> str:
    """Return what it means that a task is not as its user was told."""
    if there[1] <= told[1]:
        return "lost"
    return "doubled" if there[0] == told[0] else "phantom"


def in_database(url: str) -> Mapping[UUID, dict[str, Known]]:
    """Return every live task by its user and id, as the database has it."""
    found: defaultdict[UUID, dict[str, Known]] = defaultdict(dict)
    with psycopg.connect(url) as connection:
        for user, task, title, version in connection.execute(LIVE):
            found[user][task] = (title, version)
    return found


async def look(load: Load, database_url: str) -> Findings:
    """Compare every user's account with the database and with what every server lists; nothing is under way."""
    findings = Findings()
    findings.add("wrong", load.wrong)
    load.wrong = []
    there = in_database(database_url)
    for user in load.users:
        findings += compare(user.tasks, there.get(user.id, {}))
        for listed in await listings(load.balancer, user):
            differing = there.get(user.id, {}).items() ^ listed.items()
            findings.add("wrong", [f"listed or there, not both: {task}" for task in differing])
    strangers = there.keys() - {user.id for user in load.users}
    findings.add("phantom", [f"tasks of {user}" for user in strangers])
    return findings


async def listings(balancer: Balancer, user: User) -> list[dict[str, Known]]:
    """Return all tasks of a user as each server lists them."""
    return [await _listing(client, user) for client in tuple(balancer.clients)]


async def _listing(client: httpx.AsyncClient, user: User) -> dict[str, Known]:
    tasks: dict[str, Known] = {}
    cursor: str | None = None
    while True:
        answer = await send(client, page_after(cursor), user.access)
        tasks |= known(answer.body["items"])
        if (cursor := answer.body["next_cursor"]) is None:
            return tasks
