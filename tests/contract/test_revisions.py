"""The checks of revisions try every write of the ports that lists of tasks depend on."""

import inspect

from todo_core.ports import ListReader, ListRepository, TaskReader, TaskRepository, TreeRepository
from todo_core.testing.contract.revisions import WRITES

READS = {"tasks.live_count", "tasks.fixed_dues", "tree.path", "tree.below", "tree.in_list", "tree.neighbours"}
OF_A_PURGE = {"tasks.erase", "tasks.remove_tombstones", "lists.remove_tombstones"}
"""What changes nothing that a page shows which follows the revision: the trash and what is left of it."""


def methods(protocol: type, *, besides: type = object) -> set[str]:
    """Return the names of the methods that a port has, and the other one has not."""
    names = {name for name, _ in inspect.getmembers(protocol, inspect.iscoroutinefunction)}
    return names - {name for name, _ in inspect.getmembers(besides, inspect.iscoroutinefunction)}


def test_every_write_is_tried() -> None:
    """A new method of a port has to be among them, or among those that raise no revision."""
    ports = {
        "tasks": methods(TaskRepository, besides=TaskReader),
        "tree": methods(TreeRepository),
        "lists": methods(ListRepository, besides=ListReader),
    }
    every = {f"{part}.{name}" for part, names in ports.items() for name in names}

    assert every - READS - OF_A_PURGE == {name.partition(",")[0] for name in WRITES}
