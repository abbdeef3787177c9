"""Who exists in a world, and what befalls them."""

import re
from collections import Counter

from exporter.simulator.fleet import Client, Cluster, born_life
from exporter.simulator.life import Phase
from exporter.simulator.roster import Roster

BORN = 1755000000.0


def make_clients(count: int, clusters: int = 3, seed: int = 1) -> list[Client]:
    """The clients of a fleet."""
    return list(Roster.dealt(count, clusters, seed).clients.values())


def make_clusters(count: int, seed: int = 1) -> list[Cluster]:
    """The clusters of a fleet."""
    return list(Roster.dealt(0, count, seed).clusters.values())


def test_the_same_seed_gives_the_same_fleet_and_another_seed_another_one() -> None:
    """Ids can be written into a configuration and found again."""
    assert make_clusters(3) == make_clusters(3)
    assert make_clients(12) == make_clients(12)
    assert make_clusters(3) != make_clusters(3, seed=2)
    assert make_clients(12) != make_clients(12, seed=2)


def test_a_larger_fleet_begins_with_the_smaller_one() -> None:
    """Asking for more clients renames none."""
    assert make_clients(100)[:12] == make_clients(12)
    assert make_clusters(30)[:3] == make_clusters(3)


def test_ids_are_unique_and_come_in_three_shapes() -> None:
    """Decimal, 32 hexadecimal digits and UUID, within the first three clients."""
    clients = make_clients(3000, 40)
    assert len({client.id for client in clients} | {client.client_id for client in clients}) == 6000
    decimal, hexadecimal, uuid = (client.id for client in clients[:3])
    assert decimal.isdecimal()
    assert re.fullmatch("[0-9a-f]{32}", hexadecimal)
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", uuid)


def test_every_client_type_and_the_odd_cluster_types_are_there() -> None:
    """``standard`` is what broke a strict client once, null is a documented client type."""
    clusters = make_clusters(12)
    assert {client.type for client in make_clients(12, 12)} == {"VA", "CCG", "INTERNAL", "IIQ_HARVESTER"}
    assert {"idn", "standard"} <= {cluster.type for cluster in clusters}
    assert None in {cluster.client_type for cluster in clusters}
    assert all(-12 < cluster.gmt_offset_hours < 13 for cluster in clusters)
    assert all(0 < cluster.service_count < 8 for cluster in clusters)


def test_no_client_has_a_hand_unlike_its_index() -> None:
    """A client's oddity is a lasting property of the client."""
    clients = make_clients(4, 4)
    assert len({client.handwriting for client in clients}) > 1
    assert make_clusters(4)[1].handwriting == clients[1].handwriting


def test_nothing_befalls_a_quiet_fleet() -> None:
    """All are NORMAL virtual appliances or gateways, nobody is left behind."""
    roster = Roster.of_sizes([30, 30, 10], 1, quiet=True)
    lives = [born_life(client, BORN).stages for client in roster.clients.values()]
    assert {stage.phase for stages in lives for stage in stages} == {Phase.NORMAL}
    assert {client.type for client in roster.clients.values()} == {"VA", "CCG"}
    clusters = roster.clusters.values()
    assert not any(cluster.by_hand or cluster.update_offered for cluster in clusters)
    assert {cluster.out_of_date_since_epoch_seconds for cluster in clusters} == {None}


def test_the_first_twelve_show_one_of_each_trouble() -> None:
    """The demo: seven are well, five are not."""
    clients = make_clients(12)
    first_phases = Counter(born_life(client, BORN).stages[0].phase for client in clients)
    assert first_phases == {
        Phase.NORMAL: 7,
        Phase.WARNING: 1,
        Phase.SILENT: 1,
        Phase.UNKNOWN: 1,
        Phase.DRAFT: 1,
        Phase.CONFIGURING: 1,
    }


def test_blocks_of_a_large_fleet_are_out_of_step() -> None:
    """Not every new appliance is configured in the same minute."""
    clients = make_clients(600)
    assert len({born_life(client, BORN).begun_epoch_seconds for client in clients[8::60]}) == 10


def test_a_silent_client_was_silent_before_the_world_was_born() -> None:
    """The demo has an age of minutes at once."""
    client = make_clients(12)[5]
    seen = born_life(client, BORN).seen_epoch_seconds
    assert seen is not None
    assert BORN - seen > 900
