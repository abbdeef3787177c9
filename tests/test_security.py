"""SECURITY.md: what it names is there, and what it promises without a room of its own is kept."""

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from exporter.cli.program import program

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

FILES = sorted(set(re.findall(r"`([\w./-]+\.(?:py|md|txt|toml|yaml)|Dockerfile)`", TEXT)))
SCRIPTS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = [shlex.split(line) for script in SCRIPTS for line in script.splitlines()]


@pytest.mark.parametrize("file", FILES)
def test_every_file_it_names_is_there(file: str) -> None:
    """A promise is not held by a test that is gone."""
    assert (ROOT / file).is_file()


def test_every_command_it_names_can_be_given() -> None:
    """Targets of make, and tests that are there, with markers that are registered."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    given = [*COMMANDS, *(shlex.split(command) for command in re.findall(r"`(make \w+)`", TEXT))]
    assert {program for program, *_ in given} == {".venv/bin/pytest", "make"}
    for name, *arguments in given:
        for argument in arguments:
            known = rf"(?m)^{argument}:" if name == "make" else ""
            assert (ROOT / argument).exists() or argument in {"-m", "trust"} or (known and re.search(known, makefile))


def test_every_requirement_has_its_test() -> None:
    """Each row of the table names code or a setting, and at least one test."""
    rows = [line.split("|")[1:-1] for line in TEXT.splitlines() if line.startswith("| ") and "`tests/" in line]
    assert len(rows) == 18
    assert [row for row in rows if len(row) != 3 or "`tests/" not in row[2]] == []


def test_each_command_of_the_program_it_names_is_one() -> None:
    """Promises are made about commands that there are."""
    for command in ("serve", "demo", "scrape", "check", "simulate", "status"):
        assert f"`{command}" in TEXT
        assert command in program.commands


def test_reports_have_a_private_way_and_a_goal() -> None:
    """Whoever finds something knows where to go, and what happens then."""
    for words in ("report privately", "within 7 days", "## Supported versions"):
        assert words in TEXT


@pytest.mark.parametrize("guide", ["README.md", "SECURITY.md"])
@pytest.mark.parametrize("scope", ["idn:managed-client-status:read", "idn:remote-client:read"])
def test_the_least_privilege_is_told(guide: str, scope: str) -> None:
    """The scopes that are needed are named where people look for them."""
    assert f"`{scope}`" in (ROOT / guide).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["demo", "simulate"])
def test_simulations_listen_on_loopback(command: str) -> None:
    """Unless told otherwise: their credential is published."""
    options = {option.name: option for option in program.commands[command].params if isinstance(option, click.Option)}
    assert str(options["listen"].default).startswith("127.0.0.1:")


def test_dependencies_are_few_and_decompress_nothing() -> None:
    """Fewer than ten, the HTTP client below its redesign, and no codec that it would offer to tenants by itself."""
    assert len(PROJECT["dependencies"]) < 10
    assert any(re.fullmatch(r"httpx>=[\d.]+,<1", dependency) for dependency in PROJECT["dependencies"])
    locked = re.findall(r"(?m)^([\w-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert {"brotli", "brotlicffi", "zstandard", "backports-zstd"}.isdisjoint(locked)
