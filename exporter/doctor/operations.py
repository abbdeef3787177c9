"""The only place that tries the operations that the settings want: lists, one status, one health, every client."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from exporter.api.documents import ManagedClientStatus
from exporter.bootstrap import Tenant
from exporter.collect.discovery import discovered, discovered_through_clusters
from exporter.collect.snapshot import Collector, ManagedClient
from exporter.doctor.credential import permitted
from exporter.doctor.finding import Finding, Result, Step, skipped
from exporter.doctor.fleet import answered, chosen, summed_up
from exporter.doctor.load import Load
from exporter.doctor.trial import Trial
from exporter.errors import ApiError

if TYPE_CHECKING:
    from exporter.api.inventory import ListedManagedClient, ManagedCluster

__all__ = ["Operations", "Progress"]

Progress = Callable[[int, int], None]
"""Told how many managed clients, of how many, have been asked about."""

_OFF = "the collector is off"
_NOBODY = "no managed client is known to ask about"


class Operations:
    """What is tried with an access token, and what that tells about the fleet."""

    def __init__(self, tenant: Tenant, trial: Trial, progress: Progress) -> None:
        """Nothing is asked yet."""
        self._api, self._fleet, self._trial = tenant.api, tenant.collection.fleet, trial
        self._settings, self._scrape = tenant.settings, tenant.scrape
        self._progress = progress
        self._discovers = Collector.DISCOVERY in self._fleet.on
        self._through_clusters = self._discovers and not self._api.lists_managed_clients
        self._listed: tuple[ListedManagedClient, ...] | None = None
        self._clusters: tuple[ManagedCluster, ...] | None = None

    async def findings(self) -> AsyncIterator[Finding]:
        """What there is to say about each operation, and about the managed clients."""
        yield await self._list_clients()
        yield await self._list_clusters()
        status = await self._read_status()
        yield status
        yield await self._read_health()
        for finding in await self._clients(can_be_read=status.result is Result.OK):
            yield finding

    @property
    def load(self) -> Load | None:
        """What a scrape of the fleet wants; None while it is not known who is in it."""
        watched, on = self._watched(), self._fleet.on
        if watched is None:
            return None
        return Load(
            clients=len(watched),
            per_client=(Collector.STATUS in on) + (Collector.HEALTH in on),
            listed=self._listed is not None,
            discovers=self._discovers,
            clusters=len(self._clusters or ()) if Collector.CLUSTERS in on or self._through_clusters else None,
        )

    async def _list_clients(self) -> Finding:
        if not self._api.lists_managed_clients:
            return skipped(Step.CLIENT_LIST, self._not_here())
        outcome, seconds = await self._trial.of(self._api.list_managed_clients(deadline=self._trial.deadline()))
        self._listed = None if isinstance(outcome, ApiError) else outcome
        return replace(permitted(Step.CLIENT_LIST, outcome, needed=self._discovers), duration_seconds=seconds)

    async def _list_clusters(self) -> Finding:
        if Collector.CLUSTERS not in self._fleet.on and not self._through_clusters:
            return skipped(Step.CLUSTERS, _OFF)
        outcome, seconds = await self._trial.of(self._api.list_managed_clusters(deadline=self._trial.deadline()))
        self._clusters = None if isinstance(outcome, ApiError) else outcome
        return replace(permitted(Step.CLUSTERS, outcome), duration_seconds=seconds)

    async def _read_status(self) -> Finding:
        if Collector.STATUS not in self._fleet.on:
            return skipped(Step.STATUS, _OFF)
        for client in (self._watched() or ())[:1]:
            outcome, seconds = await self._trial.of(self._status(client))
            return replace(permitted(Step.STATUS, outcome), duration_seconds=seconds)
        return skipped(Step.STATUS, _NOBODY)

    async def _read_health(self) -> Finding:
        if Collector.HEALTH not in self._fleet.on:
            return skipped(Step.HEALTH, _OFF)
        if not self._api.has_health_indicators:
            remedy = "set SAIL_API_GENERATION=v1, or SAIL_COLLECTORS__HEALTH=false"
            return Finding(Step.HEALTH, Result.PROBLEM, self._not_here(), remedy)
        for client in (self._watched() or ())[:1]:
            call = self._api.get_managed_client_health_indicators(client.id, deadline=self._trial.deadline())
            outcome, seconds = await self._trial.of(call)
            return replace(permitted(Step.HEALTH, outcome), duration_seconds=seconds)
        return skipped(Step.HEALTH, _NOBODY)

    async def _clients(self, *, can_be_read: bool) -> tuple[Finding, ...]:
        watched = self._watched()
        if watched is None:
            return (skipped(Step.MANAGED_CLIENTS, "they could not be listed"),)
        if self._discovers:
            return (chosen(len(watched), self._found()),)
        if not can_be_read:
            return (skipped(Step.MANAGED_CLIENTS, "no status can be read"),)
        return await self._each(watched)

    async def _each(self, clients: Sequence[ManagedClient]) -> tuple[Finding, ...]:
        started_seconds = self._trial.clock.monotonic_seconds()
        outcomes: dict[ManagedClient, ManagedClientStatus | ApiError] = {}
        queue = iter(clients)

        async def work() -> None:
            for client in queue:
                outcomes[client], _ = await self._trial.of(self._status(client))
                self._progress(len(outcomes), len(clients))

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(self._scrape.concurrency, self._settings.rate_budget)):  # each gets a slot in time
                workers.create_task(work())
        wrong = [finding for client in clients if (finding := answered(client, outcomes[client]))]
        duration_seconds = self._trial.clock.monotonic_seconds() - started_seconds
        return (*wrong, replace(summed_up(len(clients), wrong), duration_seconds=duration_seconds))

    def _status(self, client: ManagedClient) -> Coroutine[Any, Any, ManagedClientStatus]:
        return self._api.get_managed_client_status(client.id, client.type, deadline=self._trial.deadline())

    def _watched(self) -> tuple[ManagedClient, ...] | None:
        """The managed clients that the exporter would ask about; None while they are not known."""
        filters = self._fleet.filters
        if filters is None:
            return self._fleet.clients
        if self._listed is not None:
            return discovered(self._listed, filters)
        if self._through_clusters and self._clusters is not None:
            return discovered_through_clusters(self._clusters, filters)
        return None

    def _found(self) -> int:
        if self._listed is not None:
            return len(self._listed)
        return len({client_id for cluster in self._clusters or () for client_id in cluster.client_ids})

    def _not_here(self) -> str:
        return f"the API generation {self._settings.api_generation} does not have this"
