"""Documents: whatever a tenant answers, there is a reading or a reason, and a page that parsers take."""

import asyncio
import json
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.errors import Reason
from tests.fuzz.judging import Batch, read
from tests.fuzz.long import Run
from tests.fuzz.mutation import MUTATIONS, mutated, repeatable
from tests.fuzz.published import SUBJECTS, Subject, any_subject

_CASES_OF_A_PAGE = 20


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_what_the_fuzz_begins_with_is_sound(subject: Subject) -> None:
    """Else every mutation of it would be refused at once, and nothing be tried."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        batch = Batch()
        for seed in range(20):
            batch.take(read(subject.ask, json.dumps(subject.sound(repeatable(str(seed)))).encode(), loop))
        assert not [outcome for outcome in batch.statuses if isinstance(outcome, Reason)]
        assert batch.judge() > len(batch.statuses)


@pytest.mark.parametrize(
    "effort",
    [
        pytest.param(10, id="ordinary"),
        pytest.param(1_000, id="trust", marks=pytest.mark.trust),
    ],
)
def test_answers_are_read_or_refused_and_pages_are_sound(effort: int) -> None:
    """Values of other types, deep nesting, huge numbers, odd texts, keys that come twice, torn bytes, no UTF-8, NaN."""

    @settings(max_examples=effort, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
    @given(st.lists(st.randoms(use_true_random=True), min_size=_CASES_OF_A_PAGE, max_size=_CASES_OF_A_PAGE))
    def answers(randoms: list[Random]) -> None:
        with asyncio.Runner() as runner:
            batch = Batch()
            for random in randoms:
                subject = any_subject(random)
                batch.take(read(subject.ask, mutated(subject.sound(random), random), runner.get_loop()))
            batch.judge()

    answers()


def test_a_long_run_is_the_same_again() -> None:
    """Its cases come from their numbers, so that a finding can be looked at; most are readable, and many are not."""
    runs = [Run("a seed"), Run("a seed")]
    for run in runs:
        run.go(150)
    assert runs[0].summary() == runs[1].summary()
    assert (runs[0].cases, runs[0].pages, runs[0].findings) == (150, 2, [])
    outcomes = {outcome for _, outcome in runs[0].outcomes}
    assert outcomes >= {"read", "json", "schema"}


def test_every_mutation_changes_something() -> None:
    """Of a document of all types, in one try of ten."""
    document = {"a": 1.5, "b": ["x", None], "c": {"d": "e", "f": True}}
    for mutate in MUTATIONS:
        assert any(mutate(document, repeatable(str(seed))) != document for seed in range(10)), mutate
