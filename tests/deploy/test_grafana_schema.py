"""The dashboards against Grafana's own schema: its TypeScript types, and its SDK for Python."""

import importlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.dashboards import DASHBOARDS

pytestmark = pytest.mark.deploy

each_dashboard = pytest.mark.parametrize("name", DASHBOARDS)

HOW = (
    "npm install --prefix DIR @grafana/schema@13.2.3 typescript@7.0.2, "
    "then GRAFANA_SCHEMA_NODE_MODULES=DIR/node_modules"
)

PANEL_TYPES = {
    "bargauge": "BarGauge",
    "stat": "Stat",
    "state-timeline": "StateTimeline",
    "table": "Table",
    "timeseries": "TimeSeries",
}

PROLOGUE = """\
import type { Dashboard } from '@grafana/schema';
import type * as ui from '@grafana/schema';
// A string for each of an enum's, because JSON has no enums.
type Plain<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type Some<T> = Plain<T extends object ? { [K in keyof T]?: Some<T[K]> } : T>;
"""

COMPILER_OPTIONS = {
    "module": "esnext",
    "moduleResolution": "bundler",
    "noEmit": True,
    "skipLibCheck": True,
    "strict": True,
    "target": "esnext",
    "types": [],
}


@pytest.fixture(scope="module")
def node_modules() -> Path:
    """Where npm put Grafana's schema and the compiler."""
    folder = Path(os.environ.get("GRAFANA_SCHEMA_NODE_MODULES", "node_modules"))
    if not ((folder / "@grafana/schema").is_dir() and (folder / ".bin/tsc").exists() and shutil.which("node")):
        pytest.skip(f"needs node and Grafana's schema: {HOW}")
    return folder.resolve()


def _compiled(node_modules: Path, folder: Path, source: str) -> str:
    """What the compiler says; nothing when all is well."""
    (folder / "node_modules").symlink_to(node_modules)
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": COMPILER_OPTIONS, "files": ["checked.ts"]}))
    (folder / "checked.ts").write_text(PROLOGUE + source, encoding="utf-8")
    done = subprocess.run(
        [node_modules / ".bin/tsc", "--project", folder, "--pretty", "false"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert bool(done.stdout) == bool(done.returncode), done.stderr
    return done.stdout


def _typed(name: str) -> str:
    """The dashboard as TypeScript, and the options and fields of each of its panels, which it leaves open."""
    dashboard = DASHBOARDS[name]
    lines = [f"export const dashboard = {json.dumps(dashboard)} satisfies Plain<Dashboard>;"]
    for kind in PANEL_TYPES.values():
        path = f"@grafana/schema/dist/esm/raw/composable/{kind.lower()}/panelcfg/x/{kind}PanelCfg_types.gen"
        lines.append(f"import type * as {kind} from '{path}';")
    for panel in dashboard["panels"]:
        lines += _typed_panel(panel)
    return "\n".join(lines)


def _typed_panel(panel: dict[str, Any]) -> list[str]:
    kind = PANEL_TYPES[panel["type"]]
    custom = panel["fieldConfig"]["defaults"].get("custom")
    options = f"export const options{panel['id']} = {json.dumps(panel['options'])} satisfies Some<{kind}.Options>;"
    fields = f"export const custom{panel['id']} = {json.dumps(custom)} satisfies Some<{kind}.FieldConfig>;"
    return [options, fields] if custom else [options]


@each_dashboard
def test_a_dashboard_satisfies_the_types(node_modules: Path, tmp_path: Path, name: str) -> None:
    """No unknown key, no missing one, no value of another type, in the dashboard or in its panels' options."""
    assert not _compiled(node_modules, tmp_path, _typed(name))


@pytest.mark.parametrize(
    "wrong",
    [
        {"schemaVersion": "39"},
        {"schemaVersion": 39, "editabel": False},
        {"schemaVersion": 39, "panels": [{"type": "stat", "gridPos": {"h": 1, "w": 1, "x": 0, "z": 0}}]},
        {"schemaVersion": 39, "links": [{"type": "neighbours", "title": "", "tags": []}]},
    ],
    ids=["type", "key", "inner key", "word"],
)
def test_what_does_not_satisfy_them_is_found(node_modules: Path, tmp_path: Path, wrong: dict[str, Any]) -> None:
    """The types are not so open that they take anything."""
    assert _compiled(node_modules, tmp_path, f"export const x = {json.dumps(wrong)} satisfies Plain<Dashboard>;")


@each_dashboard
def test_the_sdk_keeps_every_key(name: str) -> None:
    """Read by Grafana's SDK and written again, a dashboard has lost nothing, as it would lose a key unknown to it."""
    pytest.importorskip(
        "grafana_foundation_sdk",
        reason="needs Grafana's SDK: pip install 'grafana-foundation-sdk==1769699379!11.6.0'",
    )
    models = importlib.import_module("grafana_foundation_sdk.models.dashboard")
    encoder = importlib.import_module("grafana_foundation_sdk.cog.encoder").JSONEncoder
    _register_panels()
    written = json.loads(json.dumps(models.Dashboard.from_json(DASHBOARDS[name]), cls=encoder))
    assert not list(_lost(DASHBOARDS[name], written))


def _register_panels() -> None:
    importlib.import_module("grafana_foundation_sdk.cog.plugins").register_default_plugins()


def _lost(before: Any, after: Any, path: str = "") -> Any:
    """Paths of whatever was there and is no longer, or is something else."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            yield from _lost(value, after.get(key), f"{path}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _lost(one, other, f"{path}/{place}")
    elif before != after and before not in ({}, [], None):
        yield f"{path}: {before!r} became {after!r}"
