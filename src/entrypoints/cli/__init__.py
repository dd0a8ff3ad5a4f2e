"""The command `todo`."""

import sys

from entrypoints.cli.streams import open_missing_streams

INTERRUPTED = 130  # 128 + SIGINT

open_missing_streams()
try:
    from entrypoints.cli.root import main
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] in {"todo_core", "adapters", "entrypoints"}:
        raise
    sys.exit(f"todo: {missing.name} is not installed: install todo-core-server again, with everything it depends on")

except KeyboardInterrupt:  # Ctrl-C while the modules are loaded
    sys.exit(INTERRUPTED)

__all__ = ["main"]
