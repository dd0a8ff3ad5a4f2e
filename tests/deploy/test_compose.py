"""compose.yaml: valid by the specification's schema, and what no schema knows."""

import re
from pathlib import Path
from typing import Any

import pytest

from entrypoints.settings.tree import Environment
from tests.deploy.configurations import DEPLOY, IMAGE, document, run, settings_of

COMPOSE: dict[str, Any] = document("compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SECRET = "a1b2c3d4" * 8
SERVER = ("api", "keys", "migrate")
"""The services with our image."""


def filled(value: object) -> str:
    """Return a value with a site's name or a secret in place of each variable."""
    return re.sub(
        r"\$\{PROXY_SITE[^}]*\}", "todo.example.org", re.sub(r"\$\{(?!PROXY_SITE)[^}]*\}", SECRET, str(value))
    )


def test_it_keeps_to_the_schema() -> None:
    """The one of the Compose specification."""
    done = run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")

    assert 0 == done.returncode, done.stdout


@pytest.mark.parametrize("name", SERVER)
def test_settings_are_good_for_production(name: str, tmp_path: Path) -> None:
    """With the lines of `.env` filled in, the server takes them."""
    variables = {key: filled(value) for key, value in SERVICES[name]["environment"].items()}

    settings = settings_of(variables, tmp_path)

    assert (Environment.PRODUCTION, "https://todo.example.org") == (settings.environment, settings.server.public_url)


def test_the_example_has_every_variable() -> None:
    """`.env` is asked for what the example has, and for nothing else; the example has no value."""
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    used |= {secret["environment"] for secret in COMPOSE["secrets"].values()}
    lines = [line for line in (DEPLOY / "compose.env.example").read_text().splitlines() if not line.startswith("#")]

    assert {f"{name}=" for name in used} == set(lines)


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_hardened(name: str) -> None:
    """No privileges beyond those listed, a pinned image, a bounded log; a one-shot service is not started again."""
    service = SERVICES[name]

    assert (["ALL"], ["no-new-privileges:true"]) == (service["cap_drop"], service["security_opt"])
    assert {"privileged", "network_mode", "pid"}.isdisjoint(service)
    assert IMAGE.fullmatch(service["image"])
    assert {"max-size", "max-file"} == service["logging"]["options"].keys()
    assert ("no" if name in {"keys", "migrate"} else "unless-stopped") == service["restart"]


def test_the_order_of_starting() -> None:
    """Database, tables, keys, servers, proxy: each waits for the one before to be done or healthy."""
    conditions = {
        name: {other: waited["condition"] for other, waited in SERVICES[name]["depends_on"].items()}
        for name in ("migrate", "keys", "api", "proxy")
    }

    assert {
        "migrate": {"postgres": "service_healthy"},
        "keys": {"migrate": "service_completed_successfully"},
        "api": {
            "postgres": "service_healthy",
            "migrate": "service_completed_successfully",
            "keys": "service_completed_successfully",
        },
        "proxy": {"api": "service_healthy"},
    } == conditions


def test_the_proxy_alone_is_open_to_the_world() -> None:
    """The other ports are this machine's."""
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert {"proxy", "prometheus", "grafana"} == ports.keys()
    assert [True] * 2 == [port.startswith("127.0.0.1:") for name in ("prometheus", "grafana") for port in ports[name]]


def test_the_api_trusts_the_proxys_network() -> None:
    """The network that both are in, and nobody else."""
    [network] = COMPOSE["networks"]["front"]["ipam"]["config"]

    assert network["subnet"] == SERVICES["api"]["environment"]["TODO_TRUSTED_PROXIES"]
    assert {"api", "proxy"} == {name for name, service in SERVICES.items() if "front" in service["networks"]}


def test_what_is_mounted_is_there() -> None:
    """Files of this folder exist, volumes and networks are declared, secrets are not in read-only containers."""
    mounts = [mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])]

    assert [] == [path for path in mounts if path.startswith(".") and not (DEPLOY / path).exists()]
    assert {path for path in mounts if not path.startswith(".")} == COMPOSE["volumes"].keys()
    assert {name for service in SERVICES.values() for name in service["networks"]} == COMPOSE["networks"].keys()
    assert [] == [name for name, service in SERVICES.items() if service.get("read_only") and "secrets" in service]


def test_the_grace_is_longer_than_the_servers(tmp_path: Path) -> None:
    """A server that is asked to stop is not killed before it has given up itself."""
    variables = {key: filled(value) for key, value in SERVICES["api"]["environment"].items()}
    seconds = settings_of(variables, tmp_path).server.stop_within.total_seconds()

    assert int(SERVICES["api"]["stop_grace_period"].removesuffix("s")) > seconds
