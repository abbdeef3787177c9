"""The systemd unit: what systemd finds wrong with it, and the exporter under it on a machine of its own."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.settings.table import CLIENT_ID, CLIENT_SECRET, SETTINGS
from tests.deploy.machine import (
    CONFIGURE,
    ROTATE,
    SERVICE,
    SEVERAL_TENANTS,
    TENANTS,
    UNIT,
    Machine,
    at_the_tenant,
    machine,
)
from tests.whole.processes import eventually

CLIENT, SECRET = "demo-client", "demo-secret"

on_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="apt-get install systemd")


def _analyzed(*arguments: str | Path) -> str:
    """What systemd-analyze says when it is content."""
    command = ("systemd-analyze", *arguments)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_it_sets_what_the_exporter_knows() -> None:
    """Variables and credentials in the unit are named as the exporter's table of settings names them."""
    text = UNIT.read_text()
    known = {name for setting in SETTINGS for name in setting.environments}
    assert set(re.findall(r"\bSAIL_\w+", text)) <= known
    assert re.findall(r"^LoadCredential=(\w+):", text, re.MULTILINE) == [CLIENT_ID.file_name, CLIENT_SECRET.file_name]


@pytest.mark.deploy
@on_systemd
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    """Verified with a program in the exporter's place that is there, the unit gives rise to no remark."""
    unit = tmp_path / UNIT.name
    unit.write_text(re.sub("^ExecStart=.*", "ExecStart=/bin/true", UNIT.read_text(), flags=re.MULTILINE))
    assert _analyzed("verify", "--recursive-errors=no", unit) == ""


@pytest.mark.deploy
@on_systemd
def test_its_exposure_is_at_most_2() -> None:
    """Of ten, where systemd calls everything up to 2 safe enough for it to smile."""
    _analyzed("security", "--offline=true", "--threshold=20", UNIT)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine on which every command of the guide was typed, for a simulated tenant."""
    with machine(tmp_path_factory.mktemp("clone")) as started:
        started.type(at_the_tenant(CONFIGURE), CLIENT, SECRET)
        yield started


@pytest.fixture
def host(installed: Machine) -> Machine:
    """That machine, with the exporter just started and serving."""
    installed.run(f"systemctl restart {SERVICE}")
    installed.page("/-/ready")
    return installed


def _process(host: Machine, file: str) -> str:
    return host.run(f"cat /proc/{host.state('MainPID')}/{file}")


@pytest.mark.deploy
def test_installed_as_the_guide_says_it_serves(host: Machine) -> None:
    """Through all filters the tenant is read by name, and the exporter can tell about its own process."""
    page = host.page()
    assert 'sailpoint_up{tenant="localhost"} 1.0' in page
    assert page.count("sailpoint_managed_client_status{") > 0
    assert "process_resident_memory_bytes " in page


@pytest.mark.deploy
def test_it_may_do_nothing_that_it_need_not(host: Machine) -> None:
    """A user of its own, no capability, none to be had, a filter on system calls, no core dumps."""
    status = dict(re.findall(r"^(\w+):\t(.*)$", _process(host, "status"), re.MULTILINE))
    assert int(status["Uid"].split()[0]) >= 61_184  # where systemd's dynamic users begin
    assert {status[f"Cap{name}"] for name in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert re.search(r"Max core file size +0 +0 ", _process(host, "limits"))


@pytest.mark.deploy
def test_the_secret_is_in_no_place_where_others_look(host: Machine) -> None:
    """Neither in the environment nor in the arguments, nor in a file that another user could read."""
    assert SECRET not in _process(host, "environ") + _process(host, "cmdline") + host.log()
    for file in (f"/run/credentials/{SERVICE}.service/client_secret", "/etc/sailpoint-exporter/client_secret"):
        assert host.run(f"stat -c %A {file}")[4:] == "------"


@pytest.mark.deploy
def test_a_reload_is_obeyed_without_a_restart(host: Machine) -> None:
    """``systemctl reload`` reads the configuration again, in the same process."""
    before = host.state("MainPID")
    host.run(f"systemctl reload {SERVICE}")
    eventually(lambda: "configuration reloaded" in host.log() or None, "a reload")
    assert host.state("MainPID") == before


@pytest.mark.deploy
def test_a_rotated_secret_takes_a_restart(host: Machine) -> None:
    """With a wrong secret it lives and says what is wrong; with the right one again it reads the tenant."""
    host.type(ROTATE, "not-the-secret")
    assert 'sailpoint_up{tenant="localhost"} 0.0' in host.page()
    host.type(ROTATE, SECRET)
    assert 'sailpoint_up{tenant="localhost"} 1.0' in host.page()


@pytest.mark.deploy
def test_several_tenants_have_a_credential_each(host: Machine) -> None:
    """The guide's drop-in and configuration file, as they stand there, are enough; a reload reads the file again."""
    host.write("/etc/sailpoint-exporter/acme_id", CLIENT)
    host.write("/etc/sailpoint-exporter/acme_secret", SECRET)
    host.write("/etc/sailpoint-exporter/config.yaml", at_the_tenant(TENANTS))
    host.write(f"/run/systemd/system/{SERVICE}.service.d/override.conf", SEVERAL_TENANTS)
    try:
        host.run(f"systemctl daemon-reload && systemctl restart {SERVICE}")
        assert 'sailpoint_up{tenant="localhost"} 1.0' in host.page()
        host.write("/etc/sailpoint-exporter/config.yaml", f"{at_the_tenant(TENANTS)}    name: renamed\n")
        host.run(f"systemctl reload {SERVICE}")
        eventually(lambda: 'sailpoint_up{tenant="renamed"} 1.0' in host.page() or None, "the new name")
    finally:
        host.run(f"rm -r /run/systemd/system/{SERVICE}.service.d && systemctl daemon-reload")


@pytest.mark.deploy
def test_it_comes_back_after_a_crash(host: Machine) -> None:
    """A killed exporter serves again a few seconds later."""
    before = host.state("MainPID")
    host.run(f"systemctl kill --signal KILL {SERVICE}")
    eventually(lambda: host.state("MainPID") not in {before, "0"} or None, "another process")
    assert "sailpoint_up" in host.page()


@pytest.mark.deploy
def test_it_stops_in_order(host: Machine) -> None:
    """A stop is an orderly end with status 0, and nothing starts it again."""
    host.run(f"systemctl stop {SERVICE}")
    assert (host.state("Result"), host.state("ExecMainStatus"), host.state("ActiveState")) == (
        "success",
        "0",
        "inactive",
    )


@pytest.mark.deploy
def test_settings_that_cannot_be_used_are_told_once(host: Machine) -> None:
    """It ends with status 2 and one line that says what to do, and is not tried again."""
    host.run("cd /etc/sailpoint-exporter && mv environment kept && echo SAIL_BASE_URL=nonsense >environment")
    try:
        host.run(f"systemctl restart {SERVICE}")
        eventually(lambda: host.state("ActiveState") == "failed" or None, "the end")
        assert host.state("ExecMainStatus") == "2"
        assert host.log().count("SAIL_BASE_URL: must be https://") == 1
    finally:
        host.run("cd /etc/sailpoint-exporter && mv kept environment")
