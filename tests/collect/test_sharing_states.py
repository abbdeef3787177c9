"""exporter.collect.sharing as a state machine: scrapes that meet, hurry and hang up, and what each of them gets."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from exporter.api.documents import ManagedClientStatus
from exporter.clock import Deadline
from exporter.collect.fleet import STATUS_ONLY
from exporter.collect.sharing import WORTHWHILE_SECONDS, SharedCollection
from exporter.collect.snapshot import Collector, ManagedClient, Memory, Snapshot
from exporter.errors import ApiError, Reason
from tests.collect.fakes import FakeTenant, document, fleet
from tests.states import EFFORTS, Flow

_FAILURES = (Reason.CONNECT, Reason.HTTP_5XX, Reason.BACKOFF)
_SLACK_SECONDS = 1e-6


class Tenant(FakeTenant):
    """A tenant whose documents say whose they are, and when they were asked for."""

    def __init__(self, machine: "SharingMachine") -> None:
        super().__init__()
        self.machine = machine
        self.answering: Counter[str] = Counter()
        self.answered = 0

    async def get_managed_client_status(
        self, client_id: str, client_type: str, *, deadline: Deadline
    ) -> ManagedClientStatus:
        """Answer late, fail or hang, and see that nobody asks twice at once."""
        asked_seconds = self.machine.now
        assert not self.answering[client_id], "the same client asked about twice at once"
        self.answering[client_id] += 1
        try:
            await super().get_managed_client_status(client_id, client_type, deadline=deadline)
        finally:
            self.answering[client_id] -= 1
        self.answered += 1
        return document(hostname=client_id, since_seen_millis=asked_seconds, unexpected=("status",))


class SharingMachine(Flow):
    """Scrapers of all kinds over one tenant."""

    @initialize(
        count=st.integers(1, 4),
        concurrency=st.integers(1, 3),
        interval=st.sampled_from([0.0, 5.0, 10.0]),
        besides=st.sampled_from([frozenset(), frozenset({Collector.HEALTH, Collector.CLUSTERS})]),
    )
    def _begin(self, count: int, concurrency: int, interval: float, besides: frozenset[Collector]) -> None:
        self.interval_seconds = interval
        self.tenant = Tenant(self)
        on = STATUS_ONLY | besides
        self.fleet = fleet(self.tenant, self.clock, count, concurrency=concurrency, on=on)
        self.shared = SharedCollection(self.fleet, min_interval_seconds=interval)
        self.delivered: dict[ManagedClient, Memory] = {}

    @rule(within_seconds=st.sampled_from([1.0, 1.5, 2.0, 5.0, 9.5, 30.0]), scrapers=st.integers(1, 4))
    def scrape(self, within_seconds: float, scrapers: int) -> None:
        """Some scrapers come at once."""
        for _ in range(scrapers):
            self.start(lambda: self._scraped(within_seconds))

    async def _scraped(self, within_seconds: float) -> None:
        came_seconds = self.now
        snapshot = await self.shared.collect(self.clock.deadline(within_seconds))
        assert self.now <= came_seconds + within_seconds + _SLACK_SECONDS, "a scrape took longer than its deadline"
        assert snapshot.finished_seconds <= self.now
        assert snapshot.started_seconds > came_seconds - max(self.interval_seconds, self._longest(snapshot))
        self._belong(snapshot)
        self._grow(snapshot)
        if self._late(snapshot):
            left_seconds = came_seconds + within_seconds - self.now
            assert left_seconds < WORTHWHILE_SECONDS, "somebody in a hurry cost a patient scrape its data"

    def _late(self, snapshot: Snapshot) -> bool:
        outcomes = [reading.outcome for reading in snapshot.readings] + [run.reason for run in snapshot.runs]
        return Reason.DEADLINE in outcomes

    def _longest(self, snapshot: Snapshot) -> float:
        """How long before a scrape a cycle may have begun that it joined."""
        return snapshot.deadline_seconds

    def _belong(self, snapshot: Snapshot) -> None:
        """A reading for each client, and each document is its client's, and of this cycle."""
        assert [reading.client for reading in snapshot.readings] == list(self.fleet.clients)
        for reading in snapshot.readings:
            if isinstance(reading.outcome, ManagedClientStatus):
                asked_seconds = reading.outcome.since_seen_millis
                assert reading.outcome.hostname == reading.client.id
                assert asked_seconds is not None
                assert snapshot.started_seconds <= asked_seconds <= snapshot.finished_seconds

    def _grow(self, snapshot: Snapshot) -> None:
        """No counter falls, from one page to the next."""
        now = {reading.client: reading.memory for reading in snapshot.readings}
        for client, before in self.delivered.items():
            assert all(now[client].failures.get(reason, 0) >= times for reason, times in before.failures.items())
            assert all(now[client].unexpected.get(path, 0) >= times for path, times in before.unexpected.items())
            assert (now[client].last_success_epoch_seconds or 0.0) >= (before.last_success_epoch_seconds or 0.0)
        self.delivered = now

    @rule(latency_seconds=st.sampled_from([0.0, 0.1, 0.9, 3.0]))
    def tenant_changes(self, latency_seconds: float) -> None:
        """It becomes slower or faster."""
        self.tenant.latency_seconds = latency_seconds

    @rule(client=st.integers(1, 4).map(str), becomes=st.sampled_from(["well", "hanging", *_FAILURES]))
    def client_changes(self, client: str, becomes: Any) -> None:
        """It fails, hangs or answers."""
        self.tenant.hanging -= {client}
        self.tenant.failures.pop(client, None)
        if becomes == "hanging":
            self.tenant.hanging |= {client}
        elif isinstance(becomes, Reason):
            self.tenant.failures[client] = ApiError(becomes, "as told")

    @rule(room=st.sampled_from([1, 2, 1_000]))
    def budget_changes(self, room: int) -> None:
        """There is less room in it, or more."""
        self.tenant.room = room

    @rule(seconds=st.sampled_from([0.0, 0.5, 1.0, 4.0, 10.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        """Answers come, scrapes end."""
        self.sleep(seconds)

    @precondition(lambda self: self.running)
    @rule(number=st.integers(0, 9))
    def somebody_hangs_up(self, number: int) -> None:
        """A scraper is gone."""
        self.hang_up(number)
        self.sleep(0.0)

    def teardown(self) -> None:
        """When all is well again, a scrape gets everything, and the counters of the memory tell of each answer."""
        if hasattr(self, "tenant"):
            self.sleep(60.0)
            assert not self.running
            self.tenant.hanging, self.tenant.failures = set(), {}
            self.tenant.room, self.tenant.latency_seconds = 1_000, 0.1
            snapshot = self.run(self.shared.collect(self.clock.deadline(9.5)))
            assert all(isinstance(reading.outcome, ManagedClientStatus) for reading in snapshot.readings)
            counted = sum(self.fleet.memories[client].unexpected.get("status", 0) for client in self.fleet.clients)
            assert counted <= self.tenant.answered
        super().teardown()


@pytest.mark.parametrize("effort", EFFORTS)
def test_each_scrape_gets_its_due(effort: settings) -> None:
    """In time, no older than allowed, of the right clients, and never less because somebody else was in a hurry."""
    run_state_machine_as_test(SharingMachine, settings=effort)
