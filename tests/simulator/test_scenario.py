"""Scenarios as files."""

import re
from pathlib import Path

import pytest

from exporter.simulator.life import Phase
from exporter.simulator.scenario import (
    Event,
    ExpectedAlert,
    Exporter,
    Outside,
    Scenario,
    ScenarioError,
    Tenant,
    load_scenario,
    named_scenario,
    scenario_names,
)

WHOLE = """
summary = "Everything that may stand in a file"
minutes = 90
scrape_seconds = 300

[exporter]
replicas = 2
prometheuses = 2
settings = { api_generation = "beta" }

[tenants.acme]
clusters = [3, 0]

[tenants.sandbox]
clusters = [1]
quiet = false

[[events]]
minute = 10
tenant = "acme"
do = "place"
clients = ["1.2"]
phase = "SILENT"

[[events]]
minute = 10.5
tenant = "sandbox"
do = "fail"
operations = ["*"]
with = "503"

[[outside]]
minute = 20
do = "exporter_stop"
replica = 1

[[alerts]]
alert = "SailPointClientDown"
labels = { tenant = "acme", client = "1.2", cluster = "1" }
fires_by = 18
"""

SMALL = """
summary = "One tenant"
minutes = 90
[tenants.acme]
clusters = [3]
"""


def loaded(directory: Path, text: str) -> Scenario:
    """The scenario that a file with this text tells."""
    path = directory / "story.toml"
    path.write_text(text)
    return load_scenario(path)


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    """Each key is a field."""
    scenario = loaded(tmp_path, WHOLE)
    assert scenario == Scenario(
        summary="Everything that may stand in a file",
        minutes=90.0,
        scrape_seconds=300.0,
        exporter=Exporter(replicas=2, prometheuses=2, settings={"api_generation": "beta"}),
        tenants={"acme": Tenant(clusters=(3, 0)), "sandbox": Tenant(clusters=(1,), quiet=False)},
        events=(
            Event(minute=10.0, do="place", tenant="acme", keys={"clients": ("1.2",), "phase": Phase.SILENT}),
            Event(minute=10.5, do="fail", tenant="sandbox", keys={"operations": ("*",), "with_": "503"}),
        ),
        outside=(Outside(minute=20.0, do="exporter_stop", replica=1),),
        alerts=(
            ExpectedAlert(
                alert="SailPointClientDown",
                labels={"tenant": "acme", "client": "1.2", "cluster": "1"},
                fires_by=18.0,
            ),
        ),
    )


