"""Targets for Prometheus."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.api.inventory import ManagedCluster
from exporter.clock import Clock
from exporter.collect.snapshot import Snapshot
from exporter.errors import Reason
from exporter.metrics import Selection
from exporter.web.landing import About, TenantFacts
from exporter.web.refused import Refused
from exporter.web.service_discovery import host, target_groups
from tests.web.fakes import FakeTenants, application, ask
from tests.web.fleets import fleet, reading

BERLIN = ManagedCluster("1533", name="Berlin")
FLEET = fleet(reading("1"), reading("2"), reading("3", cluster_id="1534"), clusters=(BERLIN,))
LOST = reading("9", Reason.NOT_FOUND, cluster_id="")


def about(*latest: Snapshot | None) -> About:
    """Tenants with these latest snapshots."""
    return About("1", tuple(TenantFacts("acme", 3, snapshot) for snapshot in latest))


async def test_each_cluster_is_a_target_group(clock: Clock) -> None:
    """Clusters that are listed and those that only clients tell of: parameters, facts, and where to scrape."""
    tenants = FakeTenants()
    answer = await ask(application(clock, tenants, describe=lambda: about(FLEET)), "/sd")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == [
        {
            "targets": ["exporter"],
            "labels": {
                "instance": "acme/1533",
                "__param_tenant": "acme",
                "__param_cluster_id": "1533",
                "__meta_sailpoint_tenant": "acme",
                "__meta_sailpoint_cluster_id": "1533",
                "__meta_sailpoint_cluster_name": "Berlin",
                "__meta_sailpoint_cluster_clients": "2",
            },
        },
        {
            "targets": ["exporter"],
            "labels": {
                "instance": "acme/1534",
                "__param_tenant": "acme",
                "__param_cluster_id": "1534",
                "__meta_sailpoint_tenant": "acme",
                "__meta_sailpoint_cluster_id": "1534",
                "__meta_sailpoint_cluster_name": "",
                "__meta_sailpoint_cluster_clients": "1",
            },
        },
    ]
    assert not tenants.deadlines


@pytest.mark.parametrize(("header", "seconds"), [({}, 9.5), ({"X-Prometheus-Refresh-Interval-Seconds": "20"}, 19.5)])
async def test_before_the_first_collection_there_is_one(clock: Clock, header: dict[str, str], seconds: float) -> None:
    """A tenant that nobody has scraped yet is asked, within the time that the refresh interval leaves."""
    tenants = FakeTenants(snapshots=(FLEET, FLEET))
    answer = await ask(application(clock, tenants, describe=lambda: about(FLEET, None)), "/sd", headers=header)
    assert len(answer.json()) == 4
    (deadline,) = tenants.deadlines
    assert deadline.at_seconds - clock.monotonic_seconds() == pytest.approx(seconds)


def parameters(group: dict[str, Any]) -> Selection:
    """What a scrape of the group asks for."""
    labels = group["labels"]
    return Selection(*(labels.get(f"__param_{name}") for name in ("tenant", "cluster_id", "client_id")))


@pytest.mark.parametrize(
    ("snapshot", "instances"),
    [
        (FLEET, ["acme/1533", "acme/1534"]),
        (fleet(reading("1"), LOST), ["acme//9", "acme/1533"]),
        (fleet(LOST), ["acme"]),
        (fleet(), ["acme"]),
        (fleet(clusters=(BERLIN,)), ["acme/1533"]),
    ],
    ids=["clusters", "a client of no known cluster", "nothing was read", "nobody is there", "an empty cluster"],
)
def test_targets_cover_each_client_once(snapshot: Snapshot, instances: list[str]) -> None:
    """Every client is in exactly one target's selection, each selection is known, each target has a name of its own."""
    groups = target_groups([snapshot], "exporter:9853")
    assert [group["labels"]["instance"] for group in groups] == instances
    covered = [
        each.client.id
        for group in groups
        for selected in parameters(group).apply([snapshot])
        for each in selected.readings
    ]
    assert sorted(covered) == sorted(each.client.id for each in snapshot.readings)
    assert all(parameters(group).known([snapshot]) for group in groups)


async def test_names_with_anything_in_them_are_sent(clock: Clock) -> None:
    """A cluster's name that UTF-8 cannot encode does not end discovery."""
    hostile = fleet(reading(), clusters=(ManagedCluster("1533", name='"\n\ud800'),))
    answer = await ask(application(clock, describe=lambda: about(hostile)), "/sd")
    assert answer.json()[0]["labels"]["__meta_sailpoint_cluster_name"] == '"\n\ud800'


@pytest.mark.parametrize(
    "field", ["exporter", "exporter.example:9853", "10.0.0.1:9853", "[::1]:9853", "[::1]", "a:65535"]
)
def test_the_exporter_is_where_the_asker_found_it(field: str) -> None:
    """The header Host is the target, since it is what reached the exporter."""
    assert host(field, ("10.0.0.1", 80)) == field


def test_without_a_host_the_address_reached_is_the_target() -> None:
    """HTTP/1.0 knows no Host."""
    assert host(None, ("10.0.0.1", 80)) == "10.0.0.1:80"
    assert host("", ("::1", 80)) == "[::1]:80"


@pytest.mark.parametrize(
    "field", ["a b", "a/b", "a:65536", "a:", "a:x", "user@a", "::1", "[::1", "-a", "ä", "a?b", ",", "a" * 300]
)
async def test_a_host_that_is_none_is_refused(clock: Clock, field: str) -> None:
    """What is no host and port becomes nobody's target, and is not repeated."""
    answer = await ask(application(clock), "/sd", headers={b"host": field.encode()})
    assert (answer.status_code, answer.text) == (400, "the header Host is not HOST or HOST:PORT\n")


def test_nowhere_to_be_found_is_refused() -> None:
    """Neither a Host nor an address, as on a Unix socket."""
    with pytest.raises(Refused):
        host(None, None)


@given(st.text(max_size=20))
def test_hosts_keep_to_the_grammar(field: str) -> None:
    """Whatever is accepted consists of nothing that could end a label or a URL's authority."""
    with contextlib.suppress(Refused):
        accepted = host(field, None)
        assert accepted == field
        assert set(accepted) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]")
