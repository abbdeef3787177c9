"""Who is there, and by what names."""

import pytest

from exporter.simulator.roster import Roster


def roster() -> Roster:
    """Three clients in one cluster, none in the other."""
    return Roster.of_sizes([3, 0], 1, quiet=True)


def test_clients_are_dealt_out_evenly_and_each_has_its_own_turn() -> None:
    """A cluster's positions count from 0 without a gap."""
    dealt = Roster.dealt(11, 3, 1)
    turns = [[client.position for client in dealt.members(cluster_id)] for cluster_id in dealt.clusters]
    assert turns == [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2]]


def test_a_tenant_has_a_cluster() -> None:
    """The refusal says so."""
    with pytest.raises(ValueError, match="at least one cluster"):
        Roster.dealt(1, 0, 1)


def test_names_are_those_of_cluster_and_place() -> None:
    """Both count from 1."""
    people = roster()
    assert people.client("1.3") is people.members(people.cluster("1").id)[2]
    assert people.members(people.cluster("2").id) == []
    for unknown in ("1.4", "2.1", "1", ""):
        with pytest.raises(KeyError):
            people.client(unknown)
    with pytest.raises(KeyError):
        people.cluster("3")


def test_who_is_added_has_the_next_name() -> None:
    """Also in a cluster that was added, and whoever was removed meanwhile: nobody inherits a name or an id."""
    people = roster()
    gone = people.client("1.3")
    people.remove_client(gone.id)
    fourth = people.add_client(gone.cluster_id)
    assert people.client("1.4") is fourth
    assert people.client("1.3") is gone
    assert gone.id not in people.clients
    added = people.add_client(people.add_cluster().id)
    assert people.client("3.1") is added
    assert len({gone.id, fourth.id, added.id}) == 3


def test_facts_can_be_amended() -> None:
    """A client and a cluster keep their places."""
    people = roster()
    client, cluster = people.client("1.2"), people.cluster("2")
    people.amend_client(client.id, version="77")
    people.amend_cluster(cluster.id, service_count=9)
    assert [member.version for member in people.members(client.cluster_id)] == [None, "77", None]
    assert [each.service_count for each in people.clusters.values()][1] == 9
