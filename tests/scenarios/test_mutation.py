"""The rules, spoilt on purpose: a scenario notices."""

import shutil

import pytest

from tests.scenarios.mutation import mutants, survivors

PROMTOOL = shutil.which("promtool")

SURVIVING = {
    "evaluation x0.5": "promtool evaluates as often as the test file says",
    "evaluation x2": "likewise",
    "data_remembered x0.5": "no scenario lasts for half a week of outage with a restart in it",
    "data_remembered x2": "likewise, for two weeks",
    "exporter_remembered x0.5": "no scenario is without an exporter for half a week",
    "exporter_remembered x2": "likewise, for two weeks",
}
"""Those that nothing notices, and why that is so."""


@pytest.mark.trust
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
