"""Every scenario, played again: the alerts promised fire and end in time, and no other one."""

import shutil
import subprocess
from dataclasses import replace

import pytest

from exporter.simulator.scenario import named_scenario, scenario_names
from exporter.simulator.scenario_parts import Event, Scenario
from tests.scenarios.expectations import Verdict
from tests.scenarios.golden import RULES, TABLE, TESTS, as_test, judged, table
from tests.scenarios.playing import play
from tests.scenarios.promtool import Firing, Judge

PROMTOOL = shutil.which("promtool")
INSTALL = "needs promtool: apt-get install -y --no-install-recommends prometheus"
pytestmark = pytest.mark.skipif(PROMTOOL is None, reason=INSTALL)
NAMES = scenario_names()
EVALUATION_MINUTES = 0.5
VERDICTS: dict[str, Verdict] = {}


@pytest.fixture
def judge() -> Judge:
    """The committed rules."""
    assert PROMTOOL is not None
    return Judge(PROMTOOL, RULES)


@pytest.fixture(autouse=True)
def anyio_backend() -> str:
    """Plays bring their own virtual time."""
    return "asyncio"


def test_there_are_enough_scenarios() -> None:
    """Every alert is expected somewhere, and the number is what was promised."""
    assert len(NAMES) >= 25


@pytest.mark.deploy
@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_raises_its_alerts_and_no_other(name: str, judge: Judge) -> None:
    """Played again, it gives the committed test file, and each expected alert fires and ends in time."""
    found, recording, firings = judged(name, judge)
    assert list(found.problems()) == []
    assert as_test(name, recording, firings) == (TESTS / f"{name}.test.yaml").read_text(), (
        f"run: python -m tests.scenarios.golden {name}"
    )


@pytest.mark.deploy
def test_the_table_is_that_of_the_scenarios(judge: Judge) -> None:
    """The committed table says what happened when the scenarios were played last."""
    verdicts = [judged(name, judge)[0] for name in ("one-va-dies", "cluster-dies", "tenant-down-an-hour")]
    rows = table(verdicts).splitlines()
    assert set(rows) <= set(TABLE.read_text().splitlines())
    assert [row.split("**")[1] for row in TABLE.read_text().splitlines() if row.startswith("| **")] == list(NAMES)


@pytest.mark.deploy
def test_promtool_passes_every_committed_file() -> None:
    """As an operator would run it: ``promtool test rules deploy/prometheus/tests/*.test.yaml``."""
    files = sorted(TESTS.glob("*.test.yaml"))
    assert {path.name.removesuffix(".test.yaml") for path in files} == set(NAMES)
    done = subprocess.run([str(PROMTOOL), "test", "rules", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_scenario_gives_its_committed_file(judge: Judge) -> None:
    """The quick part of the above: one scenario, played, judged and written."""
    found, recording, firings = judged("one-va-dies", judge)
    assert list(found.problems()) == []
    assert as_test("one-va-dies", recording, firings) == (TESTS / "one-va-dies.test.yaml").read_text()


@pytest.mark.deploy
@pytest.mark.parametrize("offset_minutes", [0.02, 0.2, 0.4, 0.6, 0.8, 0.98])
@pytest.mark.parametrize(
    ("name", "alert", "promised_minutes"),
    [("one-va-dies", "SailPointClientDown", 8.0), ("cluster-dies", "SailPointClusterDown", 6.0)],
)
def test_a_death_is_told_in_time_whenever_it_happens(
    judge: Judge, name: str, alert: str, promised_minutes: float, offset_minutes: float
) -> None:
    """Wherever it falls between two scrapes, and however late the evaluation comes after the scrape."""
    scenario = later(named_scenario(name), offset_minutes)
    recording, _ = play(scenario)
    fired = min(one.from_minute for one in judge.firings(recording) if one.alert == alert)
    assert fired + EVALUATION_MINUTES - scenario.events[0].minute <= promised_minutes


def later(scenario: Scenario, minutes: float) -> Scenario:
    """The same, with everything a little later."""
    return replace(scenario, events=tuple(moved(event, minutes) for event in scenario.events))


def moved(event: Event, minutes: float) -> Event:
    """The same event, a little later."""
    return replace(event, minute=event.minute + minutes)


def test_an_hour_of_outage_says_nothing_of_any_va(judge: Judge) -> None:
    """The tenant is down for an hour: what fires is about the tenant alone."""
    _, _, firings = judged("tenant-down-an-hour", judge)
    assert firings
    assert not [one for one in firings if about_a_va(one)]


def about_a_va(one: Firing) -> bool:
    """Whether an alert names a client or cluster."""
    return bool({"client_id", "cluster_id"} & dict(one.labels).keys())
