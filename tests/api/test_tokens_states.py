"""exporter.api.tokens as a state machine: one request at a time, each with a cause, a good token for whoever asks."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from exporter.api.access_token import AccessToken, parse_access_token
from exporter.api.answer import ThrottledError
from exporter.api.credentials import Credentials
from exporter.api.tokens import REFRESH_SECONDS, Tokens
from exporter.clock import Deadline
from exporter.errors import ApiError, Reason
from tests.api.fakes import FakeObserver, FakeSource
from tests.states import EFFORTS, Flow

_SECONDS = st.sampled_from([0.0, 0.5, 1.0, 5.0, 29.0, 30.0, 120.0, 700.0])
_LEAST_WAITS_SECONDS = {Reason.UNAUTHORIZED: 120.0, Reason.HTTP_5XX: 1.0, Reason.CONNECT: 1.0, Reason.DEADLINE: 1.0}
_RETRY_AFTER_SECONDS = 45.0
_REJECTED_RENEWAL_SECONDS = 30.0


class Endpoint:
    """A token endpoint that sees how it is treated."""

    def __init__(self, machine: "TokenMachine") -> None:
        self.machine = machine
        self.takes_seconds, self.expires_in = 1.0, 749
        self.ends: Reason | None = None
        self.in_flight = False
        self.issued: list[AccessToken] = []
        self.failures = 0
        self.silent_for: Credentials | None = None  # whose requests failed, None for everybody's
        self.silent_until_seconds = 0.0
        self.renewed_early_seconds = float("-inf")

    async def __call__(self, credentials: Credentials, deadline: Deadline) -> AccessToken:
        """One token request."""
        early = self._judged(credentials)
        self.in_flight = True
        try:
            async with asyncio.timeout_at(deadline.at_seconds):
                await asyncio.sleep(self.takes_seconds)
        except TimeoutError:
            raise self._failed(credentials, Reason.DEADLINE) from None
        finally:
            self.in_flight = False
        if self.ends is not None:
            raise self._failed(credentials, self.ends)
        self.issued.append(
            parse_access_token(
                {"access_token": f"token-{len(self.issued)}", "expires_in": self.expires_in}, self.machine.clock
            )
        )
        if early:
            self.renewed_early_seconds = self.machine.now
        return self.issued[-1]

    def _judged(self, credentials: Credentials) -> bool:
        """See that the request has a cause; whether that is the API's refusal of a token."""
        now = self.machine.now
        assert not self.in_flight, "two requests at once"
        if self.silent_for in (None, credentials):
            assert now >= self.silent_until_seconds, "a request in a back-off"
        early = bool(self.issued) and now < self.issued[-1].due_seconds
        if early:
            assert now - self.renewed_early_seconds >= _REJECTED_RENEWAL_SECONDS, "renewed in vain, again and again"
        return early

    def _failed(self, credentials: Credentials, reason: Reason) -> ApiError:
        self.failures += 1
        if reason is Reason.RATE_LIMITED:
            self.silent_for, self.silent_until_seconds = None, self.machine.now + _RETRY_AFTER_SECONDS
            error = ThrottledError(reason, "as told", status_code=429)
            error.retry_after_seconds = _RETRY_AFTER_SECONDS
            return error
        self.silent_for, self.silent_until_seconds = credentials, self.machine.now + _LEAST_WAITS_SECONDS[reason]
        return ApiError(reason, "as told")


