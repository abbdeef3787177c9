"""A real Prometheus and promtool as judges of the demo's page."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.whole.processes import eventually, fetched, free_port, page, running

PROMETHEUS, PROMTOOL = shutil.which("prometheus") or "", shutil.which("promtool") or ""
pytestmark = pytest.mark.skipif(
    not (PROMETHEUS and PROMTOOL),
    reason="needs prometheus and promtool: apt-get install -y --no-install-recommends prometheus",
)

CONFIGURATION = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: sailpoint
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


@pytest.fixture(scope="module")
def exporter_port() -> Iterator[int]:
    """The demo, running."""
    port = free_port()
    with running(["demo", f"--web.listen-address=127.0.0.1:{port}"]):
        page(port)
        yield port


@pytest.fixture(scope="module")
def prometheus(exporter_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that scrapes the demo every second; its address."""
    folder = tmp_path_factory.mktemp("prometheus")
    configuration = folder / "prometheus.yml"
    configuration.write_text(CONFIGURATION.format(port=exporter_port))
    address = f"127.0.0.1:{free_port()}"
    options = [
        f"--config.file={configuration}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    with running(options, program=(PROMETHEUS,)):
        eventually(lambda: _is_ready(address), "prometheus")
        yield f"http://{address}"


def _is_ready(address: str) -> bool | None:
    answer = fetched(f"http://{address}/-/ready")
    return True if answer and answer[0] == HTTPStatus.OK else None  # it serves this page before it can answer queries


def _asked(prometheus: str, expression: str) -> float | None:
    answer = fetched(f"{prometheus}/api/v1/query?query={quote(expression)}")
    results: list[Any] = json.loads(answer[1])["data"]["result"] if answer else []
    return float(results[0]["value"][1]) if results else None


def test_the_target_is_up(prometheus: str) -> None:
    """Prometheus accepts the page."""
    eventually(lambda: _asked(prometheus, "up==1"), "the target to be up")


def test_every_sample_of_the_page_arrives(prometheus: str, exporter_port: int) -> None:
    """scrape_samples_scraped is the number of samples that the page has."""

    def agreed() -> float | None:
        openmetrics = fetched(f"http://127.0.0.1:{exporter_port}/metrics", Accept="application/openmetrics-text")
        assert openmetrics is not None
        samples = sum(not line.startswith("#") for line in openmetrics[1].splitlines())
        return _asked(prometheus, f"scrape_samples_scraped=={samples}")

    assert eventually(agreed, "as many samples in Prometheus as on the page") > 100


def test_every_client_of_the_demo_has_a_series(prometheus: str) -> None:
    """At least 12 clients in 3 clusters, with several states, ages and running jobs."""

    def count(expression: str) -> float:
        return eventually(lambda: _asked(prometheus, expression), expression)

    assert count("count(sailpoint_managed_client_fetch_success)") >= 12
    assert count("count(count by(cluster_id)(sailpoint_managed_client_normal))") >= 3
    assert count("count(count by(status)(sailpoint_managed_client_status==1))") >= 4
    assert count('count(count_values("age", sailpoint_managed_client_since_seen_seconds))') >= 4
    assert count('sum(sailpoint_managed_client_jobs{job_state=~"PENDING|INPROGRESS|READY|POLL"})') >= 1


def test_promtool_has_nothing_to_say(exporter_port: int, tmp_path: Path) -> None:
    """The command ``promtool check metrics`` is silent about the page."""
    saved = tmp_path / "page.txt"
    saved.write_text(page(exporter_port))
    with saved.open() as stdin:
        lint = subprocess.run([PROMTOOL, "check", "metrics"], stdin=stdin, capture_output=True, text=True, check=False)
    assert (lint.returncode, lint.stdout + lint.stderr) == (0, "")
