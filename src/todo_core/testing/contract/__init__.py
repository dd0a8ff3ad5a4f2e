"""The contract of the Store port as checks that any adapter can run; they need no pytest.

For each of `STORE_CHECKS`, open an empty store and await `check.run(StoreHarness(store, clock, events))`.
"""

from todo_core.testing.contract import (  # each module adds its checks
    accounts,
    adding,
    authentication,
    identities,
    occurrences,
    optimistic,
    personal_tokens,
    purge,
    recomputation,
    revisions,
    task_lists,
    units,
)
from todo_core.testing.contract.checks import STORE_CHECKS, Check
from todo_core.testing.contract.harness import StoreHarness

__all__ = [
    "STORE_CHECKS",
    "Check",
    "StoreHarness",
    "accounts",
    "adding",
    "authentication",
    "identities",
    "occurrences",
    "optimistic",
    "personal_tokens",
    "purge",
    "recomputation",
    "revisions",
    "task_lists",
    "units",
]
