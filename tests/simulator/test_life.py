"""Phases, heartbeats and what follows from them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.simulator.life import Life, Phase, Stage, Vitals, last_heartbeat, vitals

BEGUN = 1755000000.0

PULSE = 2718281828

pulses = st.integers(0, 2**32 - 1)
moments = st.floats(1.6e9, 2.0e9)


def stand(phase: Phase, after_seconds: float, *, seen: float | None = BEGUN - 5) -> Vitals:
    """How a client stands that has been in a phase for so long."""
    return vitals(Life((Stage(phase),), BEGUN, seen), PULSE, BEGUN + after_seconds)


@given(pulses, moments)
def test_heartbeats_are_10_to_30_seconds_apart(pulse: int, moment: float) -> None:
    """The previous heartbeat is that far back, and none is in the future."""
    latest = last_heartbeat(pulse, moment)
    previous = last_heartbeat(pulse, math.nextafter(latest, 0) - 1e-6)
    assert latest <= moment
    assert moment - latest < 30.001
    assert 9.999 < latest - previous < 30.001


@given(pulses, moments, st.floats(0, 100))
def test_a_heartbeat_is_never_unmade(pulse: int, moment: float, later_seconds: float) -> None:
    """Asking later gives the same heartbeat or a later one."""
    assert last_heartbeat(pulse, moment + later_seconds) >= last_heartbeat(pulse, moment)


def test_two_clients_beat_at_different_times() -> None:
    """A fleet has different ages at any moment."""
    assert len({round(last_heartbeat(pulse, BEGUN), 1) for pulse in range(7, 7000, 347)}) > 15


@pytest.mark.parametrize(
    ("phase", "status"),
    [
        (Phase.CONFIGURING, "CONFIGURING"),
        (Phase.NORMAL, "NORMAL"),
        (Phase.UPGRADING, "NORMAL"),
        (Phase.WARNING, "WARNING"),
        (Phase.ERROR, "ERROR"),
        (Phase.UNDEFINED, "UNDEFINED"),
        (Phase.UNKNOWN, "DEGRADED"),
        (Phase.NULL, None),
    ],
)
def test_a_client_that_reports_is_seen_and_has_the_status_of_its_phase(phase: Phase, status: str | None) -> None:
    """The status says what is wrong, the age that it is alive."""
    standing = stand(phase, 3600)
    assert standing.status == status
    assert standing.since_seen_millis is not None
    assert standing.since_seen_millis < 30_001


@pytest.mark.parametrize(("phase", "status"), [(Phase.DRAFT, None), (Phase.NOT_CONFIGURED, "NOT_CONFIGURED")])
def test_a_client_that_was_never_paired_was_never_seen(phase: Phase, status: str | None) -> None:
    """It has no age, and its document is as old as its phase."""
    standing = stand(phase, 60)
    assert (standing.status, standing.last_seen_epoch_seconds, standing.since_seen_millis) == (status, None, None)
    assert standing.reported_epoch_seconds == BEGUN


def test_silence_is_normal_for_5_minutes_and_failed_after_15() -> None:
    """The tenant judges by age when the client says nothing."""
    statuses = [stand(Phase.SILENT, seconds).status for seconds in (0, 290, 300, 890, 900, 86400)]
    assert statuses == ["NORMAL", "NORMAL", "WARNING", "WARNING", "FAILED", "FAILED"]


def test_the_age_of_a_silent_or_failed_client_grows() -> None:
    """Its last heartbeat stays where it was."""
    for phase in (Phase.SILENT, Phase.FAILED):
        assert stand(phase, 100).last_seen_epoch_seconds == BEGUN - 5
        assert stand(phase, 100).since_seen_millis == 105_000
    assert stand(Phase.FAILED, 0).status == "FAILED"


def test_a_frozen_client_keeps_its_age() -> None:
    """An old report that is answered for ever looks well for ever."""
    assert [stand(Phase.FROZEN, seconds).since_seen_millis for seconds in (0, 86400)] == [5000, 5000]
    assert stand(Phase.FROZEN, 86400).status == "NORMAL"


def test_a_late_client_reports_every_80_to_240_seconds() -> None:
    """Late is still NORMAL: only the age tells."""
    ages = [stand(Phase.LATE, 1000 + 10 * step).since_seen_millis or 0 for step in range(200)]
    assert 80_000 < max(ages) < 240_001
    assert {stand(Phase.LATE, 1000 + 10 * step).status for step in range(200)} == {"NORMAL"}


def test_a_client_that_comes_back_is_seen_only_from_then_on() -> None:
    """A new phase never claims a heartbeat from before it began."""
    seen = [stand(Phase.NORMAL, seconds / 10, seen=BEGUN - 600).last_seen_epoch_seconds for seconds in range(400)]
    assert seen[0] == BEGUN - 600
    assert all(moment == BEGUN - 600 or moment >= BEGUN for moment in seen if moment is not None)
    assert seen[-1] > BEGUN if seen[-1] else False


def test_a_client_that_should_report_but_never_did_is_undefined() -> None:
    """The tenant has no age to judge by."""
    assert stand(Phase.NORMAL, 0, seen=None).status == "UNDEFINED"


def test_a_clock_that_runs_backwards_gives_no_negative_age() -> None:
    """Before its life began, a client is as it was then."""
    assert stand(Phase.SILENT, -3600).since_seen_millis == 0
    assert stand(Phase.SILENT, -3600).phase is Phase.SILENT


def test_a_report_is_stored_a_moment_after_the_client_was_seen() -> None:
    """As in the published health sample."""
    assert stand(Phase.SILENT, 60).reported_epoch_seconds == pytest.approx(BEGUN - 5 + 0.0023)


def test_a_life_goes_through_its_stages_and_starts_again() -> None:
    """From order to work, and from the start when the stages are over."""
    life = Life((Stage(Phase.DRAFT, 10), Stage(Phase.CONFIGURING, 60), Stage(Phase.NORMAL, 30)), BEGUN, None)
    phases = [vitals(life, PULSE, BEGUN + seconds).phase for seconds in (0, 9, 10, 69, 70, 99, 100, 110)]
    assert phases == [
        *[Phase.DRAFT] * 2,
        *[Phase.CONFIGURING] * 2,
        *[Phase.NORMAL] * 2,
        Phase.DRAFT,
        Phase.CONFIGURING,
    ]
    assert vitals(life, PULSE, BEGUN + 69).phase_since_epoch_seconds == BEGUN + 10
    assert vitals(life, PULSE, BEGUN + 105).last_seen_epoch_seconds is None


def test_a_client_is_seen_throughout_when_every_stage_reports() -> None:
    """Going from stage to stage, and from the last to the first, leaves no gap."""
    life = Life((Stage(Phase.NORMAL, 47), Stage(Phase.NULL, 13)), BEGUN, last_heartbeat(PULSE, BEGUN))
    ages = [vitals(life, PULSE, BEGUN + seconds).since_seen_millis for seconds in range(600)]
    assert all(age is not None and age < 30_001 for age in ages)


def test_heartbeats_stop_while_a_client_is_deaf() -> None:
    """A reboot makes it late, not different."""
    life = Life((Stage(Phase.NORMAL),), BEGUN, None)
    rebooting = vitals(life, PULSE, BEGUN + 175, deaf_since_epoch_seconds=BEGUN + 100)
    assert rebooting.status == "NORMAL"
    assert rebooting.since_seen_millis is not None
    assert 75_000 <= rebooting.since_seen_millis < 105_001
