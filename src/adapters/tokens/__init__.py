"""Tokens and the keys that make them: signed access tokens, sealed refresh tokens, cursors and sync tokens."""

from adapters.tokens.access import AccessTokens
from adapters.tokens.files import read_or_create
from adapters.tokens.kept_keys import differing, parse_all, read_all, write_all
from adapters.tokens.key_file import KeyFile, rotate
from adapters.tokens.keys import InvalidKeySet, KeySet, SigningKey
from adapters.tokens.passphrase import WrongPassphrase, decrypt, encrypt
from adapters.tokens.seal import Sealer
from adapters.tokens.signed import SignedTokens

__all__ = [
    "AccessTokens",
    "InvalidKeySet",
    "KeyFile",
    "KeySet",
    "Sealer",
    "SignedTokens",
    "SigningKey",
    "WrongPassphrase",
    "decrypt",
    "differing",
    "encrypt",
    "parse_all",
    "read_all",
    "read_or_create",
    "rotate",
    "write_all",
]
