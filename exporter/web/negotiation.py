"""The only place for content negotiation: what a scraper accepts -> the format and the coding it is sent.

Pure, and never an error: header fields come from strangers, and a scraper that asks for nothing we have is better
served with the text format than refused, which is what every Prometheus client library does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from exporter.metrics import Format

__all__ = ["accepts_gzip", "negotiate_format"]

_OPENMETRICS_VERSIONS = (None, "0.0.1", "1.0.0")
_TEXT_VERSIONS = (None, "0.0.4")
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class _Preference:
    """One element of an Accept field: a name in lower case, its version, its weight between 0 and 1."""

    name: str
    version: str | None
    weight: float


def negotiate_format(accept: str | None) -> Format:
    """The format for an ``Accept`` field (RFC 9110, section 12.5.1; None when it was not sent).

    OpenMetrics is for those who name it, in a version that the 1.0.0 page satisfies; wildcards mean people and curl,
    who read text. At equal weight OpenMetrics wins: its ``# EOF`` shows that a page is whole.
    """
    preferences = tuple(_preferences(accept or ""))
    openmetrics = _best(preferences, "application/openmetrics-text", _OPENMETRICS_VERSIONS)
    return Format.OPENMETRICS if openmetrics and openmetrics >= _text_weight(preferences) else Format.TEXT


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Whether an ``Accept-Encoding`` field (RFC 9110, section 12.5.3) wants gzip at least as much as no coding."""
    weights = {preference.name: preference.weight for preference in _preferences(accept_encoding or "")}
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0.0 and gzip >= weights.get("identity", 0.0)


def _text_weight(preferences: tuple[_Preference, ...]) -> float:
    """The weight of text 0.0.4, by the most specific range that covers it."""
    exact = _best(preferences, "text/plain", _TEXT_VERSIONS)
    ranges = (exact, _best(preferences, "text/*", (None,)), _best(preferences, "*/*", (None,)))
    return next((weight for weight in ranges if weight is not None), 0.0)


def _best(preferences: tuple[_Preference, ...], name: str, versions: tuple[str | None, ...]) -> float | None:
    weights = [each.weight for each in preferences if each.name == name and each.version in versions]
    return max(weights, default=None)


def _preferences(field: str) -> Iterator[_Preference]:
    """The elements of a field; what cannot be understood is left out."""
    for element in field.lower().split(","):
        name, *rest = (part.strip(" \t") for part in element.split(";"))
        parameters = dict(part.split("=", 1) for part in rest if "=" in part)
        weight = parameters.get("q", "1")
        if name and _WEIGHT.fullmatch(weight):
            yield _Preference(name, _unquoted(parameters.get("version")), float(weight))


def _unquoted(value: str | None) -> str | None:
    return None if value is None else value.strip('"')
