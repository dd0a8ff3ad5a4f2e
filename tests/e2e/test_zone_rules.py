"""The program is upgraded to other rules of time zones."""

import datetime as dt
import shutil
from importlib import resources
from pathlib import Path

import httpx
import pytest

from tests.serving import UNLIMITED, eventually, serving, todo

OLDER = {"America/Mexico_City": "America/Chicago", "Asia/Amman": "Asia/Beirut", "Africa/Cairo": "Africa/Tripoli"}
"""Zones whose rules changed in 2022 and 2023, and zones that still have those from before, by and large."""
DUES = {
    "Mexico": ("2035-07-01", "18:30", "America/Mexico_City"),  # without summer time it is the next day in UTC
    "Amman": ("2035-01-10", "02:30", "Asia/Amman"),  # with summer time all year it is still the day before
    "Cairo": ("2035-07-10", "02:30", "Africa/Cairo"),  # the same, now that it has summer time again
    "Berlin": ("2035-07-01", "12:00", "Europe/Berlin"),
}
ANN = "ann@example.org"
DAY = dt.timedelta(days=1)
BEFORE = {"Mexico": "2035-07-01", "Amman": "2035-01-10", "Cairo": "2035-07-10", "Berlin": "2035-07-01"}
AFTER = {"Mexico": "2035-07-02", "Amman": "2035-01-09", "Cairo": "2035-07-09", "Berlin": "2035-07-01"}


@pytest.fixture
def older_rules(tmp_path: Path) -> str:
    """Return a directory with the package of the rules as it was."""
    package, about = tmp_path / "tzdata", tmp_path / "tzdata-2021.1.dist-info"
    with resources.as_file(resources.files("tzdata")) as installed:
        shutil.copytree(installed, package)
    for name, stand_in in OLDER.items():
        shutil.copyfile(package / "zoneinfo" / stand_in, package / "zoneinfo" / name)
    about.mkdir()
    about.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: tzdata\nVersion: 2021.1\n")
    return str(tmp_path)


def days(client: httpx.Client) -> dict[str, str]:
    """Return on which day in UTC, the owner's zone, each task is found: the one that is written, or beside it."""
    found: dict[str, str] = {}
    for title, (date, _, _) in DUES.items():
        for day in (dt.date.fromisoformat(date) + number * DAY for number in (-1, 0, 1)):
            bounds = {"due_after": str(day - DAY), "due_before": str(day + DAY)}
            items = client.get("/api/tasks", params=bounds).raise_for_status().json()["items"]
            found |= {item["title"]: str(day) for item in items if item["title"] == title}
    return found


def test_due_dates_follow_new_rules(data: Path, older_rules: str) -> None:
    """After an upgrade they are due on the right day, for good, and no client notices: versions and feed stay."""
    with serving(data, modules=older_rules, **UNLIMITED) as server:
        server.register(ANN, timezone="UTC")
        with server.client(server.log_in(ANN)["access_token"]) as client:
            for title, (date, time, zone) in DUES.items():
                due = {"date": date, "time": time, "timezone": zone}
                client.post("/api/tasks", json={"title": title, "due": due}).raise_for_status()
            assert BEFORE == days(client)
            tasks = client.get("/api/tasks", params={"sort": "due"}).json()
            since = client.get("/api/tasks/changes").json()["next"]

    with serving(data, **UNLIMITED) as server, server.client(server.log_in(ANN)["access_token"]) as client:
        eventually(lambda: AFTER == days(client), server.log.read_text)
        recomputed = [line for line in server.lines() if line["event"] == "due_dates_recomputed"]
        assert [3] == [line["tasks"] for line in recomputed]
        assert tasks == client.get("/api/tasks", params={"sort": "due"}).json()
        assert [] == client.get("/api/tasks/changes", params={"since": since}).json()["items"]
        mexico = next(item for item in tasks["items"] if item["title"] == "Mexico")
        match = {"If-Match": f'"{mexico["version"]}"'}
        client.patch(f"/api/tasks/{mexico['id']}", json={"priority": "high"}, headers=match).raise_for_status()

        todo(data, "purge", modules=older_rules)
        assert AFTER == days(client)
