"""The only place for the query of ``/metrics``: what a scraper may ask to be left out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from exporter.metrics import Selection
from exporter.web.refused import Refused

__all__ = ["MAX_NAMES", "Query", "parse_query"]

MAX_NAMES = 1_000

_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for.

    Attributes:
        names: the series to show, by name (``name[]``, as in client_golang); None for all.
        selection: the managed clients to show.
    """

    names: frozenset[str] | None
    selection: Selection


def parse_query(query_string: bytes) -> Query:
    """The parameters that are known; others are ignored.

    Raises:
        Refused: too many parameters, something that is no metric name, or a filter that is given twice.
    """
    pairs = _pairs(query_string)
    return Query(_names(pairs), _selection(pairs))


def _names(pairs: Iterable[tuple[str, str]]) -> frozenset[str] | None:
    names = frozenset(value for key, value in pairs if key == "name[]")
    if not all(_METRIC_NAME.fullmatch(name) for name in names):
        raise Refused(400, "name[] is not the name of a metric")
    return names or None


def _selection(pairs: list[tuple[str, str]]) -> Selection:
    tenant, cluster_id, client_id = (_once(pairs, key) for key in ("tenant", "cluster_id", "client_id"))
    return Selection(tenant, cluster_id, client_id)


def _once(pairs: Iterable[tuple[str, str]], key: str) -> str | None:
    values = [value for found, value in pairs if found == key]
    if len(values) > 1:
        raise Refused(400, f"the parameter {key} is given more than once")
    return next(iter(values), None)


def _pairs(query_string: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query_string.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_NAMES)
    except ValueError:
        raise Refused(400, f"more than {MAX_NAMES} parameters: ask for fewer names") from None
