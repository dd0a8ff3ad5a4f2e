"""The routes that the application itself has, as its framework knows them."""

from adapters.tokens import Sealer
from entrypoints.http.app import create_app
from entrypoints.http.middleware.application import Middleware
from entrypoints.http.middleware.rate_limits import LocalRateLimiter
from entrypoints.http.ports import Collaborators
from tests.http.api import Ready
from tests.http.conformance import served
from todo_core.sessions import SessionPolicy
from todo_core.testing import HmacTokens, ManualClock, MemoryStore, ScryptPasswords, SequentialIds
from todo_core.use_cases.accounts import Accounts
from todo_core.use_cases.sessions import Sessions
from todo_core.use_cases.tasks import Tasks
from todo_core.users import PasswordPolicy


def an_application() -> Middleware:
    """Return the application over parts that need nothing; it is there to be looked at before any test runs."""
    clock, ids, passwords = ManualClock(), SequentialIds(), ScryptPasswords(log_cost=2)
    store = MemoryStore(clock)
    sessions = Sessions(store, clock, ids, passwords, HmacTokens(clock), SessionPolicy())
    accounts = Accounts(store, clock, ids, passwords, sessions, PasswordPolicy())
    collaborators = Collaborators(Sealer([bytes(32)]), LocalRateLimiter(), Ready(), dict)
    return create_app(accounts, Tasks(store, clock, ids), collaborators)


ROUTES = served(an_application())
