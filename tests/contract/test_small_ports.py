"""The small ports: clock, ids, passwords and tokens. Each test runs on the parts in memory and on the real ones."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from adapters.passwords import PooledPasswords, Profile
from adapters.system import SystemClock, SystemIds
from adapters.tokens import AccessTokens, KeyFile, Sealer, SignedTokens
from todo_core.errors import InvalidToken, UnknownTimezone
from todo_core.ports import Clock, Ids, PasswordCheck, Passwords, Tokens
from todo_core.sessions import AccessClaims, RefreshClaim, SessionId
from todo_core.testing import HmacTokens, ManualClock, ScryptPasswords, SequentialIds
from todo_core.users import UserId

PASSWORD = "a quiet harbour at dawn"
USER, SESSION = UserId(UUID(int=1)), SessionId(UUID(int=2))


@pytest.fixture(params=[ManualClock, SystemClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    """Return a clock."""
    made: Clock = request.param()
    return made


@pytest.fixture(params=[SequentialIds, SystemIds])
def ids(request: pytest.FixtureRequest) -> Ids:
    """Return a source of ids."""
    made: Ids = request.param()
    return made


@pytest.fixture(params=["memory", "real"])
def passwords(request: pytest.FixtureRequest) -> Iterator[Passwords]:
    """Return cheap passwords."""
    if request.param == "memory":
        with closing(ScryptPasswords(log_cost=2)) as scrypt:
            yield scrypt
    else:
        with closing(PooledPasswords(Profile.cheapest(), workers=1, queue=64)) as pooled:
            yield pooled


@pytest.fixture(params=["memory", "real"])
def make_tokens(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[ManualClock], Tokens]:
    """Return a function that makes tokens, of a stranger each time."""

    def make(clock: ManualClock) -> Tokens:
        if request.param == "memory":
            return HmacTokens(clock)
        made = len(list(tmp_path.iterdir()))
        keys = KeyFile.open_or_create(tmp_path / str(made) / "signing.json")
        return SignedTokens(AccessTokens("https://todo.example.org", clock, keys), Sealer([bytes([made]) * 32]))

    return make


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "America/Argentina/Ushuaia"])
def test_zones(clock: Clock, name: str) -> None:
    """A zone is found by its exact name."""
    assert dt.datetime(2026, 7, 1, tzinfo=clock.zone(name)).utcoffset() is not None


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "europe/berlin", "../UTC", "/etc/localtime", "Europe", "UTC\0", "UTC "]
)
def test_unknown_zones(clock: Clock, name: str) -> None:
    """Anything else is unknown."""
    with pytest.raises(UnknownTimezone):
        clock.zone(name)


def test_now(clock: Clock) -> None:
    """The current instant is in UTC, and never moves back."""
    earlier, later = clock.now(), clock.now()

    assert earlier.utcoffset() == dt.timedelta()
    assert earlier <= later


def test_ids(ids: Ids) -> None:
    """Ids are UUIDv7; those made later sort later."""
    made = [ids.new() for _ in range(10_000)]

    assert made == sorted(set(made))
    assert {one.version for one in made} == {7}


async def test_hashes(passwords: Passwords) -> None:
    """A password matches its hash and no other, and a hash does not show that two passwords are the same."""
    first, second = await passwords.hash(PASSWORD), await passwords.hash(PASSWORD)

    assert first != second
    assert PASSWORD not in first
    assert await passwords.verify(first, PASSWORD) == PasswordCheck(matches=True)
    assert [await passwords.verify(stored, f"{PASSWORD} ") for stored in (first, second, None)] == [
        PasswordCheck(matches=False)
    ] * 3
    assert await passwords.verify(None, "") == PasswordCheck(matches=False)


@pytest.mark.parametrize("password", ["p" * 256, "\x01 \t\n", "пароль из многих слов", "🐎🔋📎🔀 and 4"])
async def test_any_text(passwords: Passwords, password: str) -> None:
    """Every character of a password counts."""
    stored = await passwords.hash(password)

    assert await passwords.verify(stored, password) == PasswordCheck(matches=True)
    assert await passwords.verify(stored, password[:-1]) == PasswordCheck(matches=False)


async def test_weakness(passwords: Passwords) -> None:
    """A password that repeats itself or is a known word is weak, in words; a long unusual one is not."""
    assert await passwords.weakness(PASSWORD, ["ann@example.org", "ann"]) is None
    assert await passwords.weakness("a" * 20, [])
    assert await passwords.weakness("Ann@example.org1", ["ann@example.org", "ann"])


def claims(clock: Clock, lifetime: dt.timedelta = dt.timedelta(minutes=10)) -> AccessClaims:
    """Return claims made now."""
    return AccessClaims(USER, SESSION, UUID(int=3), clock.now(), clock.now() + lifetime)


async def test_access_tokens(make_tokens: Callable[[ManualClock], Tokens]) -> None:
    """An access token says what it was made of, to the end of its last second."""
    clock = ManualClock()
    tokens, made = make_tokens(clock), claims(clock)
    token = tokens.access(made)

    assert await tokens.read_access(token) == made
    clock.advance(dt.timedelta(minutes=10, microseconds=-1))
    assert await tokens.read_access(token) == made
    clock.advance(dt.timedelta(microseconds=1))
    with pytest.raises(InvalidToken):
        await tokens.read_access(token)


@pytest.mark.parametrize("generation", [1, 2**40])
def test_refresh_tokens(make_tokens: Callable[[ManualClock], Tokens], generation: int) -> None:
    """A refresh token says what it was made of, and is the same each time."""
    tokens, claim = make_tokens(ManualClock()), RefreshClaim(USER, SESSION, generation)

    assert tokens.read_refresh(tokens.refresh(claim)) == claim
    assert tokens.refresh(claim) == tokens.refresh(claim)


async def test_foreign_tokens(make_tokens: Callable[[ManualClock], Tokens]) -> None:
    """Tokens of the other kind, of a stranger, cut short, made longer or empty are refused."""
    clock = ManualClock()
    tokens, stranger = make_tokens(clock), make_tokens(clock)
    claim = RefreshClaim(USER, SESSION, 1)
    access, refresh = tokens.access(claims(clock)), tokens.refresh(claim)

    for token in (refresh, stranger.access(claims(clock)), access[:-1], f"{access}A", f"{access}\n", "", "..", "ä"):
        with pytest.raises(InvalidToken):
            await tokens.read_access(token)
    for token in (access, stranger.refresh(claim), refresh[:-1], f"{refresh}AAAA", f"{refresh}=", "", "..", "ä"):
        with pytest.raises(InvalidToken):
            tokens.read_refresh(token)
