"""The HTTP API over the whole system that tests share."""

from entrypoints.http.ports import UseCases
from tests.support import World


def use_cases_of(world: World) -> UseCases:
    """Return what the API offers of a system."""
    return UseCases(
        world.authentication, world.accounts, world.sessions, world.personal_tokens, world.tasks, world.lists
    )