class TokenMachine(Flow):
    """Callers, an API that refuses tokens, an endpoint that fails, secrets that are rotated and lost."""

    def __init__(self) -> None:
        super().__init__()
        self.endpoint = Endpoint(self)
        self.source, self.observer = FakeSource(), FakeObserver()
        self.rotations = 0
        self.tokens = Tokens(self.source, self.endpoint, clock=self.clock, observer=self.observer, random=lambda: 0.5)

    @property
    def good(self) -> AccessToken | None:
        """The last token, unless it has ended."""
        last = self.endpoint.issued[-1] if self.endpoint.issued else None
        return last if last is not None and self.now < last.expiry_seconds else None

    @rule(within_seconds=_SECONDS, callers=st.integers(1, 4))
    def ask(self, within_seconds: float, callers: int) -> None:
        """Some callers need a token."""
        for _ in range(callers):
            self.start(lambda: self._asked(within_seconds))

    async def _asked(self, within_seconds: float) -> None:
        at_once = self.good
        came_seconds = self.now
        token = await self._outcome(self.tokens.current, within_seconds)
        assert token is None or token is self.good, "a token that has ended, or another than the last"
        if at_once is not None:
            assert token is at_once
            assert self.now == came_seconds, "waited, though there was a good token"

    @precondition(lambda self: self.endpoint.issued)
    @rule(within_seconds=_SECONDS, callers=st.integers(1, 4), which=st.sampled_from([0, -1, -1, -1]))
    def refuse(self, within_seconds: float, callers: int, which: int) -> None:
        """The API refuses a token, mostly the last one, to some callers at once."""
        refused = self.endpoint.issued[which]
        for _ in range(callers):
            self.start(lambda: self._refused(refused, within_seconds))

    async def _refused(self, refused: AccessToken, within_seconds: float) -> None:
        token = await self._outcome(lambda deadline: self.tokens.instead_of(refused, deadline), within_seconds)
        assert token is not refused

    async def _outcome(
        self, call: Callable[[Deadline], Awaitable[AccessToken | None]], within_seconds: float
    ) -> AccessToken | None:
        until_seconds = self.now + within_seconds
        try:
            token = await call(self.clock.deadline(within_seconds))
        except ApiError as error:
            self._failed(error)
            token = None
        assert self.now <= until_seconds, "a caller waited beyond its deadline"
        return token

    def _failed(self, error: ApiError) -> None:
        if error.reason is not Reason.DEADLINE:
            assert self.observer.failures, "a failure that did not happen"

    @rule(
        ends=st.sampled_from([None, None, *_LEAST_WAITS_SECONDS, Reason.RATE_LIMITED]),
        takes_seconds=st.sampled_from([0.0, 1.0, 5.0, 3600.0]),
        expires_in=st.sampled_from([1, 15, 120, 749, 43_200]),
    )
    def endpoint_changes(self, ends: Reason | None, takes_seconds: float, expires_in: int) -> None:
        """It fails, hangs or works, and gives out tokens of another life."""
        self.endpoint.ends, self.endpoint.takes_seconds, self.endpoint.expires_in = ends, takes_seconds, expires_in

    @rule()
    def secret_is_rotated(self) -> None:
        """Another secret counts from now on."""
        self.rotations += 1
        self.source.problem, self.source.credentials = "", Credentials("an-id", f"secret-{self.rotations}")

    @rule()
    def secret_is_lost(self) -> None:
        """A mount breaks."""
        self.source.problem = "/run/secret: is empty"

    @rule(seconds=_SECONDS)
    def time_passes(self, seconds: float) -> None:
        """Tokens end, back-offs pass."""
        self.sleep(seconds)

    @precondition(lambda self: self.running)
    @rule(number=st.integers(0, 9))
    def somebody_leaves(self, number: int) -> None:
        """A scraper hangs up."""
        self.hang_up(number)
        self.sleep(0.0)

    @invariant()
    def is_told(self) -> None:
        """Observers hear of each token and of each failure, and the page shows the end of the last token."""
        issued = self.endpoint.issued
        assert self.observer.expiries == [token.expiry_epoch_seconds for token in issued]
        assert len(self.observer.failures) >= self.endpoint.failures
        assert self.tokens.expiry_epoch_seconds == (issued[-1].expiry_epoch_seconds if issued else None)

    def teardown(self) -> None:
        """When all is well again, so are tokens."""
        self.endpoint_changes(None, 1.0, 749)
        self.secret_is_rotated()
        self.sleep(max(REFRESH_SECONDS, _RETRY_AFTER_SECONDS))
        assert isinstance(self.run(self._outcome(self.tokens.current, REFRESH_SECONDS)), AccessToken)
        self.run(self.tokens.aclose())
        super().teardown()


@pytest.mark.parametrize("effort", EFFORTS)
def test_tokens_keep_their_promises(effort: settings) -> None:
    """One request in flight, none in a back-off, none in vain; a good token is given at once, a refused one never."""
    run_state_machine_as_test(TokenMachine, settings=effort)
