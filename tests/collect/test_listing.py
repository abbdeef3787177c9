"""exporter.collect.listing: which lists are taken, and what follows."""

from exporter.api.inventory import ManagedCluster
from exporter.clock import Clock
from exporter.collect.discovery import Filters
from exporter.collect.listing import Listed, found, list_clients, list_clusters, through_clusters
from exporter.collect.snapshot import Collector, ManagedClient
from exporter.errors import ApiError, Reason
from tests.collect.fakes import FakeTenant, entry, fleet

CLUSTERS = frozenset({Collector.CLUSTERS})
FORBIDDEN = ApiError(Reason.FORBIDDEN, "as told")


async def test_what_is_not_wanted_is_not_asked_for(clock: Clock) -> None:
    """Configured clients that fit the budget need no list, and clusters are only listed to be shown."""
    tenant = FakeTenant()
    over = fleet(tenant, clock)
    assert await list_clients(over, clock.deadline(5.0)) == Listed()
    assert await list_clusters(over, clock.deadline(5.0)) == Listed()
    assert tenant.lists_taken == []


async def test_discovery_finds_the_fleet(clock: Clock) -> None:
    """The clients that the filters admit are the fleet."""
    tenant = FakeTenant()
    tenant.entries = [entry("1"), entry("2", provision_status="DRAFT")]
    over = fleet(tenant, clock, filters=Filters())
    listed = await list_clients(over, clock.deadline(5.0))
    assert listed.entries == tuple(tenant.entries)
    assert listed.run is not None
    assert listed.run.reason is None
    assert found(over, listed, Listed()) == (ManagedClient("1", "VA"),)


async def test_a_fleet_beyond_the_budget_is_listed_without_being_changed(clock: Clock) -> None:
    """One call then tells status and age of all; the configured clients stay the fleet."""
    tenant = FakeTenant(room=2)
    tenant.entries = [entry("1")]
    over = fleet(tenant, clock)
    listed = await list_clients(over, clock.deadline(5.0))
    assert listed.entries == tuple(tenant.entries)
    assert found(over, listed, Listed()) is None


async def test_a_list_that_is_refused_changes_nothing(clock: Clock) -> None:
    """The fleet stays as it was, whatever the clusters say."""
    tenant = FakeTenant()
    tenant.entries, tenant.clusters = FORBIDDEN, [ManagedCluster("c1", client_ids=("7",))]
    over = fleet(tenant, clock, filters=Filters(), on=CLUSTERS)
    clients, clusters = await list_clients(over, clock.deadline(5.0)), await list_clusters(over, clock.deadline(5.0))
    assert found(over, clients, clusters) is None
    assert clients.run is not None
    assert clients.run.reason is Reason.FORBIDDEN
    assert clusters.entries == (ManagedCluster("c1", client_ids=("7",)),)


async def test_beta_discovers_through_clusters(clock: Clock) -> None:
    """Where there is no list of clients, the clusters' own are taken, even when clusters are not shown."""
    tenant = FakeTenant()
    tenant.lists_managed_clients = False
    tenant.clusters = [ManagedCluster("c1", client_type="CCG", client_ids=("1", "2"))]
    over = fleet(tenant, clock, filters=Filters())
    assert through_clusters(over)
    assert await list_clients(over, clock.deadline(5.0)) == Listed()
    clusters = await list_clusters(over, clock.deadline(5.0))
    assert found(over, Listed(), clusters) == (ManagedClient("1", "CCG"), ManagedClient("2", "CCG"))
    assert found(over, Listed(), Listed()) is None
    assert tenant.lists_taken == ["clusters"]
