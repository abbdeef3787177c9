"""A tenant that answers as it is told, and a fleet over it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pytest

from exporter.api.documents import ManagedClientStatus
from exporter.api.inventory import HealthIndicators, ListedManagedClient, ManagedCluster
from exporter.clock import Clock, Deadline
from exporter.collect.fleet import Fleet
from exporter.collect.snapshot import ManagedClient
from exporter.errors import ApiError, Reason

T = TypeVar("T")
Answer = Callable[[], ManagedClientStatus]


def document(status: str = "NORMAL", cluster_id: str | None = "c1", **values: object) -> ManagedClientStatus:
    """A parsed status document."""
    return ManagedClientStatus(
        status=status,
        type="VA",
        timestamp_epoch_seconds=None,
        cluster_id=cluster_id,
        **values,  # type: ignore[arg-type]
    )


def clients(count: int) -> tuple[ManagedClient, ...]:
    """The managed clients "1" to "count"."""
    return tuple(ManagedClient(str(number), "VA") for number in range(1, count + 1))


class FakeTenant:
    """Takes ``latency_seconds`` for each call, counts them, and fails for whom it is told to."""

    def __init__(self, *, latency_seconds: float = 0.1, room: int = 1_000) -> None:
        self.latency_seconds = latency_seconds
        self.room = room
        self.asked: list[str] = []
        self.failures: dict[str, BaseException] = {}
        self.hanging: set[str] = set()
        self.in_flight = self.most_in_flight = 0
        self.lists_managed_clients = True
        self.entries: list[ListedManagedClient] | ApiError = []
        self.clusters: list[ManagedCluster] | ApiError = []
        self.health: dict[str, ApiError] = {}
        self.asked_for_health: list[str] = []
        self.lists_taken: list[str] = []

    def capacity(self, deadline: Deadline) -> int:
        """The calls left, whatever the deadline."""
        assert deadline.at_seconds > 0
        return self.room

    async def list_managed_clients(self, *, deadline: Deadline) -> tuple[ListedManagedClient, ...]:
        """The entries that were put in."""
        return await self._list("clients", self.entries, deadline)

    async def list_managed_clusters(self, *, deadline: Deadline) -> tuple[ManagedCluster, ...]:
        """The clusters that were put in."""
        return await self._list("clusters", self.clusters, deadline)

    async def _list(self, name: str, answer: Sequence[T] | ApiError, deadline: Deadline) -> tuple[T, ...]:
        assert deadline.at_seconds > 0
        self.lists_taken.append(name)
        await asyncio.sleep(self.latency_seconds)
        if isinstance(answer, ApiError):
            raise answer
        return tuple(answer)

    async def get_managed_client_health_indicators(self, client_id: str, *, deadline: Deadline) -> HealthIndicators:
        """One warning about the processor, or the error that was put in."""
        assert deadline.at_seconds > 0
        self.asked_for_health.append(client_id)
        await asyncio.sleep(self.latency_seconds)
        if client_id in self.health:
            raise self.health[client_id]
        return HealthIndicators("WARNING", (("cpu", "error", 0), ("cpu", "warning", 1)))

    async def get_managed_client_status(
        self, client_id: str, client_type: str, *, deadline: Deadline
    ) -> ManagedClientStatus:
        """Answer late, fail or hang."""
        assert client_type == "VA"
        assert deadline.at_seconds > 0
        self.asked.append(client_id)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(1e6 if client_id in self.hanging else self.latency_seconds)
        finally:
            self.in_flight -= 1
        if client_id in self.failures:
            raise self.failures[client_id]
        return document(cluster_id=f"c{client_id}")

    def fail(self, reason: Reason, *client_ids: str) -> None:
        """From now on these clients fail for that reason."""
        self.failures |= {client_id: ApiError(reason, "as told") for client_id in client_ids}


def fleet(tenant: FakeTenant, clock: Clock, count: int = 3, concurrency: int = 10, **options: Any) -> Fleet:
    """A fleet of ``count`` clients of the fake tenant."""
    return Fleet("acme", clients(count), api=tenant, clock=clock, concurrency=concurrency, **options)


def entry(client_id: str, **values: Any) -> ListedManagedClient:
    """An entry in the list of managed clients."""
    return ListedManagedClient(id=client_id, **({"status": "NORMAL", "type": "VA", "cluster_id": "c1"} | values))


def outcomes(readings: Sequence[object]) -> list[object]:
    """The readings' outcomes: a reason, or "ok"."""
    found = [reading.outcome for reading in readings]  # type: ignore[attr-defined]
    return ["ok" if isinstance(outcome, ManagedClientStatus) else outcome for outcome in found]


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """The fields of the lines about changes."""
    return [vars(record)["fields"] for record in caplog.records if record.name == "exporter.collect.changes"]
