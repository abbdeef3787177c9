"""The long run: ``python -m tests.fuzz.long CASES [SEED]`` writes what it found to SUMMARY.md beside this file.

The same cases, seed and code give the same file. A run that is stopped leaves that of the cases until then.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exporter.errors import Reason
from tests.fuzz.judging import Batch, read
from tests.fuzz.mutation import mutated, repeatable
from tests.fuzz.published import any_subject

__all__ = ["SUMMARY", "Run"]

SUMMARY = Path(__file__).parent / "SUMMARY.md"

PAGE_CASES = 100
"""Answers that make a page together."""

_FINDINGS_SHOWN = 20
_WRITTEN_CASES = 10_000


@dataclass
class Run:
    """A run over numbered cases."""

    seed: str
    cases: int = 0
    pages: int = 0
    series: int = 0
    largest_bytes: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def go(self, cases: int) -> None:
        """Read answers, and render a page of each hundred, until there were so many."""
        with asyncio.Runner() as runner:
            for first in range(self.cases, cases, PAGE_CASES):
                self._page(range(first, min(first + PAGE_CASES, cases)), runner.get_loop())

    def _page(self, numbers: range, loop: asyncio.AbstractEventLoop) -> None:
        batch = Batch()
        for number in numbers:
            value = self._read(number, loop)
            if value is not None:
                batch.take(value)
        try:
            self.series += batch.judge()
        except Exception as defect:  # noqa: BLE001 - each is a finding
            self._found(f"page of cases {numbers.start} to {numbers.stop - 1}", defect)
        self.pages += 1

    def _read(self, number: int, loop: asyncio.AbstractEventLoop) -> Any:
        random = repeatable(f"{self.seed}/{number}")
        subject = any_subject(random)
        body = mutated(subject.sound(random), random)
        self.cases += 1
        self.largest_bytes = max(self.largest_bytes, len(body))
        try:
            value = read(subject.ask, body, loop)
        except Exception as defect:  # noqa: BLE001 - each is a finding
            self._found(f"case {number}, {subject.name}", defect)
            return None
        self.outcomes[subject.name, value if isinstance(value, Reason) else "read"] += 1
        return value

    def _found(self, where: str, defect: Exception) -> None:
        self.findings.append(f"{where}: {type(defect).__name__}: {str(defect)[:200]!r}")

    def summary(self) -> str:
        """The run as a document."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield from (
            "# Fuzzing documents: the long run",
            "",
            "Written by `python -m tests.fuzz.long CASES SEED`; not edited by hand.",
            "",
            f"- cases: {self.cases:,}, seed `{self.seed}`, the largest of {self.largest_bytes:,} bytes",
            f"- pages: {self.pages:,} in both formats, of {PAGE_CASES} answers each, {self.series:,} series in all:",
            "  taken by the text parser and the OpenMetrics parser of the official client, unique and finite",
            f"- findings: {len(self.findings)}",
            "",
            *(f"  - {finding}" for finding in self.findings[:_FINDINGS_SHOWN]),
            "| answer | outcome | cases |",
            "|---|---|---:|",
        )
        for (subject, outcome), times in sorted(self.outcomes.items()):
            yield f"| {subject} | {outcome} | {times:,} |"


def main(cases: str, seed: str = "1") -> int:
    """Run, write what is known every now and then, and fail when something was found."""
    run = Run(seed)
    while run.cases < int(cases):
        run.go(min(int(cases), run.cases + _WRITTEN_CASES))
        SUMMARY.write_text(run.summary(), encoding="utf-8")
    return 1 if run.findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
