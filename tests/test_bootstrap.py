"""exporter.bootstrap: the rooms, bound together."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from exporter.bootstrap import Application, build
from exporter.clock import Clock
from exporter.collect.snapshot import Collector, Snapshot
from exporter.errors import Reason, SettingsError
from exporter.metrics import Format
from exporter.settings.configuration import (
    CollectorSettings,
    Configuration,
    DiscoverySettings,
    ManagedClientSetting,
    TenantSettings,
    WebSettings,
)
from exporter.web.listener import listen


def _tenant(name: str, **values: Any) -> TenantSettings:
    required = {"base_url": "http://127.0.0.1:9", "client_id": "id", "client_secret": "canary-secret"}
    clients = (ManagedClientSetting("5678", "CCG"),)
    return TenantSettings(**{"name": name, "managed_clients": clients, **required, **values})


def _configuration(*names: str) -> Configuration:
    return Configuration(tenants=tuple(_tenant(name) for name in names))


class Configurations:
    """What is read when the configuration is reloaded: the next of these, or the error it is."""

    def __init__(self, *results: Configuration | SettingsError) -> None:
        self._results = list(results)

    def read(self) -> Configuration:
        """Take the next one."""
        result = self._results.pop(0)
        if isinstance(result, SettingsError):
            raise result
        return result

    def text(self) -> str:
        """What ``/config`` shows."""
        return "SAIL_RATE_BUDGET=7\n"


def _built(clock: Clock | None, *names: str, source: Configurations | None = None) -> Application:
    transport = httpx.MockTransport(lambda _: httpx.Response(503))
    return build(_configuration(*names), clock=clock, transport=lambda: transport, source=source)


def _text(application: Application, snapshots: tuple[Snapshot, ...] = ()) -> str:
    return application.pages.render(snapshots, Format.TEXT).body.decode()


async def test_every_tenant_is_collected(clock: Clock) -> None:
    """A snapshot for each, in the order of the configuration, with the clients configured."""
    application = _built(clock, "acme", "acme-sb")
    snapshots = await application.collect(clock.deadline(5.0))
    assert [(snapshot.tenant, len(snapshot.readings)) for snapshot in snapshots] == [("acme", 1), ("acme-sb", 1)]
    assert snapshots[0].readings[0].outcome is Reason.TOKEN
    assert (snapshots[0].readings[0].client.id, snapshots[0].readings[0].client.type) == ("5678", "CCG")
    await application.aclose()


async def test_the_landing_page_knows_the_tenants(clock: Clock) -> None:
    """Before the first scrape, and after it."""
    application = _built(clock, "acme")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=application.asgi), base_url="http://exporter"
    ) as web:
        assert "not scraped yet" in (await web.get("/")).text
        await web.get("/metrics")
        assert "1 not read" in (await web.get("/")).text


async def test_the_revision_is_that_of_the_image(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """EXPORTER_REVISION, which the image sets, becomes a label of build_info."""
    monkeypatch.setenv("EXPORTER_REVISION", "abc123")
    application = _built(clock, "acme")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=application.asgi), base_url="http://exporter"
    ) as web:
        assert 'revision="abc123"' in (await web.get("/metrics")).text


def test_without_a_clock_the_machine_s_own_is_used() -> None:
    """The default is monotonic time and the wall clock."""
    assert _built(None, "acme").clock == Clock()


async def test_the_latest_snapshots_are_there_without_asking(clock: Clock) -> None:
    """None before the first collection."""
    application = _built(clock, "acme")
    assert application.latest() == ()
    assert application.latest() + await application.collect(clock.deadline(5.0)) == application.latest()


async def test_settings_reach_the_fleet(clock: Clock) -> None:
    """Discovery with its filters, and the collectors that are on."""
    discovery = DiscoverySettings(enabled=True, cluster_ids=("c1",), exclude_names=("test-*",))
    collectors = CollectorSettings(status=False, clusters=False, health=True)
    settings = _tenant("acme", managed_clients=(), discovery=discovery, collectors=collectors)
    fleet = build(Configuration(tenants=(settings,)), clock=clock).tenants[0].collection.fleet
    assert fleet.filters is not None
    assert (fleet.filters.cluster_ids, fleet.filters.exclude_names) == (("c1",), ("test-*",))
    assert fleet.on == {Collector.DISCOVERY, Collector.HEALTH}


async def test_a_reload_leaves_unchanged_tenants_undisturbed(clock: Clock) -> None:
    """Counters included; a tenant that left takes its series along, and a new one begins."""
    application = _built(clock, "stays", "leaves", source=Configurations(_configuration("stays", "comes")))
    await application.collect(clock.deadline(5.0))
    stays, _ = application.tenants
    counted = 'sailpoint_exporter_api_requests_total{code="503",endpoint="token",tenant="stays"} 1.0'
    assert counted in _text(application)
    await application.reload()
    assert application.tenants[0] is stays
    assert [tenant.name for tenant in application.tenants] == ["stays", "comes"]
    page = _text(application)
    assert counted in page
    assert 'tenant="leaves"' not in page
    assert "sailpoint_exporter_config_last_reload_successful 1.0" in page


async def test_a_changed_tenant_is_bound_anew_and_keeps_its_name_s_counters(clock: Clock) -> None:
    """Other settings, another API; the counters of a name go on, as Prometheus expects of counters."""
    changed = Configuration(tenants=(_tenant("acme", rate_budget=7),))
    application = _built(clock, "acme", source=Configurations(changed))
    await application.collect(clock.deadline(5.0))
    await application.reload()
    page = _text(application)
    assert 'sailpoint_exporter_api_budget_limit{tenant="acme"} 7.0' in page
    assert 'sailpoint_exporter_api_requests_total{code="503",endpoint="token",tenant="acme"} 1.0' in page


async def test_a_reload_that_fails_changes_nothing(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """The last good configuration stays, the gauge says so, and the log has every problem; then it can succeed."""
    failing = SettingsError("SAIL_BASE_URL: required", "SAIL_RATE_BUDGET: must be a number")
    application = _built(clock, "acme", source=Configurations(failing, _configuration("acme")))
    before = application.tenants
    with pytest.raises(SettingsError):
        await application.reload()
    assert application.tenants is before
    assert "sailpoint_exporter_config_last_reload_successful 0.0" in _text(application)
    told = [vars(record)["fields"] for record in caplog.records if record.levelname == "ERROR"]
    assert told == [{"problem": problem} for problem in failing.problems]
    await application.reload()
    assert "sailpoint_exporter_config_last_reload_successful 1.0" in _text(application)


async def test_without_a_source_there_is_nothing_to_reload(clock: Clock) -> None:
    """The demo has no configuration of its own."""
    with pytest.raises(SettingsError, match="no configuration"):
        await _built(clock, "acme").reload()


async def test_reload_and_configuration_are_on_the_web_when_asked_for(clock: Clock) -> None:
    """The setting opens ``/-/reload``; ``/config`` shows what the source says."""
    source = Configurations(_configuration("acme", "acme-sb"))
    web = WebSettings(enable_lifecycle=True)
    application = build(Configuration(tenants=(_tenant("acme"),), web=web), clock=clock, source=source)
    transport = httpx.ASGITransport(app=application.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://exporter") as client:
        assert (await client.get("/config")).text == source.text()
        assert (await client.post("/-/reload")).status_code == 200
    assert [tenant.name for tenant in application.tenants] == ["acme", "acme-sb"]


async def test_the_web_configuration_file_secures_the_pages(clock: Clock, tmp_path: Path) -> None:
    """Its headers are on every answer; a file that cannot be used stops the start."""
    file = tmp_path / "web.yml"
    file.write_text("http_server_config: {headers: {X-Frame-Options: deny}}\n")
    configuration = Configuration(tenants=(_tenant("acme"),), web=WebSettings(config_file=file))
    transport = httpx.ASGITransport(app=build(configuration, clock=clock).asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://exporter") as client:
        assert (await client.get("/-/healthy")).headers["x-frame-options"] == "deny"
    file.write_text("nonsense: 1\n")
    with pytest.raises(SettingsError, match="nonsense"):
        build(configuration, clock=clock)


async def test_serving_ends_when_it_is_told_to(clock: Clock) -> None:
    """The application answers on the socket it is given."""
    stop = asyncio.Event()
    stop.set()
    await _built(clock, "acme").serve(listen("127.0.0.1", 0), stop)
