"""The doctor from the command line: its table, its document, its exit statuses, and what it never says."""

import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import Result, invoke
from tests.whole.processes import EXPORTER, ROOT, clean_environment, free_port, simulated_tenant

KEYS = {"tenant", "step", "subject", "result", "detail", "remedy", "reason", "duration_seconds"}


def check(*args: str, **environ: str) -> Result:
    """The command, run in this process."""
    return invoke("check", *args, **environ)


def document(*args: str, **environ: str) -> dict[str, Any]:
    """What ``--json`` prints."""
    result: dict[str, Any] = json.loads(check("--json", *args, **environ).stdout)
    return result


def rows(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The findings by step."""
    return {finding["step"]: finding for finding in found["findings"]}


@pytest.fixture(scope="module")
def poor_tenant() -> Iterator[dict[str, str]]:
    """A tenant whose clock is wrong, and whose credential may read single clients only."""
    options = ("--clients=2", "--rate-limit=0", "--clock-skew-seconds=600", "--scopes=idn:managed-client-status:read")
    with simulated_tenant(*options) as environ:
        yield environ


def test_healthy_tenant_ends_it_with_status_0(tenant: dict[str, str]) -> None:
    """A row for each step under the tenant's name, a sum at the end, and nothing on stderr."""
    result = check(**tenant)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("ok        settings ")
    assert lines[2] == "127.0.0.1"
    assert lines[3].startswith("ok        dns ")
    assert lines[-1] == "0 problems, 0 warnings"


def test_document_has_stable_keys(tenant: dict[str, str]) -> None:
    """Machines get one document, with the keys that the help promises."""
    found = document("--interval=30s", **tenant)
    assert (found["result"], found["problems"], found["warnings"], found["interval_seconds"]) == ("ok", 0, 0, 30.0)
    assert all(finding.keys() == KEYS for finding in found["findings"])
    text = " ".join(check("--help").output.split())
    assert all(f" {key}" in text for key in KEYS | found.keys())


def test_problems_end_it_with_status_3(poor_tenant: dict[str, str]) -> None:
    """Each problem has its remedy below it; a warning alone would change nothing."""
    result = check(**poor_tenant)
    assert result.exit_code == 3
    assert "the credential needs the scope idn:remote-client:read" in result.stdout
    assert "-> give the credential that scope" in result.stdout
    assert re.search(r"(599|600) s behind the tenant's", result.stdout)
    assert result.stdout.splitlines()[-1] == "2 problems, 1 warning"


def test_document_tells_problems_from_warnings(poor_tenant: dict[str, str]) -> None:
    """The worst result is that of the whole."""
    found = document(**poor_tenant)
    assert (found["result"], found["problems"], found["warnings"]) == ("problem", 2, 1)
    assert (rows(found)["clusters"]["reason"], rows(found)["clock"]["result"]) == ("forbidden", "problem")


def test_warnings_end_it_with_status_0(tenant: dict[str, str], tmp_path: Path) -> None:
    """A secret that others may read is worth a warning, and no more than that."""
    (tmp_path / "secret").write_text(tenant["SAIL_CLIENT_SECRET"])
    (tmp_path / "secret").chmod(0o644)
    environ = {name: text for name, text in tenant.items() if name != "SAIL_CLIENT_SECRET"}
    result = check("--json", **environ, SAIL_CLIENT_SECRET_FILE=str(tmp_path / "secret"))
    found = json.loads(result.stdout)
    assert (result.exit_code, found["result"], found["warnings"]) == (0, "warning", 1)


@pytest.mark.parametrize("args", [(), ("--json",)])
def test_unusable_settings_end_it_with_status_2(args: tuple[str, ...]) -> None:
    """Every problem is a finding, none quotes a value, and nothing is tried."""
    result = check(*args, SAIL_BASE_URL="canary", SAIL_CLIENT_SECRET="canary")
    assert result.exit_code == 2
    assert "SAIL_BASE_URL: must be https://HOST" in result.stdout
    assert "SAIL_CLIENT_ID or SAIL_CLIENT_ID_FILE: required" in result.stdout
    assert "dns" not in result.stdout
    assert "canary" not in result.output


@pytest.mark.parametrize("level", ["info", "debug"])
def test_secrets_are_in_no_output(tenant: dict[str, str], level: str) -> None:
    """Neither table nor log shows a secret; the log speaks only when asked."""
    result = check(f"--log.level={level}", **(tenant | {"SAIL_CLIENT_SECRET": "CANARY-secret"}))
    assert result.exit_code == 3
    assert "CANARY" not in result.output
    assert bool(result.stderr) is (level == "debug")


def test_unusable_interval_is_a_mistake_in_usage(tenant: dict[str, str]) -> None:
    """An interval needs a unit and some sense."""
    for interval in ("60", "0s", "2h"):
        assert check(f"--interval={interval}", **tenant).exit_code == 2


def test_nobody_there_ends_it_with_status_3(tenant: dict[str, str]) -> None:
    """What cannot be reached is a problem found, not a failure of the check."""
    result = check(**(tenant | {"SAIL_BASE_URL": f"http://127.0.0.1:{free_port()}"}))
    assert result.exit_code == 3
    assert "problem   connect" in result.stdout


def test_terminal_sees_progress(tenant: dict[str, str]) -> None:
    """Where stderr is a terminal, the managed clients asked about are counted on it, and wiped off at the end."""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*EXPORTER, "check"],
        cwd=ROOT,
        env=clean_environment(**tenant),
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 4096).decode()
    os.close(ours)
    assert "\r1 of 3 managed clients" in shown
    assert shown.endswith("\r3 of 3 managed clients\r\x1b[K")
    assert b"managed clients\r" not in done.stdout
