"""A private PostgreSQL server: found, initialised, started, recovered and stopped by one context manager."""

from adapters.embedded.binaries import Binaries
from adapters.embedded.errors import EmbeddedError
from adapters.embedded.supervisor import Server, cluster
from adapters.embedded.watch import Observer

__all__ = ["Binaries", "EmbeddedError", "Observer", "Server", "cluster"]
