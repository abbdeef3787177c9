"""The only place for how the tenant writes things down: two clocks, numbers in quotes or bare, nulls or nothing.

Each client has one handwriting and keeps it, so that a reader who copes with the whole fleet copes with all of them.
The habits are those of the samples in SailPoint's managed-clients specification and of its SDKs' documentation.
"""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

__all__ = ["CANARY", "Handwriting", "draw"]

CANARY = "CANARY"
"""In every value that a reader must drop (keys, secrets, stack traces, e-mail addresses): seen elsewhere, it leaked."""

_TIMESPECS: tuple[Literal["seconds", "milliseconds", "microseconds"], ...] = ("microseconds", "milliseconds", "seconds")


def draw(*salt: object) -> int:
    """A number below 2**32 that looks random and is always the same for the same salt."""
    return zlib.crc32("/".join(map(str, salt)).encode())


@dataclass(frozen=True, slots=True)
class Handwriting:
    """One writer's habits.

    Attributes:
        bare_numbers: writes 14708 where others write "14708".
        drops_nulls: leaves a key out where others write null.
        timespec: how much of a second an ISO 8601 instant shows.
    """

    bare_numbers: bool = False
    drops_nulls: bool = False
    timespec: Literal["seconds", "milliseconds", "microseconds"] = "microseconds"

    @classmethod
    def of(cls, index: int) -> "Handwriting":
        """The habits of the client or cluster with that index; twelve in a row show every habit."""
        return cls(index % 4 == 1, index % 3 == 2, _TIMESPECS[index // 2 % 3])  # noqa: PLR2004 - a spread, not figures

    def number(self, value: int | None) -> str | int | None:
        """A number as documented, in quotes, or bare as in some samples."""
        return value if value is None or self.bare_numbers else str(value)

    def instant(self, epoch_seconds: float | None) -> str | None:
        """An ISO 8601 instant that always ends in Z."""
        if epoch_seconds is None:
            return None
        return datetime.fromtimestamp(epoch_seconds, UTC).isoformat(timespec=self.timespec).removesuffix("+00:00") + "Z"

    def page(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document, without its nulls where that is the habit; required keys that may be null are added later."""
        return {key: value for key, value in document.items() if value is not None} if self.drops_nulls else document
