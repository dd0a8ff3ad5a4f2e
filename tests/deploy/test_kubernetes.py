"""The manifests: valid by Kubernetes' own schemas, and in agreement with each other."""

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are one more dependency

from entrypoints.settings.tree import Environment
from tests.deploy.configurations import DEPLOY, document, run, settings_of

FOLDER = DEPLOY / "kubernetes"
FILES = sorted(file for file in FOLDER.glob("*.yaml") if file.name != "kustomization.yaml")
VERSIONS = ("1.31", "1.37")
"""The oldest and the newest that the manifests are for, as the package of schemas knows them."""
OBJECTS: list[dict[str, Any]] = [one for file in FILES for one in yaml.safe_load_all(file.read_text())]


def of_kind(kind: str) -> list[dict[str, Any]]:
    """Return the objects of a kind."""
    return [one for one in OBJECTS if one["kind"] == kind]


def pods() -> list[dict[str, Any]]:
    """Return the templates of pods."""
    return [one["spec"]["template"] for one in OBJECTS if one["kind"] in {"Deployment", "Job"}]


@pytest.mark.parametrize("version", VERSIONS)
def test_they_keep_to_the_schemas(version: str) -> None:
    """Nothing is unknown, nothing is missing."""
    done = run("kubernetes-validate", "--strict", "--kubernetes-version", version, *FILES)

    assert 0 == done.returncode, done.stdout + done.stderr


def test_kustomize_applies_all_but_the_example() -> None:
    """Each file is a resource; the example of the secrets is not."""
    assert {file.name for file in FILES} - {"secrets.example.yaml"} == set(
        document("kubernetes/kustomization.yaml")["resources"]
    )


def test_settings_are_good_for_production(tmp_path: Path) -> None:
    """Those of the ConfigMap and those that the Secret has to have are all that production needs."""
    [configuration] = of_kind("ConfigMap")
    secret = next(one for one in of_kind("Secret") if one["metadata"]["name"] == "todo-core")
    filled = dict.fromkeys(secret["stringData"], "a1b2c3d4" * 8) | {"TODO_DATABASE_URL": "postgresql://db/todo"}

    assert Environment.PRODUCTION is settings_of(configuration["data"] | filled, tmp_path).environment
    assert {""} == {value for one in of_kind("Secret") for value in one["stringData"].values()}


def test_labels_are_selected() -> None:
    """Service, budget, policy and deployment find the pods that they are for."""
    api, migration = (pod["metadata"]["labels"] for pod in pods())
    policy = of_kind("NetworkPolicy")[0]["spec"]["podSelector"]["matchLabels"]
    selectors = [
        of_kind("Service")[0]["spec"]["selector"],
        of_kind("PodDisruptionBudget")[0]["spec"]["selector"]["matchLabels"],
        of_kind("Deployment")[0]["spec"]["selector"]["matchLabels"],
    ]

    assert [api] * 3 == selectors
    assert policy.items() <= api.items() & migration.items()


def test_pods_are_restricted() -> None:
    """As the namespace demands (Pod Security Standards, restricted), and on a file system that is read-only."""
    for pod in pods():
        [container] = pod["spec"]["containers"]
        assert {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        } == container["securityContext"]
        assert (True, "RuntimeDefault") == (
            pod["spec"]["securityContext"]["runAsNonRoot"],
            pod["spec"]["securityContext"]["seccompProfile"]["type"],
        )
        assert (False, False) == (pod["spec"]["automountServiceAccountToken"], pod["spec"]["enableServiceLinks"])


def test_a_pod_has_time_to_leave(tmp_path: Path) -> None:
    """Until proxies know, and then as long as the server gives its requests."""
    [deployment] = of_kind("Deployment")
    spec = deployment["spec"]["template"]["spec"]
    [configuration] = of_kind("ConfigMap")
    drain = {"TODO_DRAIN_SECONDS": configuration["data"]["TODO_DRAIN_SECONDS"]}

    assert spec["terminationGracePeriodSeconds"] > settings_of(drain, tmp_path).server.stop_within.total_seconds()


def test_what_is_the_operators_is_not_routed() -> None:
    """No path of the Ingress leads to figures or to the judgement of the settings."""
    [ingress] = of_kind("Ingress")
    [rule] = ingress["spec"]["rules"]
    paths = [(path["pathType"], path["path"]) for path in rule["http"]["paths"]]

    assert [] == [
        (kind, path)
        for kind, path in paths
        for closed in ("/metrics", "/health/config")
        if closed == path or (kind == "Prefix" and closed.startswith(path.rstrip("/") + "/"))
    ]
