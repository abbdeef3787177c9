"""The only place that decides whether a row was survived. Pure: what was expected and seen in, complaints out."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from tests.canaries import leaks
from tests.faults.fault import Fault
from tests.faults.good import SECRETS
from tests.faults.judges import Samples, samples
from tests.faults.scraper import Answer
from tests.faults.subject import Usage

__all__ = ["ages", "grown", "leaked", "miscounted", "misread", "reasons_between", "said", "slow"]

AGE = "sailpoint_managed_client_since_seen_seconds"
SUCCESS = "sailpoint_managed_client_fetch_success"
FAILURES = "sailpoint_managed_client_fetch_failures_total"
MORE_DESCRIPTORS = 6
MORE_THREADS = 3
PEAK_KIB = 80 * 1024


def ages(page: Samples, name: str = AGE) -> dict[str, float]:
    """The values of a series by managed client."""
    return {dict(labels)["client_id"]: value for (found, labels), value in page.items() if found == name}


def misread(page: Answer, expected: Mapping[str, float | None], fails: Sequence[str] = ()) -> Iterator[str]:
    """What is on the page and is not so, or is not on it and is."""
    if page.status != 200:
        return
    shown = samples(page)
    found, told = ages(shown), ages(shown, SUCCESS)
    for client, age in expected.items():
        if found.get(client) != age:
            yield f"{client}: age {found.get(client)}, not {age}"
        if told.get(client) != (client not in fails):
            yield f"{client}: fetch_success {told.get(client)}"


def slow(page: Answer, limit_seconds: float) -> Iterator[str]:
    """Whether the page came too late."""
    if page.seconds > limit_seconds:
        yield f"took {page.seconds:.2f} s, not {limit_seconds:.2f} s"


def reasons_between(before: Answer, after: Answer) -> set[tuple[str, str]]:
    """Which failures were counted in between: managed client and reason."""
    return {counted for counted, value in _failures(after).items() if value > _failures(before).get(counted, 0.0)}


def _failures(page: Answer) -> dict[tuple[str, str], float]:
    """Failures by managed client and reason, whatever cluster the client is in meanwhile."""
    counted: defaultdict[tuple[str, str], float] = defaultdict(float)
    for (name, labels), value in samples(page).items():
        if name == FAILURES:
            counted[dict(labels)["client_id"], dict(labels)["reason"]] += value
    return counted


def miscounted(fault: Fault, counted: set[tuple[str, str]]) -> Iterator[str]:
    """Which reasons are not those of the row."""
    if {reason for _, reason in counted} != set(fault.reasons):
        yield f"reasons {sorted({reason for _, reason in counted})}, not {sorted(fault.reasons)}"
    if {client for client, _ in counted} != set(fault.fails):
        yield f"failures counted for {sorted({client for client, _ in counted})}, not {sorted(fault.fails)}"


def grown(fault: Fault, before: Usage, after: Usage) -> Iterator[str]:
    """What the program holds afterwards that it did not hold before."""
    if after.descriptors > before.descriptors + MORE_DESCRIPTORS:
        yield f"{after.descriptors - before.descriptors} more descriptors"
    if after.threads > before.threads + MORE_THREADS:
        yield f"{after.threads - before.threads} more threads"
    if after.resident_kib > before.resident_kib + fault.grows_mebibytes * 1024:
        yield f"{(after.resident_kib - before.resident_kib) / 1024:.1f} MiB more resident"
    if after.peak_kib > PEAK_KIB:
        yield f"a peak of {after.peak_kib / 1024:.0f} MiB"


def leaked(texts: Sequence[str]) -> Iterator[str]:
    """Which secrets were let out."""
    found = list(chain.from_iterable(leaks(text, SECRETS) for text in texts))
    if found:
        yield f"{len(found)} spellings of secrets were let out"


def said(fault: Fault, page: Answer) -> Iterator[str]:
    """What a page lacks, or should lack."""
    yield from (f"does not show {pattern}" for pattern in fault.shows if not re.search(pattern, page.text))
    yield from (f"shows {pattern}" for pattern in fault.lacks if re.search(pattern, page.text))
