"""The aggregated document that answers a heartbeat."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from exporter.simulator.jobs import Turn
from exporter.simulator.work_order import work_order
from tests.simulator.pictures import CLUSTER, NOW, picture
from tests.simulator.published import WORK_ORDER_KEYS


def window(gmt_offset_hours: int) -> dict[str, Any]:
    """The maintenance window, at 12:00 UTC, of a cluster with that local time."""
    cluster = replace(CLUSTER, gmt_offset_hours=gmt_offset_hours)
    maintenance: dict[str, Any] = work_order(picture(cluster=cluster))["maintenance"]
    return maintenance


def test_a_work_order_has_the_published_keys() -> None:
    """``body.body`` of the published sample; the client's id stands there twice."""
    order = work_order(picture())
    assert order.keys() == WORK_ORDER_KEYS
    assert (order["id"], order["clientId"], order["clusterId"]) == ("1528", "1528", CLUSTER.id)


def test_a_client_without_an_upgrade_has_no_jobs() -> None:
    """An empty list and the number 0, and nothing about jobs in the configuration."""
    order = work_order(picture())
    assert (order["jobs"], order["clusterJobCount"]) == ([], 0)
    assert not {"jobType", "cookbook"} & order["configuration"].keys()


def test_an_upgrade_shows_its_jobs_and_its_target() -> None:
    """The configuration names the running release and the cookbook of the next."""
    order = work_order(picture(turn=Turn(NOW, NOW, 3, 4)))
    assert [job["type"] for job in order["jobs"]] == ["VA_UPGRADE", "VA_REBOOT"]
    assert order["clusterJobCount"] == 8
    assert order["configuration"]["jobType"] == "VA_UPGRADE"
    assert order["configuration"]["cookbook"] != order["configuration"]["va_version"]


def test_the_configuration_is_a_map_of_strings() -> None:
    """Numbers and booleans too."""
    configuration = work_order(picture())["configuration"]
    assert {type(value) for value in configuration.values()} == {str}
    assert (configuration["gmtOffset"], configuration["debug"]) == ("-6", "false")


def test_there_is_a_connector_service_for_each_source_of_the_cluster() -> None:
    """With the key in parentheses, with nulls where there is no host, and one upload history."""
    services = work_order(picture())["connectorServices"]
    assert len(services) == CLUSTER.service_count
    assert services[0]["connector_port"] == "389"
    assert services[0]["connector_(boolean)useSSL"] is False
    assert services[1]["connector_(boolean)useSSL"] is services[1]["connector_host"] is None
    assert services[3]["connectorFileUploadHistory"][0]["serviceId"] == services[3]["id"]
    assert len({service["id"] for service in services}) == CLUSTER.service_count


@pytest.mark.parametrize(
    ("gmt_offset_hours", "opened", "start", "finish"),
    [
        (-12, "true", "2025-08-12T12:00:00", "2025-08-12T16:00:00"),
        (-9, "true", "2025-08-12T09:00:00", "2025-08-12T13:00:00"),
        (-8, "false", "2025-08-13T08:00:00", "2025-08-13T12:00:00"),
        (0, "false", "2025-08-13T00:00:00", "2025-08-13T04:00:00"),
        (11, "false", "2025-08-12T13:00:00", "2025-08-12T17:00:00"),
        (12, "true", "2025-08-12T12:00:00", "2025-08-12T16:00:00"),
    ],
)
def test_the_maintenance_window_is_midnight_to_four_in_the_clusters_time(
    gmt_offset_hours: int, opened: str, start: str, finish: str
) -> None:
    """The one that is open, or the next one; whether it is open is a string."""
    maintenance = window(gmt_offset_hours)
    assert maintenance["window"] == opened
    assert datetime.fromisoformat(maintenance["windowStartTime"]) == datetime.fromisoformat(f"{start}Z")
    assert datetime.fromisoformat(maintenance["windowFinishTime"]) == datetime.fromisoformat(f"{finish}Z")
    assert datetime.fromisoformat(maintenance["windowClusterTime"]).timestamp() == NOW
