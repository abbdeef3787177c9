"""The container image: built and run for real. ``make image-test`` asks for these tests; they need podman."""

import http.client
import re
import socket
import time
from collections.abc import Iterator

import pytest

from exporter import __version__
from tests.deploy.containers import Image, build, inspect, podman, run_once, running

pytestmark = pytest.mark.image

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def image() -> Image:
    """The image, built once."""
    return build()


@pytest.fixture
def port() -> int:
    """A port that is free on the loopback interface."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def demo(image: Image, port: int) -> Iterator[str]:
    """A container that runs the demo, from the moment that it serves a page."""
    with running(image, port, "demo") as container:
        _page(port, within_seconds=20)
        yield container


def _page(port: int, within_seconds: float) -> str:
    until = time.monotonic() + within_seconds
    while True:
        try:
            return _get(port, "/metrics")
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _get(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def test_it_adds_less_than_120_megabytes_to_its_base(image: Image) -> None:
    """The image is at most 120 MB larger than the base it starts from."""
    added = image.inspect()["Size"] - inspect(image.base)["Size"]
    assert 0 < added < 120 * MEGABYTE


def test_what_it_says_about_itself(image: Image) -> None:
    """The image names an unprivileged numeric user, its port, its health check, and where it comes from."""
    config = image.inspect()["Config"]
    assert config["User"] == "65532:65532"
    assert config["Entrypoint"] == ["sailpoint-exporter"]
    assert image.inspect()["Healthcheck"]["Test"] == ["CMD", "sailpoint-exporter", "healthcheck"]
    assert "9853/tcp" in config["ExposedPorts"]
    labels = {name.removeprefix("org.opencontainers.image."): label for name, label in config["Labels"].items()}
    assert labels["title"] == "sailpoint-exporter"
    assert labels["licenses"] == "Apache-2.0"
    assert labels["version"] == __version__
    assert labels["base.name"] == image.base
    assert re.fullmatch("[0-9a-f]{7,}", labels["revision"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", labels["created"])


def test_nothing_that_builds_is_in_it(image: Image) -> None:
    """Neither pip nor the build back end nor a compiler can be found."""
    absent = "pip", "setuptools", "hatchling"
    assert run_once(image, "python", "-c", f"import importlib.util as u; print(*map(u.find_spec, {absent}))") == (
        "None None None"
    )
    assert run_once(image, "sh", "-c", "command -v pip pip3 gcc cc make || true") == ""


def test_every_module_has_byte_code(image: Image) -> None:
    """No start compiles a module: a read-only root could not keep the result."""
    without = (
        "for d, _, fs in os.walk('/app/lib') for f in fs if f.endswith('.py') and not os.path.exists(cached(d+'/'+f))"
    )
    program = f"import os; from importlib.util import cache_from_source as cached; print([d+'/'+f {without}])"
    assert run_once(image, "python", "-c", program) == "[]"


@pytest.mark.usefixtures("demo")
def test_the_demo_serves_real_readings(image: Image, port: int) -> None:
    """With nothing to write to and no capability, the page has the demo's clients and the image's revision."""
    page = _get(port, "/metrics")
    assert page.count("sailpoint_managed_client_fetch_success{") >= 12
    revision = image.inspect()["Config"]["Labels"]["org.opencontainers.image.revision"]
    assert f'revision="{revision}"' in page


def test_a_serving_container_is_healthy(demo: str) -> None:
    """The health check that the image declares succeeds in a container that serves."""
    podman("healthcheck", "run", demo)


def test_a_container_that_does_not_serve_is_unhealthy(image: Image, port: int) -> None:
    """The health check fails when nothing listens on the address it asks."""
    with running(image, port, "simulate", "--listen", "127.0.0.1:0") as container, pytest.raises(RuntimeError):
        podman("healthcheck", "run", container)


@pytest.mark.parametrize("signal", ["TERM", "INT"])
def test_a_signal_ends_it_with_status_0(demo: str, signal: str) -> None:
    """As PID 1 the exporter ends on the signals that tell it to, with status 0, long before it would be killed."""
    started = time.monotonic()
    podman("kill", "--signal", signal, demo)
    assert podman("wait", demo) == "0"
    assert time.monotonic() - started < 5


def test_without_settings_it_says_what_is_missing(image: Image) -> None:
    """Started bare, the image ends with status 2 and one line for each setting that it needs."""
    with pytest.raises(RuntimeError, match="ended with 2") as failure:
        podman("run", "--rm", "--network", "none", image.name)
    assert {"SAIL_BASE_URL", "SAIL_CLIENT_ID", "SAIL_CLIENT_SECRET"} <= set(
        str(failure.value).replace(":", " ").split()
    )
