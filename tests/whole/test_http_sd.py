"""A real Prometheus with the README's service discovery: two exporters share one tenant's clusters."""

import json
import re
import shutil
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import pytest

from tests.whole.processes import (
    ROOT,
    clean_environment,
    eventually,
    fetched,
    free_port,
    running,
    simulated_tenant,
)

PROMETHEUS = shutil.which("prometheus") or ""
pytestmark = pytest.mark.skipif(
    not PROMETHEUS, reason="needs prometheus: apt-get install -y --no-install-recommends prometheus"
)

CLIENTS, CLUSTERS = 24, 6
NETWORK = "127.0.7."
"""Of these loopback addresses, .0 and .1 are the exporters that the README calls exporter-0 and exporter-1."""


def configuration(port: int) -> str:
    """The README's example, with the exporters of this test and shorter times."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", readme, flags=re.DOTALL)
    (example,) = (example for example in examples if "http_sd_configs" in example)
    short = re.sub(r"(scrape_interval|scrape_timeout): \S+", r"\1: 1s", example)
    ours = short.replace("exporter-", NETWORK).replace("9853", str(port))
    return f"global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n{ours}"


@pytest.fixture(scope="module")
def exporters() -> Iterator[int]:
    """Two exporters on one simulated tenant; the port of both."""
    port = free_port()
    with simulated_tenant(f"--clients={CLIENTS}", f"--clusters={CLUSTERS}") as tenant:
        environment = clean_environment(**tenant)
        first, second = ([f"--web.listen-address={NETWORK}{number}:{port}"] for number in range(2))
        with running(first, environment), running(second, environment):
            for number in range(2):
                eventually(lambda number=number: fetched(f"http://{NETWORK}{number}:{port}/-/ready"), "an exporter")  # type: ignore[misc] # a default is no argument
            yield port


@pytest.fixture(scope="module")
def prometheus(exporters: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that discovers its targets; its address."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "prometheus.yml").write_text(configuration(exporters))
    address = f"127.0.0.1:{free_port()}"
    options = [
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    with running(options, program=(PROMETHEUS,)):
        eventually(lambda: fetched(f"http://{address}/-/ready"), "prometheus")
        yield f"http://{address}"


def _data(prometheus: str, path: str) -> Any:
    answer = fetched(f"{prometheus}/api/v1/{path}")
    ready = answer is not None and answer[0] != HTTPStatus.SERVICE_UNAVAILABLE
    return json.loads(answer[1])["data"] if answer and ready else None


def _asked(prometheus: str, expression: str) -> list[Any] | None:
    found = _data(prometheus, f"query?query={quote(expression)}")
    return found["result"] or None if found else None


def _targets(prometheus: str) -> list[Any] | None:
    """The targets that are clusters, once all of them have been scraped."""
    active = (_data(prometheus, "targets?state=active") or {}).get("activeTargets", [])
    clusters = [target for target in active if target["labels"]["job"] == "sailpoint-clusters"]
    return clusters if len(clusters) == CLUSTERS and {target["health"] for target in clusters} == {"up"} else None


def test_each_cluster_is_one_target_of_one_exporter(prometheus: str) -> None:
    """Discovered twice, scraped once: hashmod deals the clusters out to both exporters."""
    targets = eventually(lambda: _targets(prometheus), "all clusters to be up")
    assert len({target["labels"]["instance"] for target in targets}) == CLUSTERS
    assert {target["discoveredLabels"]["__meta_sailpoint_cluster_clients"] for target in targets} == {"4"}
    hosts = {target["scrapeUrl"].split("/")[2].split(":")[0] for target in targets}
    assert hosts == {f"{NETWORK}0", f"{NETWORK}1"}


def test_every_client_appears_exactly_once(prometheus: str) -> None:
    """Across both exporters each managed client has one series, and no label of the page was in a target's way."""
    eventually(lambda: _targets(prometheus), "all clusters to be up")
    each = "sailpoint_managed_client_fetch_success"
    (clients,) = eventually(lambda: _asked(prometheus, f"count({each}) == {CLIENTS}"), "every client")
    assert float(clients["value"][1]) == CLIENTS
    assert _asked(prometheus, f"count by (client_id) ({each}) > 1") is None
    assert (
        _asked(prometheus, '{exported_instance=~".+"} or {exported_tenant=~".+"} or {exported_cluster_id=~".+"}')
        is None
    )


def test_what_an_exporter_says_about_itself_is_scraped_once(prometheus: str) -> None:
    """The second job has the exporters' own series and none of the clients'."""
    expression = "count by (job) (sailpoint_exporter_build_info) == 2"
    (info,) = eventually(lambda: _asked(prometheus, expression), "both exporters' own series")
    assert info["metric"]["job"] == "sailpoint-exporter"
    assert _asked(prometheus, 'sailpoint_managed_client_fetch_success{job="sailpoint-exporter"}') is None
