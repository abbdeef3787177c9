"""The only place where a tenant's settings become a tenant at work."""

from dataclasses import dataclass

from exporter.api.calls import ApiState, Observer
from exporter.api.credentials import FileCredentials
from exporter.api.tenant import TenantApi, TransportFactory
from exporter.clock import Clock
from exporter.collect.discovery import Filters
from exporter.collect.fleet import Fleet
from exporter.collect.sharing import SharedCollection
from exporter.collect.snapshot import Collector, ManagedClient
from exporter.settings.configuration import CollectorSettings, DiscoverySettings, ScrapeSettings, TenantSettings

__all__ = ["Tenant", "build_api", "build_tenant"]


@dataclass(frozen=True, slots=True)
class Tenant:
    """One tenant at work: the settings it was made from, its API, and the collection over it."""

    settings: TenantSettings
    scrape: ScrapeSettings
    api: TenantApi
    collection: SharedCollection

    @property
    def name(self) -> str:
        """The label ``tenant``."""
        return self.settings.name

    def state(self) -> ApiState:
        """What its API knows about itself right now."""
        return self.api.state


def build_tenant(
    settings: TenantSettings,
    scrape: ScrapeSettings,
    *,
    clock: Clock,
    observer: Observer,
    transport: TransportFactory | None = None,
) -> Tenant:
    """One tenant, of which nothing is known yet."""
    api = build_api(settings, scrape, clock=clock, observer=observer, transport=transport)
    return Tenant(settings, scrape, api, _collection(settings, scrape, clock, api))


def build_api(
    settings: TenantSettings,
    scrape: ScrapeSettings,
    *,
    clock: Clock,
    observer: Observer,
    transport: TransportFactory | None = None,
) -> TenantApi:
    """One tenant's API, as its settings want it."""
    return TenantApi(
        base_url=settings.base_url,
        generation=settings.api_generation,
        credentials=FileCredentials(settings.client_id, settings.client_secret),
        rate_budget=settings.rate_budget,
        concurrency=scrape.concurrency,
        ca_file=settings.ca_file,
        proxy_url=settings.proxy_url,
        clock=clock,
        observer=observer,
        transport=transport,
    )


def _collection(settings: TenantSettings, scrape: ScrapeSettings, clock: Clock, api: TenantApi) -> SharedCollection:
    fleet = Fleet(
        settings.name,
        [ManagedClient(client.id, client.type) for client in settings.managed_clients],
        api=api,
        clock=clock,
        concurrency=scrape.concurrency,
        filters=_filters(settings.discovery) if settings.discovers else None,
        on=_collectors(settings.collectors),
        rate_budget=settings.rate_budget,
    )
    return SharedCollection(fleet, min_interval_seconds=scrape.min_interval_seconds)


def _filters(discovery: DiscoverySettings) -> Filters:
    return Filters(
        cluster_ids=discovery.cluster_ids,
        exclude_cluster_ids=discovery.exclude_cluster_ids,
        types=discovery.types,
        exclude_types=discovery.exclude_types,
        names=discovery.names,
        exclude_names=discovery.exclude_names,
        exclude_provision_status=discovery.exclude_provision_status,
    )


def _collectors(collectors: CollectorSettings) -> frozenset[Collector]:
    switches = {
        Collector.STATUS: collectors.status,
        Collector.CLUSTERS: collectors.clusters,
        Collector.HEALTH: collectors.health,
    }
    return frozenset(collector for collector, on in switches.items() if on)
