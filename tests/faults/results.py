"""The only place for the table of results: ``python -m tests.faults.results`` runs all rows, twice, and writes it.

With ids as arguments it runs those, and keeps what the table tells of the others.
"""

import asyncio
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.faults.harness import Outcome, run_all
from tests.faults.prometheus import judged
from tests.faults.registry import NOT_RUNNABLE, ROWS
from tests.faults.subject import CONTROL

__all__ = ["FILE", "table"]

SURVIVED = "survived"
FILE = Path(__file__).with_name("RESULTS.md")

INTRODUCTION = """\
# What was survived

`python -m tests.faults.results` runs every row of the registry and writes this file. Each row is a good scrape, the
fault, three scrapes while it lasts, its end, and one scrape. It is survived when every page comes in time (deadline and
0.3 s), is valid (promtool, both parsers of prometheus_client, uniqueness and finiteness, a real Prometheus), shows
exactly what is true, when the reasons counted and the requests that the tenant saw are those expected, when the first
scrape afterwards is right, when no descriptors, threads or memory are left over, and when no secret is let out.

The control is `tests/faults/control.py`: what one writes in a quarter of an hour with `start_http_server` of
`prometheus_client` and `httpx.get`. The same is asked of it, but no reasons, log lines or metrics like the exporter's,
and it may ask for a token in each scrape.
"""


def table(cells: Mapping[str, tuple[str, str]]) -> str:
    """The file's text, from what is told of the exporter and of the control by row."""
    scores = [_score(column) for column in zip(*cells.values(), strict=True)]
    told = f"The exporter survived {scores[0]}, the control {scores[1]} it can run."
    lines = ["| row | fault | exporter | control |", "|---|---|---|---|"]
    lines += [f"| {row.id} | {_cell(row.name)} | {' | '.join(cells[row.id])} |" for row in ROWS]
    return "\n".join([INTRODUCTION, f"**{told}**", "", *lines, "", *_not_runnable(), ""])


def kept() -> dict[str, tuple[str, str]]:
    """What the file tells of rows that are still there."""
    lines = (
        re.findall(r"^\| (\S+) \| .*? \| (.*?) \| (.*) \|$", FILE.read_text(), re.MULTILINE) if FILE.exists() else []
    )
    return {row: (exporter, control) for row, exporter, control in lines if row in {row.id for row in ROWS}}


def _score(cells: Iterable[str]) -> str:
    run = [cell for cell in cells if not cell.startswith("(")]
    return f"{run.count(SURVIVED)} of {len(run)} rows"


def _told(outcome: Outcome) -> str:
    return SURVIVED if outcome.survived else _cell("; ".join(list(dict.fromkeys(outcome.complaints))[:3]))


def _cell(text: str) -> str:
    return re.sub(r"[^ -~é…]|[|<>`*_\\]", "·", text)[:200]


def _not_runnable() -> Iterator[str]:
    yield from ("## Rows that are no run of one process", "", "| row | fault | what holds it |", "|---|---|---|")
    yield from (f"| {row.id} | {_cell(row.name)} | {row.why} |" for row in NOT_RUNNABLE)


async def _main(ids: Sequence[str]) -> None:
    rows = [row for row in ROWS if not ids or row.id in ids]
    outcomes = await run_all(rows)
    for complaint in await judged(outcomes):
        row = complaint.split("-")[1]
        next(outcome for outcome in outcomes if outcome.row.id == row).complaints.append(complaint)
    exporter = {outcome.row.id: _told(outcome) for outcome in outcomes}
    sys.stderr.writelines(f"{row}: {told}\n" for row, told in exporter.items() if told != SURVIVED)
    outcomes = await run_all([row for row in rows if not row.control], CONTROL, at_once=6)
    control = {row.id: f"({row.control})" for row in rows} | {outcome.row.id: _told(outcome) for outcome in outcomes}
    FILE.write_text(table((kept() if ids else {}) | {row.id: (exporter[row.id], control[row.id]) for row in rows}))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))
