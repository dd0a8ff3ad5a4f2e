"""What the server distribution depends on: the rules of the same version, the group `server`, a group for an extra."""

import tomllib
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ServerDependencies(MetadataHookInterface):
    """Hatchling finds it here: the one hook that `[tool.hatch.metadata.hooks.custom]` asks for."""

    def update(self, metadata: dict[str, object]) -> None:
        """Set the dependencies. The version is known by then, so that it is declared once, in todo_core."""
        groups = tomllib.loads(Path(self.root, "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
        metadata["dependencies"] = [f"todo-core=={metadata['version']}", *groups["server"]]
        metadata["optional-dependencies"] = {"opentelemetry": groups["opentelemetry"]}
