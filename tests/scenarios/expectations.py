"""The only place that compares what fired in a scenario with what should have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from exporter.simulator.app import SimulatedTenant
from exporter.simulator.scenario_parts import ExpectedAlert, Scenario
from tests.scenarios.promtool import Firing


@dataclass(frozen=True)
class Outcome:
    """An expected alert and what came of it.

    Attributes:
        fired: every stretch in which it fired; there should be one.
    """

    expected: ExpectedAlert
    fired: tuple[Firing, ...]

    @property
    def problem(self) -> str:
        """What is wrong with it; empty when it is as expected."""
        if len(self.fired) != 1:
            return f"fired {len(self.fired)} times"
        if self.fired[0].from_minute > self.expected.fires_by:
            return f"fired in minute {self.fired[0].from_minute:g} only"
        return self._late_end(self.fired[0].until_minute)

    def _late_end(self, until_minute: float | None) -> str:
        by = self.expected.resolves_by
        if by is None:
            return "" if until_minute is None else f"ended in minute {until_minute:g}"
        if until_minute is None:
            return "did not end"
        return "" if until_minute <= by else f"ended in minute {until_minute:g} only"


@dataclass(frozen=True)
class Verdict:
    """What came of a scenario.

    Attributes:
        false_alarms: alerts that fired and were not expected.
    """

    name: str
    scenario: Scenario
    outcomes: tuple[Outcome, ...]
    false_alarms: tuple[Firing, ...]

    def problems(self) -> Iterator[str]:
        """All that is not as expected."""
        for outcome in self.outcomes:
            if outcome.problem:
                yield f"{outcome.expected.alert} {dict(outcome.expected.labels)}: {outcome.problem}"
        for alarm in self.false_alarms:
            yield f"false alarm: {alarm.alert} {dict(alarm.labels)} from minute {alarm.from_minute:g}"


def verdict(
    name: str, scenario: Scenario, tenants: Mapping[str, SimulatedTenant], firings: Sequence[Firing]
) -> Verdict:
    """Which alert was expected, and which was not."""
    left, outcomes = list(firings), []
    for expected in scenario.alerts:
        wanted = resolved(expected.labels, tenants)
        fired = tuple(one for one in left if one.alert == expected.alert and wanted.items() <= dict(one.labels).items())
        left = [one for one in left if one not in fired]
        outcomes.append(Outcome(expected, fired))
    return Verdict(name, scenario, tuple(outcomes), tuple(left))


def resolved(labels: Mapping[str, str], tenants: Mapping[str, SimulatedTenant]) -> dict[str, str]:
    """Labels with ids in place of names."""
    roster = tenants[labels.get("tenant", next(iter(tenants)))].world.roster
    ids = dict(labels)
    if "client" in ids:
        ids["client_id"] = roster.client(ids.pop("client")).id
    if "cluster" in ids:
        ids["cluster_id"] = roster.cluster(ids.pop("cluster")).id
    return ids
