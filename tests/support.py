"""What tests say often: a whole system over some store, accounts in it, and strategies for its values."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
from hypothesis import strategies as st

from todo_core.due import Due
from todo_core.ports import Store, Tokens
from todo_core.sessions import Actor, Client, SessionPolicy
from todo_core.tasks import Draft, Priority, Task, TaskId
from todo_core.testing import HmacTokens, ManualClock, MemoryStore, ScryptPasswords, SequentialIds
from todo_core.use_cases import Accounts, Administration, Housekeeping, NewTask, Registration, Sessions, Tasks
from todo_core.use_cases.tasks import DEFAULT_MAX_TASKS
from todo_core.users import EmailAddress, PasswordPolicy

PASSWORD = "a quiet harbour at dawn"
BERLIN = "Europe/Berlin"


@attrs.frozen
class World:
    """Every use case over one store, with a clock that tests move."""

    store: Store
    clock: ManualClock
    sessions: Sessions
    accounts: Accounts
    tasks: Tasks
    administration: Administration
    housekeeping: Housekeeping

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
        return cls(
            store,
            clock,
            sessions,
            accounts,
            Tasks(store, clock, ids, max_tasks),
            Administration(store, clock, ids, sessions, accounts),
            Housekeeping(store, clock),
        )

    async def join(self, email: str = "ann@example.org", **more: str) -> Actor:
        """Register somebody and log them in."""
        await self.accounts.register(Registration(email, PASSWORD, **more))
        return await self.log_in(email)

    async def log_in(self, email: str = "ann@example.org") -> Actor:
        """Open a session for somebody registered."""
        tokens = await self.sessions.log_in(email, PASSWORD, Client("192.0.2.1", "tests"))
        return await self.sessions.authenticate(tokens.access_token)

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
    title=texts.filter(bool),
    description=texts,
    completed=st.booleans(),
    priority=st.sampled_from(Priority),
    due=dues,
    tags=tags,
)
