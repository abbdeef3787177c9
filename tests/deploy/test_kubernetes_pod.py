"""The pod of the example ``sidecar-of-your-app``, run by podman: an application with the exporter beside it.

The application of the example is a simulated tenant, so that the exporter has one to read, inside a pod without any
network but its own loopback interface.
"""

import base64
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.settings.table import CLIENT_ID, CLIENT_SECRET
from tests.deploy.containers import Image, build, inspect, podman
from tests.deploy.kustomize import EXPORTER, SIDECARS, Object, containers, pod

pytestmark = pytest.mark.deploy

(EXAMPLE,) = (use for use in SIDECARS if use.resources)

PATIENCE_SECONDS = 30.0

CREDENTIAL = {CLIENT_ID.file_name: "demo-client", CLIENT_SECRET.file_name: "demo-secret"}
"""The simulated tenant's."""

GET = "import sys, urllib.request as r; sys.stdout.write(r.urlopen(sys.argv[1], timeout=10).read().decode())"


@dataclass(frozen=True)
class Pod:
    """A pod that runs."""

    name: str

    def container(self, name: str) -> str:
        """What podman calls one of its containers."""
        return f"{self.name}-{name}"

    def page(self) -> str:
        """The metrics, as another container of the pod reads them."""
        return podman("exec", self.container("your-app"), "python", "-c", GET, "http://localhost:9853/metrics")

    def state(self, name: str) -> Object:
        """What podman says about the state of one of its containers."""
        state: Object = inspect(self.container(name))["State"]
        return state

    def logs(self, name: str) -> str:
        """What a container has written."""
        return podman("logs", self.container(name))


@pytest.fixture(scope="module")
def image() -> Image:
    """The image, built once."""
    return build()


@contextmanager
def _playing(image: Image, folder: Path, **changes: str) -> Iterator[Pod]:
    """The example's pod, from the moment that a page can be read.

    Args:
        image: what both containers run.
        folder: for its files.
        changes: settings, and files of the credential, that differ from the example's.
    """
    _lay_out_secret(folder / "sailpoint-credentials", {**CREDENTIAL, **changes})
    (folder / "sailpoint-exporter-no-token").mkdir()
    name = f"sidecar-{time.monotonic_ns()}"
    manifest = folder / "pod.yaml"
    manifest.write_text(yaml.safe_dump_all(_playable(name, image, folder, changes)))
    podman("kube", "play", "--network", "none", str(manifest))
    try:
        running = Pod(name)
        _eventually(running.page)
        yield running
    finally:
        podman("pod", "rm", "--force", "--time", "0", name)


def _lay_out_secret(folder: Path, content: dict[str, str]) -> None:
    """A Secret's files as kubelet lays them out where a pod has no fsGroup: of root's group, which alone may read."""
    generation = folder / "..generation"
    generation.mkdir(parents=True)
    (folder / "..data").symlink_to(generation.name)
    for name in CREDENTIAL:
        (generation / name).write_text(content[name])
        (generation / name).chmod(0o440)
        (folder / name).symlink_to(f"..data/{name}")


def _playable(name: str, image: Image, folder: Path, changes: dict[str, str]) -> list[Object]:
    """The example's objects in the words that podman 4.3 knows.

    It knows no native sidecars, whose init containers it would wait for; publishes containers' ports, which needs a
    network; has no modes for the files of a Secret, and volumes that outlive the pod; and asks by ``curl``, which the
    image lacks, where a probe asks by HTTP. What the container may do and see is the same.
    """
    (workload,) = EXAMPLE.workloads()
    (settings,) = EXAMPLE.of_kind("ConfigMap")
    known = {"name": settings["metadata"]["name"]}
    data = settings["data"] | {key: text for key, text in changes.items() if key not in CREDENTIAL}
    template = workload["spec"]["template"]
    specification = pod(workload) | {
        "initContainers": [],
        "containers": [_container(one, image) for one in containers(pod(workload))],
        "volumes": [_directory(folder / one["name"]) for one in pod(workload)["volumes"]],
    }
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": known, "data": data},
        {"apiVersion": "v1", "kind": "Pod", "metadata": template["metadata"] | {"name": name}, "spec": specification},
    ]


