"""The only place for the program under test: a process like any user's, and what the kernel tells about it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.faults.place import Place

__all__ = ["CONTROL", "EXPORTER", "Program", "Subject", "Usage", "started"]

START_SECONDS = 30.0
STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Program:
    """Something that can be put under test."""

    name: str
    command: tuple[str, ...]


EXPORTER = Program("exporter", (str(Path(sys.executable).with_name("sailpoint-exporter")),))
CONTROL = Program("control", (sys.executable, str(Path(__file__).with_name("control.py"))))


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process holds, as /proc tells."""

    descriptors: int
    threads: int
    resident_kib: int
    peak_kib: int


class Subject:
    """A running program.

    Attributes:
        pid: of the program itself, inside of whatever wraps it.
    """

    def __init__(self, process: asyncio.subprocess.Process, written: Path, place: Place, port: int) -> None:
        self.process = process
        self.pid = process.pid
        self.place = place
        self.port = port
        self._written = written

    @property
    def output(self) -> str:
        """Standard output and standard error so far."""
        return self._written.read_text(errors="replace")

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process.returncode is None

    @property
    def command_line(self) -> str:
        """Its arguments; "" when it has ended."""
        return (Path("/proc") / str(self.pid) / "cmdline").read_text(errors="replace") if self.alive else ""

    def usage(self) -> Usage:
        """What it holds now."""
        folder = Path("/proc") / str(self.pid)
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        return Usage(
            descriptors=len(list((folder / "fd").iterdir())),
            threads=int(status["Threads"]),
            resident_kib=int(status["VmRSS"].split()[0]),
            peak_kib=int(status["VmHWM"].split()[0]),
        )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program itself."""
        os.kill(self.pid, number)

    async def ended(self, within_seconds: float) -> int | None:
        """Its exit status, None when it does not end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                return await self.process.wait()
        return None

    async def listens(self) -> bool:
        """Wait until it accepts connections; False when it ends before."""
        async with asyncio.timeout(START_SECONDS):
            while self.alive:
                with suppress(OSError):
                    _, writer = await self.place.connected(self.port)
                    writer.transport.abort()
                    self.pid = _innermost(self.process.pid)
                    return True
                await asyncio.sleep(0.02)
        return False

    async def stop(self) -> None:
        """End it, with force if need be."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.alive:
                with suppress(ProcessLookupError):
                    self.signal(number)
                await self.ended(STOP_SECONDS)


def _innermost(pid: int) -> int:
    """The last of the processes of which each has started the next, as ``unshare --fork`` does."""
    children = (Path("/proc") / str(pid) / "task" / str(pid) / "children").read_text().split()
    return _innermost(int(children[0])) if children else pid


@asynccontextmanager
async def started(
    command: Iterable[str], environment: dict[str, str], written: Path, place: Place, port: int
) -> AsyncIterator[Subject]:
    """A program, ended when the block is left."""
    with written.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *place.entered, *command, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=file, stderr=file
        )
    subject = Subject(process, written, place, port)
    try:
        yield subject
    finally:
        await subject.stop()
