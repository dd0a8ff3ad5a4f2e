"""`todo tokens`, and users who have no address."""

import asyncio
from uuid import uuid4

import pytest

from entrypoints.bootstrap import open_system
from entrypoints.settings import load_settings
from tests.cli.conftest import Todo
from todo_core.audit import Action
from todo_core.errors import NotAuthenticated
from todo_core.personal_tokens import Scope
from todo_core.testing import START
from todo_core.use_cases import TokenRequest
from todo_core.users import Profile, User, UserId

PASSWORD = "a quiet harbour at dawn"


def make_token(settings: dict[str, str], email: str) -> tuple[str, str]:
    """Make a token of a user; return its id and its text."""

    async def work() -> tuple[str, str]:
        async with open_system(load_settings(settings), settings["TODO_DATABASE_URL"]) as system:
            sessions = system.use_cases.sessions
            actor = await sessions.authenticate((await sessions.log_in(email, PASSWORD)).access_token)
            request = TokenRequest("nightly backup", [Scope.TASKS_READ])
            issued = await system.use_cases.personal_tokens.create(actor, request, PASSWORD)
            return str(issued.token.id), issued.text

    return asyncio.run(work())


def is_good(settings: dict[str, str], text: str) -> bool:
    """Say whether a token is accepted."""

    async def work() -> bool:
        async with open_system(load_settings(settings), settings["TODO_DATABASE_URL"]) as system:
            try:
                await system.use_cases.authentication.authenticate(text)
            except NotAuthenticated:
                return False
            return True

    return asyncio.run(work())


def add_external(settings: dict[str, str]) -> str:
    """Make a user without an address; return their id."""
    user = User(UserId(uuid4()), Profile(None, "Zoë"), START)

    async def work() -> None:
        async with open_system(load_settings(settings), settings["TODO_DATABASE_URL"]) as system:
            store = system.use_cases.accounts.store
            await store.register(user, system.use_cases.accounts.events.new(Action.USER_CREATED, user.id))

    asyncio.run(work())
    return str(user.id)


def test_list_and_revoke(todo: Todo, settings: dict[str, str], ann: str) -> None:
    """Every token is a line without its text; a revoked one is gone and refused."""
    token_id, text = make_token(settings, ann)

    for arguments in ((), ("--user", ann)):
        line = todo("tokens", "list", *arguments).output
        assert line.startswith(token_id)
        assert f"tasks:read  todo_pat_…{text[-4:]}  nightly backup\n" in line
        assert text not in line
    assert is_good(settings, text)
    assert "revoked\n" == todo("tokens", "revoke", token_id).output
    assert not is_good(settings, text)
    assert "" == todo("tokens", "list").output
    assert "todo: there is no such token\n" == todo("tokens", "revoke", token_id).output


def test_reset_password_ends_tokens(todo: Todo, settings: dict[str, str], ann: str) -> None:
    """A password that the operator sets takes the tokens along."""
    _, text = make_token(settings, ann)
    assert 0 == todo("users", "reset-password", ann, stdin="another harbour at dusk\n").exit_code

    assert not is_good(settings, text)


def test_users_without_an_address(todo: Todo, settings: dict[str, str]) -> None:
    """They are disabled, enabled and deleted by id."""
    user = add_external(settings)

    assert "disabled\n" == todo("users", "disable", "--user-id", user).output
    assert "disabled" in todo("users", "list").output
    assert "enabled\n" == todo("users", "enable", "--user-id", user).output
    assert "" == todo("tokens", "list", "--user-id", user).output
    assert "deleted\n" == todo("users", "delete", "--user-id", user, "--yes").output
    assert "" == todo("users", "list").output
    assert "todo: there is no user with this id\n" == todo("users", "enable", "--user-id", user).output


@pytest.mark.parametrize(
    "arguments",
    [
        ("users", "disable"),
        ("users", "delete", "ann@example.org", "--user-id", str(uuid4())),
        ("tokens", "list", "--user", "ann@example.org", "--user-id", str(uuid4())),
    ],
)
def test_which_user(todo: Todo, arguments: tuple[str, ...]) -> None:
    """A command wants one user, named once."""
    result = todo(*arguments)

    assert 2 == result.exit_code
    assert "name the user" in result.output