def _container(container: Object, image: Image) -> Object:
    kept = {key: value for key, value in container.items() if key not in {"restartPolicy", "ports", "livenessProbe"}}
    command = {"command": ["sailpoint-exporter", "healthcheck"]}
    probe = {"livenessProbe": {"exec": command, "timeoutSeconds": int(PATIENCE_SECONDS)}}
    return kept | {"image": image.name} | (probe if "livenessProbe" in container else {})


def _directory(path: Path) -> Object:
    return {"name": path.name, "hostPath": {"path": str(path), "type": "Directory"}}


def _eventually(ask: Callable[[], Any]) -> Any:
    """What ``ask`` answers as soon as it does without an error and with something true."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if answer := ask():
                return answer
        except RuntimeError:
            if time.monotonic() > until:
                raise
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def example(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pod]:
    """The example as it is."""
    with _playing(image, tmp_path_factory.mktemp("example")) as running:
        yield running


def test_the_neighbour_is_scraped(example: Pod) -> None:
    """From inside the pod the page has the simulated tenant's clients, read with the credential of the Secret."""
    page = _eventually(lambda: (text := example.page()).count("sailpoint_managed_client_fetch_success{") and text)
    assert 'sailpoint_up{tenant="localhost"} 1.0' in page


def test_podman_finds_it_healthy(example: Pod) -> None:
    """The health check succeeds in the container that serves."""
    podman("healthcheck", "run", example.container(EXPORTER))


def test_it_reads_the_secret_through_the_group_alone(example: Pod) -> None:
    """Without an fsGroup, user 65532 reads what is root's, and has nothing to warn about: nobody else may."""
    file = "/var/run/secrets/sailpoint/client_secret"
    who = f"import os; print(os.getuid(), os.getgid(), os.stat('{file}').st_mode & 0o777)"
    assert podman("exec", example.container(EXPORTER), "python", "-c", who) == f"65532 0 {0o440}"
    assert "may read this secret" not in example.logs(EXPORTER)


def test_it_can_write_nowhere(example: Pod) -> None:
    """Its root is read-only, and so is all that is mounted below it."""
    attempt = (
        "import os; print([p for p in ('/', '/app', '/tmp', '/var/run/secrets/sailpoint') if os.access(p, os.W_OK)])"
    )
    assert podman("exec", example.container(EXPORTER), "python", "-c", attempt) == "[]"


def test_it_finds_no_token(example: Pod) -> None:
    """The directory of the service account's token is there, and empty."""
    look = "import os; print(os.listdir('/var/run/secrets/kubernetes.io/serviceaccount'))"
    assert podman("exec", example.container(EXPORTER), "python", "-c", look) == "[]"


def test_its_death_is_none_of_the_neighbours_business(example: Pod) -> None:
    """Killed, the exporter is started again; the application has the process that it had before, and answers."""
    before, application = example.state(EXPORTER)["Pid"], example.state("your-app")
    os.kill(before, signal.SIGKILL)  # not by podman, which would take it for our wish that it ends
    _eventually(lambda: example.state(EXPORTER)["Pid"] not in {0, before})
    assert _eventually(example.page)
    assert example.state("your-app")["Pid"] == application["Pid"]
    assert example.state("your-app")["StartedAt"] == application["StartedAt"]


@pytest.mark.parametrize(
    "changes",
    [
        {"SAIL_BASE_URL": "https://tenant.invalid"},
        {"SAIL_BASE_URL": "http://localhost:9"},
        {CLIENT_SECRET.file_name: base64.b64encode(b"canary").decode()},
    ],
    ids=["no such host", "nobody listens", "credential refused"],
)
def test_it_goes_on_without_a_tenant(image: Image, tmp_path: Path, changes: dict[str, str]) -> None:
    """A tenant that is away, or refuses the credential, ends nothing: the exporter says so, and stays healthy."""
    with _playing(image, tmp_path, **changes) as running:
        started = running.state(EXPORTER)["StartedAt"]
        tenant = "tenant" if "invalid" in str(changes) else "localhost"
        assert f'sailpoint_up{{tenant="{tenant}"}} 0.0' in running.page()
        podman("healthcheck", "run", running.container(EXPORTER))
        assert running.state(EXPORTER)["StartedAt"] == started
        assert running.state("your-app")["Running"] is True
