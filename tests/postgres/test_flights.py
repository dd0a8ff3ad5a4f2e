"""When requests go: how many statements are under way, and how long one is waited for."""

import asyncio

import pytest

from adapters.postgres import flights
from adapters.postgres.flights import BUSY_SIZE, MAX_FLIGHTS, MAX_REQUESTS, QUIET_FLIGHTS, Flights, Request

NEVER = 60.0


class Field:
    """A place that flights begin from, each of which lands when a test says so."""

    def __init__(self) -> None:
        """Begin with none."""
        self.flights = Flights[str, str](self._fly)
        self.under_way: list[tuple[list[Request[str]], asyncio.Event]] = []

    async def _fly(self, kind: str, requests: list[Request[str]]) -> None:
        landed = asyncio.Event()
        self.under_way.append((requests, landed))
        await landed.wait()
        for request in requests:
            request.succeed(kind)

    @property
    def carried(self) -> list[int]:
        """How many requests each flight under way carries."""
        return [len(requests) for requests, _ in self.under_way]

    def has_room(self) -> bool:
        """Say whether a request may go at once."""
        return not self.flights.must_wait

    def ask(self, number: int, kind: str = "read") -> "list[asyncio.Task[str]]":
        """Let that many requests join."""
        return [asyncio.create_task(self.flights.join(kind, {})) for _ in range(number)]

    async def land(self) -> None:
        """Let the first flight end."""
        _, landed = self.under_way.pop(0)
        landed.set()
        await others_run()


async def others_run() -> None:
    """Let everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody stops waiting because of the time."""
    monkeypatch.setattr(flights, "MAX_WAIT_SECONDS", NEVER)


async def landed(asked: "list[asyncio.Task[str]]") -> list[str]:
    """Wait for requests."""
    async with asyncio.timeout(5):
        return await asyncio.gather(*asked)


@pytest.mark.usefixtures("patient")
async def test_few_requests_share_little() -> None:
    """While flights carry few, `QUIET_FLIGHTS` are under way at a time."""
    field = Field()
    with field.flights.one():
        assert field.has_room()
        with field.flights.one():
            assert not field.has_room()
            asked = field.ask(BUSY_SIZE - 1)
            await others_run()
            assert [] == field.carried
        await others_run()
        assert [BUSY_SIZE - 1] == field.carried
        assert not field.has_room()
        assert QUIET_FLIGHTS == 1 + len(field.under_way)
    assert field.has_room()
    await field.land()
    assert ["read"] * (BUSY_SIZE - 1) == await landed(asked)


@pytest.mark.usefixtures("patient")
async def test_many_requests_go_one_flight_at_a_time() -> None:
    """After a flight with many the next one waits until it has landed, and has all that came meanwhile."""
    field = Field()
    with field.flights.one(), field.flights.one():
        asked = field.ask(MAX_REQUESTS + BUSY_SIZE)
        await others_run()
    await others_run()
    assert [MAX_REQUESTS] == field.carried

    asked += field.ask(2)
    await others_run()
    assert [MAX_REQUESTS] == field.carried
    await field.land()
    assert [BUSY_SIZE + 2] == field.carried
    await field.land()

    assert ["read"] * len(asked) == await landed(asked)
    assert [] == field.carried
    assert field.has_room()


@pytest.mark.usefixtures("patient")
async def test_kinds_take_turns() -> None:
    """Each flight has one kind; the one that has waited longest goes first."""
    field = Field()
    with field.flights.one(), field.flights.one():
        asked = field.ask(BUSY_SIZE, "read") + field.ask(BUSY_SIZE, "list")
        await others_run()
    await others_run()
    for done in (BUSY_SIZE, 2 * BUSY_SIZE):
        assert [BUSY_SIZE] == field.carried
        await field.land()
        assert [True] * done + [False] * (2 * BUSY_SIZE - done) == [one.done() for one in asked]

    assert ["read"] * BUSY_SIZE + ["list"] * BUSY_SIZE == await landed(asked)


async def test_nobody_waits_long_for_a_slow_flight() -> None:
    """Others go after a while, until `MAX_FLIGHTS` are under way; then one has to land first."""
    field = Field()
    with field.flights.one(), field.flights.one():
        asked = field.ask(BUSY_SIZE)
        await others_run()
    for number in range(2, MAX_FLIGHTS + 1):
        asked += field.ask(number)
        await asyncio.sleep(10 * flights.MAX_WAIT_SECONDS)
    assert [BUSY_SIZE, *range(2, MAX_FLIGHTS + 1)] == field.carried

    asked += field.ask(1)
    await asyncio.sleep(10 * flights.MAX_WAIT_SECONDS)
    assert MAX_FLIGHTS == len(field.carried)
    await field.land()
    await asyncio.sleep(10 * flights.MAX_WAIT_SECONDS)
    assert [*range(2, MAX_FLIGHTS + 1), 1] == field.carried
    while field.under_way:
        await field.land()

    assert ["read"] * len(asked) == await landed(asked)
