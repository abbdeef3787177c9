"""The only place for ``Retry-After``, which is read strictly and never trusted far."""

import re

from exporter.api.http_date import parse_http_date

__all__ = ["LONGEST_SECONDS", "SHORTEST_SECONDS", "parse_retry_after"]

SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 300.0

# float() and int() would also take "1e9", "nan", "1_0", " 5 " and other scripts' digits.
_DELAY_SECONDS = re.compile(r"[0-9]{1,9}")


def parse_retry_after(value: str | None, now_epoch_seconds: float) -> float | None:
    """Seconds to wait, within [1, 300]; None when the header is absent or unusable.

    Source: RFC 9110, section 10.2.3; developer.sailpoint.com, "Rate Limits", promises whole seconds.
    """
    seconds = _seconds(value or "", now_epoch_seconds)
    return None if seconds is None else min(max(seconds, SHORTEST_SECONDS), LONGEST_SECONDS)


def _seconds(value: str, now_epoch_seconds: float) -> float | None:
    if _DELAY_SECONDS.fullmatch(value):
        return float(value)
    instant = parse_http_date(value)
    return None if instant is None else instant - now_epoch_seconds
