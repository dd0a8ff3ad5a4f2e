"""What generators make of the OpenAPI document with their defaults compiles, imports, and works."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from entrypoints.http.document.openapi import document
from tests.security.route_table import ROUTES
from tests.serving import UNLIMITED, serving
from tests.support import PASSWORD

HERE = Path(__file__).parent
PROGRAMS = Path(sys.executable).parent
SESSION = """
import sys
from generated import AuthenticatedClient, Client
from generated.api.sessions import log_in
from generated.api.tasks import create_task, delete_task, edit_task, list_tasks
from generated.models import LogIn, NewTask, Priority, TaskPatch, Tokens

url, email, password = sys.argv[1:]
tokens = log_in.sync(client=Client(base_url=url), body=LogIn(email=email, password=password))
assert isinstance(tokens, Tokens)
client = AuthenticatedClient(base_url=url, token=tokens.access_token)
task = create_task.sync_detailed(client=client, body=NewTask(title="Buy milk")).parsed
task = edit_task.sync(task.id, client=client, body=TaskPatch(priority=Priority.HIGH))
print(task.priority, task.title, [one.title for one in list_tasks.sync(client=client, priority=[Priority.HIGH]).items])
print(int(delete_task.sync_detailed(task.id, client=client).status_code))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with the document in it."""
    place = tmp_path_factory.mktemp("generated")
    (place / "openapi.json").write_bytes(msgspec.json.encode(document(ROUTES, "1.0.0")))
    return place


def run(*command: str | Path, cwd: Path) -> str:
    """Run a program, which must succeed, and return what it says."""
    alone = {**os.environ, "PATH": os.defpath}  # the generator has ruff rewrite its types where it finds one
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=alone)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_openapi_typescript(place: Path) -> None:
    """README's request compiles, a change narrows by its shape, and mistakes are errors."""
    node, modules = shutil.which("node"), HERE / "node_modules"
    if not os.environ.get("CI") and (node is None or not modules.is_dir()):
        pytest.skip("needs Node.js 20 and `npm ci --prefix tests/generated_clients`")
    assert node is not None
    run(node, modules / "openapi-typescript" / "bin" / "cli.js", "openapi.json", "--output", "schema.ts", cwd=place)
    shutil.copy(HERE / "uses.ts", place)

    strict = ("--strict", "--noEmit", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler")
    run(node, modules / "typescript" / "bin" / "tsc", *strict, "uses.ts", cwd=place)


def test_openapi_python_client(place: Path, database: str, tmp_path: Path) -> None:
    """The package imports, passes mypy --strict, and makes, changes, lists and deletes a task."""
    program = PROGRAMS / "openapi-python-client"
    run(program, "generate", "--path", "openapi.json", "--meta", "none", "--output-path", "generated", cwd=place)
    run(sys.executable, "-m", "mypy", "--strict", "generated", cwd=place)

    with serving(tmp_path / "data", DATABASE_URL=database, **UNLIMITED) as server:
        server.register("ada@example.org")
        said = run(sys.executable, "-c", SESSION, server.url, "ada@example.org", PASSWORD, cwd=place)

    assert ["high Buy milk ['Buy milk']", "204"] == said.splitlines()
