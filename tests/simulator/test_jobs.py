"""Turns, jobs and reboots of a rolling upgrade."""

import pytest

from exporter.simulator.jobs import TURN_SECONDS, Turn, Upgrade, managed_processes
from tests.simulator.published import VA_JOB, differences

BEGUN = 1755000000.0

UPGRADE = Upgrade(BEGUN, 3, release=5, rest_seconds=600)


def states(position: int, after_seconds: float) -> list[str]:
    """The states of an appliance's two jobs, so long after the upgrade began."""
    return [job["state"] for job in UPGRADE.turn(position, BEGUN + after_seconds).jobs("5678")]


def test_the_jobs_of_a_turn_advance() -> None:
    """An upgrade with a reboot inside: from PENDING to FINISHED."""
    assert [states(0, seconds) for seconds in (0, 30, 105, 120)] == [
        ["INPROGRESS", "PENDING"],
        ["INPROGRESS", "INPROGRESS"],
        ["INPROGRESS", "FINISHED"],
        ["FINISHED", "FINISHED"],
    ]


def test_one_appliance_at_a_time_is_upgraded() -> None:
    """While one is in progress, those before it are done and those after it wait."""
    assert [states(position, 1.5 * TURN_SECONDS)[0] for position in range(3)] == ["FINISHED", "INPROGRESS", "PENDING"]
    for seconds in range(0, 960, 7):
        assert [states(position, seconds)[0] for position in range(3)].count("INPROGRESS") <= 1


def test_the_next_round_begins_after_a_rest_and_installs_the_next_release() -> None:
    """The demo never comes to an end."""
    assert states(0, 3 * TURN_SECONDS + 599) == ["FINISHED", "FINISHED"]
    assert states(2, 3 * TURN_SECONDS + 600) == ["PENDING", "PENDING"]
    turns = [UPGRADE.turn(0, BEGUN + seconds) for seconds in (0, 119, 120, 959, 960, 1080)]
    assert [turn.target_release for turn in turns] == [5, 5, 5, 5, 6, 6]
    assert [turn.installed_release for turn in turns] == [4, 4, 5, 5, 5, 6]


def test_an_upgrade_without_a_rest_happens_once() -> None:
    """Afterwards its jobs stay finished."""
    turn = Upgrade(BEGUN, 1).turn(0, BEGUN + 10**7)
    assert [job["state"] for job in turn.jobs("5678")] == ["FINISHED", "FINISHED"]
    assert turn.target_release == 1


def test_a_reboot_cuts_heartbeats_off_for_75_seconds() -> None:
    """And only of the appliance whose turn it is."""
    deaf = [UPGRADE.turn(1, BEGUN + seconds).deaf_since_epoch_seconds for seconds in (149, 150, 224, 225)]
    assert deaf == [None, BEGUN + 150, BEGUN + 150, None]


@pytest.mark.parametrize("state", ["GENERAL_ERROR", "INPROGRESS"])
def test_jobs_that_are_held_stay_in_their_state(state: str) -> None:
    """They neither finish nor reboot nor install anything."""
    turn = Turn(BEGUN, BEGUN + 60, target_release=5, appliances=1, held_state=state)
    late = Turn(BEGUN, BEGUN + 86400, target_release=5, appliances=1, held_state=state)
    assert [job["state"] for job in late.jobs("5678")] == [state, state]
    assert turn.deaf_since_epoch_seconds is None
    assert late.installed_release == 4


def test_jobs_are_as_published() -> None:
    """VaJob documents for this client, each with its own UUID that a repeated question does not change."""
    jobs = UPGRADE.turn(0, BEGUN).jobs("5678")
    assert [list(differences(job, VA_JOB)) for job in jobs] == [[], []]
    assert {job["targetId"] for job in jobs} == {"5678"}
    assert len({job["uuid"] for job in jobs + UPGRADE.turn(1, BEGUN).jobs("5679")}) == 4
    assert UPGRADE.turn(0, BEGUN).jobs("5678") == jobs
    assert UPGRADE.turn(0, BEGUN).cluster_job_count == 6


def test_processes_have_versions_that_change_with_the_release() -> None:
    """As in the published work order, with the two nulls."""
    ccg = managed_processes(1)["ccg"]
    assert ccg == {"version": "1798_1054_241.0.0", "path": "sailpoint/ccg", "description": None, "dependencies": None}
    assert managed_processes(2)["ccg"]["version"] != ccg["version"]
    assert {"charon", "toolbox", "fluent", "va_agent", "otel_agent"} < managed_processes(1).keys()


def test_a_clock_that_runs_backwards_keeps_the_upgrade_at_its_beginning() -> None:
    """Time before the upgrade counts as its first moment."""
    assert states(0, -3600) == ["INPROGRESS", "PENDING"]
