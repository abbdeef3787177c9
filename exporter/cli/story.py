"""The only place that tells people what a scenario will do, and when."""

from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.simulator.app import SimulatedTenant
    from exporter.simulator.scenario_parts import Event, Scenario

__all__ = ["story"]


def story(scenario: "Scenario", tenants: "Mapping[str, SimulatedTenant]", begun: datetime, speed: float = 1.0) -> str:
    """One line for each thing that happens, in order, with the time of day.

    Args:
        scenario: what is played.
        tenants: who plays it.
        begun: when it was begun, in the time zone of the reader.
        speed: how many of the scenario's minutes pass in one.
    """
    happenings = [(event.minute, _event(event, tenants)) for event in scenario.events]
    happenings += [(outside.minute, f"{outside.do} (not played here)") for outside in scenario.outside]
    happenings.append((scenario.minutes, "the end; nothing happens any more"))
    lines = [
        f"  {begun + timedelta(minutes=minute / speed):%H:%M:%S}  minute {minute:g}: {what}"
        for minute, what in sorted(happenings, key=lambda happening: happening[0])
    ]
    return "\n".join([f"{scenario.summary}.", *lines])


def _event(event: "Event", tenants: "Mapping[str, SimulatedTenant]") -> str:
    whose = f" in {event.tenant}" if len(tenants) > 1 else ""
    told = (f"{key.rstrip('_')} {_words(key, value, tenants[event.tenant])}" for key, value in event.keys.items())
    return ", ".join([f"{event.do}{whose}", *told])


def _words(key: str, value: object, tenant: "SimulatedTenant") -> str:
    if isinstance(value, tuple):
        return " ".join(_named(name, tenant) if key == "clients" else name for name in value)
    return value.name if isinstance(value, Enum) else str(value)


def _named(name: str, tenant: "SimulatedTenant") -> str:
    """A client's name, with the id that pages show where it is there already."""
    try:
        return f"{name} ({tenant.ids.client(name).id})"
    except KeyError:
        return name
