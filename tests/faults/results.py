"""The only place for the table of results: ``python -m tests.faults.results`` runs all rows, twice, and writes it."""

import asyncio
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.faults.harness import Outcome, run_all
from tests.faults.prometheus import judged
from tests.faults.registry import NOT_RUNNABLE, ROWS
from tests.faults.subject import CONTROL, EXPORTER

__all__ = ["FILE", "table"]

FILE = Path(__file__).with_name("RESULTS.md")

INTRODUCTION = """\
# What was survived

`python -m tests.faults.results` runs every row of the registry and writes this file. Each row is a good scrape, the
fault, three scrapes while it lasts, its end, and one scrape. It is survived when every page comes in time (deadline and
0.3 s), is valid (promtool, both parsers of prometheus_client, uniqueness and finiteness, a real Prometheus), shows
exactly what is true, when the reasons counted and the requests that the tenant saw are those expected, when the first
scrape afterwards is right, when no descriptors, threads or memory are left over, and when no secret is let out.

The control is `tests/faults/control.py`: what one writes in a quarter of an hour with `start_http_server` of
`prometheus_client` and `httpx.get`. The same is asked of it, but no reasons, log lines or metrics like the exporter's.
"""


def table(outcomes: Iterable[Outcome]) -> str:
    """The file's text."""
    by_program: dict[str, dict[str, Outcome]] = {EXPORTER.name: {}, CONTROL.name: {}}
    for outcome in outcomes:
        by_program[outcome.program.name][outcome.row.id] = outcome
    exporter, control = by_program.values()
    scores = f"The exporter survived {_score(exporter.values())}, the control {_score(control.values())} it can run."
    lines = ["| row | fault | exporter | control |", "|---|---|---|---|"]
    for row in ROWS:
        other = _told(control[row.id]) if row.id in control else f"({row.control})"
        lines.append(f"| {row.id} | {_cell(row.name)} | {_told(exporter[row.id])} | {other} |")
    return "\n".join([INTRODUCTION, f"**{scores}**", "", *lines, "", *_not_runnable(), ""])


def _score(outcomes: Iterable[Outcome]) -> str:
    survived = [outcome.survived for outcome in outcomes]
    return f"{sum(survived)} of {len(survived)} rows"


def _told(outcome: Outcome) -> str:
    return "survived" if outcome.survived else _cell("; ".join(list(dict.fromkeys(outcome.complaints))[:3]))


def _cell(text: str) -> str:
    return re.sub(r"[^ -~é…]|[|<>`*_\\]", "·", text)[:200]


def _not_runnable() -> Iterator[str]:
    yield from ("## Rows that are no run of one process", "", "| row | fault | what holds it |", "|---|---|---|")
    yield from (f"| {row.id} | {_cell(row.name)} | {row.why} |" for row in NOT_RUNNABLE)


async def _main() -> None:
    outcomes = await run_all(ROWS)
    for complaint in await judged(outcomes):
        row = complaint.split("-")[1]
        next(outcome for outcome in outcomes if outcome.row.id == row).complaints.append(complaint)
    _tell(outcomes)
    outcomes += await run_all([row for row in ROWS if not row.control], CONTROL, at_once=6)
    FILE.write_text(table(outcomes))


def _tell(outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        if not outcome.survived:
            sys.stderr.write(f"{outcome.row.id} {outcome.row.name}: {_told(outcome)}\n")


if __name__ == "__main__":
    asyncio.run(_main())
