"""Every port without a database or a third-party library: as strict as PostgreSQL, gone with the process."""

from adapters.memory.clock import ManualClock, SequentialIds
from adapters.memory.passwords import ScryptPasswords
from adapters.memory.store import MemoryStore
from adapters.memory.tokens import HmacTokens

__all__ = ["HmacTokens", "ManualClock", "MemoryStore", "ScryptPasswords", "SequentialIds"]
