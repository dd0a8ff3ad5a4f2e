"""Prometheus and Grafana as compose.yaml starts them."""

from pathlib import Path

from tests.deploy.configurations import DEPLOY, document, run


def test_prometheus_takes_its_configuration(tmp_path: Path) -> None:
    """Its own program reads it, with the rules, and with the token where it is here."""
    token = tmp_path / "token"
    token.write_text("token")
    text = (DEPLOY / "prometheus" / "prometheus.yaml").read_text()
    (tmp_path / "prometheus.yaml").write_text(text.replace("/run/secrets/metrics_token", str(token)))
    (tmp_path / "alerts.yaml").symlink_to(DEPLOY / "prometheus" / "alerts.yaml")

    done = run("promtool", "check", "config", tmp_path / "prometheus.yaml")

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "rules found" in done.stdout


def test_prometheus_scrapes_the_job_of_the_rules() -> None:
    """The rules look for the name of the job, and the token is the one that Compose mounts."""
    [job] = document("prometheus/prometheus.yaml")["scrape_configs"]

    assert ("todo-core", "/run/secrets/metrics_token") == (job["job_name"], job["authorization"]["credentials_file"])
    assert 'job="todo-core"' in (DEPLOY / "prometheus" / "alerts.yaml").read_text()


def test_grafana_finds_the_dashboard_and_its_data() -> None:
    """The folder that is looked through is the one that the dashboard is mounted into; the data source is Compose's."""
    services = document("compose.yaml")["services"]
    [provider] = document("grafana/provisioning/dashboards/todo-core.yaml")["providers"]
    [source] = document("grafana/provisioning/datasources/prometheus.yaml")["datasources"]

    assert f"./grafana/todo-core.json:{provider['options']['path']}/todo-core.json:ro" in services["grafana"]["volumes"]
    assert ("http://prometheus:9090", True) == (source["url"], source["isDefault"])
