"""The only place for the rate limit: so many calls in any ten seconds, counted apart for each key.

The vendor counts per OAuth client id and API version ("Rate Limit" on developer.sailpoint.com) and does not say how its
window moves. This one slides, the strictest reading: whichever ten seconds are looked at, they hold no more calls
than allowed. A refused call takes no place in the window, so ``Retry-After`` is a promise that is kept.
"""

import math
from collections import defaultdict, deque

__all__ = ["WINDOW_SECONDS", "RateLimit"]

WINDOW_SECONDS = 10.0


class RateLimit:
    """The calls of the last ten seconds.

    Attributes:
        violations: how many calls were refused.
    """

    def __init__(self, calls: int) -> None:
        """Allow ``calls`` in any ten seconds; 0 allows everything."""
        self.violations = 0
        self._calls = calls
        self._admitted: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def refuse(self, client_id: str, bucket: str, now_seconds: float) -> int | None:
        """Count a call made now, or say for how many whole seconds to wait.

        Args:
            client_id: the OAuth client.
            bucket: what is counted apart: an API generation, or the token endpoint.
            now_seconds: a steady clock's reading.

        Returns:
            None when the call is admitted; otherwise the value of ``Retry-After``.
        """
        if not self._calls:
            return None
        admitted = self._admitted[client_id, bucket]
        while admitted and admitted[0] <= now_seconds - WINDOW_SECONDS:
            admitted.popleft()
        if len(admitted) < self._calls:
            admitted.append(now_seconds)
            return None
        self.violations += 1
        return max(1, math.ceil(admitted[0] + WINDOW_SECONDS - now_seconds))
