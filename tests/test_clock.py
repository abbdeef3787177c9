"""exporter.clock: moments on a clock."""

import asyncio

from exporter.clock import Clock


async def test_a_deadline_counts_down_and_passes(clock: Clock) -> None:
    """Remaining seconds shrink with the clock, and stop at 0."""
    deadline = clock.deadline(5.0)
    assert deadline.remaining_seconds == 5.0
    assert not deadline.passed
    await asyncio.sleep(6.0)
    assert deadline.remaining_seconds == 0.0
    assert deadline.passed


async def test_the_wall_clock_moves_with_the_loop(clock: Clock) -> None:
    """Both clocks are the loop's."""
    before = clock.epoch_seconds()
    await asyncio.sleep(3600.0)
    assert clock.epoch_seconds() - before == 3600.0
