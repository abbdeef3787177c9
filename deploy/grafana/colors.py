"""The only place for what colours mean, and for values that stand for words."""

from typing import NamedTuple

__all__ = [
    "BLIND",
    "CLIENT_STATES",
    "CLUSTER_HEALTH",
    "CLUSTER_STATUSES",
    "GOOD",
    "NO_YES",
    "READABLE",
    "SEVERITIES",
    "SILENT_STATE",
    "UNASKED_STATE",
    "YES_NO",
    "State",
    "any_is",
]

GOOD = "green"
BLIND = "purple"
"""Could not ask: never green, and never the red of something known to be broken."""


class State(NamedTuple):
    """A value, the word that it stands for, and its colour."""

    value: int
    text: str
    color: str


SILENT_STATE = State(7, "NORMAL, but silent", "orange")
UNASKED_STATE = State(8, "could not be asked", BLIND)

CLIENT_STATES = (
    State(1, "NORMAL", GOOD),
    State(2, "CONFIGURING", "blue"),
    State(3, "NOT_CONFIGURED", "light-blue"),
    State(4, "OTHER", "light-yellow"),
    State(5, "UNDEFINED", "yellow"),
    State(6, "WARNING", "dark-yellow"),
    SILENT_STATE,
    UNASKED_STATE,
    State(9, "ERROR", "red"),
    State(10, "FAILED", "dark-red"),
)
"""How a managed client stands, worst last: replicas that disagree show the worse, and tables are sorted by it."""

CLUSTER_STATUSES = (
    State(1, "NORMAL", GOOD),
    State(2, "CONFIGURING", "blue"),
    State(3, "NO_CLIENTS", "light-blue"),
    State(4, "OTHER", "light-yellow"),
    State(5, "WARNING", "dark-yellow"),
    State(6, "FAILED", "dark-red"),
)

CLUSTER_HEALTH = (
    State(1, "NORMAL", GOOD),
    State(2, "OTHER", "light-yellow"),
    State(3, "WARNING", "dark-yellow"),
    State(4, "ERROR", "dark-red"),
)

YES_NO = (State(1, "yes", GOOD), State(0, "no", "red"))
"""Where yes is good."""

NO_YES = (State(0, "no", GOOD), State(1, "yes", "dark-yellow"))
"""Where no is good."""

SEVERITIES = (State(3, "critical", "dark-red"), State(2, "warning", "dark-yellow"), State(1, "info", "blue"))

READABLE = (State(1, "readable", GOOD), State(0, "cannot be read", BLIND))


def any_is(color: str) -> tuple[tuple[float | None, str], ...]:
    """Thresholds of a number that should be 0."""
    return ((None, GOOD), (1, color))
