"""Real processes of the installed program, on loopback ports of their own, ended by their own pids."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from tests.canaries import clean, planted_in
from tests.departures import DEPARTURES

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
EXPORTER = (sys.executable, "-m", "exporter")
PATIENCE_SECONDS = 30.0


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(**variables: str) -> dict[str, str]:
    """This process' environment without any of the exporter's settings, and with those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SAIL_")}
    return inherited | variables


def as_installed(folder: Path, **variables: str) -> dict[str, str]:
    """The environment of a plain installation: nothing measures coverage, and httpx finds no rich to load."""
    (folder / "sitecustomize.py").write_text("import sys\nsys.modules['rich'] = None\n")
    environment = clean_environment(**variables, PYTHONPATH=str(folder))
    return {name: value for name, value in environment.items() if not name.startswith("COVERAGE")}


@dataclass(frozen=True, slots=True)
class Program:
    """A process, and everything it has written."""

    process: subprocess.Popen[str]
    written: IO[str]

    @property
    def output(self) -> str:
        """Standard output and standard error so far."""
        return Path(self.written.name).read_text(encoding="utf-8")

    def end(self, signal_number: int = signal.SIGTERM) -> int:
        """Send the signal and wait for the exit status."""
        self.process.send_signal(signal_number)
        return self.process.wait(timeout=PATIENCE_SECONDS)


@contextlib.contextmanager
def running(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None, program: Sequence[str] = EXPORTER
) -> Iterator[Program]:
    """A process that is ended when the block is left: by SIGTERM if it still runs, by SIGKILL if that is not heard.

    Neither its arguments nor what it wrote may hold a canary, or a secret of its environment.
    """
    environ = dict(environment or clean_environment())
    clean(" ".join(map(str, arguments)), *planted_in(environ))
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as written:
        process = subprocess.Popen(
            [*program, *arguments],
            cwd=ROOT,
            env=environ,
            stdout=written,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            with DEPARTURES.following(Path(written.name)):
                yield Program(process, written)
        finally:
            _ended(process)
        clean(Path(written.name).read_text(encoding="utf-8", errors="replace"), *planted_in(environ))


def _ended(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def eventually(
    probe: Callable[[], T | None], what: str, within_seconds: float = PATIENCE_SECONDS, every_seconds: float = 0.05
) -> T:
    """What ``probe`` gives as soon as it gives something; fails naming ``what`` when that takes too long."""
    give_up_seconds = time.monotonic() + within_seconds
    while time.monotonic() < give_up_seconds:
        found = probe()
        if found is not None:
            return found
        time.sleep(every_seconds)  # a real process needs real time
    message = f"{what}: not within {within_seconds:.0f} s"
    raise AssertionError(message)


def fetched(url: str, **headers: str) -> tuple[int, str] | None:
    """Status and text of a page, which may hold no canary; None while nobody listens."""
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})  # noqa: S310 - loopback http only
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310 - loopback http only
            return answer.status, clean(answer.read().decode())
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, clean(answer.read().decode())
    except OSError:
        return None


def page(port: int, path: str = "/metrics") -> str:
    """A page of an exporter on that port, once it is there."""
    status, text = eventually(lambda: fetched(f"http://127.0.0.1:{port}{path}"), f"{path} on port {port}")
    assert status == 200, text
    return text


@contextlib.contextmanager
def simulated_tenant(*options: str) -> Iterator[dict[str, str]]:
    """A simulated tenant in a process of its own; the variables that name it, its credential and its clients."""
    port = free_port()
    with running(["simulate", "--debug", f"--listen=127.0.0.1:{port}", *options]):
        eventually(lambda: fetched(f"http://127.0.0.1:{port}/oauth/info"), "the simulated tenant")
        ids = subprocess.run(
            [*EXPORTER, "simulate", "--print-clients", *options], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split()
        yield {
            "SAIL_BASE_URL": f"http://127.0.0.1:{port}",
            "SAIL_CLIENT_ID": "demo-client",
            "SAIL_CLIENT_SECRET": "demo-secret",
            "SAIL_MANAGED_CLIENTS": ",".join(ids),
        }
