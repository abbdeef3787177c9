"""The only place for how a row is run: good scrape, injection, three scrapes, its end, one scrape."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from tests.faults import verdict
from tests.faults.arena import Arena, prepared
from tests.faults.fault import ComplaintError, Conditions, Fault, Refusal
from tests.faults.judges import judgement
from tests.faults.scraper import Answer, Format
from tests.faults.subject import EXPORTER, Program

__all__ = ["Outcome", "run", "run_all"]

Row = Fault | Refusal
PAUSE_SECONDS = 0.15  # longer than the freshness of a collection
BUDGET_SECONDS = 11.0
RESTED = 50
"""Status requests after which an exporter, in such a time, has budget left for another row."""

ALLOWED = {("POST", "token"), ("GET", "status"), ("GET", "clusters"), ("GET", "clients")}
"""What may leave while pages are served."""

GOOD: Mapping[str, float | None] = {"5001": 11.0, "5002": 22.0, "5003": 33.0}


@dataclass(slots=True)
class Outcome:
    """How a row ended: survived when there is no complaint."""

    row: Row
    program: Program
    complaints: list[str] = field(default_factory=list)
    pages: list[Answer] = field(default_factory=list)

    @property
    def survived(self) -> bool:
        """Whether nothing was wrong."""
        return not self.complaints

    @property
    def doubtful(self) -> bool:
        """Whether a busy machine may be to blame: for anything the exporter did, for slowness alone of the control."""
        slowness_alone = all("took" in complaint for complaint in self.complaints)
        return not self.survived and (self.program is EXPORTER or slowness_alone)

    def complain(self, when: str, complaints: Iterable[str]) -> None:
        """Keep what was wrong."""
        self.complaints += [f"{when}: {complaint}" for complaint in complaints]


class Arenas:
    """Programs that still run well, for the next row under the same conditions."""

    def __init__(self) -> None:
        self._free: dict[tuple[Program, Conditions], list[tuple[Arena, AsyncExitStack]]] = {}

    @asynccontextmanager
    async def one(self, fault: Fault, outcome: Outcome) -> AsyncIterator[Arena]:
        """One for a row; it is kept when the row was survived."""
        program, conditions = outcome.program, fault.under
        free = self._free.setdefault((program, conditions), [])
        rested = [each for each in free if each[0].tenant.count("status", within_seconds=BUDGET_SECONDS) < RESTED]
        if rested:
            free.remove(rested[0])
            arena, stack = rested[0]
        else:
            stack = AsyncExitStack()
            arena = await stack.enter_async_context(prepared(program, conditions))
        try:
            yield arena
        finally:
            keeps = program is EXPORTER and not fault.spoils  # the control gets a new start for each row
            if keeps and outcome.survived and arena.subject.alive:
                free.append((arena, stack))
            else:
                await stack.aclose()

    async def aclose(self) -> None:
        """End all of them."""
        await asyncio.gather(*(stack.aclose() for free in self._free.values() for _, stack in free))


async def run_all(rows: Iterable[Row], program: Program = EXPORTER, at_once: int = 4) -> list[Outcome]:
    """Run rows, several at a time; what failed is run again, alone, so that a busy machine is not taken for a fault."""
    arenas, places = Arenas(), asyncio.Semaphore(at_once)

    async def placed(row: Row) -> Outcome:
        async with places:
            return await run(row, program, arenas)

    try:
        outcomes = await asyncio.gather(*map(placed, rows))
        return [await run(outcome.row, program, arenas) if outcome.doubtful else outcome for outcome in outcomes]
    finally:
        await arenas.aclose()


async def run(row: Row, program: Program, arenas: Arenas) -> Outcome:
    """Run one row."""
    outcome = Outcome(row, program)
    try:
        if isinstance(row, Refusal):
            await _refused(row, program, outcome)
        else:
            async with arenas.one(row, outcome) as arena:
                await _Trial(row, arena, outcome).run()
    except (ComplaintError, OSError, TimeoutError) as error:
        outcome.complain("injection", [f"{type(error).__name__}: {error}"])
    return outcome


async def _refused(row: Refusal, program: Program, outcome: Outcome) -> None:
    async with prepared(program, row.under) as arena:
        exited = await arena.subject.ended(row.within_seconds)
        output = arena.subject.output
        expected = exited == row.exits if program is EXPORTER else exited not in (0, None)
        outcome.complain("start", [] if expected else [f"exit status {exited}, not {row.exits}"])
        outcome.complain("start", ["a traceback"] if "Traceback" in output else [])
        if program is EXPORTER and not re.search(row.says, output):
            outcome.complain("start", [f"does not say {row.says}: {output[:300]}"])
        outcome.complain("start", verdict.leaked([output]))


@dataclass(frozen=True, slots=True)
class _Trial:
    """One fault in one arena."""

    fault: Fault
    arena: Arena
    outcome: Outcome

    async def run(self) -> None:
        """The whole row."""
        fault, arena, complain = self.fault, self.arena, self.outcome.complain
        if not arena.subject.alive:
            complain("start", [f"ended: {arena.subject.output[-300:]}"])
            return
        good = await self._scraped(Format.TEXT, "before")
        before, requests = arena.subject.usage(), len(arena.tenant.requests)
        await asyncio.sleep(max(fault.expires_seconds, PAUSE_SECONDS))
        async with fault.inject.during(arena):
            faulted = [await self._faulted(fmt) for fmt in (Format.OPENMETRICS, Format.TEXT, Format.OPENMETRICS)]
            complain("meanwhile", self._called(requests))
        complain("all the time", self._strayed())
        await asyncio.sleep(fault.recovers_seconds)
        await self._scraped(Format.TEXT, "afterwards")
        if self.outcome.program is EXPORTER:
            complain("meanwhile", verdict.miscounted(fault, verdict.reasons_between(good, faulted[-1])))
            complain("log", [] if re.search(fault.logs, arena.subject.output) else [f"no line {fault.logs}"])
        if arena.subject.alive:
            complain("afterwards", verdict.grown(fault, before, arena.subject.usage()))
        texts = [arena.subject.output, *(page.text for page in self.outcome.pages)]
        complain("all the time", verdict.leaked([*texts, arena.subject.command_line]))

    async def _faulted(self, fmt: Format) -> Answer:
        page = await self._scraped(fmt, "meanwhile", status=self.fault.status)
        if self.outcome.program is EXPORTER:
            self.outcome.complain("meanwhile", verdict.said(self.fault, page))
        await asyncio.sleep(PAUSE_SECONDS)
        return page

    async def _scraped(self, fmt: Format, when: str, *, status: int = 200) -> Answer:
        meanwhile = when == "meanwhile"
        page = await self.arena.scrape(fmt, self.fault.grants_seconds)
        expected, fails = (self.fault.expected, self.fault.fails) if meanwhile else (GOOD, ())
        self.outcome.pages.append(page)
        self.outcome.complain(when, await judgement(page, status))
        self.outcome.complain(when, verdict.misread(page, expected, fails))
        self.outcome.complain(when, verdict.slow(page, self.fault.limit_seconds))
        if not self.arena.subject.alive:
            self.outcome.complain(when, ["the process is dead"])
        return page

    def _strayed(self) -> Iterator[str]:
        asked = {(request.method, request.operation) for request in self.arena.tenant.requests}
        yield from (f"asked {method} {operation}" for method, operation in asked - ALLOWED)

    def _called(self, since: int) -> Iterator[str]:
        tokens = self.fault.token_requests if self.outcome.program is EXPORTER else None
        for operation, limits in (("status", self.fault.requests), ("token", tokens)):
            count = self.arena.tenant.count(operation, since)
            if limits and not limits[0] <= count <= limits[1]:
                yield f"{count} {operation} requests, not {limits[0]} to {limits[1]}"
