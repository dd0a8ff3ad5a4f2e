"""The keys that sign access tokens: a private JWK Set (RFC 7517) of Ed25519 keys (RFC 8037) in a file.

The first key that may sign, signs; every key verifies. Two optional members of a key, as in OpenID Federation, hold its
times in seconds since 1970: from `nbf` it signs, from `exp` it is not used at all. `docs/adr/0012-signing-keys.md` says
why no request fails during a rotation.
"""

import datetime as dt
import enum
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import cast

import attrs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.algorithms import OKPAlgorithm
from jwt.exceptions import PyJWTError

MAX_KEYS = 20
MAX_KEY_ID_LENGTH = 128
INSTANT = "%Y-%m-%d %H:%M:%SZ"


class InvalidKeySet(ValueError):
    """The text is not a private JWK Set that this program can use. The message says why, and shows no key."""


class KeyState(enum.StrEnum):
    """What a key does at a given time: sign and verify, only verify, wait until it may sign, or nothing."""

    SIGNS = "signs"
    VERIFIES = "verifies"
    WAITS = "waits"
    ENDED = "ended"


@attrs.frozen
class KeyStatus:
    """The state of a key at a given time. `signs_from` None: from the beginning; `ends_at` None: never."""

    id: str
    state: KeyState
    signs_from: dt.datetime | None
    ends_at: dt.datetime | None

    @property
    def words(self) -> str:
        """What the key does, and until when."""
        if self.state is KeyState.ENDED:
            return "has ended"
        until = f", until {self.ends_at:{INSTANT}}" if self.ends_at else ""
        does = f"signs from {self.signs_from:{INSTANT}}" if self.state is KeyState.WAITS else self.state
        return f"{does}{until}"


@attrs.frozen
class SigningKey:
    """One Ed25519 key. `signs_from` None: from the beginning; `ends_at` None: never."""

    id: str
    private: Ed25519PrivateKey = attrs.field(repr=False, eq=False)
    signs_from: dt.datetime | None = None
    ends_at: dt.datetime | None = None

    @classmethod
    def generate(cls, signs_from: dt.datetime | None = None) -> "SigningKey":
        """Return a fresh key, named by its thumbprint (RFC 7638)."""
        private = Ed25519PrivateKey.generate()
        public = OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
        canonical = json.dumps(public, sort_keys=True, separators=(",", ":")).encode()
        return cls(urlsafe_b64encode(sha256(canonical).digest()).rstrip(b"=").decode(), private, signs_from)

    @property
    def public(self) -> Ed25519PublicKey:
        """The public half."""
        return self.private.public_key()

    def verifies(self, now: dt.datetime) -> bool:
        """Return whether tokens of this key are still accepted."""
        return self.ends_at is None or now < self.ends_at

    def signs(self, now: dt.datetime) -> bool:
        """Return whether this key may make tokens."""
        return self.verifies(now) and (self.signs_from is None or self.signs_from <= now)

    def status(self, now: dt.datetime, *, is_signer: bool) -> KeyStatus:
        """Return the state of the key. One key of a set is the signer."""
        if not self.verifies(now):
            state = KeyState.ENDED
        elif not self.signs(now):
            state = KeyState.WAITS
        else:
            state = KeyState.SIGNS if is_signer else KeyState.VERIFIES
        return KeyStatus(self.id, state, self.signs_from, self.ends_at)


@attrs.frozen
class KeySet:
    """Signing keys, the newest first."""

    keys: tuple[SigningKey, ...]

    @classmethod
    def generate(cls) -> "KeySet":
        """Return a set of one fresh key that signs at once."""
        return cls((SigningKey.generate(),))

    @classmethod
    def parse(cls, text: str) -> "KeySet":
        """Return the keys of a private JWK Set. Raises InvalidKeySet."""
        try:
            members = json.loads(text)["keys"]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise InvalidKeySet('not a JWK Set: a JSON object with a member "keys" is expected') from None
        if not isinstance(members, list) or not 1 <= len(members) <= MAX_KEYS:
            raise InvalidKeySet(f"a set of 1 to {MAX_KEYS} keys is expected")
        keys = tuple(_parse_key(position, member) for position, member in enumerate(members, 1))
        if len({key.id for key in keys}) < len(keys):
            raise InvalidKeySet("two keys have the same kid")
        return cls(keys)

    def dump(self) -> str:
        """Return the private JWK Set as text."""
        return json.dumps({"keys": [_dump_key(key) for key in self.keys]}, indent=2) + "\n"

    def signer(self, now: dt.datetime) -> SigningKey:
        """Return the key that signs. Raises InvalidKeySet when none may."""
        for key in self.keys:
            if key.signs(now):
                return key
        raise InvalidKeySet("no key may sign at this time")

    def verifier(self, key_id: str, now: dt.datetime) -> SigningKey | None:
        """Return the key of this id, if its tokens are accepted."""
        return next((key for key in self.keys if key.id == key_id and key.verifies(now)), None)

    def public(self, now: dt.datetime) -> dict[str, object]:
        """Return the public JWK Set for verifiers. Keys that will sign later are in it."""
        return {"keys": [_public_jwk(key) for key in self.keys if key.verifies(now)]}

    def status(self, now: dt.datetime) -> list[KeyStatus]:
        """Return the state of each key."""
        signer = next((key for key in self.keys if key.signs(now)), None)
        return [key.status(now, is_signer=key is signer) for key in self.keys]

    def rotated(self, now: dt.datetime, *, delay: dt.timedelta, keep: dt.timedelta) -> "KeySet":
        """Return a set with a new key that signs after `delay`; the others end `keep` later, and ended ones go."""
        start = now + delay
        end = start + keep
        kept = (attrs.evolve(key, ends_at=min(key.ends_at or end, end)) for key in self.keys if key.verifies(now))
        return KeySet((SigningKey.generate(start), *kept))


def _parse_key(position: int, member: object) -> SigningKey:
    if not isinstance(member, Mapping):
        raise InvalidKeySet(f"key {position} is not an object")
    key_id = member.get("kid")
    if not isinstance(key_id, str) or not 1 <= len(key_id) <= MAX_KEY_ID_LENGTH:
        raise InvalidKeySet(f"key {position} has no kid of 1 to {MAX_KEY_ID_LENGTH} characters")
    try:
        private = OKPAlgorithm.from_jwk(dict(member))
    except (PyJWTError, ValueError, TypeError):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise InvalidKeySet(f"key {position} is not a private Ed25519 key (kty OKP, crv Ed25519, x, d)")
    return SigningKey(key_id, private, _time(member, "nbf", position), _time(member, "exp", position))


def _time(member: Mapping[str, object], name: str, position: int) -> dt.datetime | None:
    seconds = member.get(name)
    if seconds is None:
        return None
    try:
        return dt.datetime.fromtimestamp(cast("int", seconds), dt.UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise InvalidKeySet(f"key {position}: {name} is not a time in seconds since 1970") from None


def _dump_key(key: SigningKey) -> dict[str, object]:
    times = {"nbf": key.signs_from, "exp": key.ends_at}
    return {
        **_described(key),
        **OKPAlgorithm.to_jwk(key.private, as_dict=True),
        **{name: int(time.timestamp()) for name, time in times.items() if time is not None},
    }


def _public_jwk(key: SigningKey) -> dict[str, object]:
    return {**_described(key), **OKPAlgorithm.to_jwk(key.public, as_dict=True)}


def _described(key: SigningKey) -> dict[str, object]:
    return {"kid": key.id, "use": "sig", "alg": "EdDSA"}
