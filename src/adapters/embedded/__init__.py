"""A private PostgreSQL server: found, initialised, started, recovered and stopped by one context manager."""

from adapters.embedded.binaries import Binaries
from adapters.embedded.errors import EmbeddedError
from adapters.embedded.supervisor import Server, cluster

__all__ = ["Binaries", "EmbeddedError", "Server", "cluster"]
