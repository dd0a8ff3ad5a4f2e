"""Passwords: hashed with argon2, judged with zxcvbn, both in one bounded pool of threads."""

from adapters.passwords.hashing import Profile
from adapters.passwords.pooled import PooledPasswords

__all__ = ["PooledPasswords", "Profile"]
