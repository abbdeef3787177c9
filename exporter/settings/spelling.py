"""The only place for telling misspelt variables from those of other tools, which are left alone."""

import difflib
import re
from collections.abc import Iterable, Iterator

from exporter.settings.setting import PREFIX
from exporter.settings.table import SETTINGS

__all__ = ["misspelt"]

_KNOWN = tuple(name for setting in SETTINGS for name in setting.environments)

_OF_OTHER_TOOLS = frozenset({"SAIL_AUTHTYPE", "SAIL_DEBUG", "SAIL_ACTIVEENVIRONMENT", "SAIL_NERM_BASE_URL"})
"""Read by SailPoint's command line and SDKs (developer.sailpoint.com, "CLI" and "SDK configuration")."""

_SERVICE_LINK = re.compile(
    r"SAIL_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_\w+)?)?)"
)
"""Set by Kubernetes in every pod beside a service whose name begins with ``sail-`` (kubernetes.io, "Service")."""


def misspelt(names: Iterable[str]) -> Iterator[str]:
    """One line for each variable that looks like a setting and is none, with the nearest name that is."""
    for name in sorted(names):
        if name.upper().startswith(PREFIX) and not _has_a_meaning(name):
            yield f"{ascii(name)[1:-1]}: there is no such setting{_suggestion(name)}"


def _has_a_meaning(name: str) -> bool:
    return name in _KNOWN or name in _OF_OTHER_TOOLS or _SERVICE_LINK.fullmatch(name) is not None


def _suggestion(name: str) -> str:
    nearest = difflib.get_close_matches(name.upper(), _KNOWN, n=1)
    return f"; did you mean {nearest[0]}?" if nearest else ""
