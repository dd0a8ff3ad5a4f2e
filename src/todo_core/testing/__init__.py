"""Every port without a database or a third-party library, for tests and experiments.

The parts are as strict as the PostgreSQL adapters: one contract suite checks both. They last as long as the process.
Time, zones, randomness and threads are used here, and nowhere else in `todo_core`.
"""

from todo_core.testing.clock import START, ManualClock, SequentialCharacters, SequentialIds
from todo_core.testing.passwords import ScryptPasswords
from todo_core.testing.store import MemoryStore
from todo_core.testing.tokens import HmacExternalTokens, HmacSeal, HmacTokens

__all__ = [
    "START",
    "HmacExternalTokens",
    "HmacSeal",
    "HmacTokens",
    "ManualClock",
    "MemoryStore",
    "ScryptPasswords",
    "SequentialCharacters",
    "SequentialIds",
]
