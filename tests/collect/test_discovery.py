"""exporter.collect.discovery: which clients are watched."""

import pytest

from exporter.api.inventory import ManagedCluster
from exporter.collect.discovery import Filters, discovered, discovered_through_clusters
from exporter.collect.snapshot import ManagedClient
from tests.collect.fakes import entry

LISTED = (
    entry("1", name="prod-a", type="CCG", cluster_id="c1", provision_status="PROVISIONED"),
    entry("2", name="prod-b", type="VA", cluster_id="c2"),
    entry("3", name="test-a", type="something new", cluster_id="c1", provision_status="DRAFT"),
    entry("4", name=None, type=None, cluster_id=None),
)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), "124"),
        (Filters(exclude_provision_status=()), "1234"),
        (Filters(cluster_ids=("c1",)), "1"),
        (Filters(exclude_cluster_ids=("c1",)), "24"),
        (Filters(types=("CCG", "VA")), "12"),
        (Filters(exclude_types=("VA",)), "14"),
        (Filters(names=("prod-*",)), "12"),
        (Filters(names=("prod-*", "")), "124"),
        (Filters(exclude_names=("*-b",)), "14"),
        (Filters(names=("PROD-*",)), ""),
        (Filters(cluster_ids=("c1", "c2"), types=("VA",)), "2"),
    ],
)
def test_filters_choose(filters: Filters, expected: str) -> None:
    """Every filter must let a client pass; drafts are left out unless asked for."""
    assert "".join(client.id for client in discovered(LISTED, filters)) == expected


def test_the_type_sent_is_the_client_s_own_when_it_is_one() -> None:
    """The list's type is free text: anything unknown is asked for as VA."""
    clients = discovered(LISTED, Filters(exclude_provision_status=()))
    assert [client.type for client in clients] == ["CCG", "VA", "VA", "VA"]


def test_clusters_name_their_clients_where_there_is_no_list() -> None:
    """Each client once, in the clusters' order, with the cluster's type."""
    clusters = (
        ManagedCluster("c1", client_type="CCG", client_ids=("1", "2")),
        ManagedCluster("c2", client_ids=("3",)),
        ManagedCluster("c1", client_type="CCG", client_ids=("2",)),
    )
    found = discovered_through_clusters(clusters, Filters())
    assert found == (ManagedClient("1", "CCG"), ManagedClient("2", "CCG"), ManagedClient("3", "VA"))
    assert discovered_through_clusters(clusters, Filters(cluster_ids=("c2",))) == (ManagedClient("3", "VA"),)
    assert discovered_through_clusters(clusters, Filters(types=("VA",))) == (ManagedClient("3", "VA"),)
