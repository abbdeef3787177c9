"""The only place for the query of ``/metrics``: what a scraper may ask to be left out."""

import re
from urllib.parse import parse_qsl

__all__ = ["MAX_NAMES", "QueryError", "parse_names"]

MAX_NAMES = 1_000

_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_NOT_YET = frozenset({"tenant", "cluster_id", "client_id"})


class QueryError(ValueError):
    """The query cannot be obeyed; the text is one line that repeats nothing of it."""


def parse_names(query_string: bytes) -> frozenset[str] | None:
    """The values of ``name[]`` (families to show, as in client_golang), or None for all of them.

    A parameter that nobody knows is ignored. A filter that is not supported yet is refused: answering with everything
    would look like an answer for one client.

    Raises:
        QueryError: too many names, something that is no metric name, or a filter that is not supported yet.
    """
    pairs = _pairs(query_string)
    for refused in sorted(_NOT_YET & {key for key, _ in pairs}):
        message = f"the parameter {refused} is not supported yet: scrape without it"
        raise QueryError(message)
    names = frozenset(value for key, value in pairs if key == "name[]")
    if not all(_METRIC_NAME.fullmatch(name) for name in names):
        message = "name[] is not the name of a metric"
        raise QueryError(message)
    return names or None


def _pairs(query_string: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query_string.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_NAMES)
    except ValueError:
        message = f"more than {MAX_NAMES} parameters: ask for fewer names"
        raise QueryError(message) from None
