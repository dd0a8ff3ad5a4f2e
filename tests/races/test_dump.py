"""A copy of the database logs nobody in: what clients hold is not in it, and what is in it opens nothing."""

import json
import os
import re
import subprocess
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

import attrs
import pytest

from adapters.embedded.binaries import Binaries
from tests.races.conftest import OTHER_PASSWORD, Pair, User
from tests.races.wire import Request, codes, lines_to, volley
from tests.support import PASSWORD

TAG_BYTES = 32
SHORTEST = 12
"""A piece of text shorter than this could be in a dump by chance."""
WORD = re.compile(r"[^\s,;:'\"(){}\\]{8,}")
HASH = re.compile(r"\$argon2id\$[^']+")
KEYS_OF_LIMITS = "public.rate_limits"


@attrs.frozen
class Person:
    """A user with every pair of tokens they ever got, the last of which are good."""

    issued: list[User]

    @property
    def now(self) -> User:
        """The user with the tokens that are good."""
        return self.issued[-1]


@attrs.frozen
class Stolen:
    """A dump of everything, and two of the people whose rows it has."""

    text: str
    people: list[Person]

    @property
    def words(self) -> set[str]:
        """Return all that stands in the rows of the two, and in those that belong to nobody."""
        marks = [KEYS_OF_LIMITS, *(person.now.claims["sub"] for person in self.people)]
        rows = [row for row in self.text.splitlines() if any(mark in row for mark in marks)]
        return {word for row in rows for word in WORD.findall(row)}

    @property
    def hashes(self) -> list[str]:
        """Return the hashes of the two's passwords."""
        addresses = [person.now.email for person in self.people]
        rows = [row for row in self.text.splitlines() if any(address in row for address in addresses)]
        return [found for row in rows for found in HASH.findall(row)]


def grown(pair: Pair) -> Person:
    """Have somebody use everything that issues tokens, and what keeps things about them."""
    user = pair.join()
    with lines_to(pair.servers, 2) as [line, other]:
        refresh = {"refresh_token": user.refresh}
        second = User(user.email, line.ask("POST", "/api/auth/refresh", json=refresh).json())
        change = {"current_password": PASSWORD, "new_password": OTHER_PASSWORD}
        third = User(user.email, other.ask("PUT", "/api/auth/password", token=second.access, json=change).json())
        once = {"Idempotency-Key": "once"}
        made = line.ask("POST", "/api/tasks", token=third.access, json={"title": "in the dump"}, headers=once)
        assert 201 == made.status
    return Person([user, second, third])


@pytest.fixture(scope="module")
def stolen(pair: Pair) -> Stolen:
    """Take a copy of the database while sessions live, as `pg_dump` makes it."""
    people = [grown(pair) for _ in range(2)]
    programs = os.environ.get("TODO_PG_BINDIR")
    program = Binaries.find(Path(programs) if programs else None).bindir / "pg_dump"
    dump = subprocess.run([program, "--inserts", pair.database], capture_output=True, text=True, check=True)
    return Stolen(dump.stdout, people)


def decoded(text: str) -> bytes:
    """Return what URL-safe base64 without padding encodes."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def forms(secret: bytes) -> set[str]:
    """Return how bytes may stand in a dump: as text, in hexadecimal, in base64 of either alphabet."""
    encoded = {form.rstrip(b"=").decode() for form in (b64encode(secret), urlsafe_b64encode(secret))}
    return {secret.hex(), secret.decode("latin-1"), *encoded}


def secrets_of(user: User) -> set[str]:
    """Return two tokens, and what in them cannot be made without a key, in every form."""
    sealed, (_, payload, signature) = decoded(user.refresh), user.access.split(".")
    raw = (sealed, sealed[-TAG_BYTES:], decoded(signature), user.access.encode(), user.refresh.encode())
    return {payload, signature}.union(*map(forms, raw))


def secrets_of_server(pair: Pair) -> set[str]:
    """Return the keys that make tokens, in every form."""
    signing = json.loads(pair.signing_keys.read_text())["keys"][0]["d"]
    sealing = pair.signing_keys.with_name("secret").read_text().strip()
    return forms(decoded(signing)) | forms(sealing.encode()) | forms(bytes.fromhex(sealing))


def test_it_has_what_it_should(stolen: Stolen) -> None:
    """The dump is one: it has the addresses, the sessions that live, and a hash for each password."""
    for person in stolen.people:
        assert person.now.email in stolen.text
        assert person.now.claims["sid"] in stolen.words
    assert 2 == len(stolen.hashes)


def test_no_token_is_in_it(stolen: Stolen, pair: Pair) -> None:
    """No token that was ever issued is in the dump, no signature or seal of one, no password, and no key."""
    passwords = [forms(password.encode()) for password in (PASSWORD, OTHER_PASSWORD)]
    tokens = [secrets_of(user) for person in stolen.people for user in person.issued]
    secrets = secrets_of_server(pair).union(*passwords, *tokens)

    found = stolen.text.lower()
    assert set() == {secret for secret in secrets if secret.lower() in found}
    assert SHORTEST < min(map(len, secrets))


def test_nothing_in_it_is_a_token(stolen: Stolen, pair: Pair) -> None:
    """Each word of the dump, as it is and encoded, is refused as access token and as refresh token."""
    encoded = {urlsafe_b64encode(word.encode()).rstrip(b"=").decode() for word in stolen.words}
    with lines_to(pair.servers, 2) as lines:
        for word in sorted(stolen.words | encoded):
            show = Request("GET", "/api/auth/me", token=word)
            exchange = Request("POST", "/api/auth/refresh", json={"refresh_token": word})
            assert {"not-authenticated": 1, "invalid-refresh-token": 1} == codes(volley(lines, [show, exchange])), word

        # Nor has any of it ended a session.
        asking = [Request("GET", "/api/auth/me", token=person.now.access) for person in stolen.people]
        assert {None: 2} == codes(volley(lines, asking))


def test_no_hash_is_a_password(stolen: Stolen, pair: Pair) -> None:
    """A hash from the dump logs nobody in."""
    logins = [
        Request("POST", "/api/auth/login", json={"email": person.now.email, "password": hashed})
        for person in stolen.people
        for hashed in stolen.hashes
    ]
    with lines_to(pair.servers, len(logins)) as lines:
        assert {"invalid-credentials": 4} == codes(volley(lines, logins))
