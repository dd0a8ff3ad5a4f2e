"""The load of a drill: so many requests in each second, whether the server answers or not."""

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from enum import StrEnum
from itertools import count

import attrs
import httpx

from tests.drills.operations import Answer, Create, Operation, Patch, Refresh, Request, Show, Unexpected, User

TIMEOUT_SECONDS = 10
UNAVAILABLE = 503
MIX = {"create": 40, "patch": 30, "list": 20, "refresh": 10}
"""What users do, in percent."""


class Outcome(StrEnum):
    """What came of one request."""

    ANSWERED = "answered"
    UNAVAILABLE = "503"
    NO_ANSWER = "no answer"
    """The connection was refused by every server, or broke, or timed out."""
    NOT_SENT = "not sent"
    """Its turn came while every user was waiting for an answer."""


@attrs.frozen
class Sample:
    """One request: when it was sent and over, in seconds of a monotonic clock, and its outcome."""

    sent: float
    over: float
    outcome: Outcome


@attrs.frozen
class Balancer:
    """Sends requests to each server in turn, and to the next one when nobody listens, as a proxy does."""

    clients: deque[httpx.AsyncClient]

    @classmethod
    @asynccontextmanager
    async def open(cls, urls: Sequence[str]) -> AsyncIterator["Balancer"]:
        """Keep connections to these servers for as long as the block."""
        async with AsyncExitStack() as ending:
            clients = [httpx.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS) for url in urls]
            yield cls(deque([await ending.enter_async_context(client) for client in clients]))

    async def send(self, request: Request, token: str | None = None) -> Answer:
        """Return the answer. Raises httpx.ConnectError when nothing was sent, other TransportErrors when it may be."""
        self.clients.rotate()
        *others, last = tuple(self.clients)
        for client in others:
            with suppress(httpx.ConnectError):
                return await send(client, request, token)
        return await send(last, request, token)


async def send(client: httpx.AsyncClient, request: Request, token: str | None) -> Answer:
    """Return the answer of one server. Raises httpx.TransportError."""
    headers = {**request.headers, **({"Authorization": f"Bearer {token}"} if token else {})}
    answer = await client.request(request.method, request.path, json=request.json, headers=headers)
    try:
        return Answer(answer.status_code, answer.json())
    except ValueError:  # no JSON, whatever it is
        return Answer(answer.status_code, answer.text)


@attrs.define
class Load:
    """Users who keep a fixed number of requests a second on their way; each has one request under way at most."""

    users: Sequence[User]
    balancer: Balancer
    per_second: int
    dice: random.Random
    samples: list[Sample] = attrs.field(factory=list, init=False)
    wrong: list[str] = attrs.field(factory=list, init=False)
    _made: int = attrs.field(default=0, init=False)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the load up during the block; at its end every request is answered or has failed."""
        stopping = asyncio.Event()
        ticking = asyncio.create_task(self._tick(stopping))
        try:
            yield
        finally:
            stopping.set()
            await ticking

    async def settle(self, seconds: float) -> None:
        """Repeat what is pending, until it has a definite answer. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while unsettled := [user for user in self.users if user.pending]:
                await asyncio.gather(*map(self._turn, unsettled))

    def counted(self) -> Counter[Outcome]:
        """Return how many requests had which outcome."""
        return Counter(sample.outcome for sample in self.samples)

    def last_failure(self) -> float:
        """Return the moment at which the last request that failed was over, 0 when none did."""
        return max((sample.over for sample in self.samples if sample.outcome is not Outcome.ANSWERED), default=0)

    async def _tick(self, stopping: asyncio.Event) -> None:
        """Give a turn to the user who has waited longest, again and again."""
        idle, started = deque(self.users), time.monotonic()
        async with asyncio.TaskGroup() as turns:
            for number in count(1):
                if idle:
                    turns.create_task(self._turn_and_back(idle.popleft(), idle))
                else:
                    self.samples.append(Sample(now := time.monotonic(), now, Outcome.NOT_SENT))
                await asyncio.sleep(started + number / self.per_second - time.monotonic())
                if stopping.is_set():
                    return

    async def _turn_and_back(self, user: User, idle: deque[User]) -> None:
        await self._turn(user)
        idle.append(user)

    async def _turn(self, user: User) -> None:
        """Send what the user has pending, or something new, and note what came of it."""
        user.pending = user.pending or self._choose(user)
        sent = time.monotonic()
        outcome = await self._ask(user, user.pending)
        self.samples.append(Sample(sent, time.monotonic(), outcome))

    async def _ask(self, user: User, operation: Operation) -> Outcome:
        """Send the pending operation once, and judge the answer."""
        try:
            answer = await self.balancer.send(operation.request(), user.access)
        except httpx.ConnectError:
            return Outcome.NO_ANSWER
        except httpx.TransportError:
            user.unsure = True
            return Outcome.NO_ANSWER
        if answer.status >= 500:
            return self._failed(user, answer)
        try:
            user.settle(answer)
        except Unexpected as error:
            self.wrong.append(str(error))
        return Outcome.ANSWERED

    def _failed(self, user: User, answer: Answer) -> Outcome:
        user.unsure = True
        if answer.status != UNAVAILABLE:
            self.wrong.append(f"status {answer.status}: {answer.body}")
        return Outcome.UNAVAILABLE

    def _choose(self, user: User) -> Operation:
        """Return what the user does next: a creation while there is nothing to change."""
        [kind] = self.dice.choices(list(MIX), list(MIX.values()))
        if kind == "refresh":
            return Refresh(user.refresh)
        if kind == "list":
            return Show()
        self._made += 1
        title = f"task {self._made} of {user.id}"
        if kind == "create" or not user.tasks:
            return Create(title)
        task = self.dice.choice(list(user.tasks))
        return Patch(task, user.tasks[task][1], title)
