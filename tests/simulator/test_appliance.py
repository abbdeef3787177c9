"""What is known of a managed client at a moment."""

import pytest

from exporter.simulator.jobs import TURN_SECONDS, Turn
from exporter.simulator.life import Phase
from tests.simulator.pictures import NOW, picture


@pytest.mark.parametrize(
    ("phase", "alert_key", "health"),
    [
        (Phase.NORMAL, "", "NORMAL"),
        (Phase.DRAFT, "", "NORMAL"),
        (Phase.NOT_CONFIGURED, "CLIENT_STATUS_NOT_CONFIGURED", "NORMAL"),
        (Phase.WARNING, "LIMITED_RESOURCES", "WARNING"),
        (Phase.ERROR, "", "ERROR"),
        (Phase.FAILED, "CLIENT_STATUS_FAILED", "ERROR"),
    ],
)
def test_alert_and_health_follow_from_the_status(phase: Phase, alert_key: str, health: str) -> None:
    """A well client has an empty alert key."""
    appliance = picture(phase)
    assert (appliance.alert_key, appliance.consolidated_health) == (alert_key, health)


def test_a_draft_is_a_client_that_is_only_ordered() -> None:
    """Other clients that were never seen are provisioned."""
    assert picture(Phase.DRAFT).draft
    assert not picture(Phase.NOT_CONFIGURED).draft
    assert picture(Phase.NOT_CONFIGURED).never_seen
    assert not picture(Phase.FAILED).never_seen


def test_the_release_is_the_installed_one() -> None:
    """A turn installs its release at its end."""
    assert picture().release == 0
    assert picture(turn=Turn(NOW - TURN_SECONDS + 1, NOW, 3, 1)).release == 2
    assert picture(turn=Turn(NOW - TURN_SECONDS, NOW, 3, 1)).release == 3
