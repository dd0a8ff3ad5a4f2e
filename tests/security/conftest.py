"""The API of `tests/http`, attacked."""

from tests.http.conftest import ada, bob, build, client, key_file, passwords, world

__all__ = ("ada", "bob", "build", "client", "key_file", "passwords", "world")
