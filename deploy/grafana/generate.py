"""Writes the dashboards: ``python -m deploy.grafana.generate`` from the repository's root."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.grafana.cluster import DASHBOARD as CLUSTER
from deploy.grafana.exporter import DASHBOARD as EXPORTER
from deploy.grafana.fleet import DASHBOARD as FLEET

__all__ = ["FOLDER", "documents"]

FOLDER = Path(__file__).parent / "dashboards"

_DASHBOARDS = {"fleet.json": FLEET, "cluster.json": CLUSTER, "exporter.json": EXPORTER}


def documents() -> Mapping[str, str]:
    """File name to text, for every dashboard."""
    return {
        name: json.dumps(dashboard.as_json(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        for name, dashboard in _DASHBOARDS.items()
    }


def _write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in documents().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{FOLDER.name}/{name}\n")


if __name__ == "__main__":
    _write()
