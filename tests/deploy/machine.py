"""A machine with systemd as process 1, with the exporter installed as its guide says: a container of podman."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.containers import HERE, REPOSITORY, base_image, podman
from tests.whole.processes import eventually

GUIDE = REPOSITORY / "deploy" / "systemd" / "README.md"
UNIT = REPOSITORY / "deploy" / "systemd" / "sailpoint-exporter.service"
SERVICE = "sailpoint-exporter"
TENANT_URL = "http://localhost:9854"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL)


_, INSTALL, CONFIGURE, ROTATE = _blocks("sh")
(SEVERAL_TENANTS,) = _blocks("ini")
(TENANTS,) = _blocks("yaml")

_IMAGE = "localhost/sailpoint-exporter-systemd:test"
_READ = "import sys, urllib.request as u; sys.stdout.write(u.urlopen(sys.argv[1], timeout=10).read().decode())"


def at_the_tenant(example: str) -> str:
    """An example of the guide, with the address of the simulated tenant in the place of the real one."""
    return re.sub(r"https://acme[a-z.]*", TENANT_URL, example)


@dataclass(frozen=True)
class Machine:
    """A running one, by the id of its container."""

    container: str

    def run(self, command: str) -> str:
        """The output of a shell command that succeeds."""
        return podman("exec", self.container, "sh", "-c", command)

    def type(self, commands: str, *pasted: str) -> None:
        """Type commands of the guide, and paste something into each that waits for it."""
        texts = iter(pasted)
        for line in commands.splitlines():
            self.run(f"echo {next(texts)} | {line}" if "/dev/stdin" in line else line)

    def write(self, path: str, text: str) -> None:
        """Write a file, and the folder for it."""
        self.run(f"mkdir -p $(dirname {path}) && printf %s {shlex.quote(text)} >{path}")

    def state(self, name: str) -> str:
        """A property of the exporter's service."""
        return self.run(f"systemctl show -P {name} {SERVICE}")

    def log(self) -> str:
        """What the exporter has logged since it was started last."""
        return self.run(f"journalctl -q -o cat --no-pager _SYSTEMD_INVOCATION_ID={self.state('InvocationID')}")

    def page(self, path: str = "/metrics") -> str:
        """A page of the exporter, once it is there."""
        return eventually(lambda: self._page(path), path)

    def _page(self, path: str) -> str | None:
        try:
            return podman("exec", self.container, "python3", "-c", _READ, f"http://localhost:9853{path}")
        except RuntimeError:
            return None


@contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """A machine with a simulated tenant on it; ``folder`` becomes the clone that the exporter is installed from."""
    _clone(folder)
    recipe = ("--build-arg", f"BASE_IMAGE={base_image()}", "--file", f"{HERE}/systemd.dockerfile")
    podman("build", "--quiet", "--tag", _IMAGE, *recipe, str(folder))
    container = podman("run", "--detach", "--network", "none", "--privileged", "--systemd=always", _IMAGE)
    try:
        started = Machine(container)
        eventually(lambda: _is_up(started), "systemd")
        started.run("systemd-run -q -u tenant /opt/sailpoint-exporter/bin/sailpoint-exporter simulate")
        yield started
    finally:
        podman("rm", "--force", "--time", "0", container)


def _clone(folder: Path) -> None:
    shutil.copy(REPOSITORY / "requirements.txt", folder)
    shutil.copytree(UNIT.parent, folder / UNIT.parent.relative_to(REPOSITORY))
    (folder / "install.sh").write_text(INSTALL)
    wheel = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory")
    subprocess.run((*wheel, folder / "dist"), cwd=REPOSITORY, check=True, capture_output=True)


def _is_up(machine: Machine) -> bool | None:
    try:
        return machine.run("systemctl is-system-running") == "running" or None
    except RuntimeError:
        return None
