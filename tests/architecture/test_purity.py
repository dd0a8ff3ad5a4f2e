"""The core stands on the standard library and attrs, and nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
OUTSIDE_WORLD = {
    "asyncio",
    "http",
    "logging",
    "secrets",
    "selectors",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "zoneinfo",
}

IMPORT_ALL = """
import json, pathlib, sys
import attr, attrs
attrs_brings = set(sys.modules)
import todo_core
root = pathlib.Path(todo_core.__file__).parent
files = [file.relative_to(root.parent).with_suffix("") for file in root.rglob("*.py") if "testing" not in file.parts]
modules = [".".join(file.parts).removesuffix(".__init__") for file in files]
for name in modules:
    __import__(name)
print(json.dumps({"modules": modules, "loaded": sorted(set(sys.modules) - attrs_brings)}))
"""


def loaded_by_the_core() -> dict[str, list[str]]:
    """Import every module of the core in a fresh interpreter; return their names, and what came with them."""
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src")},
    )
    answer: dict[str, list[str]] = json.loads(run.stdout)
    return answer


def test_core_needs_attrs_alone() -> None:
    """Importing every module of the core loads no third-party module but attrs."""
    found = loaded_by_the_core()

    strangers = {name.partition(".")[0] for name in found["loaded"]} - sys.stdlib_module_names

    assert strangers == {"todo_core"}
    assert "todo_core.tasks" in found["modules"]


def test_core_leaves_the_world_alone() -> None:
    """Nothing the core imports reaches for the network, processes, logs, time zones or secrets."""
    assert OUTSIDE_WORLD.isdisjoint(loaded_by_the_core()["loaded"])
