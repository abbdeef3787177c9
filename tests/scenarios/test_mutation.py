"""The rules, spoilt on purpose: a scenario notices."""

import shutil

import pytest

from tests.scenarios.mutation import mutants, survivors

PROMTOOL = shutil.which("promtool")

SURVIVING: dict[str, str] = {}


@pytest.mark.deploy
@pytest.mark.skipif(PROMTOOL is None, reason="needs promtool: apt-get install -y --no-install-recommends prometheus")
def test_every_mutant_is_noticed() -> None:
    """Each figure, comparison and severity is held by a scenario, but for those listed with the reason."""
    assert PROMTOOL is not None
    assert survivors(PROMTOOL).keys() == SURVIVING.keys()


def test_mutants_are_many_and_different() -> None:
    """Every rule has one, and no two are the same."""
    everybody = list(mutants())
    assert len({str(mutant.rules) for mutant in everybody}) > 100
    assert {mutant.name for mutant in everybody} >= SURVIVING.keys()
