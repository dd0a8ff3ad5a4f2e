"""The routes that the application itself has, as its framework knows them."""

from litestar import Litestar
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from adapters.memory import HmacTokens, ManualClock, MemoryStore, ScryptPasswords, SequentialIds
from adapters.tokens import Sealer
from entrypoints.http.app import create_app
from entrypoints.http.frame import Frame
from entrypoints.http.limits import LocalRateLimiter
from entrypoints.http.ports import Collaborators
from entrypoints.http.routing import Route
from tests.http.api import Ready
from todo_core.sessions import SessionPolicy
from todo_core.use_cases.accounts import Accounts
from todo_core.use_cases.sessions import Sessions
from todo_core.use_cases.tasks import Tasks
from todo_core.users import PasswordPolicy


def handlers_of(app: Frame) -> list[BaseRouteHandler]:
    """Return everything that answers below some path, apart from the framework's own OPTIONS."""
    assert isinstance(app.app, Litestar)
    handlers: list[BaseRouteHandler] = []
    for route in app.app.routes:
        if isinstance(route, HTTPRoute):
            handlers += (handler for handler in route.route_handlers if handler.http_methods != {"OPTIONS"})
        else:
            handlers.append(route.route_handler)
    return handlers


def routes_of(app: Frame) -> list[Route]:
    """Return every route, by path and method."""
    routes: list[Route] = [handler.opt["route"] for handler in handlers_of(app)]
    return sorted(routes, key=lambda route: (route.path, route.method))


def an_application() -> Frame:
    """Return the application over parts that need nothing; it is there to be looked at before any test runs."""
    clock, ids, passwords = ManualClock(), SequentialIds(), ScryptPasswords(log_cost=2)
    store = MemoryStore(clock)
    sessions = Sessions(store, clock, ids, passwords, HmacTokens(clock), SessionPolicy())
    accounts = Accounts(store, clock, ids, passwords, sessions, PasswordPolicy())
    collaborators = Collaborators(Sealer([bytes(32)]), LocalRateLimiter(), Ready(), dict)
    return create_app(accounts, Tasks(store, clock, ids), collaborators)


ROUTES = routes_of(an_application())
