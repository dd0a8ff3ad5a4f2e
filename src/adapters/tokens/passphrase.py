"""Encrypts keys for a backup with a passphrase: scrypt (RFC 7914) makes the key, ChaCha20-Poly1305 (RFC 8439) seals."""

import json
import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

COST = 2**17
"""OWASP's choice for scrypt: 128 MiB of memory for each guess."""
BLOCK_SIZE = 8
SALT_BYTES = 16
NONCE_BYTES = 12
KEY_BYTES = 32


class WrongPassphrase(Exception):
    """The passphrase is wrong, or the encrypted data are damaged. The two cannot be told apart."""


def encrypt(plain: bytes, passphrase: str) -> bytes:
    """Return the bytes encrypted, as JSON that names everything but the passphrase."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    sealed = ChaCha20Poly1305(_key(passphrase, salt)).encrypt(nonce, plain, None)
    parts = {"salt": salt, "nonce": nonce, "ciphertext": sealed}
    kdf = {"kdf": "scrypt", "n": COST, "r": BLOCK_SIZE, "p": 1, "cipher": "ChaCha20-Poly1305"}
    return json.dumps({**kdf, **{name: b64encode(part).decode() for name, part in parts.items()}}).encode()


def decrypt(sealed: bytes, passphrase: str) -> bytes:
    """Return what was encrypted. Raises WrongPassphrase."""
    try:
        parts = json.loads(sealed)
        salt, nonce, ciphertext = (b64decode(parts[name]) for name in ("salt", "nonce", "ciphertext"))
        return ChaCha20Poly1305(_key(passphrase, salt)).decrypt(nonce, ciphertext, None)
    except (InvalidTag, KeyError, TypeError, ValueError):
        raise WrongPassphrase from None


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, n=COST, r=BLOCK_SIZE, p=1).derive(passphrase.encode())
