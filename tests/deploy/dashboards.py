"""The committed dashboards, read as Grafana reads them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.grafana.generate import FOLDER

__all__ = ["DASHBOARDS", "Query", "panels", "queries", "substituted", "variable"]

DASHBOARDS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}


@dataclass(frozen=True, slots=True)
class Query:
    """One query of one panel.

    Attributes:
        name: dashboard, panel and the query's letter.
    """

    name: str
    expression: str
    legend: str
    over_time: bool


def panels() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every panel, with ``dashboard / title``."""
    for name, dashboard in DASHBOARDS.items():
        for panel in dashboard["panels"]:
            yield f"{name} / {panel['title']}", panel


def queries() -> list[Query]:
    """Every query."""
    return [
        Query(f"{name} / {target['refId']}", target["expr"], target["legendFormat"], target["range"])
        for name, panel in panels()
        for target in panel["targets"]
    ]


def variable(dashboard: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A dashboard's variable."""
    (found,) = [each for each in dashboard["templating"]["list"] if each["name"] == name]
    return dict(found)


def substituted(expression: str, *, time_range: str = "6h", rate_interval: str = "4m", chosen: str = ".*") -> str:
    """The expression with a value for every variable that Grafana would fill in."""
    values = {
        "$__rate_interval": rate_interval,
        "$__range": time_range,
        "$tenant": chosen,
        "$cluster_id": chosen,
    }
    for name, value in values.items():
        expression = expression.replace(name, value)
    return expression
