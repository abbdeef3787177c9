"""README.md: every command in it is run, every example in it is read."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.errors import Reason
from tests.whole.processes import (
    ROOT,
    clean_environment,
    eventually,
    fetched,
    free_port,
    page,
    running,
    simulated_tenant,
)

README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
EXAMPLES = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
DEMO, TESTS, REAL_TENANT, SCRAPE, CHECK = SCRIPTS[:5]
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def tenant() -> Iterator[dict[str, str]]:
    """A simulated tenant in a process of its own, and the variables that name it."""
    with simulated_tenant() as variables:
        yield variables


def _bash(script: str) -> tuple[str, str, str]:
    return (shutil.which("bash") or "/bin/bash", "-euc", script)


def _environment(**variables: str) -> dict[str, str]:
    return clean_environment(**variables, PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")


def test_the_first_command_is_the_demo() -> None:
    """``make demo`` sets up, serves, and ends with status 0 on Ctrl-C."""
    assert DEMO == "make demo\n"
    if not (Path(sys.prefix) / ".dev").exists():
        pytest.skip("needs an environment that make has set up: run the tests by `make test`")
    make = (shutil.which("make") or "make", f"VENV={sys.prefix}")
    with running(["demo"], program=make) as demo:
        address = eventually(lambda: re.search(r"http://127\.0\.0\.1:\d+/metrics", demo.output), "the demo's address")
        answer = fetched(address.group())
        assert answer is not None
        assert "sailpoint_managed_client_normal" in answer[1]
        child = int(
            (Path("/proc") / str(demo.process.pid) / "task" / str(demo.process.pid) / "children").read_text().split()[0]
        )
        os.kill(child, signal.SIGINT)
        assert demo.process.wait(timeout=30) == 0


def test_the_second_command_is_the_one_that_runs_this() -> None:
    """``make test`` runs pytest over everything, with branch coverage."""
    assert TESTS == "make test\n"
    commands = subprocess.run(["make", "-n", "test"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607 - make is what README says
    assert "pytest" in commands
    assert "--cov-branch" in commands


def test_three_variables_read_a_tenant(tenant: dict[str, str]) -> None:
    """The script of "A real tenant", with the values of the simulated one, serves its readings."""
    script = re.sub(r"(\w+)=\S+", lambda variable: f"{variable[1]}={tenant[variable[1]]}", REAL_TENANT)
    assert set(re.findall(r"export (\w+)=", REAL_TENANT)) == set(tenant) - {"SAIL_MANAGED_CLIENTS"}
    port = free_port()
    environment = _environment(SAIL_WEB__LISTEN_ADDRESS=f"127.0.0.1:{port}")
    with running(
        [], environment, program=_bash(script.replace("\nsailpoint-exporter", "\nexec sailpoint-exporter"))
    ) as served:
        assert 'sailpoint_up{tenant="127' in page(port)
        assert served.end() == 0


def test_scrape_reads_the_tenant_once(tenant: dict[str, str]) -> None:
    """The command of the README prints the page, and shows each call."""
    done = subprocess.run(_bash(SCRAPE), env=_environment(**tenant), capture_output=True, text=True, check=True)
    assert "sailpoint_managed_client_normal{" in done.stdout
    assert "/managed-clients/v1/{id}/status" in done.stderr


def test_check_finds_nothing_wrong_with_the_tenant(tenant: dict[str, str]) -> None:
    """The doctor's command of the README ends well on a tenant that is well."""
    done = subprocess.run(_bash(CHECK), env=_environment(**tenant), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_command_of_the_readme_is_left_out() -> None:
    """Every shell script is one of those run here or in the tests of its own section."""
    assert {script.split()[0] for script in SCRIPTS[5:]} <= {"sailpoint-exporter"}


@pytest.mark.parametrize("example", [example for example in EXAMPLES if "scrape_configs" in example])
def test_the_prometheus_examples_are_accepted(tmp_path: Path, example: str) -> None:
    """Promtool takes each example as a configuration."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("needs promtool: apt-get install -y --no-install-recommends prometheus")
    configuration = tmp_path / "prometheus.yml"
    configuration.write_text(example)
    done = subprocess.run([promtool, "check", "config", configuration], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_sidecar_example_is_restricted() -> None:
    """The Kubernetes example is a native sidecar under the restricted profile, probed without the tenant."""
    (example,) = (example for example in EXAMPLES if "initContainers" in example)
    container: dict[str, Any] = yaml.safe_load(example)["initContainers"][0]
    assert container["restartPolicy"] == "Always"
    assert container["livenessProbe"]["httpGet"]["path"] == "/-/healthy"
    assert "readinessProbe" not in container
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_every_reason_is_listed() -> None:
    """The closed set of reasons stands below the metrics table."""
    listed = README.split("`reason` is one of", 1)[1].split(".\n", 1)[0]
    assert set(re.findall(r"`(\w+)`", listed)) == {str(reason) for reason in Reason}
