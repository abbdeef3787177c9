"""exporter.api.access_token: what is accepted, and for how long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.api.access_token import parse_access_token, parse_expires_in
from exporter.errors import ApiError, Reason
from tests.api.fakes import fixed_clock

CLOCK = fixed_clock(1_000.0, 5_000_000.0)


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (749, 749.0),
        (749.5, 749.5),
        ("749", 749.0),
        ("749.5", 749.5),
        (15, 15.0),
        (43199, 43199.0),
        (0, 1.0),
        (-5, 1.0),
        (86401, 86400.0),
        (10**400, 86400.0),
        (1e308, 86400.0),
        ("999999999999999999", 86400.0),
        (None, 300.0),
        (True, 300.0),
        ("", 300.0),
        ("abc", 300.0),
        ("1e9", 300.0),
        ("-5", 300.0),
        (" 5 ", 300.0),
        ("\uff15", 300.0),
        (float("nan"), 300.0),
        (float("inf"), 300.0),
        ([749], 300.0),
    ],
)
def test_a_life_is_read_leniently(expires_in: object, seconds: float) -> None:
    """Numbers and decimal strings within [1 s, 24 h]; 300 s when it was not said."""
    assert parse_expires_in(expires_in) == seconds


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()))
def test_no_life_raises_or_leaves_the_range(expires_in: object) -> None:
    """Whatever the token endpoint writes."""
    assert 1.0 <= parse_expires_in(expires_in) <= 86400.0


@pytest.mark.parametrize(
    ("life_seconds", "due_after_seconds"), [(15, 7.5), (100, 50.0), (300, 240.0), (749, 674.1), (43199, 38879.1)]
)
def test_a_token_is_due_before_its_end(life_seconds: int, due_after_seconds: float) -> None:
    """In its last 10 %, at least 60 s before, but never in its first half."""
    token = parse_access_token({"access_token": "abc", "expires_in": life_seconds}, CLOCK)
    assert token.due_seconds == pytest.approx(1_000.0 + due_after_seconds)
    assert token.expiry_seconds == 1_000.0 + life_seconds
    assert token.expiry_epoch_seconds == 5_000_000.0 + life_seconds


@pytest.mark.parametrize("more", [{}, {"token_type": "bearer"}, {"token_type": "BEARER"}])
def test_the_type_is_bearer_or_unsaid(more: dict[str, object]) -> None:
    """In any case."""
    assert parse_access_token({"access_token": "abc", **more}, CLOCK).value == "abc"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"access_token": None},
        {"access_token": 5},
        {"access_token": ""},
        {"access_token": "a b"},
        {"access_token": "a\r\nX-Evil: 1"},
        {"access_token": "é"},
        {"access_token": "a" * (16 * 1024 + 1)},
        {"access_token": "abc", "token_type": "mac"},
        {"access_token": "abc", "token_type": None},
        {"error": "invalid_client"},
    ],
)
def test_what_is_no_usable_token_is_refused_without_quoting_it(document: dict[str, object]) -> None:
    """Nothing else may enter a header, and nothing of it a text."""
    with pytest.raises(ApiError) as caught:
        parse_access_token(document, CLOCK)
    assert caught.value.reason is Reason.TOKEN
    assert "abc" not in str(caught.value)


def test_a_token_of_16_kib_is_just_short_enough_and_never_shown() -> None:
    """The limit itself is allowed; the representation has no token."""
    token = parse_access_token({"access_token": "a" * 16 * 1024}, CLOCK)
    assert "aaa" not in repr(token)
