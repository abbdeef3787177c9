"""The only place that asks a tenant what one cycle wants to know: lists first, then each client, then their health.

Calls run in parallel, within the rate budget. Each managed client ends as a document or as a reason; a failure never
touches another client. What is known so far can be read at any moment: clients still unanswered then count as
``deadline``.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from exporter.api.documents import ManagedClientStatus
from exporter.api.inventory import ListedManagedClient, ManagedCluster
from exporter.clock import Deadline
from exporter.collect.fleet import Fleet
from exporter.collect.listing import Listed, found, list_clients, list_clusters, through_clusters
from exporter.collect.plan import plan_cycle, plan_health
from exporter.collect.snapshot import Collector, ManagedClient, Reading, Run, Snapshot
from exporter.errors import ApiError, Reason

__all__ = ["Survey"]

NOT_ASKED = frozenset({Reason.SKIPPED, Reason.BACKOFF})
"""Reasons for which no call left: they say nothing about the client, and leave it first in line."""

AT_ONCE_SECONDS = 0.001


class Survey:
    """One pass over a tenant."""

    def __init__(self, fleet: Fleet, *, number: int, deadline: Deadline) -> None:
        self._fleet, self._number, self._deadline = fleet, number, deadline
        self._started_seconds = fleet.clock.monotonic_seconds()
        fleet.pace.began(self._started_seconds)
        self._given_seconds = deadline.remaining_seconds
        self._clients = Listed[ListedManagedClient]()
        self._clusters = Listed[ManagedCluster]()
        self._entries: dict[str, ListedManagedClient] = {}
        self._health_run: Run | None = None
        self._readings: dict[ManagedClient, Reading] = {}
        self._asked: set[ManagedClient] = set()
        self._details: dict[Reason, str] = {}
        self.final: Snapshot | None = None

    async def run(self) -> None:
        """Ask everything; whoever cancels this must ``close`` the survey."""
        clusters = asyncio.create_task(self._list_clusters())  # nobody waits for it but who finds clients through it
        try:
            if through_clusters(self._fleet):
                await clusters
            await self._find_clients()
            await self._ask_statuses()
            await self._ask_health()
            await clusters
        finally:
            clusters.cancel()

    def close(self) -> None:
        """Who has not answered is out of time; later answers are not heard."""
        if self.final is not None:
            return
        if Collector.STATUS in self._fleet.on:
            for client in self._unanswered():
                self._end(client, Reason.DEADLINE)
        self.final = self.snapshot()
        self._fleet.changes.note(self._states(), self._details)
        self._fleet.tell_cost()

    def snapshot(self) -> Snapshot:
        """What is known; always the same object once the survey is closed."""
        return self.final or Snapshot(
            tenant=self._fleet.tenant,
            started_seconds=self._started_seconds,
            finished_seconds=self._fleet.clock.monotonic_seconds(),
            deadline_seconds=self._given_seconds,
            readings=tuple(self._readings.get(client) or self._pending(client) for client in self._fleet.clients),
            clusters=self._clusters.entries or (),
            runs=self._runs(),
            unexpected=self._fleet.memories.unexpected_elsewhere,
            projected_calls_per_window=self._fleet.pace.projected_calls(self._fleet.calls_wanted),
        )

    async def _list_clusters(self) -> None:
        self._clusters = await list_clusters(self._fleet, self._deadline)
        for cluster in self._clusters.entries or ():
            self._fleet.memories.drifted(cluster.unexpected)

    async def _find_clients(self) -> None:
        self._clients = await list_clients(self._fleet, self._deadline)
        self._entries = {entry.id: entry for entry in self._clients.entries or ()}
        clients = found(self._fleet, self._clients, self._clusters)
        if clients is not None:
            self._fleet.meet(clients)

    async def _ask_statuses(self) -> None:
        if Collector.STATUS not in self._fleet.on:
            return
        plan = plan_cycle(self._fleet.clients, self._fleet.memories.of_each, self._room())
        for client in plan.skipped:
            self._end(client, Reason.SKIPPED)
        await self._each(plan.calls, self._ask_status)

    def _room(self) -> int:
        """Calls to plan: where a list has told status and age, nobody waits for the budget to have room for more."""
        waiting = self._fleet.clock.deadline(AT_ONCE_SECONDS) if self._entries else self._deadline
        return self._fleet.api.capacity(waiting)

    async def _ask_status(self, client: ManagedClient) -> None:
        self._asked.add(client)
        self._end(client, await self._status(client))

    async def _status(self, client: ManagedClient) -> ManagedClientStatus | Reason:
        try:
            return await self._fleet.api.get_managed_client_status(client.id, client.type, deadline=self._deadline)
        except ApiError as error:
            return self._failed(error.reason, error.detail)
        except Exception as error:  # noqa: BLE001 - a bug met on one client must not cost the others theirs
            return self._failed(Reason.INTERNAL, type(error).__name__)

    async def _ask_health(self) -> None:
        if Collector.HEALTH not in self._fleet.on:
            return
        clients = plan_health(self._fleet.clients, self._fleet.memories.of_each, self._room())
        _, self._health_run = await self._fleet.collectors.tried(Collector.HEALTH, lambda: self._health_of(clients))

    async def _health_of(self, clients: Sequence[ManagedClient]) -> None:
        """The first alone: a credential without the scope is refused once, not once for each client."""
        for client in clients[:1]:
            reason = await self._health(client)
            if reason is not None and reason.reason is Reason.FORBIDDEN:
                raise reason
        await self._each(clients[1:], self._health)

    async def _health(self, client: ManagedClient) -> ApiError | None:
        health, failure = None, None
        try:
            health = await self._fleet.api.get_managed_client_health_indicators(client.id, deadline=self._deadline)
        except ApiError as error:
            failure = error
        self._fleet.memories.health(client, health, self._number, self._fleet.clock.epoch_seconds())
        if client in self._readings:
            self._readings[client] = replace(self._readings[client], memory=self._fleet.memories[client])
        return failure

    async def _each(self, clients: Iterable[ManagedClient], ask: Callable[[ManagedClient], Awaitable[object]]) -> None:
        queue = iter(clients)

        async def work() -> None:
            for client in queue:
                await ask(client)

        async with asyncio.TaskGroup() as workers:
            for _ in range(self._fleet.concurrency):
                workers.create_task(work())

    def _failed(self, reason: Reason, detail: str) -> Reason:
        self._details.setdefault(reason, detail)
        return reason

    def _end(self, client: ManagedClient, outcome: ManagedClientStatus | Reason) -> None:
        if self.final is not None:
            return  # an answer that came in the moment in which the survey was closed
        memories, now_epoch_seconds = self._fleet.memories, self._fleet.clock.epoch_seconds()
        if client in self._asked and outcome not in NOT_ASKED:
            memories.asked(client, self._number)
        memory = memories.ended(client, outcome, now_epoch_seconds)
        entry = self._entries.get(client.id)
        if entry is not None and outcome is Reason.SKIPPED:
            memory = memories.listed(client, entry, now_epoch_seconds)
        self._readings[client] = Reading(client, outcome, now_epoch_seconds, memory, entry)

    def _unanswered(self) -> tuple[ManagedClient, ...]:
        return tuple(client for client in self._fleet.clients if client not in self._readings)

    def _pending(self, client: ManagedClient) -> Reading:
        """A client that has no reading: out of time, or nobody asks about single clients."""
        outcome = Reason.DEADLINE if Collector.STATUS in self._fleet.on else Reason.SKIPPED
        memory, entry = self._fleet.memories[client], self._entries.get(client.id)
        return Reading(client, outcome, self._fleet.clock.epoch_seconds(), memory, entry)

    def _states(self) -> dict[ManagedClient, Reason | None]:
        """The state of each client that the tenant was really asked about; None for one that could be read."""
        asked = (reading for client, reading in self._readings.items() if client in self._asked)
        return {
            reading.client: reading.outcome if isinstance(reading.outcome, Reason) else None
            for reading in asked
            if reading.outcome not in NOT_ASKED
        }

    def _runs(self) -> tuple[Run, ...]:
        """How each collector fared that is on; one that has not ended is out of time."""
        ended = (self._discovery_run(), self._status_run(), self._clusters.run, self._health_run)
        runs = {run.collector: run for run in ended if run is not None}
        late = Run(Collector.STATUS, self._spent_seconds, Reason.DEADLINE)
        return tuple(runs.get(one) or replace(late, collector=one) for one in Collector if one in self._fleet.on)

    def _discovery_run(self) -> Run | None:
        run = self._clusters.run if through_clusters(self._fleet) else self._clients.run
        return None if run is None else replace(run, collector=Collector.DISCOVERY)

    def _status_run(self) -> Run:
        """It succeeds when anything is known of any client, be it through the list, or when there is none."""
        readings = [self._readings.get(client) or self._pending(client) for client in self._fleet.clients]
        reasons = Counter(reading.outcome for reading in readings if isinstance(reading.outcome, Reason))
        knowing = not readings or any(reading.said is not None for reading in readings)
        return Run(Collector.STATUS, self._spent_seconds, None if knowing else reasons.most_common(1)[0][0])

    @property
    def _spent_seconds(self) -> float:
        return self._fleet.clock.monotonic_seconds() - self._started_seconds
