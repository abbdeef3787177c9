"""The only place for reading single values of a tenant's JSON, which mean more than their JSON types say.

The documented samples carry numbers and booleans as strings and instants as either ISO 8601 or epoch milliseconds. Each
function takes any JSON value and answers None for one that it cannot use; none of them raises. Python's own ``int``
and ``float`` will not do: they accept ``"1_0"``, ``"nan"`` and the digits of every script.
"""

import re
from datetime import datetime

__all__ = ["MAX_NUMBER", "MAX_TEXT_LENGTH", "boolean", "count", "epoch_seconds", "identifier", "number", "text"]

MAX_NUMBER = 1e15
"""Beyond every quantity the API has (epoch milliseconds of the year 9999 are 2.5e14), and still exact as a float."""

MAX_TEXT_LENGTH = 1024
"""Code points kept of a string, so that a snapshot of many clients stays small."""

_DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,16})?")
_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
_BOOLEANS = {"true": True, "false": False}


def number(value: object) -> float | None:
    """A JSON number, or an ASCII decimal in a string, within ±MAX_NUMBER."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= MAX_NUMBER else None


def count(value: object) -> int | None:
    """A number that is whole and not negative."""
    parsed = number(value)
    return int(parsed) if parsed is not None and parsed >= 0 and parsed.is_integer() else None


def boolean(value: object) -> bool | None:
    """A JSON boolean, or one spelt out in a string."""
    if isinstance(value, str):
        return _BOOLEANS.get(value.lower())
    return value if isinstance(value, bool) else None


def epoch_seconds(value: object) -> float | None:
    """An instant: an ISO 8601 date-time with its offset, or epoch milliseconds."""
    if isinstance(value, str) and _DATE_TIME.fullmatch(value):
        return _date_time_epoch_seconds(value)
    millis = number(value)
    return None if millis is None else millis / 1000


def text(value: object) -> str | None:
    """A string, cut at MAX_TEXT_LENGTH."""
    return value[:MAX_TEXT_LENGTH] if isinstance(value, str) else None


def identifier(value: object) -> str | None:
    """An id: a string that is not empty, or a whole number for one; not cut, which would make another id of it."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_NUMBER:
        return str(value)
    return value if isinstance(value, str) and 0 < len(value) <= MAX_TEXT_LENGTH else None


def _date_time_epoch_seconds(value: str) -> float | None:
    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError:  # the right shape, but no such day, hour or offset
        return None
