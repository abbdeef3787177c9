"""exporter.collect.plan as a state machine, with memories over cycles: nobody starves, and no counter falls."""

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from exporter.api.documents import ManagedClientStatus
from exporter.collect.memory import Memories
from exporter.collect.plan import Plan, plan_cycle, plan_health
from exporter.collect.snapshot import ManagedClient
from exporter.collect.survey import NOT_ASKED
from exporter.errors import Reason
from tests.collect.fakes import clients, document
from tests.states import EFFORTS

_EVERYBODY = clients(8)
_FLEETS = st.lists(st.sampled_from(_EVERYBODY), min_size=1, max_size=8, unique=True)
_OUTCOMES: list[ManagedClientStatus | Reason] = [
    document(),
    document(unexpected=("status",)),
    Reason.CONNECT,
    Reason.DEADLINE,
    *NOT_ASKED,
]
_EPOCH_SECONDS = 1.8e9

PassedBy = dict[ManagedClient, Counter[ManagedClient]]
"""For each client, who was asked how often since it was asked itself."""


class PlanMachine(RuleBasedStateMachine):
    """A fleet that changes, under a budget that changes, of a tenant that answers now and then."""

    @initialize(fleet=_FLEETS)
    def _begin(self, fleet: list[ManagedClient]) -> None:
        self.fleet, self.cycle = fleet, 0
        self.memories = Memories(fleet)
        self.passed_by: PassedBy = {client: Counter() for client in fleet}
        self.passed_by_for_health: PassedBy = {client: Counter() for client in fleet}
        self.drift, self.failures = 0, Counter[tuple[ManagedClient, Reason]]()

    @rule(capacity=st.integers(0, 9), data=st.data())
    def a_cycle(self, capacity: int, data: st.DataObject) -> None:
        """As many are asked as there is room for, and each outcome is remembered."""
        self.cycle += 1
        plan = plan_cycle(self.fleet, self.memories.of_each, capacity)
        self._covers(plan, capacity)
        for client in plan.skipped:
            self.memories.ended(client, Reason.SKIPPED, _EPOCH_SECONDS)
            self.failures[client, Reason.SKIPPED] += 1
        asked = [client for client in plan.calls if self._asked(client, data)]
        self._turns(asked, plan.skipped, self.passed_by)

    def _covers(self, plan: Plan, capacity: int) -> None:
        assert sorted(plan.calls + plan.skipped, key=self.fleet.index) == self.fleet
        assert len(plan.calls) == min(capacity, len(self.fleet)), "room was left unused"

    def _asked(self, client: ManagedClient, data: st.DataObject) -> bool:
        outcome = data.draw(st.sampled_from(_OUTCOMES))
        called = outcome not in NOT_ASKED
        if called:
            self.memories.asked(client, self.cycle)
        self.memories.ended(client, outcome, _EPOCH_SECONDS)
        if isinstance(outcome, Reason):
            self.failures[client, outcome] += 1
        else:
            self.drift += len(outcome.unexpected)
        return called

    @rule(capacity=st.integers(0, 9))
    def health_is_asked_for(self, capacity: int) -> None:
        """With what is left of the budget, in turns of its own."""
        self.cycle += 1
        asked = plan_health(self.fleet, self.memories.of_each, capacity)
        assert len(set(asked)) == min(capacity, len(self.fleet))
        for client in asked:
            self.memories.health(client, None, self.cycle, _EPOCH_SECONDS)
        self._turns(asked, set(self.fleet) - set(asked), self.passed_by_for_health)

    def _turns(self, asked: Iterable[ManagedClient], skipped: Iterable[ManagedClient], passed_by: PassedBy) -> None:
        """Nobody is asked twice before somebody who was not asked even once.

        Whom the plan calls, and the budget or a back-off then refuses, has had a turn, and stays first in line.
        """
        for client in asked:
            passed_by[client] = Counter()
        for client in skipped:
            passed_by[client].update(asked)
            assert all(times == 1 for times in passed_by[client].values()), "somebody starves"

    @rule(fleet=_FLEETS)
    def the_fleet_changes(self, fleet: list[ManagedClient]) -> None:
        """Clients leave, and others come, or come back."""
        self.memories.keep(fleet)
        left = set(self.fleet) - set(fleet)
        self.failures = Counter({(client, why): n for (client, why), n in self.failures.items() if client not in left})
        self.fleet = fleet
        for passed_by in (self.passed_by, self.passed_by_for_health):
            for client in _EVERYBODY:
                if client not in fleet:
                    passed_by.pop(client, None)
                    for others in passed_by.values():
                        others.pop(client, None)
            for client in fleet:
                passed_by.setdefault(client, Counter())

    @invariant()
    def nothing_is_forgotten(self) -> None:
        """Failures are counted for as long as their client stays, drift for as long as the process runs."""
        of_each = self.memories.of_each
        assert set(of_each) == set(self.fleet)
        counted = {(client, why): n for client, memory in of_each.items() for why, n in memory.failures.items()}
        assert counted == self.failures
        drift = sum(memory.unexpected.get("status", 0) for memory in of_each.values())
        assert drift + self.memories.unexpected_elsewhere.get("status", 0) == self.drift


@pytest.mark.parametrize("effort", EFFORTS)
def test_nobody_starves_whatever_happens(effort: settings) -> None:
    """Nobody is asked twice before somebody else was asked once; each client has its place, and each count stays."""
    run_state_machine_as_test(PlanMachine, settings=effort)
