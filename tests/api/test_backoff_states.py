"""exporter.api.backoff as a state machine: silence while it lasts, then one at a time, and then everybody."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from exporter.api.answer import ThrottledError
from exporter.api.backoff import Backoff
from exporter.errors import ApiError, Reason
from tests.states import EFFORTS, Flow

_SECONDS = st.sampled_from([0.0, 0.5, 1.0, 3.0, 30.0])
_UNTOLD_SECONDS = 30.5
"""The middle of [1, 60] s."""

_UNANSWERED = {Reason.SKIPPED, Reason.BACKOFF, Reason.DEADLINE}


def throttled(retry_after_seconds: float | None) -> ThrottledError:
    """The tenant asks to wait."""
    error = ThrottledError(Reason.RATE_LIMITED, "HTTP 429", status_code=429)
    error.retry_after_seconds = retry_after_seconds
    return error


_ENDS = st.one_of(
    st.none(),
    st.sampled_from([None, 1.0, 5.0, 300.0]).map(throttled),
    st.sampled_from([Reason.HTTP_5XX, Reason.CONNECT, *_UNANSWERED]).map(lambda reason: ApiError(reason, "as told")),
)


@dataclass(eq=False)
class _Call:
    """A call that has left."""

    left_seconds: float


class BackoffMachine(Flow):
    """Callers of all kinds, and a tenant that asks to wait now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.backoff = Backoff(self.clock, lambda: 0.5)
        self.silent_until_seconds = 0.0
        self.unproven = False
        self.in_flight: list[_Call] = []

    @rule(within_seconds=_SECONDS, takes_seconds=_SECONDS, end=_ENDS, callers=st.integers(1, 4))
    def come(self, within_seconds: float, takes_seconds: float, end: ApiError | None, callers: int) -> None:
        """Some callers at once, each with a deadline, and how their calls will end."""
        for _ in range(callers):
            self.start(lambda: self._through(within_seconds, takes_seconds, end))

    async def _through(self, within_seconds: float, takes_seconds: float, end: ApiError | None) -> None:
        until_seconds, left = self.now + within_seconds, False
        try:
            async with self.backoff.permit(self.clock.deadline(within_seconds)):
                left = True
                await self._out(until_seconds, takes_seconds, end)
        except ApiError as error:
            if not left:
                self._refused(error, until_seconds)

    async def _out(self, until_seconds: float, takes_seconds: float, end: ApiError | None) -> None:
        call = self._left(until_seconds)
        try:
            await asyncio.sleep(takes_seconds)
        finally:
            self.in_flight.remove(call)
        self._answers(end)
        if end is not None:
            raise end

    def _refused(self, error: ApiError, until_seconds: float) -> None:
        assert error.reason is Reason.BACKOFF
        assert self.unproven or self.now == until_seconds
        assert self.now <= until_seconds, "a caller waited beyond its deadline"

    def _left(self, until_seconds: float) -> _Call:
        assert self.now >= self.silent_until_seconds, "a call left in a back-off"
        assert self.now <= until_seconds, "a call left after its deadline"
        if self.unproven:
            probes = [call for call in self.in_flight if call.left_seconds >= self.silent_until_seconds]
            assert not probes, "two calls at once are finding out whether the tenant answers again"
        call = _Call(self.now)
        self.in_flight.append(call)
        return call

    def _answers(self, end: ApiError | None) -> None:
        """The model's view: a request to wait, a proof that calls may go out, or nothing."""
        if isinstance(end, ThrottledError):
            wait_seconds = _UNTOLD_SECONDS if end.retry_after_seconds is None else end.retry_after_seconds
            self.silent_until_seconds = max(self.silent_until_seconds, self.now + wait_seconds)
            self.unproven = True
        elif (end is None or end.reason not in _UNANSWERED) and self.now >= self.silent_until_seconds:
            self.unproven = False

    @rule(seconds=_SECONDS)
    def time_passes(self, seconds: float) -> None:
        """Answers come, silence ends."""
        self.sleep(seconds)

    @precondition(lambda self: self.running)
    @rule(number=st.integers(0, 9))
    def somebody_leaves(self, number: int) -> None:
        """In the queue, or in the middle of a call."""
        self.hang_up(number)
        self.sleep(0.0)

    @invariant()
    def lasts_as_long_as_the_tenant_said(self) -> None:
        """What is left is what the last one to be asked to wait was told, or the longest of several."""
        assert self.backoff.remaining_seconds == max(0.0, self.silent_until_seconds - self.now)

    @invariant()
    def lets_everybody_out_who_may(self) -> None:
        """Nobody waits but for a probe."""
        if len(self.running) > len(self.in_flight):
            assert self.unproven

    def teardown(self) -> None:
        """When the tenant answers again, all calls go out at once."""
        for call in self.running:
            call.cancel()
        self.sleep(400.0)
        self.come(60.0, 1.0, None, 1)
        self.sleep(1.0)
        self.come(60.0, 1.0, None, 4)
        assert len(self.in_flight) == 4
        super().teardown()


@pytest.mark.parametrize("effort", EFFORTS)
def test_a_back_off_is_kept(effort: settings) -> None:
    """No call in a back-off, one probe after it, and no caller that waits in vain or beyond its deadline."""
    run_state_machine_as_test(BackoffMachine, settings=effort)
