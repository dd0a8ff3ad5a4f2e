"""The routes that the application itself has, as its framework knows them."""

from adapters.tokens import Sealer
from entrypoints.http.app import create_app
from entrypoints.http.middleware.application import RequestMiddleware
from entrypoints.http.middleware.rate_limits import LocalRateLimiter
from entrypoints.http.ports import Collaborators, UseCases
from tests.http.api import Ready
from tests.http.conformance import served
from todo_core.sessions import SessionPolicy
from todo_core.testing import HmacTokens, ManualClock, MemoryStore, ScryptPasswords, SequentialCharacters, SequentialIds
from todo_core.use_cases import Accounts, Authentication, Lists, PersonalTokens, Sessions, Tasks
from todo_core.users import PasswordPolicy


def an_application() -> RequestMiddleware:
    """Return the application over parts that need nothing; it is there to be looked at before any test runs."""
    clock, ids, passwords = ManualClock(), SequentialIds(), ScryptPasswords(log_cost=2)
    store = MemoryStore(clock)
    sessions = Sessions(store, clock, ids, passwords, HmacTokens(clock), SessionPolicy())
    accounts = Accounts(store, clock, ids, passwords, sessions, PasswordPolicy())
    collaborators = Collaborators(Sealer([bytes(32)]), LocalRateLimiter(), Ready(), dict)
    use_cases = UseCases(
        Authentication(store, clock, ids, sessions),
        accounts,
        sessions,
        PersonalTokens(store, clock, ids, SequentialCharacters(), accounts),
        Tasks(store, clock, ids),
        Lists(store, clock, ids),
    )
    return create_app(use_cases, collaborators)


ROUTES = served(an_application())
