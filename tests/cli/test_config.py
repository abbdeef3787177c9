"""The settings that hold, as a command shows them."""

from pathlib import Path

import pytest

from exporter.settings.table import SETTINGS
from tests.cli.commands import Result, invoke

ENVIRON = {
    "SAIL_BASE_URL": "https://acme.api.identitynow.com",
    "SAIL_CLIENT_ID": "canary-id",
    "SAIL_CLIENT_SECRET": "canary-secret",
    "SAIL_PROXY_URL": "http://canary:canary@127.0.0.1:3128",
}


def config(*args: str, **environ: str) -> Result:
    """The command, run in this process."""
    return invoke("config", *args, **environ)


def test_each_setting_is_shown_with_its_origin() -> None:
    """One line for each setting; flags, variables and defaults are told apart, and secrets masked."""
    result = config("--log.level=debug", **ENVIRON, SAIL_RATE_BUDGET="20")
    lines = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert result.exit_code == 0
    assert list(lines) == [setting.environment for setting in SETTINGS if setting.of_tenant] + [
        setting.environment for setting in SETTINGS if not setting.of_tenant and setting.key
    ] + [setting.environment for setting in SETTINGS if not setting.key]
    assert lines["SAIL_LOG__LEVEL"] == ["debug", "--log.level"]
    assert lines["SAIL_RATE_BUDGET"] == ["20", "SAIL_RATE_BUDGET"]
    assert lines["SAIL_API_GENERATION"] == ["v1", "default"]
    for secret in ("SAIL_CLIENT_ID", "SAIL_CLIENT_SECRET", "SAIL_PROXY_URL"):
        assert lines[secret] == ["<secret>", secret]
    assert "canary" not in result.output


def test_check_only_says_that_they_are_valid() -> None:
    """For scripts there is the exit status, and one word for whoever looks."""
    result = config("--check", **ENVIRON)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "valid\n", "")


@pytest.mark.parametrize("args", [(), ("--check",)])
def test_unusable_settings_are_told_all_at_once(args: tuple[str, ...]) -> None:
    """Every problem is a line of stderr, no value is quoted, and the exit status is 2."""
    result = config(*args, SAIL_BASE_URL="canary", SAIL_CLIENT_SECRET="canary", SAIL_RATE_BUDGET="canary")
    assert (result.exit_code, result.stdout) == (2, "")
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == [
        "SAIL_BASE_URL",
        "SAIL_CLIENT_ID or SAIL_CLIENT_ID_FILE",
        "SAIL_RATE_BUDGET",
    ]
    assert "canary" not in result.output


@pytest.mark.parametrize(("text", "exit_code"), [("{}", 0), ("tls_server_config: {key_file: canary}", 2)])
def test_web_configuration_is_checked_too(tmp_path: Path, text: str, exit_code: int) -> None:
    """What ``serve`` would refuse later is refused here."""
    path = tmp_path / "web.yml"
    path.write_text(text)
    assert config("--check", f"--web.config.file={path}", **ENVIRON).exit_code == exit_code
