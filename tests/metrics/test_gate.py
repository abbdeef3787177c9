"""The gate: what would cost a page, or deceive its reader, costs one sample."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.core import Metric

from exporter.metrics.gate import MAX_LABEL_LENGTH, Drop, gate, label_value


def gated(*samples: tuple[dict[str, Any], float]) -> tuple[list[tuple[dict[str, str], float]], list[Drop]]:
    """What passes, and what is said about the rest."""
    metric = Metric("up", "Up", "gauge")
    for labels, value in samples:
        metric.add_sample("up", labels, value)
    drops: list[Drop] = []
    return [(sample.labels, sample.value) for sample in gate(metric, drops.append).samples], drops


def test_good_samples_pass_as_they_are() -> None:
    """Order and values are kept."""
    samples = [({"a": "x"}, 1.0), ({"a": "y"}, -2.5), ({"a": ""}, 0.0)]
    assert gated(*samples) == (samples, [])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400])
def test_values_that_are_not_finite_are_dropped(value: float) -> None:
    """Nothing that a query could not calculate with."""
    assert gated(({}, value)) == ([], [Drop.NOT_FINITE])


def test_labels_that_are_no_strings_are_dropped() -> None:
    """None and numbers end the library's rendering with an exception."""
    assert gated(({"a": None}, 1.0), ({"a": 5}, 1.0)) == ([], [Drop.BAD_LABEL, Drop.BAD_LABEL])


def test_of_equal_labels_the_first_wins() -> None:
    """Also when labels only become equal by being cleaned."""
    assert gated(({"a": "\x00"}, 1.0), ({"a": "\x01"}, 2.0)) == ([({"a": "\ufffd"}, 1.0)], [Drop.DUPLICATE])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("va-1.example.com", "va-1.example.com"),
        ('quote " and \\', 'quote " and \\'),
        ("Zürich\u00a0東京 👩\u200d🚀", "Zürich\u00a0東京 👩\u200d🚀"),
        ("a\nb\rc\x00d\x7fe\x85f", "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"),
        ("\u202egnp.exe\u2028\u2066", "\ufffdgnp.exe\ufffd\ufffd"),
        ("\ud800", "\ufffd"),
        ("x" * MAX_LABEL_LENGTH, "x" * MAX_LABEL_LENGTH),
        ("x" * (MAX_LABEL_LENGTH + 1), "x" * (MAX_LABEL_LENGTH - 1) + "…"),
        ("\n" * 1_000_000, "\ufffd" * (MAX_LABEL_LENGTH - 1) + "…"),
    ],
)
def test_label_values_are_bounded_and_of_visible_characters(value: str, expected: str) -> None:
    """Letters of every script stay; what breaks or reverses lines is replaced, what is too long is cut."""
    assert label_value(value) == expected


@given(st.text(st.characters()))
def test_any_label_value_can_be_encoded_and_is_stable(value: str) -> None:
    """Cleaning twice changes nothing more."""
    cleaned = label_value(value)
    assert len(cleaned.encode()) <= 4 * MAX_LABEL_LENGTH
    assert label_value(cleaned) == cleaned
