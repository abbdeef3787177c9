"""A core subset of the scenarios, played by real processes: what Alertmanager makes of the alerts, and whom it tells.

Each story is installed by itself. All that were asked for run at the same time, because most of it is waiting.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from exporter.simulator import scenario
from tests.scenarios.installation import ALERTMANAGER, PROMETHEUS, Installation, installed

pytestmark = [
    pytest.mark.deploy,
    pytest.mark.skipif(
        not (PROMETHEUS and ALERTMANAGER),
        reason="needs them: apt-get install -y --no-install-recommends prometheus prometheus-alertmanager",
    ),
]

SHIPPED = Path(scenario.__file__).with_name("scenarios")
HERE = Path(__file__).parent

Story = Callable[[Path], None]


def a_client_dies(folder: Path) -> None:
    """People are told once that it is down, and not that it is FAILED besides; then that it is back."""
    with installed(SHIPPED / "one-va-dies.toml", folder) as here:
        told_of(here, "SailPointClientDown", tenant="acme", client="1.2")
        assert suppressed(here, "SailPointClientUnhealthy", client="1.2") == {"SailPointClientDown"}
        over(here)
        assert all_told(here) == [("firing", "SailPointClientDown"), ("resolved", "SailPointClientDown")]


def a_cluster_dies(folder: Path) -> None:
    """People are told of the cluster alone, not of its clients."""
    with installed(SHIPPED / "cluster-dies.toml", folder) as here:
        told_of(here, "SailPointClusterDown", cluster="2")
        for name, client in [(name, client) for name in ("ClientDown", "ClientUnhealthy") for client in ("2.1", "2.2")]:
            assert "SailPointClusterDown" in suppressed(here, f"SailPoint{name}", client=client)
        assert suppressed(here, "SailPointClusterLostRedundancy", cluster="2") == {"SailPointClusterDown"}
        over(here)
        assert all_told(here) == [("firing", "SailPointClusterDown"), ("resolved", "SailPointClusterDown")]


def a_tenant_is_down(folder: Path) -> None:
    """Nothing is said of its clients meanwhile, be it good or bad; what is said of another tenant's stays."""
    with installed(HERE / "sandbox-down-over-dead-vas.toml", folder) as here:
        for tenant in ("production", "sandbox"):
            told_of(here, "SailPointClientDown", tenant=tenant, client="1.2")
        here.until(lambda: here.alerts("SailPointApiUnreachable", tenant="sandbox") or None, "an alert of the sandbox")
        assert suppressed(here, "SailPointClientDown", tenant="sandbox", client="1.2") == {"SailPointApiUnreachable"}
        assert states(here, "SailPointClientDown", tenant="production", client="1.2") == ["active"]
        told_of(here, "SailPointApiUnreachable", tenant="sandbox")
        told_of(here, "SailPointDataStale", tenant="sandbox")
        assert all_told(here, tenant="sandbox", client="1.2") == [("firing", "SailPointClientDown")]
        assert all_told(here, tenant="sandbox", client="1.3") == []
        told_of(here, "SailPointClientDown", tenant="sandbox", client="1.3")
        assert here.alerts("SailPointApiUnreachable") == []
        assert all_told(here, tenant="sandbox", client="1.2") == [("firing", "SailPointClientDown")]
        assert all_told(here, tenant="production") == [("firing", "SailPointClientDown")]


def the_credential_expires(folder: Path) -> None:
    """People are told of the credential, not of what follows from it."""
    with installed(SHIPPED / "credential-expired.toml", folder) as here:
        told_of(here, "SailPointCredentialsRejected", tenant="acme")
        for name in ("SailPointApiUnreachable", "SailPointDataStale"):
            assert suppressed(here, name, tenant="acme") == {"SailPointCredentialsRejected"}
        assert all_told(here) == [("firing", "SailPointCredentialsRejected")]


