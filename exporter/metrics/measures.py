"""The only place for how things become samples: a measure for each family, applied to each thing.

A measure takes one thing and yields the rows that it gives: none when the tenant did not say (absent is absent).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from prometheus_client.core import Metric

from exporter.metrics.family import Family, Row

__all__ = ["Labelled", "Measure", "measured", "one_of", "present", "word"]

T = TypeVar("T")

Labelled = tuple[tuple[str, ...], T]
"""A thing, after the values of the labels that all its samples have."""

Measure = Callable[[T], Iterable[Row]]


def measured(measures: Iterable[tuple[Family, Measure[T]]], things: Sequence[Labelled[T]]) -> Iterator[Metric]:
    """Each family with the rows of everything, built anew when its turn comes: all together take a lot of room."""
    for family, measure in measures:
        yield family.metric(((*labels, *own), value) for labels, thing in things for own, value in measure(thing))


def present(value: float | None) -> Iterator[Row]:
    """One row without labels of its own, or none."""
    if value is not None:
        yield (), value


def one_of(words: Iterable[str], now: str | None) -> Iterator[Row]:
    """A row for every word, 1 for the one that holds now; none at all when nothing was said."""
    if now is not None:
        for each in words:
            yield (each,), float(each == now)


def word(said: str | None) -> Iterator[Row]:
    """One row with the word as its label; none without one."""
    if said:
        yield (said,), 1.0
