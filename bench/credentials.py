"""The same reads by users with each kind of credentials: a session, a token of an external issuer, a personal one."""

import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import jwt

from bench import workloads
from bench.client import ask
from bench.workloads import TASK, Account, Workload

ISSUER = "http://issuer.test"
SECRET = "a secret of the benchmark, for as long as it takes"  # noqa: S105 - of accounts that live as long as it
PASSWORD = "a quiet harbour at dawn"  # noqa: S105 - the same
SETTINGS = {
    "BETTER_AUTH_MODE": "hs256",
    "BETTER_AUTH_ISSUER": ISSUER,
    "BETTER_AUTH_AUDIENCE": ISSUER,
    "BETTER_AUTH_SECRET": SECRET,
}
"""What the server is told of the issuer."""
LOCAL, EXTERNAL, PERSONAL = "R local", "R external", "R token"
OTHERS = (EXTERNAL, PERSONAL)
USERS, TASKS = 40, 20
LIFE_SECONDS = 3600


def reads(port: int) -> Iterator[Workload]:
    """Yield R with each kind of credentials, by as many users with as many tasks, who are made here."""
    for name, credentials in ((LOCAL, _session), (EXTERNAL, _external), (PERSONAL, _personal)):
        accounts = [_account(port, credentials) for _ in range(USERS)]
        yield Workload(name, workloads.read(accounts).requests)


def _account(port: int, credentials: Callable[[int], tuple[str, str]]) -> Account:
    writing, reading = credentials(port)
    made = [ask(port, "POST", "/api/tasks", writing, TASK) for _ in range(TASKS)]
    return Account(reading, [task["id"] for task in made])


def _session(port: int) -> tuple[str, str]:
    who = {"email": f"{uuid4().hex}@example.org", "password": PASSWORD}
    ask(port, "POST", "/api/auth/register", body=who)
    token = str(ask(port, "POST", "/api/auth/login", body=who)["access_token"])
    return token, token


def _external(_port: int) -> tuple[str, str]:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": ISSUER, "sub": uuid4().hex, "iat": now, "exp": now + LIFE_SECONDS}
    token = jwt.encode(claims, SECRET, "HS256")
    return token, token


def _personal(port: int) -> tuple[str, str]:
    writing, _ = _external(port)  # who makes one without a password
    request = {"name": "benchmark", "scopes": ["tasks:read"]}
    return writing, str(ask(port, "POST", "/api/auth/tokens", writing, request)["token"])
