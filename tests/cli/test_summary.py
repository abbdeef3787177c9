"""Readings for people."""

from dataclasses import replace

from exporter.api.documents import Job, ManagedClientStatus, WorkOrder
from exporter.cli.summary import table
from exporter.collect.snapshot import ManagedClient, Memory, Reading
from exporter.errors import Reason

STATUS = ManagedClientStatus("NORMAL", "VA", None, cluster_id="c1", since_seen_millis=12_345.0)
WORK_ORDER = WorkOrder(
    client_id=None,
    cluster_id=None,
    org_type=None,
    cluster_job_count=None,
    job_type=None,
    va_version=None,
    connector_services=None,
    jobs=(Job("INPROGRESS", "VA_UPGRADE"), Job("PENDING", "VA_REBOOT"), Job("PENDING", "VA_RELOAD")),
    jobs_truncated=False,
    queue=None,
    maintenance=None,
)


def reading(client_id: str, outcome: ManagedClientStatus | Reason) -> Reading:
    """A reading that ended so."""
    return Reading(ManagedClient(client_id, "VA"), outcome, 0.0, Memory())


def test_table_has_a_row_for_each_client() -> None:
    """Columns are aligned; jobs are counted by state; what is unknown is a dash; a failure shows its reason."""
    readings = (
        reading("5678", replace(STATUS, work_order=WORK_ORDER)),
        reading("9", replace(STATUS, status="UNDEFINED", cluster_id=None, since_seen_millis=None)),
        reading("10", Reason.NOT_FOUND),
        reading("11", replace(STATUS, work_order=replace(WORK_ORDER, jobs=None))),
    )
    assert table(readings).splitlines() == [
        "CLIENT  CLUSTER  STATUS               AGE   JOBS",
        "5678    c1       NORMAL               12 s  1 INPROGRESS, 2 PENDING",
        "9       -        UNDEFINED            -     -",
        "10      -        not read: not_found  -     -",
        "11      c1       NORMAL               12 s  -",
    ]
