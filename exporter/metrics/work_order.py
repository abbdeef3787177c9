"""Work orders: the jobs, sources, processes and maintenance window that some tenants include in a client's status.

Source: the aggregated document's ``body.body``, or the same keys in a status document's ``body``.
Cost: none, it is in the answer of getManagedClientStatus or not. Where clients are read through a list, it is that of
the last own document: see sailpoint_managed_client_details_timestamp_seconds.

::

    sailpoint_managed_client_jobs{client_id="1528",job_state="FINISHED",job_type="VA_UPGRADE",...} 1.0
    sailpoint_managed_client_process_info{client_id="1528",process="ccg",version="415_583_79.0.0",...} 1.0
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from prometheus_client.core import Metric

from exporter.api.documents import JOB_STATES, OTHER, Maintenance, WorkOrder
from exporter.collect.snapshot import Reading, Snapshot
from exporter.metrics.family import Family, Row
from exporter.metrics.measures import Measure, measured, present
from exporter.metrics.readings import CLIENT, labelled, of_work_order

__all__ = ["FAMILIES", "families"]

JOBS = Family(
    "sailpoint_managed_client_jobs",
    "gauge",
    (*CLIENT, "job_type", "job_state"),
    "Number of the managed client's jobs by type and state (jobs[].type, jobs[].state): "
    "every state, zeros included, for each type that is present",
)
CLUSTER_JOBS = Family(
    "sailpoint_managed_client_cluster_jobs",
    "gauge",
    CLIENT,
    "Number of jobs of the managed client's cluster (clusterJobCount)",
)
CONNECTOR_SERVICES = Family(
    "sailpoint_managed_client_connector_services",
    "gauge",
    CLIENT,
    "Number of sources that the managed client serves (connectorServices)",
)
MAINTENANCE_ACTIVE = Family(
    "sailpoint_managed_client_maintenance_window_active",
    "gauge",
    CLIENT,
    "Whether the maintenance window is open (maintenance.window)",
)
MAINTENANCE_START = Family(
    "sailpoint_managed_client_maintenance_window_start_timestamp_seconds",
    "gauge",
    CLIENT,
    "When the maintenance window opens (maintenance.windowStartTime)",
)
MAINTENANCE_FINISH = Family(
    "sailpoint_managed_client_maintenance_window_finish_timestamp_seconds",
    "gauge",
    CLIENT,
    "When the maintenance window closes (maintenance.windowFinishTime)",
)
PROCESS_INFO = Family(
    "sailpoint_managed_client_process_info",
    "gauge",
    (*CLIENT, "process", "version"),
    "Versions of the managed client's processes, always 1 (managedProcessConfiguration of the newest job, at most 16)",
)


def families(snapshots: Sequence[Snapshot]) -> Iterator[Metric]:
    """What the work orders say, for every managed client that has one."""
    return measured(_MEASURES, labelled(snapshots))


def _jobs(order: WorkOrder) -> Iterator[Row]:
    numbers = Counter((job.type, job.state) for job in order.jobs or ())
    for job_type in sorted({job_type for job_type, _ in numbers}):
        for state in (*JOB_STATES, OTHER):
            yield (job_type, state), float(numbers[job_type, state])


def _cluster_jobs(order: WorkOrder) -> Iterator[Row]:
    return present(order.cluster_job_count)


def _connector_services(order: WorkOrder) -> Iterator[Row]:
    if order.connector_services is not None:
        yield (), float(len(order.connector_services))


def _maintenance_active(order: WorkOrder) -> Iterator[Row]:
    return present(_window(order).window)


def _maintenance_start(order: WorkOrder) -> Iterator[Row]:
    return present(_window(order).window_start_time_epoch_seconds)


def _maintenance_finish(order: WorkOrder) -> Iterator[Row]:
    return present(_window(order).window_finish_time_epoch_seconds)


def _window(order: WorkOrder) -> Maintenance:
    return order.maintenance or Maintenance(None, None, None, None)


def _process_info(order: WorkOrder) -> Iterator[Row]:
    """Jobs carry no timestamps; the list's last one that names processes is taken for the newest."""
    configured = (job.managed_processes for job in reversed(order.jobs or ()) if job.managed_processes)
    for process in next(configured, ()):
        yield (process.process, process.version), 1.0


_MEASURES: tuple[tuple[Family, Measure[Reading]], ...] = (
    (JOBS, of_work_order(_jobs)),
    (CLUSTER_JOBS, of_work_order(_cluster_jobs)),
    (CONNECTOR_SERVICES, of_work_order(_connector_services)),
    (MAINTENANCE_ACTIVE, of_work_order(_maintenance_active)),
    (MAINTENANCE_START, of_work_order(_maintenance_start)),
    (MAINTENANCE_FINISH, of_work_order(_maintenance_finish)),
    (PROCESS_INFO, of_work_order(_process_info)),
)

FAMILIES = tuple(family for family, _ in _MEASURES)
