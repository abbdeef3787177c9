"""The only place for the form in which findings are shown: rows as they come, or one JSON document at the end."""

import json
import sys
from collections import Counter
from typing import Any, Protocol

import click

from exporter.doctor import Finding, Result

__all__ = ["JsonReport", "Report", "TextReport"]

_COLOURS = {Result.OK: "green", Result.WARNING: "yellow", Result.PROBLEM: "red", Result.SKIPPED: None}
_INDENTED = " " * 10


class Report(Protocol):
    """What findings are handed to."""

    @property
    def problems(self) -> int:
        """How many so far."""
        ...

    def add(self, tenant: str, finding: Finding) -> None:
        """Take a finding; ``tenant`` is "" for what concerns all of them."""
        ...

    def progress(self, done: int, total: int) -> None:
        """Show how far long work is."""
        ...

    def end(self) -> None:
        """There is no more."""
        ...


class TextReport:
    """Rows on stdout, each as soon as it is known; progress on stderr, when that is a terminal."""

    def __init__(self) -> None:
        self._tenant = ""
        self._results: Counter[Result] = Counter()

    @property
    def problems(self) -> int:
        """How many so far."""
        return self._results[Result.PROBLEM]

    def add(self, tenant: str, finding: Finding) -> None:
        """Write the row, and its remedy below it."""
        self._results[finding.result] += 1
        if tenant != self._tenant:
            click.echo(f"\n{tenant}")
            self._tenant = tenant
        result = click.style(f"{finding.result:<8}", fg=_COLOURS[finding.result])
        subject = f"{finding.subject}: " if finding.subject else ""
        click.echo(f"{result}  {finding.step:<15}  {_duration(finding):>8}  {_shown(subject + finding.detail)}")
        if finding.remedy:
            click.echo(f"{_INDENTED}{'':<15}  {'':>8}  -> {_shown(finding.remedy)}")

    def progress(self, done: int, total: int) -> None:
        """Count on one line, which the next row overwrites."""
        if sys.stderr.isatty():
            click.echo(
                f"\r{done} of {total} managed clients" + ("\r\033[K" if done == total else ""), nl=False, err=True
            )

    def end(self) -> None:
        """Sum up."""
        click.echo(f"\n{_counted(self.problems, 'problem')}, {_counted(self._results[Result.WARNING], 'warning')}")


class JsonReport:
    """One document on stdout."""

    def __init__(self, interval_seconds: float) -> None:
        self._interval_seconds = interval_seconds
        self._findings: list[dict[str, Any]] = []

    @property
    def problems(self) -> int:
        """How many so far."""
        return self._count(Result.PROBLEM)

    def add(self, tenant: str, finding: Finding) -> None:
        """Keep it."""
        self._findings.append(
            {
                "tenant": tenant,
                "step": finding.step,
                "subject": finding.subject,
                "result": finding.result,
                "detail": finding.detail,
                "remedy": finding.remedy,
                "reason": finding.reason,
                "duration_seconds": finding.duration_seconds,
            }
        )

    def progress(self, done: int, total: int) -> None:
        """Nothing: a machine waits for the end."""

    def end(self) -> None:
        """Write the document."""
        warnings = self._count(Result.WARNING)
        result = Result.PROBLEM if self.problems else Result.WARNING if warnings else Result.OK
        counts = {"result": result, "problems": self.problems, "warnings": warnings}
        click.echo(
            json.dumps({**counts, "interval_seconds": self._interval_seconds, "findings": self._findings}, indent=2)
        )

    def _count(self, result: Result) -> int:
        return sum(finding["result"] is result for finding in self._findings)


def _duration(finding: Finding) -> str:
    return "-" if finding.duration_seconds is None else f"{finding.duration_seconds * 1000:.0f} ms"


def _shown(text: str) -> str:
    """The text without what a terminal would obey: a tenant's name is whatever the other side says it is."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
