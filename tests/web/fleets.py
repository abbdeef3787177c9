"""Snapshots of fleets, as the fleet page and service discovery see them."""

from collections.abc import Mapping
from dataclasses import replace

from exporter.api.documents import Job, ManagedClientStatus, WorkOrder
from exporter.api.inventory import ManagedCluster
from exporter.collect.snapshot import ManagedClient, Memory, Reading, Run, Snapshot
from exporter.errors import Reason

EPOCH_SECONDS = 1_800_000_000.0

ORDER = WorkOrder(None, None, None, None, None, None, None, None, jobs_truncated=False, queue=None, maintenance=None)


def document(
    status: str = "NORMAL", *, age_seconds: float | None = 12.0, jobs: str = "", **facts: str
) -> ManagedClientStatus:
    """A status document; ``jobs`` are states with spaces between."""
    order = replace(ORDER, jobs=tuple(Job(state, "VA_REBOOT") for state in jobs.split())) if jobs else None
    millis = None if age_seconds is None else age_seconds * 1000
    return ManagedClientStatus(status, "VA", None, since_seen_millis=millis, work_order=order, **facts)  # type: ignore[arg-type] # the facts are texts


def reading(
    client_id: str = "1",
    outcome: ManagedClientStatus | Reason | None = None,
    *,
    cluster_id: str = "1533",
    failures: Mapping[Reason, int] | None = None,
) -> Reading:
    """A client of the cluster; a status without trouble unless another outcome is given."""
    read = None if isinstance(outcome, Reason) else EPOCH_SECONDS
    memory = Memory(cluster_id, read, failures or {})
    return Reading(ManagedClient(client_id, "VA"), outcome or document(), EPOCH_SECONDS, memory)


def fleet(
    *readings: Reading, clusters: tuple[ManagedCluster, ...] = (), runs: tuple[Run, ...] = (), tenant: str = "acme"
) -> Snapshot:
    """A tenant as it stood when the monotonic clock showed 100 s."""
    return Snapshot(tenant, 98.0, 100.0, 9.5, readings, clusters, runs)
