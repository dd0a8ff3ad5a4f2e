"""Alarms and the dashboard: the rules do what they say, and look only at figures that the running server shows."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from os import environ
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are one more dependency

from entrypoints.http.middleware.telemetry import EVENTS
from tests.serving import REPOSITORY, Server

PROMETHEUS = REPOSITORY / "deploy" / "prometheus"
DASHBOARD = REPOSITORY / "deploy" / "grafana" / "todo-core.json"
TESTS = sorted(PROMETHEUS.glob("*_test.yaml"))
FOREIGN = {"up", "todo_backup_last_success_timestamp_seconds"}
"""What others show: Prometheus itself, and the job that makes backups (`deploy/README.md`)."""

RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((PROMETHEUS / "alerts.yaml").read_text())["groups"] for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}


def dashboard() -> dict[str, Any]:
    """Return the dashboard."""
    board: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return board


def expressions() -> Iterator[str]:
    """Return every expression of the rules and the dashboard."""
    yield from (rule["expr"] for rule in RULES)
    yield from (target["expr"] for panel in dashboard()["panels"] for target in panel["targets"])


def names_in(expression: str) -> set[str]:
    """Return the series that an expression asks for."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    return set(re.findall(r"\b(?:up|todo[:_][a-zA-Z0-9:_]+)\b", bare))


@pytest.fixture(scope="module")
def shown(server: Server) -> set[str]:
    """Return the names of all series that the running server shows once somebody has asked it something."""
    with server.client() as client:
        client.get("/api/tasks")
        metrics = client.get("/metrics").text
    return set(re.findall(r"^(\w+)(?:\{| )", metrics, re.MULTILINE))


@pytest.mark.skipif(not (shutil.which("promtool") or environ.get("CI")), reason="promtool is not installed")
@pytest.mark.parametrize("file", TESTS, ids=[file.stem for file in TESTS])
def test_the_rules_fire_when_they_should(file: Path) -> None:
    """Prometheus itself runs the rules over made-up figures: what fires, and nothing else with it."""
    run = subprocess.run(
        ["promtool", "test", "rules", file.name],  # noqa: S607 - wherever Debian or the operator put it
        cwd=PROMETHEUS,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == run.returncode, run.stdout + run.stderr


@pytest.mark.parametrize("alert", ALERTS, ids=[alert["alert"] for alert in ALERTS])
def test_every_alarm_is_tested(alert: dict[str, Any]) -> None:
    """Some test expects the alarm, and it says what is wrong, how bad it is, and what to do."""
    assert any(f'alertname="{alert["alert"]}"' in file.read_text() for file in TESTS)
    assert {"summary", "action"} == alert["annotations"].keys()
    assert alert["labels"]["severity"] in {"page", "ticket"}


def test_every_figure_exists(shown: set[str]) -> None:
    """No rule and no panel waits for a series that nobody shows."""
    asked = set().union(*map(names_in, expressions()))

    assert asked - FOREIGN - RECORDED - shown == set()
    assert len(asked - FOREIGN - RECORDED) > 5


def test_every_security_event_is_watched() -> None:
    """Each event that is counted has an alarm of its own."""
    watched = {event for alert in ALERTS for event in re.findall(r'event="(\w+)"', alert["expr"])}

    assert set(EVENTS.values()) == watched


def test_the_objectives_bucket_exists(server: Server) -> None:
    """The histogram has a bound at half a second, where the objective is."""
    with server.client() as client:
        client.get("/health")
        assert 'le="0.5"' in client.get("/metrics").text


def test_panels_do_not_overlap() -> None:
    """Each panel of the dashboard has its own place, within the width that there is."""
    places = [panel["gridPos"] for panel in dashboard()["panels"]]
    cells = [(x, place["y"]) for place in places for x in range(place["x"], place["x"] + place["w"])]

    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
