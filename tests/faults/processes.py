"""Faults of the process and what is around it: signals, limits, file systems, clocks, bugs. Catalogue 2.7."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.faults.arena import Arena, prepared
from tests.faults.behaviours import Late
from tests.faults.fault import ALL, NONE, ComplaintError, Conditions, Fault, Refusal
from tests.faults.scraper import Format
from tests.faults.visits import Visitors

__all__ = ["ROWS"]

PARSER = "exporter.api.parsing:parse_managed_client_status"
RENDERER = "exporter.metrics.pages:Pages.render"
NOT_ITS_CODE = "is other code"


@dataclass(frozen=True, slots=True)
class Nothing:
    """All is well; it is the conditions that are odd."""

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:  # noqa: ARG002 - as all injections
        """Nothing."""
        yield


@dataclass(frozen=True, slots=True)
class Signalled:
    """A signal that must not end the program."""

    number: signal.Signals
    then: signal.Signals | None = None

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Send it, and the other one a second later."""
        arena.subject.signal(self.number)
        await asyncio.sleep(1.0 if self.then else 0.2)
        if self.then:
            arena.subject.signal(self.then)
        yield


@dataclass(frozen=True, slots=True)
class Ends:
    """Another program under the same conditions, which is told to end.

    Attributes:
        scraping: whether that happens while a scrape waits for a slow tenant, which must then complete.
    """

    number: signal.Signals = signal.SIGTERM
    status: int = 0
    within_seconds: float = 1.5
    scraping: bool = False
    conditions: Conditions = field(default_factory=Conditions)

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Start it, end it."""
        async with prepared(arena.program, self.conditions) as other:
            if self.scraping:
                other.tenant.fail("status", Late(0.5))
            scrape = asyncio.create_task(other.scrape(Format.TEXT, 5.0))
            await (asyncio.sleep(0.4) if self.scraping else scrape)
            other.subject.signal(self.number)
            status = await other.subject.ended(self.within_seconds)
            page = await scrape
        if status != self.status or page.status != 200 or not page.whole:
            message = f"exit status {status}, page {page.status}"
            raise ComplaintError(message)
        yield


@dataclass(frozen=True, slots=True)
class Told:
    """A file tells the saboteur within what to do (see ``sabotage/sitecustomize.py``)."""

    name: str
    order: str

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Tell."""
        file = arena.folder / self.name
        file.write_text(self.order)
        yield
        file.unlink()


def _within(*settings: str) -> Conditions:
    return Conditions(settings=("FAULT_FOLDER={folder}", *settings))


def _under(row: str, name: str, *wrapped: str, settings: tuple[str, ...] = ()) -> Fault:
    return Fault(
        id=row, name=name, inject=Nothing(), requests=(9, 9), under=Conditions(wrapped=wrapped, settings=settings)
    )


def _sh(script: str, *outer: str) -> tuple[str, ...]:
    return (*outer, "sh", "-c", f'{script} exec "$@"', "sh")


def _clock(row: str, name: str, seconds: int) -> Fault:
    return Fault(
        id=row, name=f"wall clock {name}", inject=Told("clock", str(seconds)), requests=(9, 9), token_requests=(0, 0),
        under=_within(),
    )  # fmt: skip


def _bug(row: str, error: str, *, fails: tuple[str, ...] = ALL, status: int = 200) -> Fault:
    return Fault(
        id=row, name=f"{error} in {'a parser' if status == 200 else 'the renderer'}", inject=Told("armed", error),
        fails=fails, reasons=("internal",) if status == 200 else (), status=status, control=NOT_ITS_CODE,
        under=_within(f"FAULT_TARGET={PARSER if status == 200 else RENDERER}"),
    )  # fmt: skip


