"""When the events of a scenario happen."""

from functools import partial

import pytest

from exporter.simulator.timeline import StagedClock, Timeline
from tests.simulator.stopped_clock import StoppedClock


@pytest.fixture
def wall() -> StoppedClock:
    """The true time, 1000 at first."""
    return StoppedClock(1000.0)


def test_what_is_due_happens_at_its_own_moment_and_in_order(wall: StoppedClock) -> None:
    """However late somebody looks; what lies ahead waits."""
    clock, happened = StagedClock(wall), list[tuple[str, float]]()
    due = [(1010.0, "first"), (1010.0, "second"), (1060.0, "third"), (1200.0, "fourth")]

    def happen(name: str) -> None:
        happened.append((name, clock()))

    timeline = Timeline(clock, [(moment, partial(happen, name)) for moment, name in due])
    timeline.catch_up()
    assert happened == []
    wall.advance(100)
    timeline.catch_up()
    assert happened == [("first", 1010.0), ("second", 1010.0), ("third", 1060.0)]
    assert clock() == 1100.0
    wall.advance(100)
    timeline.catch_up()
    timeline.catch_up()
    assert happened[3:] == [("fourth", 1200.0)]


def test_a_skewed_clock_leaves_the_timeline_alone(wall: StoppedClock) -> None:
    """Events are due by the true time, and see the tenant's."""
    clock, happened = StagedClock(wall), list[float]()
    clock.skew_seconds = -500.0
    timeline = Timeline(clock, [(1010.0, lambda: happened.append(clock()))])
    assert clock() == 500.0
    wall.advance(10)
    timeline.catch_up()
    assert happened == [510.0]


def test_time_goes_on_after_an_event_that_fails(wall: StoppedClock) -> None:
    """A mistake does not stop the clock."""
    clock = StagedClock(wall)

    def fail() -> None:
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        clock.at(900.0, fail)
    assert clock() == 1000.0
