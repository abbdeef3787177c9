"""Every query of the dashboards, asked of a real Prometheus: of a demo, and of tenants with every trouble there is."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

import pytest

from deploy.grafana.colors import UNASKED_STATE
from tests.deploy.dashboards import DASHBOARDS, Query, queries, substituted, variable
from tests.whole.processes import (
    ROOT,
    clean_environment,
    eventually,
    fetched,
    free_port,
    page,
    running,
    simulated_tenant,
)

PROMETHEUS = shutil.which("prometheus") or ""
pytestmark = [
    pytest.mark.deploy,
    pytest.mark.skipif(
        not PROMETHEUS, reason="needs prometheus: apt-get install -y --no-install-recommends prometheus"
    ),
]

DEMO, BROKEN, THROTTLED, GONE = "acme", "broken", "throttled", "gone"

ENOUGH_SECONDS = 15
"""Scrapes come every second, so that rates over ``RATE_INTERVAL`` have their samples."""

RATE_INTERVAL = "10s"

READY = "Prometheus Server is Ready.\n"

RULES = {
    "groups": [
        {
            "name": "at-once",
            "rules": [
                {
                    "alert": "SailPointClientNotNormal",
                    "expr": "sailpoint_managed_client_normal == 0",
                    "labels": {"severity": "warning"},
                }
            ],
        }
    ]
}
"""The real rules are patient, for good reasons: an alert that fires while a test waits."""

EMPTY_WHEN_HEALTHY = {
    "cluster / Sources by cluster / B": (BROKEN, "no cluster of the demo is down"),
    "cluster / Health events / A": (BROKEN, "the collector of health is off by default"),
    "cluster / Alerts of the tenant / B": (BROKEN, "no cluster of the demo is short of clients"),
    "exporter / Clients that could not be read, by reason / A": (THROTTLED, "all of the demo's clients are read"),
}
"""Queries without an answer when all is well: the tenant that has one, and why the demo has none."""

ABOVE_ZERO_IN_TROUBLE = {
    "cluster / Clusters down / A": BROKEN,
    "cluster / Clusters without redundancy / A": BROKEN,
    "cluster / Sources that stand still / A": BROKEN,
    "cluster / Clients could not be asked / A": THROTTLED,
    "exporter / Throttling / A": THROTTLED,
    "exporter / Throttling / B": THROTTLED,
    "fleet / Clusters down / A": BROKEN,
    "fleet / Silent for 5 minutes / A": BROKEN,
    "fleet / Could not be asked / A": THROTTLED,
}
"""Numbers that are 0 when all is well, and a tenant where they are not."""

HEALTH_SCOPES = "idn:managed-client-status:read,idn:remote-client:read,idn:remote-client:manage"

each_query = pytest.mark.parametrize("query", queries(), ids=lambda query: query.name)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that has scraped four exporters for a while, one of which is gone by now; its address."""
    with ExitStack() as stack, ExitStack() as until_scraped:
        ports = [_demo(stack), _broken(stack), _throttled(stack), _gone(until_scraped)]
        address = _prometheus(stack, tmp_path_factory.mktemp("prometheus"), ports)
        for scrapes in (1, ENOUGH_SECONDS):  # on a busy machine the first may take as long as all that follow
            _wait_for_scrapes(address, scrapes)
        until_scraped.close()
        yield address


def _demo(stack: ExitStack) -> int:
    port = free_port()
    stack.enter_context(running(["demo", f"--web.listen-address=127.0.0.1:{port}"]))
    return port


def _broken(stack: ExitStack) -> int:
    """Six clusters of one client each: some of those are not NORMAL."""
    tenant = stack.enter_context(simulated_tenant("--clients=6", "--clusters=6", f"--scopes={HEALTH_SCOPES}"))
    del tenant["SAIL_MANAGED_CLIENTS"]
    return _exporter(stack, **tenant, SAIL_TENANT_NAME=BROKEN, SAIL_COLLECTORS__HEALTH="true")


def _throttled(stack: ExitStack) -> int:
    """Twelve clients, named, of a tenant that answers eight calls in 10 s."""
    tenant = stack.enter_context(simulated_tenant("--clients=12", "--rate-limit=8"))
    return _exporter(stack, **tenant, SAIL_TENANT_NAME=THROTTLED)


def _gone(stack: ExitStack) -> int:
    """Two clients, of which nobody will tell when the exporter has ended."""
    tenant = stack.enter_context(simulated_tenant("--clients=2", "--clusters=1"))
    del tenant["SAIL_MANAGED_CLIENTS"]
    return _exporter(stack, **tenant, SAIL_TENANT_NAME=GONE)


def _exporter(stack: ExitStack, **settings: str) -> int:
    port = free_port()
    flags = [f"--web.listen-address=127.0.0.1:{port}", "--scrape.min-interval=2s"]
    stack.enter_context(running(["serve", *flags], clean_environment(**settings)))
    return port


