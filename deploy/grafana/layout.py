"""The only place for where panels go: side by side in the order given, on Grafana's grid of 24 columns."""

from collections.abc import Iterable

from deploy.grafana.panels import Json, Panel

__all__ = ["COLUMNS", "placed"]

COLUMNS = 24


def placed(panels: Iterable[Panel]) -> list[Json]:
    """The panels in their places; one that does not fit beside the last begins a line below the highest so far."""
    x = y = below = 0
    done = []
    for panel_id, panel in enumerate(panels, start=1):
        if x + panel.width > COLUMNS:
            x, y = 0, below
        done.append(panel.as_json(panel_id, x, y))
        x, below = x + panel.width, max(below, y + panel.height)
    return done