def test_little_is_enough(tmp_path: Path) -> None:
    """A tenant in which nothing happens; of one tenant the name need not be told."""
    scenario = loaded(tmp_path, SMALL + '[[events]]\nminute = 1\ndo = "revoke_tokens"\n')
    assert scenario.events == (Event(minute=1.0, do="revoke_tokens", tenant="acme"),)
    assert (scenario.scrape_seconds, scenario.exporter, scenario.alerts) == (60.0, Exporter(), ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("minutes = ", "story.toml is not TOML: Invalid value (at end of document)"),
        (SMALL + "[[event]]", "story.toml has an unknown key 'event'; known are summary, minutes, "),
        ("events = 1\n" + SMALL, "story.toml: events must be a list"),
        ("events = [1]\n" + SMALL, "story.toml: events 1 must be a table"),
        ('summary = ""\nminutes = 1\ntenants = {}', "story.toml has no tenants"),
        (SMALL + "[[events]]\nminute = 1", "story.toml: events 1 has no do"),
        (SMALL + '[[events]]\nminute = 1\ndo = "plaice"', "story.toml: events 1: do must be one of place, remove, "),
        (SMALL + '[[events]]\nminute = 1\ndo = "upgrade"', "story.toml: events 1 has no cluster"),
        (
            SMALL + '[[events]]\nminute = 1\ndo = "upgrade"\nclients = "1"',
            "story.toml: events 1 has an unknown key 'clients'; known are cluster",
        ),
        (
            SMALL + '[[events]]\nminute = 1\ndo = "revoke_tokens"\ntenant = "acne"',
            "story.toml: events 1: tenant must be one of acme",
        ),
        (
            SMALL + '[tenants.b]\nclusters = []\n[[events]]\nminute = 1\ndo = "revoke_tokens"',
            "story.toml: events 1: tenant must be one of acme, b",
        ),
        (
            SMALL + '[[events]]\nminute = 9\ndo = "heal"\n[[events]]\nminute = 8\ndo = "heal"',
            "story.toml: events 2: minute must lie between 9, the minute before it, and 90",
        ),
        (
            SMALL + '[[outside]]\nminute = 91\ndo = "dns_fails"',
            "story.toml: outside 1: minute must lie between 0, the minute before it, and 90",
        ),
        (
            SMALL + '[[events]]\nminute = 1\ndo = "remove"\nclients = ["1.3", "1.4"]',
            "story.toml: events 1 cannot happen: not all of these clients are there: 1.3, 1.4",
        ),
        (
            SMALL + '[[events]]\nminute = 1\ndo = "upgrade"\ncluster = "2"',
            "story.toml: events 1 cannot happen: there is no cluster 2",
        ),
        (
            SMALL + '[[alerts]]\nalert = "A"\nfires_by = -1',
            "story.toml: alerts 1: fires_by must lie between 0, the minute before it, and 90",
        ),
        (
            SMALL + '[[alerts]]\nalert = "A"\nfires_by = 9\nresolves_by = 8',
            "story.toml: alerts 1: resolves_by must lie between 9, the minute before it, and 90",
        ),
        (
            SMALL + '[[alerts]]\nalert = "A"\nfires_by = 9\nlabels = { tenant = "b" }',
            "story.toml: alerts 1: labels: tenant must be one of acme",
        ),
        (
            SMALL + '[[alerts]]\nalert = "A"\nfires_by = 9\nlabels = { client = "1.4" }',
            "story.toml: alerts 1: labels: client names nobody: 1.4",
        ),
        (
            SMALL + '[[alerts]]\nalert = "A"\nfires_by = 9\nlabels = { cluster = "2" }',
            "story.toml: alerts 1: labels: cluster names nobody: 2",
        ),
    ],
)
def test_a_scenario_that_cannot_be_played_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """In one line that names the file and what is wrong in it."""
    with pytest.raises(ScenarioError) as caught:
        loaded(tmp_path, text)
    assert str(caught.value).startswith(problem)
    assert len(str(caught.value).splitlines()) == 1


def test_who_was_removed_cannot_be_meant_by_an_event_but_by_an_alert(tmp_path: Path) -> None:
    """An alert tells of what has been."""
    removed = SMALL + '[[events]]\nminute = 1\ndo = "remove"\nclients = ["1.2"]\n'
    alert = '[[alerts]]\nalert = "A"\nfires_by = 9\nlabels = { client = "1.2" }\n'
    assert loaded(tmp_path, removed + alert).alerts[0].labels == {"client": "1.2"}
    again = '[[events]]\nminute = 2\ndo = "place"\nclients = ["1.2"]\nphase = "NORMAL"'
    with pytest.raises(
        ScenarioError, match=re.escape("events 2 cannot happen: not all of these clients are there: 1.2")
    ):
        loaded(tmp_path, removed + again)


def test_a_file_that_cannot_be_read_is_told_of(tmp_path: Path) -> None:
    """Also text that is not UTF-8."""
    with pytest.raises(ScenarioError, match=r"^none\.toml cannot be read: No such file or directory$"):
        load_scenario(tmp_path / "none.toml")
    (tmp_path / "odd.toml").write_bytes(b"summary = '\xff'")
    with pytest.raises(ScenarioError, match=r"^odd\.toml is not TOML"):
        load_scenario(tmp_path / "odd.toml")


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    """Names are those of the files."""
    with pytest.raises(ScenarioError, match=r"^'one-va-died' is no scenario; known are .*one-va-dies"):
        named_scenario("one-va-died")


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_that_comes_along_can_be_played(name: str) -> None:
    """And says in one sentence what it tells."""
    scenario = named_scenario(name)
    assert re.fullmatch(r"[A-Z][^\n]+[^.\n]", scenario.summary)
    assert scenario.minutes / (scenario.scrape_seconds / 60) >= 30, "few scrapes prove little"


def test_at_least_25_scenarios_come_along() -> None:
    """In alphabetical order."""
    assert len(scenario_names()) >= 25
    assert list(scenario_names()) == sorted(scenario_names())
