"""The registry of faults against the installed exporter: a process on real sockets, row by row.

All rows that were selected run when the first is asked for, several at a time. ``-k quick`` selects those that stand
for their group.
"""

import asyncio
import os
import shutil
from collections.abc import Mapping

import pytest

from tests.faults.fault import Fault, Refusal
from tests.faults.harness import Outcome, run_all
from tests.faults.prometheus import PROMETHEUS, judged
from tests.faults.registry import QUICK, ROWS

pytestmark = [
    pytest.mark.trust,
    pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool: apt-get install -y prometheus"),
]


def _named(row: Fault | Refusal) -> str:
    return f"{'quick-' if row.id in QUICK else ''}{row.id}-{row.name}"


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest) -> Mapping[str, Outcome]:
    """How the selected rows ended, by id."""
    calls = (getattr(item, "callspec", None) for item in request.session.items)
    selected = [call.params["row"] for call in calls if call is not None and "row" in call.params]
    runnable = [row for row in selected if _runnable(row)]
    return {outcome.row.id: outcome for outcome in asyncio.run(run_all(runnable))}


def _runnable(row: Fault | Refusal) -> bool:
    return os.geteuid() == 0 or not row.under.need_root


@pytest.mark.parametrize("row", ROWS, ids=_named)
def test_the_fault_is_survived(row: Fault | Refusal, outcomes: Mapping[str, Outcome]) -> None:
    """In time, with a valid page that tells the truth and no secret, for the right reason, and nothing is left over."""
    if not _runnable(row):
        pytest.skip("needs root, for namespaces")
    assert outcomes[row.id].complaints == []


@pytest.mark.skipif(not PROMETHEUS, reason="needs prometheus: apt-get install -y prometheus")
def test_prometheus_takes_every_page(outcomes: Mapping[str, Outcome]) -> None:
    """The fifth judge: each page is up, with as many samples as it has."""
    assert asyncio.run(judged(list(outcomes.values()))) == []
