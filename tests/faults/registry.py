"""All faults: the list that a reader looks for, and what of the catalogue is held elsewhere."""

from tests.faults import files, processes, proxies, scrapers, tokens, upstream_connect, upstream_data, upstream_http
from tests.faults.fault import Fault, NotRunnable, Refusal

__all__ = ["NOT_RUNNABLE", "QUICK", "ROWS"]

ROWS: tuple[Fault | Refusal, ...] = (
    *upstream_connect.ROWS,
    *proxies.ROWS,
    *upstream_http.ROWS,
    *upstream_data.ROWS,
    *tokens.ROWS,
    *files.ROWS,
    *scrapers.ROWS,
    *processes.ROWS,
)

QUICK = frozenset(
    {
        "U03",
        "U06",
        "U16",
        "H01",
        "H06c",
        "H09",
        "H16",
        "D03",
        "D07",
        "D30",
        "A02",
        "A15",
        "C01",
        "C12",
        "S01",
        "S05",
        "P02",
        "P10",
    }
)
"""Those that stand for their group where there is no time for all."""


def _elsewhere(row: str, name: str, why: str) -> NotRunnable:
    return NotRunnable(id=row, name=name, why=why)


NOT_RUNNABLE: tuple[NotRunnable, ...] = (
    _elsewhere("U21", "one of N hangs", "the same as U18: the others are complete in each of its scrapes"),
    _elsewhere("H22", "429 for an hour", "takes an hour: `tests/api/test_backoff.py`, on virtual time"),
    _elsewhere(
        "H21",
        "unusable Retry-After",
        "takes up to a minute each: `tests/api/test_retry_after.py` and `test_backoff.py`",
    ),
    _elsewhere("H24", "an error in each third of 1,000 requests", "the soak compares counters with a model"),
    _elsewhere(
        "D17", "metric or label names from data", "a property of the code: `tests/metrics` holds the catalogue constant"
    ),
    _elsewhere(
        "A09", "50 scrapes, expired token", "S05 and `tests/api/test_tokens.py`, which counts the token requests"
    ),
    _elsewhere(
        "A10",
        "a waiter leaves during a refresh",
        "S07 and `tests/api/test_tokens.py`, at each point where it can leave",
    ),
    _elsewhere(
        "A12", "suspended machine", "the monotonic clock of a process cannot be stopped: P04c, and H16 for the token"
    ),
    _elsewhere("A13", "3,000 swaps under load", "the rotation test of the trust programme"),
    _elsewhere("A19", "token of another tenant", "the same as H17 and H18"),
    _elsewhere("S16", "300 mixed logins", "`tests/web/test_passwords.py`"),
    _elsewhere("S17", "unknown user or wrong password", "a comparison of timings: `tests/web/test_passwords.py`"),
    _elsewhere("S18", "poisoned cache of logins", "`tests/web/test_basic_auth.py`"),
    _elsewhere("S22", "markup in names", "`tests/web/test_markup.py`"),
    _elsewhere(
        "P14",
        "a tenth of a processor",
        "machines do not delegate cgroups to tests; `make bench` measures the time used",
    ),
    _elsewhere("P16", "100,000 scrapes", "the soak of the trust programme"),
    _elsewhere("P18", "time to start", "`make bench`"),
    _elsewhere("C13", "secrets at debug level", "every row runs at debug level, and its output is searched"),
    _elsewhere("D22", "secrets in a stack trace", "every status document of every row has one in its stack trace"),
    _elsewhere("M01-M03", "twice, empty, HELP and TYPE", "the judges look for them on every page of every row"),
    _elsewhere("M05", "absent while failing", "asserted of every client that fails, in every row"),
    _elsewhere("M07", "size of a page", "the judges allow 64 KiB for every page of every row"),
    _elsewhere("K01-K12", "the rest of Kubernetes", "needs a cluster, or a manifest's reader: `tests/deploy`"),
    _elsewhere("M09", "absent exporter", "alert rules: `make deploy-test`"),
    _elsewhere("M06, M10", "counters that fall, timestamps", "properties of all pages: `tests/metrics`"),
)
