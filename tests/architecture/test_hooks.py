"""What runs before a commit is what CI runs."""

import re
from pathlib import Path

import yaml  # type: ignore[import-untyped]  # its stubs are one more dependency

REPOSITORY = Path(__file__).parents[2]


def test_hooks_are_the_gates_of_make_test() -> None:
    """Each hook is a gate of `make test`, every gate but pytest has a hook, and no tool comes from elsewhere."""
    [gates] = re.findall(r"^test: (.+)$", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)

    [repository] = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text())["repos"]

    assert "local" == repository["repo"]
    assert gates.split() == [hook["id"] for hook in repository["hooks"]]
    assert [f"make --silent {gate}" for gate in gates.split()] == [hook["entry"] for hook in repository["hooks"]]
