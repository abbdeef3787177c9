"""Scalars: what the tenant may write for a number, a boolean, an instant or a text."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.api.scalars import MAX_NUMBER, MAX_TEXT_LENGTH, boolean, count, epoch_seconds, identifier, number, text

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("14708", 14708.0),
        (14708, 14708.0),
        ("-3", -3.0),
        ("0.5", 0.5),
        (1.5, 1.5),
        ("007", 7.0),
        (MAX_NUMBER, MAX_NUMBER),
    ],
)
def test_number_reads_json_numbers_and_ascii_decimals(value: Any, expected: float) -> None:
    """A bare number and a decimal in a string mean the same."""
    assert number(value) == expected


@pytest.mark.parametrize(
    "value",
    ["", " 5", "5 ", "5\n", "+5", "1_0", "\uff19", "\u0665", "1e3", "0x10", ".5", "5.", "nan", "inf", "9" * 5000,
     math.nan, math.inf, -math.inf, 10**400, 1e16, -1e16, "9999999999999999", True, False, None, [], {}],
)  # fmt: skip
def test_number_refuses_everything_else(value: Any) -> None:
    """Nothing that Python would be talked into, nothing that is not finite, nothing beyond the bound."""
    assert number(value) is None


@pytest.mark.parametrize(
    ("value", "expected"), [(1, 1), ("2", 2), (3.0, 3), (0, 0), (-1, None), (1.5, None), ("x", None)]
)
def test_count_is_whole_and_not_negative(value: Any, expected: int | None) -> None:
    """Half a job and minus one job are unusable."""
    assert count(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (False, False),
        ("true", True),
        ("false", False),
        ("TRUE", True),
        ("yes", None),
        (1, None),
        ({}, None),
    ],
)
def test_boolean_may_be_spelt_out(value: Any, expected: bool | None) -> None:  # noqa: FBT001 - a table's column
    """The maintenance window is the string "true"."""
    assert boolean(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2020-01-01T00:00:00Z", 1577836800.0),
        ("2020-01-01T00:00:00.000000Z", 1577836800.0),
        ("2020-01-01T00:00:00.250Z", 1577836800.25),
        ("2020-01-01T00:00:00.123456789Z", 1577836800.123456),
        ("2020-01-01T01:00:00+01:00", 1577836800.0),
        ("1620843964604", 1620843964.604),
        (1620843964604, 1620843964.604),
    ],
)
def test_epoch_seconds_reads_date_times_and_epoch_millis(value: Any, expected: float) -> None:
    """Any fraction of a second will do, and milliseconds as a string or bare."""
    assert epoch_seconds(value) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "value",
    ["2020-02-30T00:00:00Z", "2020-01-01T25:00:00Z", "2020-01-01T00:00:00+99:00", "2020-01-01T00:00:00", "2020-01-01",
     "2020-W01-1T00:00:00Z", "20200101T000000Z", "\uff12020-01-01T00:00:00Z", "yesterday", "", None, True, []],
)  # fmt: skip
def test_epoch_seconds_refuses_what_is_no_instant(value: Any) -> None:
    """No such day, hour or offset, no offset at all, or another notation."""
    assert epoch_seconds(value) is None


def test_text_is_a_string_cut_to_a_bounded_length() -> None:
    """A megabyte of host name does not stay in memory, and nothing is turned into a string."""
    assert text("va-1") == "va-1"
    assert text("x" * 1_000_000) == "x" * MAX_TEXT_LENGTH
    assert text(5) is None


@given(SCALARS)
def test_no_scalar_raises_and_every_float_is_finite(value: Any) -> None:
    """Whatever JSON holds, the answer is None or usable."""
    for parse in (number, count, epoch_seconds):
        parsed = parse(value)
        assert parsed is None or math.isfinite(parsed)
    assert boolean(value) in (True, False, None)
    assert isinstance(text(value), str | None)
    assert identifier(value) is None or 0 < len(str(identifier(value))) <= MAX_TEXT_LENGTH


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1528", "1528"), (1528, "1528"), (0, "0"), ("é/?", "é/?"), ("", None), ("x" * 1025, None), (10**16, None),
     (-1, None), (1.0, None), (True, None), (None, None), ([], None)],
)  # fmt: skip
def test_an_identifier_is_a_text_of_any_shape_or_a_whole_number(value: Any, expected: str | None) -> None:
    """The vendor's ids are opaque; one that is too long is refused rather than cut into another's."""
    assert identifier(value) == expected
