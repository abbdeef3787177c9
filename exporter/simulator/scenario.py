"""The only place for scenarios as files: where they are, how one is read, and whether it can be played.

A scenario is a TOML file: tenants, what happens to them and when, and which alerts must fire because of it. Those that
come along are in ``scenarios/`` beside this module; each is called by its file's name.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from exporter.simulator.scenario_events import EVENTS
from exporter.simulator.scenario_parts import Event, ExpectedAlert, Exporter, Outside, Scenario, Tenant
from exporter.simulator.scenario_reading import ScenarioError, arguments, read
from exporter.simulator.stage import Stage
from exporter.simulator.staging import stage_of

__all__ = [
    "Event",
    "ExpectedAlert",
    "Exporter",
    "Outside",
    "Scenario",
    "ScenarioError",
    "Tenant",
    "load_scenario",
    "named_scenario",
    "scenario_names",
]

_DIRECTORY = Path(__file__).with_name("scenarios")
_SUFFIX = ".toml"
_COMMON_KEYS = frozenset({"minute", "do", "tenant"})


def scenario_names() -> tuple[str, ...]:
    """The scenarios that come along, in alphabetical order."""
    return tuple(sorted(path.stem for path in _DIRECTORY.glob(f"*{_SUFFIX}")))


def named_scenario(name: str) -> Scenario:
    """One of the scenarios that come along.

    Raises:
        ScenarioError: there is none of that name.
    """
    names = scenario_names()
    if name not in names:
        raise ScenarioError(repr(name), f"is no scenario; known are {', '.join(names)}")
    return load_scenario(_DIRECTORY / f"{name}{_SUFFIX}")


def load_scenario(path: Path) -> Scenario:
    """Read a scenario's file and rehearse it.

    Raises:
        ScenarioError: the file cannot be read, has a key that is unknown or of the wrong type, times that go back, or
            names of nobody who is there.
    """
    where = path.name
    scenario = read(Scenario, _with_keys_apart(_document(path)), where)
    if not scenario.tenants:
        raise ScenarioError(where, "has no tenants")
    events = (
        _complete(event, scenario, f"{where}: events {number}") for number, event in enumerate(scenario.events, 1)
    )
    scenario = replace(scenario, events=tuple(events))
    _check_times(scenario, where)
    _rehearse(scenario, where)
    return scenario


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(path.name, f"cannot be read: {error.strerror}") from None
    except ValueError as error:  # tomllib's, and that of text that is not UTF-8
        raise ScenarioError(path.name, f"is not TOML: {error}") from None


def _with_keys_apart(document: dict[str, Any]) -> dict[str, Any]:
    """The document with ``keys`` in each event: all that only this kind of event has."""
    events = document.get("events", [])
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        return document
    return {**document, "events": [_with_keys(event) for event in events]}


def _with_keys(event: dict[str, Any]) -> dict[str, Any]:
    common = {key: value for key, value in event.items() if key in _COMMON_KEYS}
    return {**common, "keys": {key: value for key, value in event.items() if key not in _COMMON_KEYS}}


def _complete(event: Event, scenario: Scenario, where: str) -> Event:
    """The event with its tenant and its keys read, which depend on what happens."""
    tenant = event.tenant or (next(iter(scenario.tenants)) if len(scenario.tenants) == 1 else "")
    if tenant not in scenario.tenants:
        raise ScenarioError(where, f"must be one of {', '.join(scenario.tenants)}", key="tenant")
    if event.do not in EVENTS:
        raise ScenarioError(where, f"must be one of {', '.join(EVENTS)}", key="do")
    return replace(event, tenant=tenant, keys=arguments(EVENTS[event.do], event.keys, where))


def _check_times(scenario: Scenario, where: str) -> None:
    end = scenario.minutes
    for name, happenings in (("events", scenario.events), ("outside", scenario.outside)):
        minutes = [0.0, *(happening.minute for happening in happenings)]
        for number, (before, minute) in enumerate(pairwise(minutes), 1):
            _check_between(before, minute, end, f"{where}: {name} {number}", "minute")
    for number, alert in enumerate(scenario.alerts, 1):
        _check_between(0.0, alert.fires_by, end, f"{where}: alerts {number}", "fires_by")
        resolves_by = end if alert.resolves_by is None else alert.resolves_by
        _check_between(alert.fires_by, resolves_by, end, f"{where}: alerts {number}", "resolves_by")


def _check_between(before: float, minute: float, end: float, where: str, key: str) -> None:
    if not before <= minute <= end:
        raise ScenarioError(where, f"must lie between {before:g}, the minute before it, and {end:g}", key=key)


def _rehearse(scenario: Scenario, where: str) -> None:
    """Let everything happen at once, and see whether everybody is there who is named."""
    stages = {name: stage_of(part, lambda: 0.0) for name, part in scenario.tenants.items()}
    for number, event in enumerate(scenario.events, 1):
        try:
            event.perform(stages[event.tenant])
        except ValueError as error:
            raise ScenarioError(where, f"cannot happen: {error}", key=f"events {number}") from None
    for number, alert in enumerate(scenario.alerts, 1):
        _check_labels(alert.labels, stages, f"{where}: alerts {number}: labels")


def _check_labels(labels: Mapping[str, str], stages: Mapping[str, Stage], where: str) -> None:
    """Also those may be named who were removed meanwhile."""
    tenant = labels.get("tenant", next(iter(stages)))
    if tenant not in stages:
        raise ScenarioError(where, f"must be one of {', '.join(stages)}", key="tenant")
    roster = stages[tenant].world.roster
    for key, named in (("client", roster.client), ("cluster", roster.cluster)):
        try:
            named(labels[key]) if key in labels else None
        except KeyError:
            raise ScenarioError(where, f"names nobody: {labels[key]}", key=key) from None
