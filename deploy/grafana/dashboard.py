"""The only place for what all dashboards have in common."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.grafana.layout import placed
from deploy.grafana.panels import Json, Panel
from deploy.grafana.variables import VARIABLES, link

__all__ = ["Dashboard"]

_TAG = "sailpoint"

_SIBLINGS = {
    **link("SailPoint", ""),
    "includeVars": True,
    "keepTime": True,
    "tags": [_TAG],
    "tooltip": "The other dashboards, with the same time and variables",
    "type": "dashboards",
}


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard; ``uid`` is what links name."""

    uid: str
    title: str
    description: str
    since: str
    panels: Sequence[Panel]

    def as_json(self) -> Json:
        """The classic model."""
        return {
            "annotations": {"list": []},
            "description": self.description,
            "editable": False,
            "fiscalYearStartMonth": 0,
            "graphTooltip": 1,  # one crosshair on all panels
            "id": None,
            "links": [_SIBLINGS],
            "panels": placed(self.panels),
            "refresh": "30s",
            "schemaVersion": 39,
            "tags": [_TAG],
            "templating": {"list": VARIABLES},
            "time": {"from": self.since, "to": "now"},
            "timezone": "browser",
            "title": self.title,
            "uid": self.uid,
            "version": 1,
            "weekStart": "",
        }
