"""What tests say often: a whole system over some store, accounts in it, and strategies for its values."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
from hypothesis import strategies as st

from todo_core.actors import AccountHolder, Actor, ExternalActor, SessionActor, TokenActor
from todo_core.due import Due
from todo_core.identities import ExternalClaims, Identity
from todo_core.personal_tokens import Scope
from todo_core.ports import Store, Tokens
from todo_core.sessions import Client, SessionPolicy
from todo_core.tasks import Draft, Priority, Task, TaskId
from todo_core.testing import (
    HmacExternalTokens,
    HmacSeal,
    HmacTokens,
    ManualClock,
    MemoryStore,
    ScryptPasswords,
    SequentialCharacters,
    SequentialIds,
)
from todo_core.use_cases import (
    Accounts,
    Administration,
    Authentication,
    Housekeeping,
    Lists,
    NewTask,
    PersonalTokens,
    Registration,
    Sessions,
    Tasks,
    TokenRequest,
)
from todo_core.use_cases.task_queries import DEFAULT_MAX_TASKS
from todo_core.users import EmailAddress, PasswordPolicy

PASSWORD = "a quiet harbour at dawn"
BERLIN = "Europe/Berlin"
ISSUER = "https://auth.example.com"
CLIENT = Client("192.0.2.1", "tests")


@attrs.frozen
class World:
    """Every use case over one store, with a clock that tests move, and an external issuer."""

    store: Store
    clock: ManualClock
    sessions: Sessions
    accounts: Accounts
    tasks: Tasks
    lists: Lists
    administration: Administration
    housekeeping: Housekeeping
    authentication: Authentication
    personal_tokens: PersonalTokens
    issuer: HmacExternalTokens

    @classmethod
    def over(
        cls,
        make_store: Callable[[ManualClock], Store] = MemoryStore,
        *,
        policy: SessionPolicy | None = None,
        max_tasks: int = DEFAULT_MAX_TASKS,
        clock: ManualClock | None = None,
        tokens: Tokens | None = None,
    ) -> "World":
        """Wire the use cases as `entrypoints.bootstrap` does, with cheap hashing."""
        clock, ids, passwords = clock or ManualClock(), SequentialIds(), ScryptPasswords(log_cost=2)
        store = make_store(clock)
        sessions = Sessions(store, clock, ids, passwords, tokens or HmacTokens(clock), policy or SessionPolicy())
        accounts = Accounts(store, clock, ids, passwords, sessions, PasswordPolicy())
        issuer = HmacExternalTokens(clock, HmacSeal(b"the issuer of the tests"))  # the same one in every world
        return cls(
            store,
            clock,
            sessions,
            accounts,
            Tasks(store, clock, ids, max_tasks),
            Lists(store, clock, ids),
            Administration(store, clock, ids, sessions, accounts),
            Housekeeping(store, clock),
            Authentication(store, clock, ids, sessions, issuer),
            PersonalTokens(store, clock, ids, SequentialCharacters(), accounts),
            issuer,
        )

    async def join(self, email: str = "ann@example.org", **more: str) -> SessionActor:
        """Register somebody and log them in."""
        await self.accounts.register(Registration(email, PASSWORD, **more))
        return await self.log_in(email)

    async def log_in(self, email: str = "ann@example.org") -> SessionActor:
        """Open a session for somebody registered."""
        tokens = await self.sessions.log_in(email, PASSWORD, CLIENT)
        return await self.sessions.authenticate(tokens.access_token)

    def external_token(self, subject: str = "zoe", name: str | None = "Zoë", minutes: float = 15) -> str:
        """Return a token that the issuer makes now."""
        now = self.clock.now().replace(microsecond=0)
        return self.issuer.issue(
            ExternalClaims(Identity(ISSUER, subject), now, now + dt.timedelta(minutes=minutes), name=name)
        )

    async def come(self, subject: str = "zoe", name: str | None = "Zoë") -> ExternalActor:
        """Let somebody of the issuer come with a new token."""
        actor = await self.authentication.authenticate(self.external_token(subject, name), CLIENT)
        assert isinstance(actor, ExternalActor)
        return actor

    async def personal_token(self, actor: AccountHolder, *scopes: Scope, days: int = 90) -> str:
        """Make a personal access token, for writing unless it is said for what."""
        request = TokenRequest("script", scopes or [Scope.TASKS_WRITE], days)
        return (await self.personal_tokens.create(actor, request, PASSWORD, CLIENT)).text

    async def by_token(self, actor: AccountHolder, *scopes: Scope) -> TokenActor:
        """Let somebody come with a new personal access token."""
        token = await self.authentication.authenticate(await self.personal_token(actor, *scopes))
        assert isinstance(token, TokenActor)
        return token

    async def add(self, actor: Actor, title: str = "Buy milk", *, task_id: TaskId | None = None, **more: Any) -> Task:  # noqa: ANN401 - members of a draft
        """Make a task."""
        draft = attrs.evolve(Draft(title), **more)
        return (await self.tasks.create(actor, lambda: NewTask(draft, task_id))).task

    def advance(self, **by: float) -> None:
        """Move the clock on, by `seconds=` or `days=` or whatever a timedelta takes."""
        self.clock.advance(dt.timedelta(**by))


def email(text: str = "ann@example.org") -> EmailAddress:
    """Return an address."""
    return EmailAddress.parse(text)


def titles(tasks: tuple[Task, ...]) -> list[str]:
    """Return what the tasks are called."""
    return [task.title for task in tasks]


SUMMER_TIME = dt.datetime(2026, 3, 29, 1)  # the instant, in UTC, from which Berlin skips an hour
WINTER_TIME = dt.datetime(2026, 10, 25, 1)  # and from which it repeats one
TWO_DAYS = dt.timedelta(days=2)

instants = st.sampled_from([SUMMER_TIME, WINTER_TIME]).flatmap(
    lambda seam: st.datetimes(seam - TWO_DAYS, seam + TWO_DAYS, timezones=st.just(dt.UTC))
)
dates = instants.map(dt.datetime.date)
times = st.times().map(lambda time: time.replace(second=0, microsecond=0))
zone_names = st.sampled_from(["UTC", BERLIN, "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12"])
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
tags = st.lists(st.sampled_from(["home", "work", "Work", "é"]), max_size=3).map(tuple)

dues = st.one_of(
    st.none(),
    st.builds(Due.all_day, dates),
    st.builds(Due.floating, dates, times),
    st.builds(lambda date, time, name: Due.fixed(date, time, name, ManualClock().zone), dates, times, zone_names),
)
drafts = st.builds(
    Draft,
    title=st.builds("{}x{}".format, texts, texts),
    description=texts,
    completed=st.booleans(),
    priority=st.sampled_from(Priority),
    due=dues,
    tags=tags,
)
