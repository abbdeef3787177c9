"""The only place for queries: an expression, and whether it is asked for once or over time."""

from dataclasses import dataclass
from typing import Any

__all__ = ["DATASOURCE", "Target", "instant", "over_time", "rows"]

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Target:
    """A query.

    Attributes:
        expression: PromQL.
        legend: what its series are called, with ``{{label}}``.
        range: over the time range of the dashboard; otherwise once, at its end.
        format: ``time_series`` or ``table``.
    """

    expression: str
    legend: str
    range: bool
    format: str

    def as_json(self, number: int) -> dict[str, Any]:
        """The query, as the panel's ``number``-th, counted from 0."""
        return {
            "datasource": DATASOURCE,
            "editorMode": "code",
            "expr": self.expression,
            "format": self.format,
            "instant": not self.range,
            "legendFormat": self.legend,
            "range": self.range,
            "refId": chr(ord("A") + number),
        }


def instant(expression: str, legend: str = "__auto") -> Target:
    """One value for each series, now."""
    return Target(expression, legend, range=False, format="time_series")


def over_time(expression: str, legend: str) -> Target:
    """Each series over the time range."""
    return Target(expression, legend, range=True, format="time_series")


def rows(expression: str) -> Target:
    """One row for each series, now; the value is in the column ``Value #A``, ``Value #B``, ... by the query's place."""
    return Target(expression, "", range=False, format="table")
