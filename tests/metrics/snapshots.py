"""Two tenants as they stand after a cycle: one with something of everything, one that cannot be reached."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from exporter.api.documents import OTHER, Job, ManagedClientStatus, WorkOrder
from exporter.api.inventory import HealthIndicators, ListedManagedClient, ManagedCluster
from exporter.api.parsing import parse_managed_client_status
from exporter.clock import Clock
from exporter.collect.snapshot import Collector, Held, ManagedClient, Memory, Reading, Run, Snapshot
from exporter.errors import Reason

EPOCH_SECONDS = 1_800_000_000.0
NOW_SECONDS = 1_003.5
CLOCK = Clock(monotonic_seconds=lambda: NOW_SECONDS, epoch_seconds=lambda: EPOCH_SECONDS)


def sample(name: str) -> Any:
    """A document as the vendor's reference prints it."""
    return json.loads((Path(__file__).parents[1] / "api" / "samples" / f"{name}.json").read_text())


DOCUMENTED = parse_managed_client_status(sample("managed_client_status"))
AGGREGATED = parse_managed_client_status(sample("managed_client_status_agg_response"))
BARE = ManagedClientStatus(status="UNDEFINED", type=None, timestamp_epoch_seconds=None)
NO_ORDER = WorkOrder(None, None, None, None, None, None, None, None, jobs_truncated=False, queue=None, maintenance=None)

LISTED = ListedManagedClient(
    id="5678",
    status="WARNING",
    name="va-eu-1",
    type="VA",
    cluster_id="1234",
    alert_key="LIMITED_RESOURCES",
    va_version="595",
    provision_status="PROVISIONED",
    since_last_seen_millis=310_000.0,
)
CLUSTER = ManagedCluster(
    id="1234",
    name="Europe",
    type="VA",
    status="WARNING",
    operational=True,
    health="ERROR",
    alert_key="LIMITED_RESOURCES",
    ccg_version="77.0.0",
    release="123.1",
    update_state="AUTO",
    update_available=True,
    out_of_date_since_epoch_seconds=EPOCH_SECONDS - 86_400,
    service_count=6,
    client_ids=("5678", "hostile"),
)
HELD = Held(replace(AGGREGATED, hostname="held-va", has_stacktrace=True), EPOCH_SECONDS - 120)
HEALTH = Held(HealthIndicators("WARNING", (("cpu", "error", 0), ("cpu", "warning", 2))), EPOCH_SECONDS - 90)


def reading(
    outcome: ManagedClientStatus | Reason = DOCUMENTED,
    *,
    client_id: str = "5678",
    memory: Memory | None = None,
    listed: ListedManagedClient | None = None,
) -> Reading:
    """How a cycle ended for a managed client."""
    return Reading(ManagedClient(client_id, "VA"), outcome, EPOCH_SECONDS, memory or Memory(), listed)


def snapshot(*readings: Reading, tenant: str = "acme") -> Snapshot:
    """A cycle that took 2 s of its 9.5 s and ended 1.5 s ago."""
    return Snapshot(tenant, NOW_SECONDS - 3.5, NOW_SECONDS - 1.5, 9.5, readings)


_ACME = snapshot(
    reading(memory=Memory("1234", EPOCH_SECONDS, {Reason.RESET: 1})),
    reading(AGGREGATED, client_id="1528", memory=Memory("1533", EPOCH_SECONDS)),
    reading(
        replace(
            DOCUMENTED,
            status="WARNING",
            alert_key="LIMITED_RESOURCES",
            hostname='va"\\\n\x00\u202e\ud800' + "x" * 200,
            last_seen_epoch_seconds=None,
            since_seen_millis=310_000.0,
            has_stacktrace=True,
            work_order=replace(
                NO_ORDER, jobs=(Job("INPROGRESS", "VA_REBOOT"), Job("INPROGRESS", "VA_REBOOT"), Job(OTHER, OTHER))
            ),
        ),
        client_id="hostile",
        memory=Memory("1234", EPOCH_SECONDS, {}, {"jobs.state": 2}),
    ),
    reading(BARE, client_id="bare", memory=Memory("", EPOCH_SECONDS, {}, {"status": 1, "jobs.state": 1})),
    reading(
        Reason.DEADLINE,
        client_id="slow",
        memory=Memory("1533", EPOCH_SECONDS - 60, {Reason.DEADLINE: 3, Reason.CONNECT: 1}),
    ),
    reading(
        Reason.SKIPPED,
        client_id="listed",
        memory=Memory("1234", EPOCH_SECONDS, details=HELD, health=HEALTH),
        listed=LISTED,
    ),
)

ACME = replace(
    _ACME,
    clusters=(CLUSTER, ManagedCluster("bare")),
    runs=(Run(Collector.DISCOVERY, 0.5), Run(Collector.STATUS, 1.5), Run(Collector.CLUSTERS, 0.25, Reason.FORBIDDEN)),
    unexpected={"managedClusters.status": 1},
    projected_calls_per_window=26.4,
)

SANDBOX = snapshot(reading(Reason.TOKEN, client_id="1", memory=Memory("", None, {Reason.TOKEN: 7})), tenant="acme-sb")
