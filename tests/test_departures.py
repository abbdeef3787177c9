"""tests.departures: what leaves the exporter is heard, and what may not leave it is noticed."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest

from exporter.api import paths
from exporter.clock import Clock
from exporter.simulator.app import SimulatedTenant
from exporter.simulator.world import World
from tests.departures import DEPARTURES, READS, TOKEN, UPDATE, Departure, Departures, allowed, template_of
from tests.whole.processes import ROOT, fetched, simulated_tenant

STATUS_PATH = "/beta/managed-clients/1/status"


def _operations() -> Iterator[paths.Operation]:
    """Every operation that the exporter knows."""
    for value in vars(paths).values():
        within = value.values() if isinstance(value, dict) else [value]
        yield from (each for each in within if isinstance(each, paths.Operation))


@cache
def _callers() -> dict[str, set[str]]:
    """The modules of the exporter that call something, by its name."""
    callers: defaultdict[str, set[str]] = defaultdict(set)
    for path in (ROOT / "exporter").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                callers[ast.unparse(node.func)].add(path.relative_to(ROOT / "exporter").as_posix())
    return callers


def test_the_exporter_knows_no_operation_but_those_listed() -> None:
    """The token request, the documented reads and the one report: nothing else has a name in the code."""
    known = {Departure(operation.method, operation.path_template) for operation in _operations()}
    assert known == READS | {TOKEN, UPDATE}


def test_there_is_one_way_out() -> None:
    """Requests are made in one module, of operations that are named in one module; one command sends the report."""
    callers = _callers()
    assert callers["httpx.Request"] == {"api/outbound.py"}
    assert {name for name in callers if re.match(r"httpx\.(Async)?Client|httpx\.[a-z]", name)} == set()
    assert callers["Operation"] - {"simulator/operations.py"} == {"api/paths.py"}
    assert callers["asks.status_update"] == {"api/tenant.py"}
    assert callers["api.update_managed_client_status"] == {"cli/status.py"}


def test_the_report_is_for_the_tests_of_its_command() -> None:
    """A test that is not named may not let it leave; what tests ask the simulated tenant themselves does not count."""
    assert allowed("tests/whole/test_scrape.py::test_other") == READS | {TOKEN}
    assert allowed("tests/cli/test_status.py::test_update_reports_and_prints_the_answer") == READS | {TOKEN, UPDATE}
    assert allowed("tests/simulator/test_app.py::test_any") is None


@pytest.mark.parametrize(
    ("path", "template"),
    [
        (STATUS_PATH, UPDATE.path_template),
        ("/managed-clients/v1", "/managed-clients/v1"),
        ("/managed-clients/v1/a-1/status", "/managed-clients/v1/{id}/status"),
        ("/managed-clients/v1/status", "/managed-clients/v1/status"),
        ("/v3/managed-clients/1", "/v3/managed-clients/1"),
        ("/v3/managed-clients/1/../status", "/v3/managed-clients/1/../status"),
    ],
)
def test_a_path_is_known_by_its_template(path: str, template: str) -> None:
    """Ids are left out; a path that may not be asked for stays what it is."""
    assert template_of(path) == template


async def test_a_tenant_in_this_process_is_heard(clock: Clock) -> None:
    """Whatever is asked of it, in whichever way it answers, and wherever it was made."""
    tenant = SimulatedTenant(World(epoch_seconds=clock.epoch_seconds), epoch_seconds=clock.epoch_seconds)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(tenant.app), base_url="http://tenant") as caller:
        for method, path in (("POST", STATUS_PATH), ("DELETE", STATUS_PATH), ("GET", "/nowhere")):
            await caller.request(method, path)
    assert DEPARTURES.taken() == {UPDATE, Departure("DELETE", ""), Departure("GET", "")}


def test_a_tenant_in_another_process_is_heard() -> None:
    """By what it writes, as soon as it has answered."""
    with simulated_tenant() as tenant:
        DEPARTURES.taken()
        fetched(f"{tenant['SAIL_BASE_URL']}{STATUS_PATH}")
        fetched(f"{tenant['SAIL_BASE_URL']}/nowhere")
        assert DEPARTURES.taken() == {Departure("GET", "/beta/managed-clients/{id}/status"), Departure("GET", "")}


def test_what_is_written_last_is_heard(tmp_path: Path) -> None:
    """A process may have written something just before it ended."""
    departures, written = Departures(), tmp_path / "written"
    written.write_text("")
    with departures.following(written):
        written.write_text(
            "level=debug component=exporter.simulator msg=Answered method=PUT path_template= status=404\n"
        )
    assert departures.taken() == {Departure("PUT", "")}
    assert departures.taken() == set()


def test_a_departure_that_is_not_listed_is_refused() -> None:
    """A test in which anything else left fails by that, and the next one does not."""
    departures = Departures()
    for method in ("POST", "DELETE"):
        departures.note(method, STATUS_PATH)
        with pytest.raises(AssertionError, match=f"left the exporter: .*{method}"):
            departures.settle("tests/whole/test_scrape.py::test_other")
        departures.note("GET", STATUS_PATH)
        departures.settle("tests/whole/test_scrape.py::test_other")


def test_every_test_is_watched(request: pytest.FixtureRequest) -> None:
    """The watch needs not be asked for."""
    assert "_departures" in request.fixturenames
