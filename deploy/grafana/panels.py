"""The only place for panels: what each kind looks like, and the JSON that Grafana reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.grafana.colors import BLIND, State
from deploy.grafana.targets import DATASOURCE, Target

__all__ = [
    "BARS",
    "NARROW_TIME_SERIES",
    "STAT",
    "STATES",
    "TABLE",
    "TIME_SERIES",
    "Json",
    "Look",
    "Panel",
    "column",
    "mappings",
    "one_table",
    "word_column",
]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """A kind of panel: its type in Grafana, its options, and the fields' defaults."""

    type: str
    options: Mapping[str, Any]
    defaults: Mapping[str, Any] = field(default_factory=dict)


_LAST_VALUE = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_BY_VALUE: Json = {"color": {"mode": "thresholds"}, "noValue": "no data"}
_BY_SERIES: Json = {
    "color": {"mode": "palette-classic"},
    "custom": {"fillOpacity": 10, "lineWidth": 1, "showPoints": "never", "spanNulls": False},
    "min": 0,
    "noValue": "no data",
}
_ALL_AT_ONCE = {"mode": "multi", "sort": "desc"}

STAT = Look(
    "stat",
    {
        "colorMode": "background",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "reduceOptions": _LAST_VALUE,
        "textMode": "auto",
        "wideLayout": True,
    },
    _BY_VALUE,
)
BARS = Look(
    "bargauge",
    {
        "displayMode": "basic",
        "orientation": "horizontal",
        "reduceOptions": _LAST_VALUE,
        "showUnfilled": True,
        "valueMode": "color",
    },
    {**_BY_VALUE, "min": 0},
)
TIME_SERIES = Look(
    "timeseries",
    {
        "legend": {
            "calcs": ["lastNotNull"],
            "displayMode": "table",
            "placement": "right",
            "showLegend": True,
            "sortBy": "Last *",
            "sortDesc": True,
        },
        "tooltip": _ALL_AT_ONCE,
    },
    _BY_SERIES,
)
NARROW_TIME_SERIES = Look(
    "timeseries",
    {
        "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": _ALL_AT_ONCE,
    },
    _BY_SERIES,
)
STATES = Look(
    "state-timeline",
    {
        "alignValue": "left",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "mergeValues": True,
        "perPage": 20,
        "rowHeight": 0.85,
        "showValue": "never",
        "tooltip": {"mode": "single", "sort": "none"},
    },
    {**_BY_VALUE, "custom": {"fillOpacity": 90, "lineWidth": 0}},
)
TABLE = Look(
    "table",
    {"cellHeight": "sm", "showHeader": True},
    {
        "color": {"mode": "thresholds"},
        "custom": {"align": "left", "cellOptions": {"type": "auto"}, "filterable": True, "inspect": False},
        "noValue": "",  # a cell without a value is most often one that does not apply
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel without its place.

    Attributes:
        description: what it means, and what to do about it, for somebody who has just been woken.
        unit: one of Grafana's ids of units.
        thresholds: colours from values on, the first from minus infinity on.
        states: values that are words.
        defaults: of the fields, besides those of the look.
        options: besides those of the look.
    """

    title: str
    description: str
    look: Look
    targets: Sequence[Target]
    unit: str
    width: int
    height: int
    thresholds: Sequence[tuple[float | None, str]] = ((None, "blue"),)
    states: Sequence[State] = ()
    defaults: Json = field(default_factory=dict)
    options: Json = field(default_factory=dict)
    overrides: Sequence[Json] = ()
    transformations: Sequence[Json] = ()
    links: Sequence[Json] = ()

    def as_json(self, panel_id: int, x: int, y: int) -> Json:
        """The panel in its place."""
        return {
            "datasource": DATASOURCE,
            "description": self.description,
            "fieldConfig": {"defaults": self._defaults(), "overrides": list(self.overrides)},
            "gridPos": {"h": self.height, "w": self.width, "x": x, "y": y},
            "id": panel_id,
            "links": list(self.links),
            "options": {**self.look.options, **self.options},
            "targets": [target.as_json(number) for number, target in enumerate(self.targets)],
            "title": self.title,
            "transformations": list(self.transformations),
            "type": self.look.type,
        }

    def _defaults(self) -> Json:
        steps = [{"color": color, "value": value} for value, color in self.thresholds]
        custom = {**self.look.defaults.get("custom", {}), **self.defaults.get("custom", {})}
        return {
            **self.look.defaults,
            "mappings": [] if self.look is TABLE else mappings(self.states),
            "thresholds": {"mode": "absolute", "steps": steps},
            "unit": self.unit,
            **self.defaults,
            **({"custom": custom} if custom else {}),
        }


def column(name: str, **properties: Any) -> Json:  # noqa: ANN401 - the schema leaves a property's value open
    """An override for one field; ``custom__width`` stands for the property ``custom.width``."""
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()],
    }


def word_column(name: str, states: Sequence[State], width: int) -> Json:
    """An override for a field whose values are words, each on its colour."""
    return column(
        name,
        mappings=mappings(states),
        custom__cellOptions={"mode": "basic", "type": "color-background"},
        custom__width=width,
    )


def one_table(columns: Mapping[str, str], *, hidden: Sequence[str] = ()) -> list[Json]:
    """Transformations that join the rows of all queries by their labels.

    Args:
        columns: field of a query to its heading, in order.
        hidden: fields left out.
    """
    left_out = ("Time", *hidden)
    return [
        {"id": "merge", "options": {}},
        {
            "id": "organize",
            "options": {
                "excludeByName": dict.fromkeys(left_out, True),
                "includeByName": {},
                "indexByName": {name: place for place, name in enumerate(columns)},
                "renameByName": dict(columns),
            },
        },
    ]


def mappings(states: Sequence[State]) -> list[Json]:
    """Words and colours for values; no value at all has a colour as well, lest it be taken for a good one."""
    words = {
        str(state.value): {"color": state.color, "index": place, "text": state.text}
        for place, state in enumerate(states)
    }
    nothing = {"match": "null+nan", "result": {"color": BLIND, "index": len(words), "text": "no data"}}
    return [
        *([{"options": words, "type": "value"}] if words else []),
        {"options": nothing, "type": "special"},
    ]
