"""The only place for what a metric family is: the constants that describe it, and how rows become its samples."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from prometheus_client.core import Metric
from prometheus_client.samples import Sample

__all__ = ["Family", "Row", "filtered"]

Row = tuple[tuple[str, ...], float]
"""The values of labels, in the order of their names, and the value of the sample."""


@dataclass(frozen=True, slots=True)
class Family:
    """One line of the catalogue. Names and labels are constants: never is one made from what a tenant sends.

    Attributes:
        name: as in a sample, so with ``_total`` for a counter.
        type: what the page declares it to be.
        labels: the names of its labels.
        help: what it tells, and which field of which document it comes from.
    """

    name: str
    type: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    help: str

    def metric(self, rows: Iterable[Row]) -> Metric:
        """The family, built anew, with one sample per row."""
        metric = Metric(self.name.removesuffix("_total"), self.help, self.type)
        metric.samples = [
            Sample(self.name, dict(zip(self.labels, values, strict=True)), value) for values, value in rows
        ]
        return metric


def filtered(metric: Metric, keep: Callable[[str], bool]) -> Metric:
    """A copy with the samples whose names ``keep`` accepts; the library may hand out the same object twice."""
    copy = Metric(metric.name, metric.documentation, metric.type)
    copy.samples = [sample for sample in metric.samples if keep(sample.name)]
    return copy
