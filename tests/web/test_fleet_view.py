"""What the fleet page says, and in which order."""

from dataclasses import replace

import pytest

from exporter.api.inventory import ManagedCluster
from exporter.collect.snapshot import Collector, Run, Snapshot
from exporter.errors import Reason
from exporter.web.client_view import Tone
from exporter.web.fleet_view import SHOWN_QUIET, Finding, FleetView, Now, TenantView, fleet_view
from exporter.web.landing import About, TenantFacts
from tests.web.fleets import EPOCH_SECONDS, document, fleet, reading


def view_of(*latest: Snapshot | None, now_seconds: float = 112.4) -> FleetView:
    """The view 12.4 s after the snapshots."""
    tenants = tuple(TenantFacts("acme", 4, snapshot) for snapshot in latest)
    return fleet_view(About("1.2.3", tenants), Now(now_seconds, EPOCH_SECONDS))


def tenant_of(latest: Snapshot | None, now_seconds: float = 112.4) -> TenantView:
    """The view of the one tenant."""
    (tenant,) = view_of(latest, now_seconds=now_seconds).tenants
    return tenant


def test_all_is_well() -> None:
    """A healthy tenant is one line, and how old that is."""
    tenant = tenant_of(fleet(reading("1"), reading("2")))
    assert tenant.verdict == Finding("All 2 clients NORMAL", Tone.GOOD)
    assert (tenant.findings, tenant.age, tenant.stale) == ((), "data 12 s old", False)


def test_what_is_wrong_is_counted() -> None:
    """Silent, not NORMAL, not read with the reasons, failed jobs, clusters and collectors: each as a number."""
    tenant = tenant_of(
        fleet(
            reading("1"),
            reading("2", document("FAILED", age_seconds=900)),
            reading("3", document("WARNING")),
            reading("4", Reason.DEADLINE),
            reading("5", Reason.DEADLINE),
            reading("6", Reason.NOT_FOUND),
            reading("7", document(jobs="ABORTED")),
            clusters=(ManagedCluster("1533", status="WARNING"), ManagedCluster("1534", status="NORMAL")),
            runs=(Run(Collector.STATUS, 1.0), Run(Collector.HEALTH, 1.0, Reason.FORBIDDEN)),
        )
    )
    assert tenant.verdict == Finding("6 of 7 clients need a look", Tone.BAD)
    assert tenant.findings == (
        Finding("1 silent for over 5 min", Tone.BAD),
        Finding("2 not NORMAL", Tone.WARN),
        Finding("3 not read (2 deadline, 1 not_found)", Tone.UNREAD),
        Finding("1 with failed jobs", Tone.WARN),
        Finding("1 cluster not NORMAL", Tone.WARN),
        Finding("collector health: forbidden", Tone.WARN),
    )


@pytest.mark.parametrize(
    ("latest", "verdict"),
    [
        (fleet(reading("1", document("WARNING"))), Finding("1 of 1 client needs a look", Tone.WARN)),
        (fleet(reading("1", document(jobs="ABORTED"))), Finding("1 of 1 client needs a look", Tone.WARN)),
        (fleet(reading("1", Reason.DNS), reading("2")), Finding("1 of 2 clients needs a look", Tone.UNREAD)),
        (fleet(), Finding("No managed clients", Tone.WARN)),
        (None, Finding("4 managed clients", Tone.WARN)),
    ],
)
def test_the_verdict_is_as_bad_as_the_worst_client(latest: Snapshot | None, verdict: Finding) -> None:
    """One line says how many clients to look at, in the colour of the worst."""
    assert tenant_of(latest).verdict == verdict


def test_before_the_first_scrape_nothing_is_claimed() -> None:
    """No clusters, no findings, and the words that say why."""
    tenant = tenant_of(None)
    assert (tenant.age, tenant.stale, tenant.findings, tenant.clusters) == ("not scraped yet", True, (), ())


def test_old_data_is_called_so() -> None:
    """When nothing scrapes any more, what is shown may no longer be true."""
    tenant = tenant_of(fleet(reading()), now_seconds=2_000.0)
    assert (tenant.age, tenant.stale) == ("data 31 min old", True)


def test_clusters_are_sorted_worst_first() -> None:
    """By the worst client or the cluster's own word, then by the number of clients in trouble, then by name."""
    latest = fleet(
        reading("1", cluster_id="quiet"),
        reading("2", document("WARNING"), cluster_id="one"),
        reading("3", document("WARNING"), cluster_id="two"),
        reading("4", document("WARNING"), cluster_id="two"),
        reading("5", Reason.DNS, cluster_id=""),
        reading("6", document("ERROR"), cluster_id="down"),
        clusters=(ManagedCluster("own word", status="FAILED"), ManagedCluster("empty", status="NO_CLIENTS")),
    )
    assert [cluster.id for cluster in tenant_of(latest).clusters] == [
        "down",
        "own word",
        "",
        "two",
        "one",
        "empty",
        "quiet",
    ]


def test_a_cluster_tells_what_its_entry_says() -> None:
    """Name, status and sources are those of the list; links lead to exactly its metrics."""
    listed = ManagedCluster("1533", name="Berlin", status="CONFIGURING", service_count=1)
    (cluster,) = tenant_of(fleet(reading("1"), reading("2", document("ERROR")), clusters=(listed,))).clusters
    assert (cluster.name, cluster.status, cluster.tone, cluster.sources) == (
        "Berlin",
        "CONFIGURING",
        Tone.WARN,
        "1 source",
    )
    assert cluster.link == "/metrics?tenant=acme&cluster_id=1533"
    assert [client.id for client in cluster.loud] == ["2"]
    assert [client.id for client in cluster.quiet] == ["1"]


def test_a_cluster_known_from_its_clients_alone_tells_nothing_else() -> None:
    """No entry, no claim; without an id there is no link either."""
    unlisted, unknown = sorted(
        tenant_of(fleet(reading("1"), reading("2", cluster_id=""))).clusters, key=lambda cluster: -len(cluster.id)
    )
    assert (unlisted.status, unlisted.tone, unlisted.sources) == ("", Tone.GOOD, "")
    assert (unknown.id, unknown.link) == ("", "")


@pytest.mark.parametrize(("count", "folded"), [(SHOWN_QUIET, False), (SHOWN_QUIET + 1, True)])
def test_many_clients_without_trouble_are_folded(count: int, folded: bool) -> None:  # noqa: FBT001 - a parameter of the table above
    """Across all tenants together."""
    clients = [reading(str(number)) for number in range(count)]
    assert view_of(fleet(*clients[:20]), replace(fleet(*clients[20:]), tenant="b")).folded is folded
