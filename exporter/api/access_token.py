"""The only place for the token endpoint's answer: what is accepted as an access token, and how long it is used.

Source: RFC 6749, section 5.1; developer.sailpoint.com, "Authentication": lifetimes from 15 s to 43,200 s.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.api.credentials import is_visible_ascii
from exporter.clock import Clock
from exporter.errors import ApiError, Reason

__all__ = ["AccessToken", "parse_access_token", "parse_expires_in"]

_TOKEN_LIMIT_CHARACTERS = 16 * 1024
_DECIMAL = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18})?")

_UNTOLD_LIFE_SECONDS = 300.0
_SHORTEST_LIFE_SECONDS = 1.0
_LONGEST_LIFE_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token and its end, on the clock that does not jump.

    Attributes:
        due_seconds: monotonic clock from which it is worth renewing.
        expiry_seconds: monotonic clock at which it ends.
        expiry_epoch_seconds: the same moment on the wall clock, for people.
    """

    value: str = field(repr=False)
    due_seconds: float
    expiry_seconds: float
    expiry_epoch_seconds: float


def parse_access_token(document: Mapping[str, object], clock: Clock) -> AccessToken:
    """The token that an answer holds, its life counted from now.

    It is due in its last 10 %, at least 60 s before its end, but never before half of its life is over.

    Raises:
        ApiError: TOKEN, when there is none that can be used.
    """
    value = document.get("access_token")
    if not isinstance(value, str) or len(value) > _TOKEN_LIMIT_CHARACTERS or not is_visible_ascii(value):
        raise ApiError(Reason.TOKEN, "the token endpoint's answer has no usable access_token")
    token_type = document.get("token_type", "Bearer")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise ApiError(Reason.TOKEN, "the token endpoint's token_type is not Bearer")
    life_seconds = parse_expires_in(document.get("expires_in"))
    margin_seconds = min(max(60.0, 0.1 * life_seconds), 0.5 * life_seconds)
    now = clock.monotonic_seconds()
    return AccessToken(
        value, now + life_seconds - margin_seconds, now + life_seconds, clock.epoch_seconds() + life_seconds
    )


def parse_expires_in(value: object) -> float:
    """A life in seconds within [1 s, 24 h]: a number, or one in a string; 300 s for anything else."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _UNTOLD_LIFE_SECONDS
    if isinstance(value, float) and not math.isfinite(value):
        return _UNTOLD_LIFE_SECONDS
    return float(min(max(value, _SHORTEST_LIFE_SECONDS), _LONGEST_LIFE_SECONDS))
