"""The guides under deploy/: what they link to is there, and what they show can be read."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy.containers import REPOSITORY

GUIDES = sorted((REPOSITORY / "deploy").rglob("*.md"))


def _blocks(guide: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", guide.read_text(), flags=re.DOTALL)


def _anchors(document: Path) -> set[str]:
    """What can follow ``#`` in a link, as GitHub makes it of headings."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.parent.name)
def test_every_link_leads_somewhere(guide: Path) -> None:
    """Each link inside the repository names a file that is there, and a heading that it has."""
    links = [link.partition("#")[::2] for link in re.findall(r"\]\(([^)]+)\)", guide.read_text()) if "://" not in link]
    targets = [(guide.parent / path if path else guide, anchor) for path, anchor in links]
    assert [str(target) for target, _ in targets if not target.exists()] == []
    assert [anchor for target, anchor in targets if anchor and anchor not in _anchors(target)] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.parent.name)
def test_every_example_can_be_read(guide: Path) -> None:
    """Shell is shell, and YAML is YAML."""
    for script in _blocks(guide, "sh"):
        subprocess.run([shutil.which("bash") or "/bin/bash", "-n"], input=script, text=True, check=True)
    for example in _blocks(guide, "yaml"):
        list(yaml.safe_load_all(example))
