"""Families: constants that become samples."""

import pytest
from prometheus_client.samples import Sample

from exporter.metrics.family import Family, filtered

JOBS = Family("jobs_total", "counter", ("tenant", "type"), "Jobs")


def test_rows_become_samples_of_a_new_family() -> None:
    """Each row has its labels in the order of their names; a counter's family is named without its suffix."""
    metric = JOBS.metric([(("acme", "a"), 1), (("acme", "b"), 2)])
    assert (metric.name, metric.type, metric.documentation) == ("jobs", "counter", "Jobs")
    assert metric.samples == [
        Sample("jobs_total", {"tenant": "acme", "type": "a"}, 1),
        Sample("jobs_total", {"tenant": "acme", "type": "b"}, 2),
    ]
    assert JOBS.metric([]) is not JOBS.metric([])


def test_a_row_must_have_every_label() -> None:
    """A forgotten label is a mistake in the program, not a shorter series."""
    with pytest.raises(ValueError, match="shorter"):
        JOBS.metric([(("acme",), 1)])


def test_filtering_leaves_the_original_alone() -> None:
    """Some collectors of the library hand out one object for ever."""
    metric = JOBS.metric([(("acme", "a"), 1)])
    assert filtered(metric, lambda _: False).samples == []
    assert len(filtered(metric, lambda name: name == "jobs_total").samples) == len(metric.samples) == 1
