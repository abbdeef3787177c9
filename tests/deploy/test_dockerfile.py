"""What the Dockerfile promises, as far as reading it can tell; ``test_image.py`` runs it."""

import re
from pathlib import Path

import pytest

from exporter.settings.table import LISTEN_ADDRESS

REPOSITORY = Path(__file__).parent.parent.parent

Instruction = tuple[str, str]


def _instructions() -> list[Instruction]:
    """Each instruction of the Dockerfile with its argument, comments and line breaks taken away."""
    text = re.sub(r"^#.*\n", "", (REPOSITORY / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", "")
    return [
        (name, argument.strip()) for name, _, argument in (line.partition(" ") for line in text.splitlines() if line)
    ]


def _last_stage() -> list[Instruction]:
    instructions = _instructions()
    start = max(index for index, (name, _) in enumerate(instructions) if name == "FROM")
    return instructions[start:]


def _last(name: str) -> str:
    return [argument for instruction, argument in _last_stage() if instruction == name][-1]


def test_both_stages_start_from_the_base_that_the_builder_names() -> None:
    """One argument replaces the base image everywhere, so that the environment meets the Python that it was made by."""
    assert _instructions()[0] == ("ARG", "BASE_IMAGE=python:3.13-slim")
    assert [argument for name, argument in _instructions() if name == "FROM"] == [
        "${BASE_IMAGE} AS build",
        "${BASE_IMAGE}",
    ]


def test_every_download_is_checked_against_a_lock() -> None:
    """What pip fetches has its hash in a lock and is never compiled; all else is installed without an index."""
    commands = [part for name, run in _instructions() if name == "RUN" for part in run.split("&&")]
    installs = [command for command in commands if re.search(r"\bpip\b.* (install|wheel)\b", command)]
    assert len(installs) == 4
    for command in installs:
        assert "--no-index" in command or "--require-hashes --only-binary :all: -r requirements" in command


def test_the_last_stage_is_handed_the_environment_and_nothing_else() -> None:
    """Sources, locks and build tools stay behind."""
    assert [argument for name, argument in _last_stage() if name in {"COPY", "ADD"}] == ["--from=build /app /app"]


def test_it_runs_as_a_numeric_unprivileged_user() -> None:
    """Kubernetes can verify runAsNonRoot only when the user is a number."""
    user, group = _last("USER").split(":")
    assert int(user) >= 10_000
    assert int(group) >= 10_000


@pytest.mark.parametrize("instruction", ["ENTRYPOINT", "HEALTHCHECK"])
def test_no_shell_stands_between_the_exporter_and_its_signals(instruction: str) -> None:
    """The exporter itself is process 1, and the health check needs no shell."""
    assert re.search(r'\["sailpoint-exporter"(, "[a-z]+")*\]$', _last(instruction))


def test_it_exposes_the_default_port() -> None:
    """The port in the image's description is the one that the exporter listens on."""
    assert LISTEN_ADDRESS.default.endswith(f":{_last('EXPOSE')}")


def test_its_labels_are_those_that_registries_and_scanners_read() -> None:
    """What an image is, where it comes from and what it was made of, by the names of the OCI image specification."""
    labels = dict(re.findall(r'org\.opencontainers\.image\.([a-z.]+)="([^"]*)"', _last("LABEL")))
    assert labels["source"] == "https://github.com/sailpoint-exporter/sailpoint-exporter"
    assert {name: label for name, label in labels.items() if "$" in label} == {
        "version": "${VERSION}",
        "revision": "${REVISION}",
        "created": "${CREATED}",
        "base.name": "${BASE_IMAGE}",
    }
    complete = "title", "description", "licenses", "source", "version", "revision", "created", "base.name"
    assert set(labels) == set(complete)


def test_the_build_sees_only_what_it_copies() -> None:
    """Everything is kept from the build but the files named: no local secret can reach a layer."""
    ignored, *rest = [
        line for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line[:1] not in {"", "#"}
    ]
    copied = {
        source
        for name, argument in _instructions()
        if name == "COPY" and not argument.startswith("--from")
        for source in argument.split()[:-1]
    }
    assert ignored == "*"
    assert {line.removeprefix("!") for line in rest if line.startswith("!")} == copied
