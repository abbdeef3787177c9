"""Readings by cluster."""

from dataclasses import replace

from exporter.api.inventory import ManagedCluster
from exporter.errors import Reason
from exporter.web.grouping import Group, grouped
from tests.web.fleets import document, fleet, reading


def test_each_client_is_in_one_group() -> None:
    """A client is in the cluster that it said, else in the one last known, else in none; empty clusters count too."""
    said = reading("1", document(cluster_id="1534"), cluster_id="1533")
    known = reading("2", Reason.DNS, cluster_id="1533")
    unknown = reading("3", Reason.DNS, cluster_id="")
    empty = ManagedCluster("1600")
    assert grouped(fleet(said, known, unknown, clusters=(empty,))) == (
        Group("", None, (unknown,)),
        Group("1533", None, (known,)),
        Group("1534", None, (said,)),
        Group("1600", empty, ()),
    )


def test_a_group_carries_its_entry_in_the_list() -> None:
    """What the list says about a cluster goes with its clients."""
    one, cluster = reading("1"), ManagedCluster("1533", name="Berlin")
    assert grouped(replace(fleet(one), clusters=(cluster,))) == (Group("1533", cluster, (one,)),)
