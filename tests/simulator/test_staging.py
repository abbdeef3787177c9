"""Scenarios put on."""

from collections import Counter

import pytest

from exporter.simulator.app import DEMO_CREDENTIAL, SimulatedTenant
from exporter.simulator.life import Phase
from exporter.simulator.scenario import Event, Scenario, Tenant
from exporter.simulator.staging import staged
from tests.simulator.calling import calling, signed_in
from tests.simulator.stopped_clock import StoppedClock

STORY = Scenario(
    summary="A client of one tenant dies, the other tenant goes away",
    minutes=60.0,
    tenants={"acme": Tenant(clusters=(2,)), "sandbox": Tenant(clusters=(12,), quiet=False)},
    events=(
        Event(minute=10.0, do="place", tenant="acme", keys={"clients": ("1.2",), "phase": Phase.SILENT}),
        Event(minute=12.0, do="fail", tenant="sandbox", keys={"operations": ("*",), "with_": "503"}),
        Event(minute=20.0, do="add", tenant="acme", keys={"cluster": "1"}),
    ),
)


@pytest.fixture
def wall() -> StoppedClock:
    """The true time."""
    return StoppedClock()


def age_seconds(tenant: SimulatedTenant, name: str) -> float:
    """The age of a client's last report."""
    client = tenant.ids.client(name)
    document = tenant.world.status_document(client.id, client.type)
    assert document is not None
    return int(document["body"]["sinceSeenMillis"]) / 1000


def test_an_event_counts_from_its_minute_however_late_it_is_seen(wall: StoppedClock) -> None:
    """Who fell silent in minute 10 has been silent for two in minute 12."""
    tenant = staged(STORY, epoch_seconds=wall)["acme"]
    assert age_seconds(tenant, "1.2") <= 30
    wall.advance(12 * 60)
    assert 120 <= age_seconds(tenant, "1.2") <= 150
    assert age_seconds(tenant, "1.1") <= 30


def test_who_is_added_can_be_found_by_name(wall: StoppedClock) -> None:
    """From its minute on."""
    tenant = staged(STORY, epoch_seconds=wall)["acme"]
    with pytest.raises(KeyError):
        tenant.ids.client("1.3")
    wall.advance(20 * 60)
    assert tenant.ids.client("1.3").cluster_id == tenant.ids.cluster("1").id


async def test_each_tenant_plays_its_own_part(wall: StoppedClock) -> None:
    """In time for the request that finds it out."""
    tenants = staged(STORY, epoch_seconds=wall)
    async with signed_in(tenants["acme"], DEMO_CREDENTIAL) as acme, calling(tenants["sandbox"]) as sandbox:
        assert (await sandbox.get("/oauth/info")).json()["tenantName"] == "sandbox"
        wall.advance(12 * 60)
        assert (await sandbox.get("/oauth/info")).status_code == 503
        assert (await acme.get("/managed-clients/v1")).status_code == 200


def test_tenants_differ(wall: StoppedClock) -> None:
    """In their ids, and in whether anything befalls them of its own."""
    tenants = staged(STORY, epoch_seconds=wall, seed=7)
    statuses = {
        name: Counter(document.get("status") for document in tenant.world.client_documents("v1"))
        for name, tenant in tenants.items()
    }
    assert statuses["acme"] == {"NORMAL": 2}
    assert len(statuses["sandbox"]) > 3
    assert tenants["acme"].ids.cluster("1").id != tenants["sandbox"].ids.cluster("1").id
    again = staged(STORY, epoch_seconds=wall, seed=7)
    assert again["acme"].ids.cluster("1").id == tenants["acme"].ids.cluster("1").id


async def test_clients_may_live_by_a_faster_clock(wall: StoppedClock) -> None:
    """So do events; tokens and ``Date`` do not."""
    fast = StoppedClock(wall.epoch_seconds)
    tenant = staged(STORY, epoch_seconds=wall, world_epoch_seconds=fast, latency_millis=5)["acme"]
    fast.advance(12 * 60)
    assert 120 <= age_seconds(tenant, "1.2") <= 150
    async with calling(tenant) as caller:
        assert (await caller.get("/oauth/info")).headers["Date"] == "Tue, 12 Aug 2025 12:00:00 GMT"
    assert tenant.latency_seconds == 0.005


def test_documents_may_be_plain(wall: StoppedClock) -> None:
    """An option of the world."""
    tenant = staged(STORY, epoch_seconds=wall, work_orders_in_status=False)["sandbox"]
    documents = [tenant.world.status_document(*pair) for pair in tenant.world.client_ids_and_types()]
    assert not any("body" in document["body"] for document in documents if document)