def two_of_everything(folder: Path) -> None:
    """Two exporters and two Prometheus servers tell once; without one of the exporters the other's word counts."""
    with installed(SHIPPED / "two-replicas.toml", folder, prometheuses=2) as here:
        both_fire(here, "SailPointClientDown")
        told_of(here, "SailPointClientDown", client="1.2")
        here.exporters[0].end()
        both_fire(here, "SailPointExporterDown")
        told_of(here, "SailPointExporterDown", instance=here.exporters[0].target)
        assert all("tenant" not in alert.labels for alert in here.alerts("SailPointExporterDown"))
        assert states(here, "SailPointClientDown") == ["active"]
        both_fire(here, "SailPointClientUnhealthy")
        assert suppressed(here, "SailPointClientUnhealthy", client="1.2") == {"SailPointClientDown"}
        here.until(lambda: here.notified("resolved") or None, "the client to be back")
        assert all_told(here) == [
            ("firing", "SailPointClientDown"),
            ("firing", "SailPointExporterDown"),
            ("resolved", "SailPointClientDown"),
        ]


def the_exporter_is_gone(folder: Path) -> None:
    """People are told that nobody watches the tenant, and of its clients neither that they are back nor down again."""
    with installed(SHIPPED / "one-va-dies.toml", folder) as here:
        told_of(here, "SailPointClientDown", client="1.2")
        here.exporters[0].end()
        here.until(lambda: here.alerts("SailPointExporterDown", tenant="acme") or None, "an alert of the exporter")
        assert suppressed(here, "SailPointClientDown", client="1.2") == {"SailPointExporterDown"}
        told_of(here, "SailPointExporterDown", tenant="acme")
        here.until(lambda: not here.alerts("SailPointClientDown") or None, "what was last known to be forgotten")
        here.exporters[0].start()
        told_of(here, "SailPointClientDown", client="1.2")
        over(here)
        assert all_told(here, tenant="acme", client="1.2") == [
            ("firing", "SailPointClientDown"),
            ("resolved", "SailPointClientDown"),
        ]


STORIES: tuple[Story, ...] = (
    a_client_dies,
    a_cluster_dies,
    a_tenant_is_down,
    the_credential_expires,
    two_of_everything,
    the_exporter_is_gone,
)


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Future[None]]]:
    """The stories that this session asks for, all begun, by name."""
    folder, asked_for = tmp_path_factory.mktemp("stories"), {item.name for item in request.session.items}
    stories = [story for story in STORIES if f"test_story[{story.__name__}]" in asked_for]
    with ThreadPoolExecutor(len(stories)) as threads:
        yield {story.__name__: threads.submit(story, folder / story.__name__) for story in stories}


@pytest.mark.parametrize("story", [story.__name__ for story in STORIES])
def test_story(played: Mapping[str, Future[None]], story: str) -> None:
    """As each of STORIES promises."""
    played[story].result()


def told_of(here: Installation, name: str, **labels: str) -> None:
    """Wait until there is an alert and people are told of it: it is there once and active, and told once."""
    here.until(lambda: here.notified("firing", name, **labels) or None, f"a notification of {name} {labels}")
    here.until(lambda: here.alerts(name, **labels) or None, f"{name} {labels} in Alertmanager")
    assert states(here, name, **labels) == ["active"]
    assert len(here.notified("firing", name, **labels)) == 1


def suppressed(here: Installation, name: str, **labels: str) -> frozenset[str]:
    """Wait for an alert, which must be there once and suppressed; what suppresses it."""
    [alert] = here.until(lambda: here.alerts(name, **labels) or None, f"{name} {labels} in Alertmanager")
    assert alert.state == "suppressed", alert
    return alert.inhibited_by


def states(here: Installation, name: str, **labels: str) -> list[str]:
    """How Alertmanager stands to the alerts of that name."""
    return [alert.state for alert in here.alerts(name, **labels)]


def both_fire(here: Installation, name: str) -> None:
    """Wait until an alert fires in each Prometheus; it is in Alertmanager once."""
    here.until(lambda: all(here.firing(each, name) for each in here.prometheuses) or None, f"{name} in each Prometheus")
    here.until(lambda: here.alerts(name) or None, f"{name} in Alertmanager")
    assert len(here.alerts(name)) == 1


def over(here: Installation) -> None:
    """Wait until nothing is wrong any more, and people were told so."""
    here.until(lambda: not here.alerts() or None, "the end of all alerts")
    here.until(lambda: len(here.notified("firing")) == len(here.notified("resolved")) or None, "the end to be told")


def all_told(here: Installation, **labels: str) -> list[tuple[str, str]]:
    """All that people were told of these labels, in order."""
    return [(one.status, one.alert) for one in here.notified(**labels)]
