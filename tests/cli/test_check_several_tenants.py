"""The doctor over a file with several tenants: each is examined under its own name, and one that is ill is enough."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from exporter.doctor import Step
from tests.cli.commands import Result, invoke
from tests.whole.processes import free_port

EVERY_STEP = [str(step) for step in Step if step is not Step.SETTINGS]


def check(file: Path, *args: str) -> Result:
    """The command, run in this process."""
    return invoke("check", f"--config.file={file}", *args)


def findings(result: Result, tenant: str) -> list[dict[str, Any]]:
    """What the document has about one tenant."""
    return [finding for finding in json.loads(result.stdout)["findings"] if finding["tenant"] == tenant]


def problems(result: Result, tenant: str) -> list[str]:
    """The steps in which the document says that one tenant failed."""
    return [finding["step"] for finding in findings(result, tenant) if finding["result"] == "problem"]


@pytest.fixture
def folder(tenant: dict[str, str], tmp_path: Path) -> Path:
    """A folder with the simulated tenant's credential, and one that it does not know."""
    texts = {"id": tenant["SAIL_CLIENT_ID"], "secret": tenant["SAIL_CLIENT_SECRET"], "wrong": "canary-secret"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o400)
    return tmp_path


def written(folder: Path, first: tuple[str, str], second: tuple[str, str]) -> Path:
    """A configuration file with two tenants, each by its base URL and the file with its secret."""
    entries = (
        f"  - {{name: {name}, base_url: '{base_url}', client_id_file: id, client_secret_file: {secret}}}\n"
        for name, (base_url, secret) in zip(("production", "sandbox"), (first, second), strict=True)
    )
    (folder / "config.yml").write_text("tenants:\n" + "".join(entries))
    return folder / "config.yml"


def test_healthy_tenants_end_it_with_status_0(tenant: dict[str, str], folder: Path) -> None:
    """Each has a section under its name, in the order of the file, and the settings are judged once for all."""
    good = (tenant["SAIL_BASE_URL"], "secret")
    result = check(written(folder, good, good))
    assert (result.exit_code, result.stderr) == (0, "")
    settings, production, sandbox, total = result.stdout.split("\n\n")
    assert settings.endswith("complete and valid, for production, sandbox")
    assert (production.splitlines()[0], sandbox.splitlines()[0]) == ("production", "sandbox")
    for section in (production, sandbox):
        assert [step for step, _ in groupby(line.split()[1] for line in section.splitlines()[1:])] == EVERY_STEP
    assert total == "0 problems, 0 warnings\n"


@pytest.mark.parametrize("ill_first", [True, False])
@pytest.mark.parametrize(("what", "step"), [("nobody there", "connect"), ("wrong secret", "token")])
def test_one_ill_tenant_ends_it_with_status_3(
    tenant: dict[str, str],
    folder: Path,
    what: str,
    step: str,
    ill_first: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Its problem is told under its name with a remedy, and the other one is examined to the end all the same."""
    good = (tenant["SAIL_BASE_URL"], "secret")
    ill = (
        (f"http://127.0.0.1:{free_port()}", "secret") if what == "nobody there" else (tenant["SAIL_BASE_URL"], "wrong")
    )
    file = written(folder, *((ill, good) if ill_first else (good, ill)))
    names = ("production", "sandbox") if ill_first else ("sandbox", "production")
    result = check(file, "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["problems"] == 1
    assert [problems(result, name) for name in names] == [[step], []]
    (remedy,) = {finding["remedy"] for finding in findings(result, names[0]) if finding["step"] == step}
    assert remedy
    assert [finding["step"] for finding in findings(result, names[1]) if finding["result"] == "ok"]
    assert {finding["step"] for finding in findings(result, names[1])} == set(EVERY_STEP)
    assert "canary" not in result.output
    assert check(file).exit_code == 3


def test_settings_that_cannot_be_used_stop_it_before_any_tenant(tenant: dict[str, str], folder: Path) -> None:
    """The problem is told by its place in the file, and nobody is asked anything."""
    result = check(written(folder, (tenant["SAIL_BASE_URL"], "secret"), ("http://acme.example", "secret")), "--json")
    assert result.exit_code == 2
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["tenant"], finding["step"], finding["result"]) == ("", "settings", "problem")
    assert "tenants[1].base_url: must begin with https://" in finding["detail"]
