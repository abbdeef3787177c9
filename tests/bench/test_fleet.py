"""A fleet of 1,000 under the documented rate limit: two exporters on one credential, scraped by a real Prometheus.

Lasts two minutes, or as long as the variable SOAK_SECONDS says.
"""

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.whole.harness import Page
from tests.whole.processes import clean_environment, eventually, fetched, free_port, page, running, simulated_tenant

PROMETHEUS = shutil.which("prometheus") or ""
pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not PROMETHEUS, reason="apt-get install -y --no-install-recommends prometheus"),
]
SOAK_SECONDS = float(os.environ.get("SOAK_SECONDS", "120"))
INTERVAL_SECONDS = 30
CLIENTS = 1_000
CONFIGURATION = """\
global: {{scrape_interval: 30s, scrape_timeout: 10s}}
scrape_configs:
  - job_name: sailpoint
    static_configs: [{{targets: {targets}}}]
"""


@contextlib.contextmanager
def _prometheus(folder: Path, ports: list[int]) -> Iterator[str]:
    configuration = folder / "prometheus.yml"
    configuration.write_text(CONFIGURATION.format(targets=json.dumps([f"127.0.0.1:{port}" for port in ports])))
    address = f"127.0.0.1:{free_port()}"
    options = [f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}"]
    with running([*options, f"--web.listen-address={address}"], program=(PROMETHEUS,)):
        eventually(lambda: fetched(f"http://{address}/-/ready"), "prometheus")
        yield f"http://{address}"


def _asked(prometheus: str, expression: str) -> list[float]:
    answer = fetched(f"{prometheus}/api/v1/query?query={quote(expression)}")
    assert answer is not None
    return [float(result["value"][1]) for result in json.loads(answer[1])["data"]["result"]]


@contextlib.contextmanager
def _two_exporters(variables: dict[str, str]) -> Iterator[list[int]]:
    """At half of the vendor's 100 calls each, finding the clients by themselves."""
    found = {name: value for name, value in variables.items() if name != "SAIL_MANAGED_CLIENTS"}
    ports = [free_port(), free_port()]
    with contextlib.ExitStack() as exporters:
        for port in ports:
            environment = clean_environment(**found, SAIL_RATE_BUDGET="50")
            exporters.enter_context(running([f"--web.listen-address=127.0.0.1:{port}"], environment))
        for port in ports:
            eventually(lambda port=port: fetched(f"http://127.0.0.1:{port}/-/healthy"), "the exporter")  # type: ignore[misc]
        yield ports


def test_a_thousand_clients_stay_fresh_within_the_limit(tmp_path: Path) -> None:
    """Zero 429s, and every client's status is younger than one interval, all the time."""
    with (
        simulated_tenant(f"--clients={CLIENTS}", "--clusters=40", "--rate-limit=100") as variables,
        _two_exporters(variables) as ports,
        _prometheus(tmp_path, ports) as prometheus,
    ):
        time.sleep(2.5 * INTERVAL_SECONDS)
        end_seconds = time.monotonic() + SOAK_SECONDS
        while time.monotonic() < end_seconds:
            read = _asked(prometheus, "count by (instance) (sailpoint_managed_client_fetch_success == 1)")
            assert len(read) == 2
            assert min(read) > 0.9 * CLIENTS  # drafts are not watched
            ages = _asked(
                prometheus, "time() - min by (instance) (sailpoint_managed_client_last_fetch_success_timestamp_seconds)"
            )
            assert max(ages) < INTERVAL_SECONDS + 5  # the sample itself is up to an interval old
            assert set(_asked(prometheus, "sailpoint_exporter_api_throttled_total")) == {0.0}
            time.sleep(10)
        pages = [Page(page(port)) for port in ports]
        _tell(pages)


def _tell(pages: list[Page]) -> None:
    for found in pages:
        clients = len(found.values("sailpoint_managed_client_fetch_success"))
        detailed = len(found.values("sailpoint_managed_client_details_timestamp_seconds"))
        throttled = found.value("sailpoint_exporter_api_throttled_total")
        duration = found.value("sailpoint_scrape_duration_seconds")
        print(f"\n{clients} clients, {detailed} with details, {throttled:.0f} times 429, last cycle {duration:.2f} s")  # noqa: T201 - a measurement's result
