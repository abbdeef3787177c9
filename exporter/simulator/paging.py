"""The only place for paging: ``offset``, ``limit`` and ``count``.

Source: "Standard Collection Parameters" on developer.sailpoint.com. Answers are plain arrays without links;
``X-Total-Count`` is sent only with ``count=true``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from exporter.simulator.answers import bad_request, illegal_value

__all__ = ["MAXIMUM_LIMIT", "Page"]

MAXIMUM_LIMIT = 250
"""Items on a page, at most and by default; asking for more is answered with 400."""

_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for; ``offset`` counts records, not pages."""

    offset: int
    limit: int
    count: bool

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Page":
        """Read the three parameters.

        Raises:
            Refusal: 400, one of them is not within its published bounds.
        """
        limit = _whole_number(query, "limit", MAXIMUM_LIMIT)
        if limit > MAXIMUM_LIMIT:
            raise bad_request(detail_code="400.1.4 Limit violation", text=f"limit must be at most {MAXIMUM_LIMIT}.")
        return cls(_whole_number(query, "offset", 0), limit, _boolean(query, "count"))

    @property
    def window(self) -> slice:
        """The items on this page, of all that there are."""
        return slice(self.offset, self.offset + self.limit)

    def headers(self, total: int) -> dict[str, str]:
        """What the answer's headers say about the whole list."""
        return {"X-Total-Count": str(total)} if self.count else {}


def _whole_number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not _WHOLE_NUMBER.fullmatch(text):
        raise illegal_value(text=f"{name} must be a whole number.")
    return int(text)


def _boolean(query: Mapping[str, str], name: str) -> bool:
    try:
        return _BOOLEANS[query.get(name, "false").lower()]
    except KeyError:
        raise illegal_value(text=f"{name} must be true or false.") from None
