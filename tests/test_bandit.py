"""Bandit over everything that is shipped: it finds nothing but what carries its reason."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("bandit", reason="needs bandit: pip install bandit==1.9.4")
pytestmark = pytest.mark.trust

ROOT = Path(__file__).parent.parent


def _findings(*folders: Path) -> list[dict[str, Any]]:
    """What it finds, at every severity."""
    command = [sys.executable, "-m", "bandit", "--quiet", "--format=json", "--recursive", *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["errors"] == []
    return list(report["results"])


def _has_reason(finding: dict[str, Any]) -> bool:
    """Whether the line says why it is right; ruff's S rules are bandit's, under the same numbers."""
    line = Path(finding["filename"]).read_text(encoding="utf-8").splitlines()[finding["line_number"] - 1]
    return bool(re.search(rf"#\W+noqa: .*\bS{finding['test_id'][1:]}\b.* - \w", line))


def test_nothing_is_found_that_has_no_reason() -> None:
    """Neither in the exporter nor in what generates the files of the deployments."""
    findings = _findings(ROOT / "exporter", ROOT / "deploy")
    assert [
        f"{finding['filename']}:{finding['line_number']}: {finding['test_id']} {finding['issue_text']}"
        for finding in findings
        if not _has_reason(finding)
    ] == []


def test_what_has_no_reason_is_found(tmp_path: Path) -> None:
    """The search bites."""
    file = tmp_path / "offence.py"
    file.write_text("import pickle\npickle.loads(b'')\nassert True  # noqa: S101 - for this test\n")
    findings = {finding["test_id"]: _has_reason(finding) for finding in _findings(tmp_path)}
    assert findings == {"B403": False, "B301": False, "B101": True}


def test_whoever_is_silenced_says_why() -> None:
    """Bandit's own comments carry a rule and a reason too."""
    silenced = [
        line
        for path in (*(ROOT / "exporter").rglob("*.py"), *(ROOT / "deploy").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if "# nosec" in line
    ]
    assert [line for line in silenced if not re.search(r"# nosec B\d+ - \w", line)] == []
