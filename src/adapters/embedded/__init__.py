"""A private PostgreSQL server: found, initialised, started, recovered and stopped by one context manager."""

from adapters.embedded.binaries import OLDEST_MAJOR, Binaries
from adapters.embedded.errors import EmbeddedError
from adapters.embedded.home import Home
from adapters.embedded.supervisor import Server, cluster
from adapters.embedded.watch import Observer

__all__ = ["OLDEST_MAJOR", "Binaries", "EmbeddedError", "Home", "Observer", "Server", "cluster"]
