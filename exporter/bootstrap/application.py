"""The only place for the running application: its tenants, its pages, and how it takes over another configuration."""

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from typing import Protocol

from exporter import __version__
from exporter.api.calls import Audience, Observer
from exporter.api.tenant import TransportFactory
from exporter.bootstrap.tenants import Tenant, build_tenant
from exporter.clock import Clock, Deadline
from exporter.collect.snapshot import Snapshot
from exporter.errors import SettingsError
from exporter.metrics import Pages, Telemetry
from exporter.settings.configuration import Configuration, ScrapeSettings, TenantSettings
from exporter.web import listener
from exporter.web.app import WebApp, create_app
from exporter.web.landing import About, TenantFacts
from exporter.web.web_config import WebConfig, WebConfigFile

__all__ = ["Application", "ConfigurationSource", "build"]

_log = logging.getLogger(__name__)


class ConfigurationSource(Protocol):
    """Where the configuration comes from."""

    def read(self) -> Configuration:
        """The configuration as it is now; raises SettingsError when it cannot be used."""
        ...

    def text(self) -> str:
        """The last one that could be used, with its secrets masked."""
        ...


class Application:
    """Everything that runs: tenants to ask, and pages to render.

    Attributes:
        configuration: what it runs by: the last one that could be used.
        tenants: replaced as a whole when the configuration is read again.
    """

    def __init__(
        self,
        configuration: Configuration,
        *,
        clock: Clock,
        observers: Sequence[Observer],
        transport: TransportFactory | None,
        source: ConfigurationSource | None,
    ) -> None:
        self.configuration = configuration
        self.clock = clock
        self._source = source
        web_config_file = configuration.web.config_file
        self._web_config = WebConfig if web_config_file is None else WebConfigFile(web_config_file).current
        self._observers, self._transport = tuple(observers), transport
        revision = os.environ.get("EXPORTER_REVISION", "")
        self._telemetry = Telemetry(clock=clock, version=__version__, revision=revision)
        self.pages = Pages(self._telemetry, clock)
        self.tenants: tuple[Tenant, ...] = ()
        self._bind(configuration)

    async def collect(self, deadline: Deadline) -> tuple[Snapshot, ...]:
        """A snapshot of each tenant, all by the same deadline."""
        return tuple(await asyncio.gather(*(tenant.collection.collect(deadline) for tenant in self.tenants)))

    def latest(self) -> tuple[Snapshot, ...]:
        """The last snapshot of each tenant that has one; nobody is asked."""
        known = (tenant.collection.latest for tenant in self.tenants)
        return tuple(snapshot for snapshot in known if snapshot is not None)

    @property
    def asgi(self) -> WebApp:
        """The web application over these tenants."""
        return create_app(
            collect=self.collect,
            pages=self.pages,
            clock=self.clock,
            describe=self._about,
            max_duration_seconds=self.max_duration_seconds,
            reload=self.reload if self.configuration.web.enable_lifecycle else None,
            config_text=None if self._source is None else self._source.text,
            web_config=self._web_config,
        )

    async def serve(self, sock: socket.socket, stop: asyncio.Event) -> None:
        """Answer on the socket until ``stop`` is set, secured as the web configuration file says."""
        await listener.serve(self.asgi, sock, stop, web_config=self._web_config)

    @property
    def max_duration_seconds(self) -> float:
        """The longest collection, whatever timeout a scraper announces."""
        return self.configuration.scrape.max_duration_seconds

    async def reload(self) -> None:
        """Read the configuration again; tenants whose settings are unchanged go on undisturbed, counters and all.

        Raises:
            SettingsError: it cannot be used, and everything stays as it was.
        """
        try:
            configuration = await asyncio.to_thread(self._configuration_read)
        except SettingsError as error:
            self._telemetry.config_reloaded(success=False)
            for problem in error.problems:
                _log.error("configuration not reloaded", extra={"fields": {"problem": problem}})
            raise
        retired = self._bind(configuration)
        self._telemetry.config_reloaded(success=True)
        _log.info("configuration reloaded", extra={"fields": {"tenants": len(self.tenants), "retired": len(retired)}})
        for tenant in retired:
            await tenant.api.aclose()

    async def aclose(self) -> None:
        """Close every connection to every tenant."""
        for tenant in self.tenants:
            await tenant.api.aclose()

    def _configuration_read(self) -> Configuration:
        if self._source is None:
            problem = "this command has no configuration to read again"
            raise SettingsError(problem)
        return self._source.read()

    def _about(self) -> About:
        return About(version=__version__, tenants=tuple(map(_facts, self.tenants)))

    def _bind(self, configuration: Configuration) -> tuple[Tenant, ...]:
        """Take over the configuration in one step; returns the tenants that no longer take part."""
        before = self.tenants
        self.tenants = tuple(self._tenant(settings, configuration.scrape) for settings in configuration.tenants)
        self.configuration = configuration
        retired = tuple(tenant for tenant in before if tenant not in self.tenants)
        for name in {tenant.name for tenant in retired} - {tenant.name for tenant in self.tenants}:
            self._telemetry.forget(name)
        return retired

    def _tenant(self, settings: TenantSettings, scrape: ScrapeSettings) -> Tenant:
        for tenant in self.tenants:
            if (tenant.settings, tenant.scrape) == (settings, scrape):
                return tenant
        audience = Audience(self._telemetry.observer(settings.name), *self._observers)
        tenant = build_tenant(settings, scrape, clock=self.clock, observer=audience, transport=self._transport)
        self._telemetry.register_tenant(settings.name, tenant.state)
        return tenant


def _facts(tenant: Tenant) -> TenantFacts:
    collection = tenant.collection
    return TenantFacts(tenant.name, managed_clients=len(collection.fleet.clients), latest=collection.latest)


def build(
    configuration: Configuration,
    *,
    clock: Clock | None = None,
    observers: Sequence[Observer] = (),
    transport: TransportFactory | None = None,
    source: ConfigurationSource | None = None,
) -> Application:
    """Bind the rooms; nothing is asked, opened or listened on yet.

    Args:
        configuration: validated settings.
        clock: both clocks; the machine's own without one.
        observers: who else hears of every call, besides the exporter's own telemetry.
        transport: makes the transport of each connection; real sockets without one.
        source: where the configuration comes from; without it there is nothing to reload, and no ``/config``.

    Raises:
        SettingsError: the web configuration file cannot be used.
    """
    return Application(configuration, clock=clock or Clock(), observers=observers, transport=transport, source=source)
