"""All faults: the list that a reader looks for."""

from tests.faults import upstream_connect, upstream_http
from tests.faults.fault import Fault, NotRunnable, Refusal

__all__ = ["NOT_RUNNABLE", "QUICK", "ROWS"]

ROWS: tuple[Fault | Refusal, ...] = (*upstream_connect.ROWS, *upstream_http.ROWS)

QUICK = frozenset({"U03", "U06", "U16", "H01", "H06b", "H09", "H16"})
"""Those that stand for their group where there is no time for all."""

NOT_RUNNABLE: tuple[NotRunnable, ...] = ()
