"""What reading the files below ``deploy/kubernetes`` can tell; its neighbours render, check and run them."""

import re
from pathlib import Path

import pytest

from exporter import __version__
from exporter.settings.table import LISTEN_ADDRESS, SETTINGS
from tests.deploy.kustomize import EXPORTER, KUBERNETES, USES

FILES = sorted(path for path in KUBERNETES.rglob("*") if path.is_file() and path.name != "prometheusrule.yaml")
"""All that is written by hand."""


def _found(pattern: str) -> set[str]:
    """What a pattern finds in all files."""
    return {match for path in FILES for match in re.findall(pattern, path.read_text())}


def test_every_variable_is_a_setting() -> None:
    """The exporter would refuse a variable that it does not know, and not start."""
    assert _found(r"\bSAIL_\w+") <= {name for setting in SETTINGS for name in setting.environments}


def test_the_image_is_that_of_this_version() -> None:
    """What is deployed is what the documentation beside it describes."""
    assert _found(rf"{EXPORTER}:(\d[\w.]*)") | _found(r"newTag: ([\d.]+)") == {__version__}


def test_the_port_is_the_one_that_the_exporter_listens_on() -> None:
    """No manifest sets another: containers and services have the default."""
    assert {f":{port}" for port in _found(r"(?:containerPort|\bport): (\d{4,})")} == {LISTEN_ADDRESS.default}


@pytest.mark.parametrize("path", sorted(KUBERNETES.rglob("kustomization.yaml")), ids=lambda path: path.parent.name)
def test_every_directory_is_in_a_use_that_is_tested(path: Path) -> None:
    """The tests beside this one check every directory that may be named in a kustomization."""
    directory = str(path.parent.relative_to(KUBERNETES))
    assert any(directory in (*use.resources, *use.components) for use in USES)
