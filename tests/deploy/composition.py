"""The compose file, started for real by Docker's Compose on podman, without Grafana: it is to be had nowhere here."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.deploy.containers import ENVIRONMENT, HERE, REPOSITORY, base_image, build, podman
from tests.whole.processes import eventually, free_port, page, running

COMPOSE = REPOSITORY / "deploy" / "compose" / "compose.yaml"

SERVICES = ("sailpoint-exporter", "simulator", "prometheus", "alertmanager")
"""Those that are started."""


@dataclass(frozen=True)
class Composition:
    """A running one.

    Attributes:
        project: the name that its containers' names begin with.
        variables: what compose.here.yaml was filled with.
    """

    project: str
    variables: Mapping[str, str]

    def container(self, service: str) -> str:
        """The name of a service's container."""
        return f"{self.project}-{service}-1"

    def exporter_page(self) -> str:
        """The exporter's page."""
        return page(int(self.variables["EXPORTER_PORT"]))

    def prometheus(self, path: str) -> Any:
        """The data of an answer of Prometheus' API."""
        return json.loads(page(int(self.variables["PROMETHEUS_PORT"]), f"/api/v1/{path}"))["data"]

    def values(self, query: str) -> list[Any]:
        """What Prometheus has for an expression now."""
        return list(self.prometheus(f"query?query={quote(query)}")["result"])

    def alertmanager(self, path: str) -> Any:
        """An answer of Alertmanager's API."""
        return json.loads(page(int(self.variables["ALERTMANAGER_PORT"]), f"/api/v2/{path}"))


@contextmanager
def composed(compose: str, folder: Path) -> Iterator[Composition]:
    """All of it but Grafana, by that program, each service on a port of its own."""
    variables = {f"{name}_PORT": str(free_port()) for name in ("EXPORTER", "PROMETHEUS", "ALERTMANAGER")} | {
        "EXPORTER_IMAGE": build().name,
        "PROMETHEUS_IMAGE": _debians("prometheus"),
        "ALERTMANAGER_IMAGE": _debians("alertmanager"),
    }
    command = (compose, "-p", folder.name, "-f", str(COMPOSE), "-f", str(HERE / "compose.here.yaml"))
    with _podman_in_place_of_docker(folder / "podman.sock") as environment:
        try:
            _run(environment | variables, *command, "up", "--detach", "--no-build", *SERVICES)
            yield Composition(folder.name, variables)
        finally:
            _run(environment | variables, *command, "down", "--volumes", "--timeout", "2")


def _debians(program: str) -> str:
    """An image with Debian's build of a program, laid out as the project's own."""
    image = f"localhost/sailpoint-exporter-{program}:test"
    recipe = ("--build-arg", f"BASE_IMAGE={base_image()}", "--file", str(HERE / "monitoring.dockerfile"))
    podman("build", "--quiet", "--target", program, "--tag", image, *recipe, str(HERE))
    return image


@contextmanager
def _podman_in_place_of_docker(socket: Path) -> Iterator[dict[str, str]]:
    """Podman behind a socket: the environment in which it is found there."""
    environment = {**os.environ, **ENVIRONMENT, "DOCKER_HOST": f"unix://{socket}"}
    with running(["system", "service", "--time=0", environment["DOCKER_HOST"]], environment, program=["podman"]):
        eventually(lambda: socket.exists() or None, "podman's socket")
        yield environment


def _run(environment: dict[str, str], *command: str) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
