"""The only place that asks about a fleet: one collection cycle, in parallel, under one deadline.

Each managed client ends as a document or as a reason; a failure never touches another client. Scrapes join a running
cycle, each for as long as its own deadline allows, and take what is there: clients still unanswered count as
``deadline`` in that snapshot. When the last of them leaves at its deadline the cycle ends so; when the last hangs up,
the cycle is dropped, and what is unanswered is forgotten rather than failed.
"""

import asyncio
from collections.abc import Iterator

from exporter.api.documents import ManagedClientStatus
from exporter.clock import Deadline
from exporter.collect.fleet import Fleet
from exporter.collect.plan import Plan
from exporter.collect.snapshot import ManagedClient, Reading, Snapshot
from exporter.errors import ApiError, Reason

__all__ = ["Cycle"]

NOT_ASKED = frozenset({Reason.SKIPPED, Reason.BACKOFF})
"""Reasons for which no call left: they say nothing about the client, and leave it first in line."""


class Cycle:
    """One pass over a fleet; it runs from its construction, which needs a running event loop."""

    def __init__(self, fleet: Fleet, plan: Plan, *, number: int, deadline: Deadline) -> None:
        self._fleet, self._plan, self._number, self._deadline = fleet, plan, number, deadline
        self._started_seconds = fleet.clock.monotonic_seconds()
        self._given_seconds = deadline.remaining_seconds
        self._readings: dict[ManagedClient, Reading] = {}
        self._asked: set[ManagedClient] = set()
        self._details: dict[Reason, str] = {}
        self._final: Snapshot | None = None
        self._dropped = False
        self._waiting = 0
        self._task = asyncio.create_task(self._run())

    @property
    def running(self) -> bool:
        """Whether scrapes may still join."""
        return self._final is None and not self._dropped and not self._task.done()

    async def join(self, deadline: Deadline) -> Snapshot:
        """Wait for the cycle's end, but no longer than ``deadline``; whatever broke the cycle is raised here."""
        self._waiting += 1
        try:
            await asyncio.wait({self._task}, timeout=deadline.remaining_seconds)
        except asyncio.CancelledError:
            self._dropped = self._waiting == 1
            raise
        finally:
            self._waiting -= 1
            if self._waiting == 0:
                self._task.cancel()
        return self._result()

    def _result(self) -> Snapshot:
        if self._task.done() and self._final is None:
            self._task.result()
        if self._waiting == 0 or self._deadline.passed:
            self._close()
        return self._final or self._taken()

    async def _run(self) -> None:
        for client in self._plan.skipped:
            self._end(client, Reason.SKIPPED)
        try:
            async with asyncio.timeout_at(self._deadline.at_seconds):
                await self._ask_everyone()
        except TimeoutError:
            pass  # who has not answered is out of time, which _close says
        self._close()

    async def _ask_everyone(self) -> None:
        queue = iter(self._plan.calls)
        workers = min(self._fleet.concurrency, len(self._plan.calls))
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._work(queue))

    async def _work(self, queue: Iterator[ManagedClient]) -> None:
        for client in queue:
            self._asked.add(client)
            self._end(client, await self._ask(client))

    async def _ask(self, client: ManagedClient) -> ManagedClientStatus | Reason:
        try:
            return await self._fleet.api.get_managed_client_status(client.id, client.type, deadline=self._deadline)
        except ApiError as error:
            return self._failed(error.reason, error.detail)
        except Exception as error:  # noqa: BLE001 - a bug met on one client must not cost the others theirs
            return self._failed(Reason.INTERNAL, type(error).__name__)

    def _failed(self, reason: Reason, detail: str) -> Reason:
        self._details.setdefault(reason, detail)
        return reason

    def _end(self, client: ManagedClient, outcome: ManagedClientStatus | Reason) -> None:
        if self._final is not None:
            return  # an answer that came in the moment in which the cycle was closed
        if client in self._asked and outcome not in NOT_ASKED:
            self._fleet.memories.asked(client, self._number)
        now_epoch_seconds = self._fleet.clock.epoch_seconds()
        memory = self._fleet.memories.ended(client, outcome, now_epoch_seconds)
        self._readings[client] = Reading(client, outcome, now_epoch_seconds, memory)

    def _close(self) -> None:
        if self._final is not None:
            return
        for client in self._plan.calls:
            if client not in self._readings:
                self._end(client, Reason.DEADLINE)
        self._final = self._taken()
        self._fleet.changes.note(self._states(), self._details)

    def _states(self) -> dict[ManagedClient, Reason | None]:
        """The state of each client that the tenant was really asked about; None for one that could be read."""
        asked = (reading for client, reading in self._readings.items() if client in self._asked)
        return {
            reading.client: reading.outcome if isinstance(reading.outcome, Reason) else None
            for reading in asked
            if reading.outcome not in NOT_ASKED
        }

    def _taken(self) -> Snapshot:
        return Snapshot(
            tenant=self._fleet.tenant,
            started_seconds=self._started_seconds,
            finished_seconds=self._fleet.clock.monotonic_seconds(),
            deadline_seconds=self._given_seconds,
            readings=tuple(self._readings.get(client) or self._unanswered(client) for client in self._fleet.clients),
        )

    def _unanswered(self, client: ManagedClient) -> Reading:
        now_epoch_seconds = self._fleet.clock.epoch_seconds()
        return Reading(client, Reason.DEADLINE, now_epoch_seconds, self._fleet.memories[client])