def _prometheus(stack: ExitStack, folder: Any, ports: list[int]) -> str:
    for port in ports:
        page(port)
    rules = folder / "rules.yaml"
    rules.write_text(json.dumps(RULES))
    configuration = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules), str(ROOT / "deploy/prometheus/sailpoint-exporter.rules.yaml")],
        "scrape_configs": [
            {
                "job_name": "sailpoint-exporter",
                "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in ports]}],
            }
        ],
    }
    (folder / "prometheus.yml").write_text(json.dumps(configuration))
    address = f"127.0.0.1:{free_port()}"
    options = [
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    stack.enter_context(running(options, program=(PROMETHEUS,)))
    eventually(lambda: fetched(f"http://{address}/-/ready") == (200, READY) or None, "prometheus")
    return f"http://{address}"


def _wait_for_scrapes(prometheus: str, number: int) -> None:
    enough = f"min(sum_over_time(up[5m])) >= {number}"
    eventually(lambda: _answer(prometheus, enough, over_time=False) or None, f"{number} scrapes of each exporter")


def _answer(prometheus: str, expression: str, *, over_time: bool) -> list[Any]:
    """What Grafana would be given."""
    now = time.time()
    when = {"start": now - ENOUGH_SECONDS, "end": now, "step": 1} if over_time else {"time": now}
    path = "query_range" if over_time else "query"
    answer = fetched(f"{prometheus}/api/v1/{path}?{urlencode({'query': expression, **when})}")
    assert answer is not None
    status, text = answer
    assert status == 200, text
    return list(json.loads(text)["data"]["result"])


def _asked(prometheus: str, query: Query, chosen: str) -> list[Any]:
    expression = substituted(query.expression, time_range="5m", rate_interval=RATE_INTERVAL, chosen=".*")
    return _answer(prometheus, expression.replace('tenant=~".*', f'tenant=~"{chosen}'), over_time=query.over_time)


def _numbers(series: dict[str, Any]) -> list[float]:
    return [float(number) for _, number in series.get("values", [series.get("value")])]


@each_query
def test_a_query_has_an_answer(prometheus: str, query: Query) -> None:
    """From the demo, or where health gives no answer from a tenant in trouble."""
    tenant, why = EMPTY_WHEN_HEALTHY.get(query.name, (DEMO, ""))
    assert eventually(lambda: _asked(prometheus, query, tenant) or None, f"{query.name}, {why}")
    if why:
        assert not _asked(prometheus, query, DEMO), "it has an answer from the demo as well: take it off the list"


@pytest.mark.parametrize("name", ABOVE_ZERO_IN_TROUBLE)
def test_trouble_is_counted(prometheus: str, name: str) -> None:
    """Where a tenant is in trouble the number is above 0."""
    (query,) = [query for query in queries() if query.name == name]

    def above_zero() -> bool | None:
        answer = _asked(prometheus, query, ABOVE_ZERO_IN_TROUBLE[name])
        return any(number > 0 for series in answer for number in _numbers(series)) or None

    assert eventually(above_zero, name)


def test_people_read_names(prometheus: str) -> None:
    """Legends and tables have the names that the tenant has; a template that nobody filled in is none."""
    (table,) = [query for query in queries() if query.name == "fleet / All clients, worst first / A"]
    shown = {(series["metric"]["cluster"], series["metric"]["client"]) for series in _asked(prometheus, table, DEMO)}
    assert ("Cluster 1", "VA-01") in shown
    assert not [name for _, name in shown if "$" in name]


def test_an_id_stands_for_a_name_that_nobody_knows(prometheus: str) -> None:
    """Clients that were never read are shown all the same."""
    (table,) = [query for query in queries() if query.name == "fleet / All clients, worst first / A"]
    known = _answer(prometheus, f'sailpoint_managed_client_fetch_success{{tenant="{THROTTLED}"}}', over_time=False)
    shown = {series["metric"]["client_id"] for series in _asked(prometheus, table, THROTTLED)}
    assert shown == {series["metric"]["client_id"] for series in known}


def test_clients_of_an_exporter_that_is_gone_could_not_be_asked(prometheus: str) -> None:
    """They do not vanish, least of all into a green 0; and they keep their names."""
    (table,) = [query for query in queries() if query.name == "fleet / All clients, worst first / A"]
    (tile,) = [query for query in queries() if query.name == "fleet / Could not be asked / A"]

    def counted() -> bool | None:
        return [_numbers(series) for series in _asked(prometheus, tile, GONE)] == [[2.0]] or None

    assert eventually(counted, "two clients that could not be asked")
    shown = {(series["metric"]["client"], *_numbers(series)) for series in _asked(prometheus, table, GONE)}
    assert shown == {("VA-01", UNASKED_STATE.value), ("VA-02", UNASKED_STATE.value)}
    (down,) = [query for query in queries() if query.name == "fleet / Clusters down / A"]
    assert not _asked(prometheus, down, GONE)


def test_variables_list_what_there_is(prometheus: str) -> None:
    """Each cluster of the chosen tenant, with its name."""
    query = variable(DASHBOARDS["fleet"], "cluster_id")["query"]["query"]
    inner = query.removeprefix("query_result(").removesuffix(")").replace("$tenant", DEMO)
    names = {series["metric"]["cluster"] for series in _answer(prometheus, inner, over_time=False)}
    assert names == {"Cluster 1", "Cluster 2", "Cluster 3"}
