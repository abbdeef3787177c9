"""What people are told of a scenario."""

from datetime import UTC, datetime

from exporter.cli.story import story
from exporter.simulator.life import Phase
from exporter.simulator.scenario import Event, Outside, Scenario, Tenant
from exporter.simulator.staging import staged

NOON = datetime(2025, 8, 12, 12, 0, tzinfo=UTC)


def test_each_event_is_told_with_the_time_of_day() -> None:
    """In order, as fast as it is played, with the ids that pages show."""
    scenario = Scenario(
        summary="A short story",
        minutes=30.0,
        tenants={"acme": Tenant(clusters=(1,))},
        events=(
            Event(minute=5.0, do="add", tenant="acme", keys={"cluster": "1", "count": 1}),
            Event(minute=7.5, do="place", tenant="acme", keys={"clients": ("1.1", "1.2"), "phase": Phase.SILENT}),
            Event(minute=20.0, do="fail", tenant="acme", keys={"operations": ("*",), "with_": "503"}),
        ),
        outside=(Outside(minute=10.0, do="dns_fails"),),
    )
    tenants = staged(scenario, epoch_seconds=NOON.timestamp)
    assert story(scenario, tenants, NOON, 60.0).splitlines() == [
        "A short story.",
        "  12:00:05  minute 5: add, cluster 1, count 1",
        "  12:00:07  minute 7.5: place, clients 1.1 (5678) 1.2, phase SILENT",
        "  12:00:10  minute 10: dns_fails (not played here)",
        "  12:00:20  minute 20: fail, operations *, with 503",
        "  12:00:30  minute 30: the end; nothing happens any more",
    ]


def test_of_several_tenants_each_event_says_whose_it_is() -> None:
    """At the scenario's own pace, unless another one is asked for."""
    scenario = Scenario(
        summary="Two",
        minutes=30.0,
        tenants={"acme": Tenant(clusters=(1,)), "sandbox": Tenant(clusters=(1,))},
        events=(Event(minute=5.0, do="revoke_tokens", tenant="sandbox"),),
    )
    told = story(scenario, staged(scenario, epoch_seconds=NOON.timestamp), NOON)
    assert told.splitlines()[1] == "  12:05:00  minute 5: revoke_tokens in sandbox"
