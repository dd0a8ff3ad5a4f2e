"""Authenticated text that clients keep and send back unchanged. It is not secret.

Refresh tokens, cursors and sync tokens are made this way. A seal is valid for one kind of text. The first key seals,
all keys verify. A seal names its key by a hash, so a rotation adds a new key in front and removes the old one when its
seals have expired.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256

import attrs

from todo_core.errors import InvalidToken

KEY_ID = 4
TAG = sha256().digest_size
LONGEST = 4096


@attrs.frozen
class SealKey:
    """A secret with the short public name that seals carry."""

    secret: bytes = attrs.field(repr=False)

    @property
    def id(self) -> bytes:
        """Four bytes of a hash, which identify the key and do not reveal it."""
        return hmac.digest(self.secret, b"key id", "sha256")[:KEY_ID]

    def tag(self, kind: str, payload: bytes) -> bytes:
        """Return the HMAC-SHA256 over kind and payload; a kind has no NUL, so the two cannot run into each other."""
        return hmac.digest(self.secret, b"\0".join((b"seal", kind.encode(), payload)), "sha256")


@attrs.frozen(init=False)
class Sealer:
    """Seals and opens with one or several secrets."""

    _keys: tuple[tuple[bytes, SealKey], ...]

    def __init__(self, secrets: Sequence[bytes]) -> None:
        if not secrets:
            raise ValueError("a sealer needs a secret")
        keys = [SealKey(secret) for secret in secrets]
        self.__attrs_init__(tuple((key.id, key) for key in keys))

    def seal(self, kind: str, payload: bytes) -> str:
        """Return the payload as URL-safe text that only these secrets can produce, the same text each time."""
        key_id, key = self._keys[0]
        return _encode(key_id + payload + key.tag(kind, payload))

    def open(self, kind: str, text: str) -> bytes:
        """Return the payload. Raises InvalidToken for anything that `seal` did not return for this kind."""
        raw = _decode(text)
        key_id, payload, tag = raw[:KEY_ID], raw[KEY_ID:-TAG], raw[-TAG:]
        for known, key in self._keys:
            if known == key_id and hmac.compare_digest(key.tag(kind, payload), tag):
                return payload
        raise InvalidToken


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """Return the bytes of a text in canonical base64. Raises InvalidToken for other spellings (spare bits, blanks)."""
    if len(text) > LONGEST or not text.isascii():
        raise InvalidToken
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise InvalidToken from None
    if len(raw) < KEY_ID + TAG or _encode(raw) != text:
        raise InvalidToken
    return raw
