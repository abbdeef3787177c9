"""The only place for what was scraped during a scenario, and for how promtool writes such series."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

Series = tuple[str, tuple[tuple[str, str], ...]]
"""A metric name and its labels, sorted."""

_SAMPLE = re.compile(r'(?P<name>\w+)(?:\{(?P<labels>(?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (?P<value>\S+)')
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass
class Recording:
    """Values of series at scrapes that follow each other in a fixed interval; None where a series was not there.

    Attributes:
        epoch_seconds: of the first scrape. Instants are kept as if that were 0, as promtool's tests begin.
        names: of the families that are kept.
    """

    scrape_seconds: int
    epoch_seconds: float
    names: frozenset[str]
    scrapes: int = 0
    series: dict[Series, dict[int, float]] = field(default_factory=dict)

    def page(self, instance: str, text: str | None) -> None:
        """Keep what a target answered to the present scrape; None if it did not answer."""
        target = {"instance": instance, "job": "sailpoint-exporter"}
        self._keep("up", target, float(text is not None))
        for name, labels, value in samples(text or ""):
            if name in self.names:
                self._keep(name, labels | target, value)

    def _keep(self, name: str, labels: Mapping[str, str], value: float) -> None:
        if name.endswith("_timestamp_seconds"):
            value = round(value - self.epoch_seconds, 3)
        self.series.setdefault((name, tuple(sorted(labels.items()))), {})[self.scrapes] = value

    def values(self, series: Series) -> list[float | None]:
        """One value for each scrape."""
        kept = self.series[series]
        return [kept.get(number) for number in range(self.scrapes)]


def samples(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    """The samples of a page in text format 0.0.4."""
    for line in text.splitlines():
        match = _SAMPLE.fullmatch(line)
        if match and not line.startswith("#"):
            yield match["name"], dict(_LABEL.findall(match["labels"] or "")), float(match["value"])


def notation(values: list[float | None]) -> str:
    """Values as promtool's tests write them: repetitions folded, a series that ends marked stale as after a scrape."""
    words, before = [], None
    for value, run in groupby(values):
        length = sum(1 for _ in run)
        words += _absent(length, after=before) if value is None else [_repeated(f"{value:.12g}", length)]
        before = value
    return " ".join(words)


def _absent(length: int, *, after: float | None) -> list[str]:
    if after is None:
        return [f"_x{length}"]
    return ["stale", *([f"_x{length - 1}"] if length > 1 else [])]


def _repeated(word: str, length: int) -> str:
    return word if length == 1 else f"{word}x{length - 1}"
