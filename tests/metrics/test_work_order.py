"""Work orders: jobs by state, and whatever else of them is present."""

from dataclasses import replace
from typing import Any

from exporter.api.documents import JOB_STATES, OTHER, Job, Maintenance, ManagedProcess
from exporter.collect.snapshot import Snapshot
from exporter.metrics import Pages
from exporter.metrics.work_order import families
from tests.metrics.reading_pages import value
from tests.metrics.snapshots import AGGREGATED, DOCUMENTED, NO_ORDER, reading, snapshot

STEM = "sailpoint_managed_client_"


def ordered(**changes: Any) -> tuple[Snapshot]:
    """A cycle that read a status with an otherwise empty work order."""
    return (snapshot(reading(replace(DOCUMENTED, work_order=replace(NO_ORDER, **changes)))),)


def names(snapshots: tuple[Snapshot, ...]) -> list[str]:
    """The families that have samples."""
    return [metric.name for metric in families(snapshots) if metric.samples]


def test_jobs_are_counted_in_every_state_of_the_types_present(pages: Pages) -> None:
    """An alert on a state works before the first job is in it; types nobody uses cost nothing."""
    page = ordered(jobs=(Job("READY", "VA_REBOOT"), Job("READY", "VA_REBOOT"), Job(OTHER, "VA_REBOOT")))
    states = {
        state: value(pages, page, STEM + "jobs", job_state=state, job_type="VA_REBOOT")
        for state in (*JOB_STATES, OTHER)
    }
    assert states == dict.fromkeys((*JOB_STATES, OTHER), 0) | {"READY": 2, OTHER: 1}
    assert value(pages, page, STEM + "jobs", job_state="READY", job_type="VA_UPGRADE") is None


def test_nothing_said_is_nothing_shown() -> None:
    """Neither without a work order, nor with one that is empty or has no jobs."""
    assert names((snapshot(reading(DOCUMENTED)),)) == []
    assert names(ordered()) == []
    assert names(ordered(jobs=())) == []
    assert names(ordered(maintenance=Maintenance(None, None, None, None))) == []


def test_numbers_are_shown_where_present(pages: Pages) -> None:
    """Zero sources is a number, too."""
    assert value(pages, (snapshot(reading(AGGREGATED)),), STEM + "cluster_jobs") == 1
    assert value(pages, (snapshot(reading(AGGREGATED)),), STEM + "connector_services") == 6
    assert value(pages, ordered(connector_services=()), STEM + "connector_services") == 0


def test_the_maintenance_window_is_three_series(pages: Pages) -> None:
    """Whether it is open, from when, until when; the string "true" is 1."""
    page = (snapshot(reading(AGGREGATED)),)
    assert value(pages, page, STEM + "maintenance_window_active") == 1
    assert value(pages, page, STEM + "maintenance_window_start_timestamp_seconds") == 1627516800
    assert value(pages, page, STEM + "maintenance_window_finish_timestamp_seconds") == 1627531200


def test_process_versions_are_those_of_the_last_job_that_has_some(pages: Pages) -> None:
    """Jobs carry no timestamps, so the order of the list must do."""
    jobs = [Job("FINISHED", "VA_UPGRADE", (ManagedProcess("ccg", version),)) for version in ("1", "2")]
    page = ordered(jobs=(*jobs, Job("READY", "VA_REBOOT")))
    assert value(pages, page, STEM + "process_info", process="ccg", version="2") == 1
    assert value(pages, page, STEM + "process_info", process="ccg", version="1") is None
