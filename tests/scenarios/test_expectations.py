"""What counts as an alert that came as expected."""

import pytest

from exporter.simulator.scenario_parts import ExpectedAlert
from tests.scenarios.expectations import Outcome
from tests.scenarios.promtool import Firing, stretches

ALERT = ("SailPointClientDown", (("tenant", "acme"),))


@pytest.mark.parametrize(
    ("fired", "resolves_by", "problem"),
    [
        ([(5.0, 9.0)], 10.0, ""),
        ([(5.0, None)], None, ""),
        ([], 10.0, "fired 0 times"),
        ([(5.0, 6.0), (7.0, 8.0)], 10.0, "fired 2 times"),
        ([(6.5, 9.0)], 10.0, "fired in minute 6.5 only"),
        ([(5.0, 11.0)], 10.0, "ended in minute 11 only"),
        ([(5.0, None)], 10.0, "did not end"),
        ([(5.0, 9.0)], None, "ended in minute 9"),
    ],
)
def test_an_alert_fires_once_and_in_time(
    fired: list[tuple[float, float | None]], resolves_by: float | None, problem: str
) -> None:
    """Late, missing, repeated or endless alerts are told apart."""
    expected = ExpectedAlert(alert=ALERT[0], fires_by=6.0, resolves_by=resolves_by)
    assert Outcome(expected, tuple(Firing(*ALERT, *stretch) for stretch in fired)).problem == problem


def test_moments_become_stretches() -> None:
    """An alert that pauses fires twice; one that fires at the end has none."""
    alert = frozenset({ALERT})
    firing = {0: frozenset[tuple[str, tuple[tuple[str, str], ...]]](), 30: alert, 60: alert, 120: alert}
    assert stretches(firing, [0, 30, 60, 90, 120]) == [Firing(*ALERT, 0.5, 1.5), Firing(*ALERT, 2.0, None)]
