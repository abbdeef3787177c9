"""The only place for the time that a scraper grants: a header's value -> the seconds of a collection."""

import re

__all__ = ["DEFAULT_SECONDS", "scrape_seconds"]

DEFAULT_SECONDS = 9.5
"""For people and for scrapers that do not say: Prometheus' default timeout of 10 s, less the reserve."""

_RESERVE_SECONDS = 0.5
_SHORTEST_SECONDS = 1.0
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


def scrape_seconds(header: str | None, *, max_seconds: float = 30.0) -> float:
    """Seconds for a scrape, from ``X-Prometheus-Scrape-Timeout-Seconds`` (None when it was not sent).

    Half a second is kept back for rendering and sending. Only plain ASCII decimals count, since ``float`` would also
    take ``nan``, ``inf``, ``1_0`` and digits of other scripts; anything else means the default.

    Returns:
        Between 1 and ``max_seconds``.
    """
    announced = header is not None and _DECIMAL.fullmatch(header) is not None
    seconds = float(header or 0) - _RESERVE_SECONDS if announced else DEFAULT_SECONDS
    return min(max(seconds, _SHORTEST_SECONDS), max_seconds)
