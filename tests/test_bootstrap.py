"""exporter.bootstrap: the rooms, bound together."""

import httpx
import pytest

from exporter.bootstrap import Application, build
from exporter.clock import Clock
from exporter.errors import Reason
from exporter.settings.configuration import Configuration, ManagedClientSetting, TenantSettings


def _built(clock: Clock | None, *names: str) -> Application:
    tenants = (
        TenantSettings(
            name=name,
            base_url="http://127.0.0.1:9",
            client_id="id",
            client_secret="canary-secret",
            managed_clients=(ManagedClientSetting("5678", "CCG"),),
        )
        for name in names
    )
    transport = httpx.MockTransport(lambda _: httpx.Response(503))
    return build(Configuration(tenants=tuple(tenants)), clock=clock, transport=lambda: transport)


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
