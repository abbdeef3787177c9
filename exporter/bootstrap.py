"""The composition root: the only place that sees every room, and binds them into a running application."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from exporter import __version__
from exporter.api.calls import ApiState, Audience, Observer
from exporter.api.credentials import FileCredentials
from exporter.api.tenant import TenantApi, TransportFactory
from exporter.clock import Clock, Deadline
from exporter.collect.fleet import Fleet
from exporter.collect.sharing import SharedCollection
from exporter.collect.snapshot import ManagedClient, Snapshot
from exporter.metrics import Pages, Telemetry
from exporter.settings.configuration import Configuration, ScrapeSettings, TenantSettings
from exporter.web.app import WebApp, create_app
from exporter.web.landing import About, TenantFacts

__all__ = ["Application", "Tenant", "build"]


@dataclass(frozen=True, slots=True)
class Tenant:
    """One tenant at work: its API, and the collection over it."""

    name: str
    api: TenantApi
    collection: SharedCollection


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that runs: tenants to ask, pages to render, an ASGI application to serve."""

    tenants: tuple[Tenant, ...]
    pages: Pages
    clock: Clock
    max_duration_seconds: float

    async def collect(self, deadline: Deadline) -> tuple[Snapshot, ...]:
        """A snapshot of each tenant, all by the same deadline."""
        return tuple(await asyncio.gather(*(tenant.collection.collect(deadline) for tenant in self.tenants)))

    @property
    def asgi(self) -> WebApp:
        """The web application over these tenants."""
        return create_app(
            collect=self.collect,
            pages=self.pages,
            clock=self.clock,
            describe=self._about,
            max_duration_seconds=self.max_duration_seconds,
        )

    async def aclose(self) -> None:
        """Close every connection to every tenant."""
        for tenant in self.tenants:
            await tenant.api.aclose()

    def _about(self) -> About:
        return About(version=__version__, tenants=tuple(_facts(tenant) for tenant in self.tenants))


def _facts(tenant: Tenant) -> TenantFacts:
    collection = tenant.collection
    return TenantFacts(tenant.name, managed_clients=len(collection.fleet.clients), latest=collection.latest)


def build(
    configuration: Configuration,
    *,
    clock: Clock | None = None,
    observers: Sequence[Observer] = (),
    transport: TransportFactory | None = None,
) -> Application:
    """Bind the rooms; nothing is asked, opened or listened on yet.

    Args:
        configuration: validated settings.
        clock: both clocks; the machine's own without one.
        observers: who else hears of every call, besides the exporter's own telemetry.
        transport: makes the transport of each connection; real sockets without one.
    """
    clock = clock or Clock()
    telemetry = Telemetry(clock=clock, version=__version__, revision=os.environ.get("EXPORTER_REVISION", ""))
    tenants = []
    for settings in configuration.tenants:
        audience = Audience(telemetry.observer(settings.name), *observers)
        api = _api(settings, configuration.scrape, clock, audience, transport)
        telemetry.register_tenant(settings.name, partial(_state, api))
        tenants.append(Tenant(settings.name, api, _collection(settings, configuration.scrape, clock, api)))
    return Application(tuple(tenants), Pages(telemetry, clock), clock, configuration.scrape.max_duration_seconds)


def _state(api: TenantApi) -> ApiState:
    return api.state


def _api(
    settings: TenantSettings,
    scrape: ScrapeSettings,
    clock: Clock,
    observer: Observer,
    transport: TransportFactory | None,
) -> TenantApi:
    return TenantApi(
        base_url=settings.base_url,
        generation=settings.api_generation,
        credentials=FileCredentials(settings.client_id, settings.client_secret),
        rate_budget=settings.rate_budget,
        concurrency=scrape.concurrency,
        clock=clock,
        observer=observer,
        transport=transport,
    )


def _collection(settings: TenantSettings, scrape: ScrapeSettings, clock: Clock, api: TenantApi) -> SharedCollection:
    clients = [ManagedClient(client.id, client.type) for client in settings.managed_clients]
    fleet = Fleet.of(settings.name, clients, api=api, clock=clock, concurrency=scrape.concurrency)
    return SharedCollection(fleet, min_interval_seconds=scrape.min_interval_seconds)
