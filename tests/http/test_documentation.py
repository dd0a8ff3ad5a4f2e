"""The pages about errors say what the program says."""

import ast
import re
from pathlib import Path

from entrypoints.http.problems import PROBLEM_TYPES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
PROBLEMS, PARTS = PAGE.split("## What is wrong with a part")
NAMING = {"at", "note", "_invalid", "InvalidPart"}
"""The functions whose second argument is the code of a broken rule."""


def codes_in(source: Path) -> set[str]:
    """Return the codes of broken rules that a module names."""
    calls = [node for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    named = [call for call in calls if ast.unparse(call.func).rpartition(".")[2] in NAMING and len(call.args) > 1]
    codes = [call.args[1].value for call in named if isinstance(call.args[1], ast.Constant)]
    return {code for code in codes if isinstance(code, str)}


def test_every_problem_is_listed() -> None:
    """Each code with its status, and no other."""
    listed = {(int(status), code) for status, code in re.findall(r"^\| (\d{3}) \| `([a-z-]+)`", PROBLEMS, re.MULTILINE)}

    assert {(kind.status, vars(error)["code"]) for error, kind in PROBLEM_TYPES.items()} == listed


def test_every_code_of_a_part_is_listed() -> None:
    """Each rule that the core or the HTTP layer names, and no other."""
    rows = [line.split("|")[1] for line in PARTS.splitlines() if line.startswith("| `")]
    listed = {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)} - {"code"}

    sources = [*(ROOT / "src/todo_core").rglob("*.py"), *(ROOT / "src/entrypoints/http").rglob("*.py")]
    assert set().union(*map(codes_in, sources)) | {"malformed"} == listed
