"""The only place for what a page refuses: samples that would cost a scraper the whole page, or deceive it silently.

A lone surrogate, a label that is no string or a number beyond floats ends a scrape with an exception; two samples with
equal labels, NaN and infinities pass every parser and mean nothing. Each costs itself here, and is counted.
"""

import re
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum

from prometheus_client.core import Metric
from prometheus_client.samples import Sample

__all__ = ["MAX_LABEL_LENGTH", "Drop", "gate", "label_value"]

MAX_LABEL_LENGTH = 128
"""Code points of a label's value; a longer one is cut and ends in an ellipsis."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, line separators, marks that reverse the order in which a line is read, and surrogates."""


class Drop(StrEnum):
    """Why a sample was left out: the values of the label ``reason``."""

    DUPLICATE = "duplicate"
    NOT_FINITE = "not_finite"
    BAD_LABEL = "bad_label"


def gate(metric: Metric, dropped: Callable[[Drop], None]) -> Metric:
    """The family with the samples that may pass; of samples with equal labels, the first."""
    passed = Metric(metric.name, metric.documentation, metric.type)
    seen: set[tuple[str, ...]] = set()
    for sample in metric.samples:
        labels = _clean(sample.labels)
        series = (sample.name, *labels.values())
        drop = _drop(sample, labels, duplicate=series in seen)
        if drop is None:
            seen.add(series)
            passed.samples.append(sample if labels == sample.labels else Sample(sample.name, labels, sample.value))
        else:
            dropped(drop)
    return passed


def label_value(value: str) -> str:
    """The value as a page may carry it: bounded, and without characters that end lines, hide or cannot be encoded."""
    if len(value) <= MAX_LABEL_LENGTH:
        return value if value.isprintable() else _UNSAFE.sub("\ufffd", value)
    return label_value(value[: MAX_LABEL_LENGTH - 1] + "…")


def _clean(labels: Mapping[str, object]) -> dict[str, str]:
    """The labels that are strings."""
    return {name: label_value(value) for name, value in labels.items() if isinstance(value, str)}


def _drop(sample: Sample, labels: Mapping[str, str], *, duplicate: bool) -> Drop | None:
    if len(labels) < len(sample.labels):
        return Drop.BAD_LABEL
    if not abs(sample.value) <= sys.float_info.max:  # false for NaN as well
        return Drop.NOT_FINITE
    return Drop.DUPLICATE if duplicate else None
