"""The routes that the application itself has, as its framework knows them."""

from adapters.tokens import Sealer
from entrypoints.http.app import create_app
from entrypoints.http.middleware.application import RequestMiddleware
from entrypoints.http.middleware.rate_limits import LocalRateLimiter
from entrypoints.http.ports import Collaborators
from tests.http.api import Ready
from tests.http.conformance import served
from tests.http.over import use_cases_of
from tests.support import World


def an_application() -> RequestMiddleware:
    """Return the application over parts that need nothing; it is there to be looked at before any test runs."""
    collaborators = Collaborators(Sealer([bytes(32)]), LocalRateLimiter(), Ready(), dict)
    return create_app(use_cases_of(World.over()), collaborators)


ROUTES = served(an_application())
