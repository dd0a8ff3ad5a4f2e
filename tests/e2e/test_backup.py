"""A machine is lost, with its embedded database: what a backup brings back, as clients see it."""

import shutil
from pathlib import Path
from typing import Any

import httpx

from tests.serving import serving, todo


def mirror(client: httpx.Client, token: str | None = None) -> httpx.Response:
    """Ask for what has changed."""
    return client.get("/api/tasks/changes", params={} if token is None else {"since": token})


def tasks(client: httpx.Client) -> list[dict[str, Any]]:
    """Return the user's tasks."""
    return list(client.get("/api/tasks").raise_for_status().json()["items"])


def test_restored_on_another_machine(data: Path) -> None:
    """Tasks are as in the backup, sessions go on, and clients that know of later changes start anew, by 410."""
    passphrase, file = data.with_name("passphrase"), data.with_name("backup.todo")
    passphrase.write_text("open sesame")
    keys = ("--with-keys", "--passphrase-file", str(passphrase))
    with serving(data, PUBLIC_URL="http://todo.test") as server:
        server.register("ada@example.org")
        tokens = server.log_in("ada@example.org")
        with server.client(tokens["access_token"]) as client:
            client.post("/api/tasks", json={"title": "Buy milk"}).raise_for_status()
            kept = tasks(client)
            todo(data, "backup", str(file), *keys)  # joins the running database
            client.post("/api/tasks", json={"title": "Made too late"}).raise_for_status()
            later = mirror(client).raise_for_status().json()["next"]
    shutil.rmtree(data)

    todo(data, "restore", str(file), *keys)

    with serving(data, PUBLIC_URL="http://todo.test") as server:
        refresh = {"refresh_token": tokens["refresh_token"]}
        renewed = httpx.post(f"{server.url}/api/auth/refresh", json=refresh).raise_for_status().json()
        with server.client(renewed["access_token"]) as client:
            assert kept == tasks(client)
            refused = mirror(client, later)
            assert (410, "sync-token-expired") == (refused.status_code, refused.json()["code"])
            made = client.post("/api/tasks", json={"title": "Made after"}).raise_for_status().json()
            assert made["version"] > kept[0]["version"] + 1
            assert {"Buy milk", "Made after"} == {
                change["task"]["title"] for change in mirror(client).json()["items"] if change["kind"] == "task"
            }
