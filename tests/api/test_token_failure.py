"""exporter.api.token_failure: what callers see, and when the next request may leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.api.answer import ThrottledError
from exporter.api.credentials import Credentials
from exporter.api.token_failure import TokenFailure, failure_after, seen_by_callers
from exporter.errors import ApiError, Reason

CREDENTIALS = Credentials("an-id", "a-secret")
OTHERS = Credentials("an-id", "another-secret")


def failed(
    reason: Reason, previous: TokenFailure | None = None, *, random: float = 1.0, credentials: Credentials = CREDENTIALS
) -> TokenFailure:
    """A failure at 100 s on the clock."""
    return failure_after(previous, ApiError(reason, "detail"), credentials, now_seconds=100.0, random=lambda: random)


def throttled(retry_after_seconds: float | None) -> TokenFailure:
    """The token endpoint asked to wait, at 100 s on the clock."""
    error = ThrottledError(Reason.RATE_LIMITED, "HTTP 429", status_code=429)
    error.retry_after_seconds = retry_after_seconds
    return failure_after(None, error, CREDENTIALS, now_seconds=100.0, random=lambda: 0.5)


OWN = {
    Reason.DNS,
    Reason.CONNECT,
    Reason.CONNECT_TIMEOUT,
    Reason.TLS,
    Reason.REDIRECT,
    Reason.DEADLINE,
    Reason.SKIPPED,
    Reason.BACKOFF,
    Reason.RATE_LIMITED,
}
REJECTIONS = {Reason.HTTP_400, Reason.UNAUTHORIZED, Reason.FORBIDDEN}


@pytest.mark.parametrize("reason", Reason)
def test_callers_see_what_an_operator_can_act_on(reason: Reason) -> None:
    """Reasons of the way there stay, refusals are the credential's, all else is the endpoint's."""
    expected = reason if reason in OWN else Reason.TOKEN_REJECTED if reason in REJECTIONS else Reason.TOKEN
    error = seen_by_callers(ApiError(reason, "detail", status_code=400, tracking_id="abc"))
    assert (error.reason, error.detail) == (expected, "token endpoint: detail")
    assert (error.status_code, error.tracking_id) == (400, "abc")


def waits(reason: Reason, times: int, *, random: float) -> list[float]:
    """How long the same failure holds, from one to the next."""
    failure, seconds = None, []
    for _ in range(times):
        failure = failed(reason, failure, random=random)
        seconds.append(failure.until_seconds - 100.0)
    return seconds


def test_waits_grow_with_full_jitter_up_to_ten_minutes() -> None:
    """From 1 s for a broken endpoint, from 120 s for a refused credential."""
    assert waits(Reason.HTTP_5XX, 12, random=1.0) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert waits(Reason.HTTP_5XX, 4, random=0.0) == [1, 1, 1, 1]
    assert waits(Reason.UNAUTHORIZED, 5, random=1.0) == [120, 240, 480, 600, 600]
    assert waits(Reason.UNAUTHORIZED, 3, random=0.5) == [120, 180, 300]


def test_the_network_is_tried_again_in_the_next_scrape() -> None:
    """A second is enough for callers that fail together to share one attempt."""
    assert waits(Reason.CONNECT, 5, random=1.0) == [1, 1, 1, 1, 1]


def test_what_did_not_leave_is_held_by_others() -> None:
    """The budget and the tenant's back-off know when."""
    assert waits(Reason.SKIPPED, 2, random=1.0) == [0, 0]
    assert waits(Reason.BACKOFF, 2, random=1.0) == [0, 0]


def test_another_failure_or_other_credentials_start_over() -> None:
    """Only the same failure of the same credential grows."""
    rejected = failed(Reason.UNAUTHORIZED)
    assert failed(Reason.HTTP_5XX, rejected).until_seconds == 101.0
    assert failed(Reason.UNAUTHORIZED, rejected, credentials=OTHERS).until_seconds == 220.0


def test_a_failure_holds_until_its_time_or_until_the_credentials_change() -> None:
    """A new secret is tried at once."""
    rejected = failed(Reason.UNAUTHORIZED)
    assert rejected.holds(CREDENTIALS, 219.9)
    assert not rejected.holds(CREDENTIALS, 220.0)
    assert not rejected.holds(OTHERS, 100.0)


@pytest.mark.parametrize(("retry_after_seconds", "until_seconds"), [(5.0, 105.0), (None, 130.5)])
def test_being_asked_to_wait_holds_whatever_the_credentials(
    retry_after_seconds: float | None, until_seconds: float
) -> None:
    """The first caller was rate limited, the others are backing off."""
    failure = throttled(retry_after_seconds)
    assert failure.until_seconds == until_seconds
    assert (failure.reason, failure.error.reason) == (Reason.RATE_LIMITED, Reason.BACKOFF)
    assert failure.holds(OTHERS, until_seconds - 0.1)


@given(st.lists(st.sampled_from(Reason), max_size=40), st.floats(0.0, 1.0, exclude_max=True))
def test_no_history_holds_longer_than_ten_minutes(reasons: list[Reason], random: float) -> None:
    """Recovery is never far."""
    failure = None
    for reason in reasons:
        failure = failed(reason, failure, random=random)
        assert 0.0 <= failure.until_seconds - 100.0 <= 600.0
