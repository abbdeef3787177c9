"""How pages become series in promtool's notation."""

import pytest

from tests.scenarios.recording import Recording, notation, samples


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([1.0], "1"),
        ([1.0, 1.0, 1.0], "1x2"),
        ([0.5, 0.5, 2.0], "0.5x1 2"),
        ([None, None, 3.0], "_x2 3"),
        ([3.0, None, None, 4.0], "3 stale _x1 4"),
        ([3.0, None], "3 stale"),
    ],
)
def test_values_are_folded_and_ends_are_marked(values: list[float | None], written: str) -> None:
    """Repetitions, gaps before the first value, and the staleness mark of a series that ends."""
    assert notation(values) == written


def test_a_page_is_kept_with_its_target_and_instants_from_the_beginning() -> None:
    """Wanted families only, with job and instance; a scrape that fails is ``up`` 0 and nothing else."""
    recording = Recording(60, 1000.0, frozenset({"a", "b_timestamp_seconds"}))
    recording.page("one", '# HELP a x\na{l="v \\"w\\""} 1.5\nb_timestamp_seconds 1010.0\nc 2.0\n')
    recording.scrapes += 1
    recording.page("one", None)
    recording.scrapes += 1
    target = (("instance", "one"), ("job", "sailpoint-exporter"))
    assert {series: recording.values(series) for series in recording.series} == {
        ("a", (*target, ("l", 'v \\"w\\"'))): [1.5, None],
        ("b_timestamp_seconds", target): [10.0, None],
        ("up", target): [1.0, 0.0],
    }


def test_only_samples_are_read() -> None:
    """Comments and empty lines are no samples."""
    assert list(samples('# TYPE a gauge\n\na{x="1",y="}"} 1e3\n')) == [("a", {"x": "1", "y": "}"}, 1000.0)]
