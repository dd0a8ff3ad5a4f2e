"""Mirrors that walk the change feed while others edit: in the end each has what the server has."""

from random import Random
from uuid import UUID

import attrs
import pytest

from tests.races.conftest import Pair, User
from tests.races.mirror import Mirror, all_tasks
from tests.races.wire import Line, Request, lines_to, volley

STEPS = 80
EDITS = 12
SEEDS = (1, 2, 3)
TITLES = ("Buy milk", "Call Ann", "Sow radishes", "Mend the fence")


@attrs.frozen
class Editor:
    """Somebody who edits at random. `ids` are the tasks that they know of, in whatever state."""

    user: User
    random: Random
    ids: list[str] = attrs.field(factory=list, init=False)

    def edit(self) -> Request:
        """Return some edit of some task, which may be a new one."""
        random, token = self.random, self.user.access
        if len(self.ids) < EDITS or random.random() < 0.2:
            self.ids.append(str(UUID(int=random.getrandbits(128))))
            return Request("POST", "/api/tasks", token=token, json={"title": "new", "id": self.ids[-1]})
        task = f"/api/tasks/{random.choice(self.ids)}"
        edits = (
            Request("PATCH", task, token=token, json={"title": random.choice(TITLES)}),
            Request("PATCH", task, token=token, json={"tags": random.sample(TITLES, 2)}),
            Request("PATCH", f"{task}/toggle", token=token),
            Request("DELETE", task, token=token),
            Request("POST", f"{task}/restore", token=token),
        )
        return random.choice(edits)


@attrs.define
class Walker:
    """One who keeps a mirror, and is away for the first `away` of each ten steps.

    With `forgetful`, every other answer is lost, and its page asked for again.
    """

    mirror: Mirror
    away: int = 0
    forgetful: bool = False
    _asked: int = attrs.field(default=0, init=False)

    def walks(self, step: int) -> bool:
        """Say whether they take a page now."""
        return step % 10 >= self.away

    def takes(self) -> bool:
        """Say whether the answer arrives."""
        self._asked += 1
        return not self.forgetful or self._asked % 2 == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_mirrors_equal_the_server(pair: Pair, seed: int) -> None:
    """However pages are cut, walks interrupted and answers lost, no change and no deletion is missed."""
    user = pair.join()
    editor = Editor(user, Random(seed))  # noqa: S311 - the same edits on every run
    walkers = [
        Walker(Mirror(limit=500)),
        Walker(Mirror(limit=3)),
        Walker(Mirror(limit=1), away=7),  # never comes to an end before the edits do
        Walker(Mirror(limit=7), away=4, forgetful=True),
    ]
    with lines_to(pair.servers, EDITS + len(walkers) + 1) as lines:
        for step in range(STEPS):
            walking = [walker for walker in walkers if walker.walks(step)]
            take_step(lines, editor, walking)
        late = Mirror(limit=500)
        for mirror in (*(walker.mirror for walker in walkers), late):
            mirror.catch_up(lines[0], user.access)

        expected = all_tasks(lines[1], user.access)
        trash = lines[1].ask("GET", "/api/tasks?deleted=true&limit=200", token=user.access).json()["items"]
        assert [expected] * 5 == [*(walker.mirror.tasks for walker in walkers), late.tasks]
        assert expected
        assert trash


def take_step(lines: list[Line], editor: Editor, walking: list[Walker]) -> None:
    """Have everybody act at once, in any order."""
    edits = [editor.edit() for _ in range(EDITS)]
    pages = [walker.mirror.request(editor.user.access) for walker in walking]
    places = editor.random.sample(range(len(lines)), len(edits) + len(pages))
    replies = volley([lines[place] for place in places], edits + pages)

    assert {reply.status for reply in replies[:EDITS]} <= {200, 201, 204, 404}
    for walker, reply in zip(walking, replies[EDITS:], strict=True):
        assert 200 == reply.status
        if walker.takes():
            walker.mirror.apply(reply)
