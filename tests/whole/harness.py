"""The exporter against the simulated tenant, both in process: a whole scrape without a socket, on virtual time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from exporter.api.calls import Call
from exporter.bootstrap import Application, build
from exporter.clock import Clock
from exporter.errors import Reason
from exporter.settings.configuration import (
    Configuration,
    ManagedClientSetting,
    ScrapeSettings,
    TenantSettings,
    WebSettings,
)
from exporter.simulator.app import DEMO_CREDENTIAL, SimulatedTenant
from exporter.simulator.world import World
from tests.canaries import PLANTED, clean
from tests.conduct import CONDUCT

CREDENTIAL = replace(DEMO_CREDENTIAL, client_secret=PLANTED["client secret"])
TENANT_URL = "http://127.0.0.1:9854"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class Recorder:
    """Every call that left the exporter, with its time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.calls: list[tuple[float, Call]] = []
        self.tokens = 0

    def call_finished(self, call: Call) -> None:
        """Keep the call and when it ended."""
        self.calls.append((self._clock.monotonic_seconds(), call))

    def token_refreshed(self, expiry_epoch_seconds: float) -> None:
        """Count the token."""
        assert expiry_epoch_seconds > self._clock.epoch_seconds()
        self.tokens += 1

    def token_refresh_failed(self, reason: Reason) -> None:
        """Nothing to keep: the call says it all."""


@dataclass(frozen=True)
class Whole:
    """An exporter, its simulated tenant, and a scraper."""

    application: Application
    tenant: SimulatedTenant
    recorder: Recorder
    scraper: httpx.AsyncClient

    async def scrape(self, *, timeout_seconds: float = 10.0, accept: str = "text/plain") -> "Page":
        """Scrape as Prometheus does."""
        headers = {"X-Prometheus-Scrape-Timeout-Seconds": str(timeout_seconds), "Accept": accept}
        answer = await self.scraper.get("/metrics", headers=headers)
        assert answer.status_code == 200, answer.text
        return Page(clean(answer.text))

    def requests_of(self, endpoint: str) -> int:
        """How many calls of that operation left so far."""
        return sum(call.endpoint == endpoint for _, call in self.recorder.calls)


class Page:
    """A page's samples, to look things up."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples: Samples = {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def values(self, name: str, **labels: str) -> list[float]:
        """The values of that series whose labels include these."""
        return [
            value
            for (found, its_labels), value in self.samples.items()
            if found == name and labels.items() <= dict(its_labels).items()
        ]

    def value(self, name: str, **labels: str) -> float:
        """The one value."""
        (value,) = self.values(name, **labels)
        return value

    def reasons(self) -> dict[str, set[str]]:
        """The reasons of the failures, by client id."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for (name, labels), value in self.samples.items():
            if name == "sailpoint_managed_client_fetch_failures_total" and value:
                found[dict(labels)["client_id"]].add(dict(labels)["reason"])
        return dict(found)


def start(clock: Clock, *, clients: int = 12, clusters: int = 3, **options: Any) -> Whole:
    """An exporter over a simulated tenant; ``options`` are those of the tenant, its settings or the scrape's.

    ``also`` are further tenants, by what is different about their settings; ``through`` wraps each connection; ``web``
    are the settings of that name.
    """
    world = World(clients=clients, clusters=clusters, epoch_seconds=clock.epoch_seconds)
    of_tenant = {name: options.pop(name) for name in OF_TENANT & options.keys()}
    tenant = SimulatedTenant(world, epoch_seconds=clock.epoch_seconds, **{"credentials": (CREDENTIAL,)} | of_tenant)
    scrape = ScrapeSettings(
        **{"min_interval_seconds": 0.1} | {name: options.pop(name) for name in OF_SCRAPE & options.keys()}
    )
    also, through = options.pop("also", []), options.pop("through", lambda transport: transport)
    web = options.pop("web", WebSettings())
    settings = tuple(_settings(world, options | other) for other in [{}, *also])
    recorder = Recorder(clock)
    watched = CONDUCT.watch({str(each.client_id): each.rate_budget for each in settings})
    application = build(
        Configuration(tenants=settings, scrape=scrape, web=web),
        clock=clock,
        observers=(recorder,),
        transport=watched.transport(lambda: through(httpx.ASGITransport(app=tenant.app))),
    )
    scraper = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=application.asgi), base_url="http://exporter", timeout=3600.0
    )
    return Whole(application, tenant, recorder, scraper)


OF_TENANT = {"credentials", "latency_millis", "rate_limit", "token_lifetime_seconds"}
OF_SCRAPE = {"concurrency", "min_interval_seconds"}


def _settings(world: World, options: dict[str, Any]) -> TenantSettings:
    known = world.client_ids_and_types()
    defaults = {
        "base_url": TENANT_URL,
        "client_id": "demo-client",
        "client_secret": CREDENTIAL.client_secret,
        "managed_clients": tuple(ManagedClientSetting(client_id, its) for client_id, its in known),  # type: ignore[arg-type]
        "name": "acme",
    }
    return TenantSettings(**defaults | options)


def most_in_any_window(recorder: Recorder, window_seconds: float = 10.0) -> int:
    """The most calls that ended within any window of that length."""
    ends = [ended for ended, _ in recorder.calls]
    return max((sum(start <= end < start + window_seconds for end in ends) for start in ends), default=0)


def tenant_samples(page: Page) -> Iterator[tuple[Any, float]]:
    """The samples that say what the tenant says, without those of the exporter itself."""
    for key, value in page.samples.items():
        if key[0].startswith("sailpoint_managed_client_"):
            yield key, value
