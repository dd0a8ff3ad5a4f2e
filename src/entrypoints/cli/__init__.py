"""The command `todo`."""

import sys

try:
    from entrypoints.cli.root import main
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] in {"todo_core", "adapters", "entrypoints"}:
        raise
    sys.exit(f"todo: {missing.name} is not installed; `pip install 'todo-core[server]'` brings all that `todo` needs")

__all__ = ["main"]
