"""The only place for the exporters of a scenario, as many as it wants, and for the network between them and tenants."""

import asyncio
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from exporter.bootstrap import Application, build
from exporter.clock import Clock
from exporter.errors import SettingsError
from exporter.settings.configuration import Configuration
from exporter.settings.loading import load
from exporter.simulator.app import DEMO_CREDENTIAL, SimulatedTenant
from exporter.simulator.scenario_parts import Outside, Scenario
from tests.conduct import CONDUCT

_SCRAPE_TIMEOUT_SECONDS = 10.0


class Network(httpx.AsyncBaseTransport):
    """Between exporters and tenants."""

    def __init__(self, tenants: Mapping[str, SimulatedTenant]) -> None:
        self._ways = {host(name): httpx.ASGITransport(app=tenant.app) for name, tenant in tenants.items()}
        self.resolves = True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Bring a request to its tenant, if names can be looked up."""
        if not self.resolves:
            message = "Name or service not known"
            raise httpx.ConnectError(message) from socket.gaierror(socket.EAI_NONAME, message)
        return await self._ways[request.url.host].handle_async_request(request)


class ConfigurationFile:
    """A configuration file that breaks and is mended."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._sound = path, text
        self.mended()

    def read(self) -> Configuration:
        """What the exporter makes of it."""
        return load({}, {"SAIL_CONFIG_FILE": str(self._path)})

    def text(self) -> str:
        """Nothing, since nobody asks for ``/config``."""
        return ""

    def breaks(self) -> None:
        """Somebody saves it half written."""
        self._path.write_text(self._sound + "web: {listen_address")

    def mended(self) -> None:
        """It is as it should be."""
        self._path.write_text(self._sound)


class Replica:
    """An exporter that is stopped, started again with nothing remembered, and forgotten by service discovery."""

    def __init__(self, number: int, start: Callable[[], Application], file: ConfigurationFile) -> None:
        self.instance = f"exporter-{number}:9853"
        self.discovered = True
        self._start, self._file = start, file
        self._application = start()
        self._client: httpx.AsyncClient | None = self._connected()

    async def perform(self, do: str) -> None:
        """What a scenario has in store for it."""
        match do:
            case "exporter_start":
                self._application = self._start()
                self._client = self._connected()
            case "exporter_stop":
                self._client = None
            case "exporter_remove":
                self.discovered = False
            case "config_breaks":
                self._file.breaks()
                with pytest.raises(SettingsError):
                    await self._application.reload()
            case "config_mended":
                self._file.mended()
                await self._application.reload()

    def _connected(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self._application.asgi)
        return httpx.AsyncClient(transport=transport, base_url="http://exporter", timeout=3600.0)

    async def page(self) -> str | None:
        """The page, unless the scrape fails."""
        if self._client is None:
            return None
        headers = {"X-Prometheus-Scrape-Timeout-Seconds": str(_SCRAPE_TIMEOUT_SECONDS), "Accept": "text/plain"}
        try:
            async with asyncio.timeout(_SCRAPE_TIMEOUT_SECONDS):
                answer = await self._client.get("/metrics", headers=headers)
        except TimeoutError:
            return None
        return answer.text if answer.status_code == httpx.codes.OK else None


class Replicas:
    """All exporters of a scenario."""

    def __init__(
        self, scenario: Scenario, tenants: Mapping[str, SimulatedTenant], clock: Clock, directory: Path
    ) -> None:
        self.network = Network(tenants)
        file = configuration_file(scenario, directory)

        def start() -> Application:
            configuration = file.read()
            watched = CONDUCT.watch(
                {DEMO_CREDENTIAL.client_id: min(each.rate_budget for each in configuration.tenants)}
            )
            return build(configuration, clock=clock, transport=watched.transport(lambda: self.network), source=file)

        self._each = [Replica(number + 1, start, file) for number in range(scenario.exporter.replicas)]

    async def perform(self, what: Outside) -> None:
        """What happens outside the tenants."""
        if what.do in ("dns_fails", "dns_works"):
            self.network.resolves = what.do == "dns_works"
            return
        for replica in self._each if what.replica is None else [self._each[what.replica - 1]]:
            await replica.perform(what.do)

    async def pages(self) -> dict[str, str | None]:
        """A scrape of all that service discovery knows, by instance."""
        found = [replica for replica in self._each if replica.discovered]
        pages = await asyncio.gather(*(replica.page() for replica in found))
        return {replica.instance: page for replica, page in zip(found, pages, strict=True)}


def host(tenant: str) -> str:
    """Where a tenant is."""
    return f"{tenant}.test"


def configuration_file(scenario: Scenario, directory: Path) -> ConfigurationFile:
    """What an operator would write for these tenants."""
    secret = directory / "secret"
    secret.write_text(DEMO_CREDENTIAL.client_secret)
    secret.chmod(0o600)
    tenants = [_tenant(name, secret.name) | dict(scenario.exporter.settings) for name in scenario.tenants]
    return ConfigurationFile(directory / "exporter.yaml", yaml.safe_dump({"tenants": tenants}))


def _tenant(name: str, secret: str) -> dict[str, Any]:
    return {
        "name": name,
        "base_url": f"https://{host(name)}",
        "client_id": DEMO_CREDENTIAL.client_id,
        "client_secret_file": secret,
    }
