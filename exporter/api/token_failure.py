"""The only place for what a failed token request means: for its callers, and for when the next one may leave."""

from collections.abc import Callable
from dataclasses import dataclass

from exporter.api.answer import ThrottledError
from exporter.api.backoff import jittered_seconds, throttled_seconds
from exporter.api.credentials import Credentials
from exporter.errors import ApiError, Reason

__all__ = ["TokenFailure", "failure_after", "seen_by_callers"]

_REJECTIONS = frozenset({Reason.HTTP_400, Reason.UNAUTHORIZED, Reason.FORBIDDEN})
_OWN_REASONS = frozenset(
    {
        Reason.DNS,
        Reason.CONNECT,
        Reason.CONNECT_TIMEOUT,
        Reason.TLS,
        Reason.REDIRECT,
        Reason.DEADLINE,
        Reason.RATE_LIMITED,
        Reason.BACKOFF,
        Reason.SKIPPED,
    }
)
_FIRST_WAITS_SECONDS = {Reason.TOKEN: 1.0, Reason.TOKEN_REJECTED: 120.0}
_LONGEST_WAIT_SECONDS = 600.0
_NETWORK_WAIT_SECONDS = 1.0
"""For callers that fail together: enough to share one attempt, over before the next scrape."""


@dataclass(frozen=True, slots=True)
class TokenFailure:
    """Why there is no new token, and for how long nobody asks again.

    Attributes:
        error: what callers get meanwhile.
        reason: what the first caller got: BACKOFF is only what the others get.
        until_seconds: monotonic clock.
        repeats: how often the same has happened before in a row.
    """

    error: ApiError
    reason: Reason
    until_seconds: float
    credentials: Credentials | None
    repeats: int = 0

    def holds(self, credentials: Credentials, now_seconds: float) -> bool:
        """Whether asking now would be too early. Other credentials may be tried at once, unless asking is the fault."""
        same = credentials == self.credentials or self.error.reason is Reason.BACKOFF
        return same and now_seconds < self.until_seconds


def seen_by_callers(error: ApiError) -> ApiError:
    """The error of a token request, in the words of the API call that needed the token."""
    detail = f"token endpoint: {error.detail}"
    return ApiError(_seen(error.reason), detail, status_code=error.status_code, tracking_id=error.tracking_id)


def _seen(reason: Reason) -> Reason:
    if reason in _OWN_REASONS:
        return reason
    return Reason.TOKEN_REJECTED if reason in _REJECTIONS else Reason.TOKEN


def failure_after(
    previous: TokenFailure | None,
    error: ApiError,
    credentials: Credentials | None,
    *,
    now_seconds: float,
    random: Callable[[], float],
) -> TokenFailure:
    """What follows from a failed request, given how the one before failed."""
    seen = seen_by_callers(error)
    if isinstance(error, ThrottledError):
        seconds = throttled_seconds(error, random)
        told = ApiError(Reason.BACKOFF, f"the token endpoint asked to wait for {seconds:.0f} s")
        return TokenFailure(told, seen.reason, now_seconds + seconds, credentials)
    repeated = previous is not None and (previous.reason, previous.credentials) == (seen.reason, credentials)
    repeats = previous.repeats + 1 if previous and repeated else 0
    seconds = _wait_seconds(seen.reason, repeats, random)
    return TokenFailure(seen, seen.reason, now_seconds + seconds, credentials, repeats)


def _wait_seconds(reason: Reason, repeats: int, random: Callable[[], float]) -> float:
    if reason in (Reason.SKIPPED, Reason.BACKOFF):  # nothing left: the budget or the tenant's back-off says when
        return 0.0
    first_seconds = _FIRST_WAITS_SECONDS.get(reason)
    if first_seconds is None:
        return _NETWORK_WAIT_SECONDS
    highest_seconds = min(_LONGEST_WAIT_SECONDS, first_seconds * 2.0 ** min(repeats, 10))
    return jittered_seconds(first_seconds, highest_seconds, random)