ROWS: tuple[Fault | Refusal, ...] = (
    Fault(id="P01", name="SIGTERM", inject=Ends()),
    Fault(id="P01b", name="SIGINT", inject=Ends(signal.SIGINT)),
    Fault(id="P02", name="SIGTERM in mid-scrape", inject=Ends(scraping=True, within_seconds=3.0)),
    Fault(
        id="P03", name="SIGTERM as PID 1",
        inject=Ends(conditions=Conditions(wrapped=("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"))),
    ),
    Fault(id="P04", name="SIGHUP", inject=Signalled(signal.SIGHUP)),
    Fault(id="P04b", name="SIGPIPE", inject=Signalled(signal.SIGPIPE)),
    Fault(id="P04c", name="stopped for a second, and continued", inject=Signalled(signal.SIGSTOP, signal.SIGCONT)),
    Fault(id="P05", name="SIGKILL of another", inject=Ends(signal.SIGKILL, -9)),
    _under("P06", "address space of 400 MB", "prlimit", "--as=400000000"),
    Fault(
        id="P06b", name="100 descriptors, 200 silent connections", inject=Visitors(200, closed_seconds=8.0),
        under=Conditions(wrapped=("prlimit", "--nofile=100")), grants_seconds=10.0, recovers_seconds=1.0,
    ),
    _under("P06d", "24 descriptors", "prlimit", "--nofile=24"),
    _under("P06c", "64 processes", "prlimit", "--nproc=64",
        "setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"),
    _bug("P07", "MemoryError"),
    Fault(
        id="P08", name="no thread can be started", inject=Told("armed", "RuntimeError"), reads=22.0,
        under=_within("FAULT_TARGET=threading:Thread.start"), control="would start none",
    ),
    Fault(
        id="P09", name="the event loop stalls for 0.2 s with each document",
        inject=Told("armed", "0.2"), requests=(9, 9),
        under=_within(f"FAULT_TARGET={PARSER}"), control=NOT_ITS_CODE,
    ),
    _bug("P10", "KeyError"),
    _bug("P10b", "RecursionError"),
    _bug("P10c", "AssertionError"),
    _bug("P10d", "KeyError", fails=NONE, status=500),
    _bug("P10e", "RecursionError", fails=NONE, status=500),
    _bug("P10f", "Unheard", fails=NONE, status=500),
    _under("P12", "read-only file systems", *_sh("mount -o remount,bind,ro / &&", "unshare", "--mount")),
    _under("P12b", "no HOME, no TMPDIR, no PATH, no LANG", settings=("HOME", "TMPDIR", "PATH", "LANG")),
    _under("P12c", "deleted working directory",
        *_sh("mkdir {folder}/gone && cd {folder}/gone && rmdir {folder}/gone &&")),
    _under("P12d", "arbitrary user id", "setpriv", "--reuid=1000650000", "--regid=0", "--clear-groups"),
    _under("P12e", "no privileges",
        "setpriv", "--reuid=65532", "--regid=65532", "--clear-groups",
        "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"),
    _under("P13", "standard output and error closed", "sh", "-c", 'exec "$@" >&- 2>&-', "sh"),
    _under("P13b", "standard error is full", "sh", "-c", 'exec "$@" >/dev/full 2>/dev/full', "sh"),
    _under("P13c", "standard input closed", "sh", "-c", 'exec "$@" <&-', "sh"),
    _under("P17", "without assertions and docstrings", settings=("PYTHONOPTIMIZE=2",)),
    _under("P17b", "other hash seed, no bytecode", settings=("PYTHONHASHSEED=1", "PYTHONDONTWRITEBYTECODE=1")),
    _under("P17c", "C locale, no UTF-8 mode", settings=("LANG=C", "LC_ALL=C", "PYTHONUTF8=0", "PYTHONCOERCECLOCALE=0")),
    _under("P17d", "every warning an error", settings=("PYTHONWARNINGS=error",)),
    _under("P17e", "time zone with odd offset", settings=("TZ=Asia/Kathmandu",)),
    _clock("A11", "an hour ahead", 3600),
    _clock("A11b", "an hour back", -3600),
    _clock("A11c", "ten years ahead", 315_576_000),
    _clock("A11d", "ten years back", -315_576_000),
    Refusal(
        id="C08", name="port in use", exits=1, says="port is in use",
        under=Conditions(settings=("SAIL_WEB__LISTEN_ADDRESS=127.0.0.1:{tenant_port}",)),
    ),
)  # fmt: skip
