"""exporter.api.budget as a state machine: whatever callers do, the window holds, and nobody is passed over."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from exporter.api.budget import WINDOW_SECONDS, RateBudget
from exporter.errors import ApiError, Reason
from tests.states import EFFORTS, Flow

_SECONDS = st.sampled_from([0.0, 0.1, 1.0, 2.5, 9.9, 10.0, 10.1, 25.0])


@dataclass(eq=False)
class _Call:
    """A caller's call: when it came, left and ended."""

    came_seconds: float
    until_seconds: float
    left_seconds: float | None = None
    ended_seconds: float | None = None


class BudgetMachine(Flow):
    """Callers of all kinds with one budget."""

    @initialize(limit=st.integers(1, 4))
    def _begin(self, limit: int) -> None:
        self.limit = limit
        self.budget = RateBudget(limit, self.clock)
        self.calls: list[_Call] = []

    @rule(after_seconds=_SECONDS, within_seconds=_SECONDS, takes_seconds=_SECONDS, callers=st.integers(1, 5))
    def come(self, after_seconds: float, within_seconds: float, takes_seconds: float, callers: int) -> None:
        """Some callers at once, now or at a moment when others leave or end."""
        for _ in range(callers):
            self.start(lambda: self._through(after_seconds, within_seconds, takes_seconds))

    async def _through(self, after_seconds: float, within_seconds: float, takes_seconds: float) -> None:
        await asyncio.sleep(after_seconds)
        call = _Call(self.now, self.now + within_seconds)
        self.calls.append(call)
        room = self.budget.capacity(self.clock.deadline(within_seconds))
        try:
            async with self.budget.slot(self.clock.deadline(within_seconds)):
                self._leaves(call, room)
                try:
                    await asyncio.sleep(takes_seconds)
                finally:
                    call.ended_seconds = self.now
        except ApiError as error:
            self._refused(call, error)
        except asyncio.CancelledError:
            if call.left_seconds is None:
                self.calls.remove(call)
            raise

    def _refused(self, call: _Call, error: ApiError) -> None:
        assert error.reason in (Reason.SKIPPED, Reason.DEADLINE)
        assert self.now <= call.until_seconds, "a caller waited beyond its deadline"
        self.calls.remove(call)

    def _leaves(self, call: _Call, room: int) -> None:
        assert room > 0
        assert self.now <= call.until_seconds
        assert sum(1 for _ in self._holding()) < self.limit, "more calls in a window than the budget has"
        waiting = [one for one in self.calls if one.left_seconds is None]
        assert waiting[0] is call, "passed by one who came later"
        call.left_seconds = self.now

    def _holding(self) -> Iterator[_Call]:
        """The calls that a window which ends now counts, whether it counts requests or answers."""
        for call in self.calls:
            if call.left_seconds is not None and (
                call.ended_seconds is None or self.now < call.ended_seconds + WINDOW_SECONDS
            ):
                yield call

    @rule(seconds=_SECONDS)
    def time_passes(self, seconds: float) -> None:
        """Calls end, slots are free again."""
        self.sleep(seconds)

    @precondition(lambda self: self.running)
    @rule(number=st.integers(0, 9))
    def somebody_leaves(self, number: int) -> None:
        """In the queue, or in the middle of a call."""
        self.hang_up(number)
        self.sleep(0.0)

    @invariant()
    def is_counted(self) -> None:
        """What the budget says of itself is so."""
        assert self.budget.used == sum(1 for _ in self._holding()) <= self.limit

    @invariant()
    def nobody_waits_for_a_free_slot(self) -> None:
        """Whoever waits does so because all slots are taken."""
        self.sleep(0.0)
        if any(call.left_seconds is None for call in self.calls):
            assert self.budget.used == self.limit

    def teardown(self) -> None:
        """In the end all slots come back."""
        if hasattr(self, "budget"):
            for call in self.running:
                call.cancel()
            self.sleep(2 * WINDOW_SECONDS)
            assert self.budget.used == 0
            assert self.budget.capacity(self.clock.deadline(1.0)) == self.limit
        super().teardown()


@pytest.mark.parametrize("effort", EFFORTS)
def test_the_budget_holds(effort: settings) -> None:
    """Never more than the budget in any window, first come first served, no slot lost, no wait beyond a deadline."""
    run_state_machine_as_test(BudgetMachine, settings=effort)
