"""The OpenAPI document against the real server: every check that Schemathesis has, as two users who are strangers."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.serving import Server
from tests.support import PASSWORD

USERS = ("schemathesis-1", "schemathesis-2")
EXAMPLES = "30"
AT_MOST_SECONDS = 180

# What the contract allows beside the tool's own list: rules that no schema can state (422), places in lists, which only
# the server can make (400, 410), preconditions that exclude each other (400) or do not hold (412). These come before
# the body is looked at, so most requests have one that holds.
CONFIGURATION = """
[parameters]
"header.If-Match" = "*"
"header.If-None-Match" = '"12"'

[auth.wfc]
path = "users.json"
peers = ["schemathesis-1", "schemathesis-2"]

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 412, 422, 428]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 412, 415, 422, 428]

[[operations]]
include-operation-id = ["listTasks", "listChanges"]
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", 400, 401, 410]

[[operations]]
include-operation-id = ["replaceTask", "listOccurrences"]
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", 400, 401, 403, 404, 409, 412, 422, 428]
"""


def user(name: str) -> dict[str, Any]:
    """Return how the tool logs a user in (Web Fuzzing Commons)."""
    return {
        "name": name,
        "loginEndpointAuth": {
            "endpoint": "/api/auth/login",
            "verb": "POST",
            "contentType": "application/json",
            "payloadRaw": json.dumps({"email": f"{name}@example.org", "password": PASSWORD}),
            "token": {
                "extractFrom": "body",
                "extractSelector": "/access_token",
                "sendIn": "header",
                "sendName": "Authorization",
                "sendTemplate": "Bearer {token}",
            },
        },
    }


def test_the_api_is_what_its_document_says(server: Server, tmp_path: Path) -> None:
    """Examples, edge cases, random requests and chains of them find no defect, no leak and no broken promise."""
    for name in USERS:
        server.register(f"{name}@example.org")
    (tmp_path / "users.json").write_text(json.dumps({"auth": [user(name) for name in USERS]}))
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)

    run = subprocess.run(
        [
            *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
            *("--config-file", "schemathesis.toml", "run", f"{server.url}/schema/openapi.json"),
            *("--checks", "all", "--mode", "all", "--max-examples", EXAMPLES, "--seed", "1"),
            *("--generation-allow-x00", "true", "--generation-database", "none", "--no-color"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=AT_MOST_SECONDS,
        check=False,
    )

    assert 0 == run.returncode, run.stdout[-10_000:] + run.stderr
    assert "`object_level_authorization` will not run" not in run.stdout
    assert [] == [line for line in server.lines() if line.get("status", 0) >= 500]
