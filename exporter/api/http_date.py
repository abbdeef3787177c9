"""The only place for HTTP's dates (RFC 9110, section 5.6.7)."""

import re
from datetime import UTC, datetime

__all__ = ["parse_http_date"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_IMF_FIXDATE = re.compile(
    rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?P<day>[0-9]{{2}}) (?P<month>{'|'.join(_MONTHS)}) (?P<year>[0-9]{{4}})"
    r" (?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2}) GMT"
)


def parse_http_date(value: str) -> float | None:
    """Epoch seconds of an IMF-fixdate, None for anything else.

    The two obsolete formats, which no server may send any more, are not read.
    """
    match = _IMF_FIXDATE.fullmatch(value)
    if not match:
        return None
    month = _MONTHS.index(match["month"]) + 1
    day, year, hour, minute, second = map(int, match.group("day", "year", "hour", "minute", "second"))
    try:
        instant = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:  # 31 Feb, 25:00:00, year 0
        return None
    return instant.timestamp()
