"""The only place for whether a page is one: promtool, both parsers of prometheus_client, and a gate of our own."""

import asyncio
import math
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from tests.faults.scraper import Answer, Format

if TYPE_CHECKING:
    from prometheus_client import Metric

__all__ = ["PROMTOOL", "Samples", "judgement", "samples"]

PROMTOOL = shutil.which("promtool") or ""

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]

PAGE_LIMIT_BYTES = 64 * 1024

_PARSERS = {Format.TEXT: parse_text, Format.OPENMETRICS: parse_openmetrics}


async def judgement(page: Answer, status: int = 200) -> list[str]:
    """Everything that is wrong with a page; with an answer that should have another status only that it has not."""
    if page.status == status != 200:
        return []
    complaints = list(chain(_framing(page), _gate(page)))
    if page.format is Format.TEXT and PROMTOOL and not complaints:
        complaints += await _promtool(page)
    return complaints


def samples(page: Answer) -> Samples:
    """The page's samples; none for a page that cannot be parsed, which the judges have said by then."""
    try:
        return {(name, labels): value for name, labels, value in _listed(page)}
    except ValueError:
        return {}


def _framing(page: Answer) -> Iterator[str]:
    if page.status != 200:
        yield f"status {page.status}"
    if not page.whole:
        yield "the page is cut off"
    if len(page.body) > PAGE_LIMIT_BYTES:
        yield f"{len(page.body)} bytes for three managed clients"
    if not page.body:
        yield "the page is empty"
    expected = "openmetrics-text" if page.format is Format.OPENMETRICS else "text/plain"
    if page.status and expected not in page.headers.get("content-type", ""):
        yield f"not of the type asked for: {page.headers.get('content-type')}"
    if page.format is Format.OPENMETRICS and not page.body.endswith(b"# EOF\n"):
        yield "the page has no end"


def _gate(page: Answer) -> Iterator[str]:
    if page.status != 200:
        return
    try:
        listed = _listed(page)
    except Exception as error:  # noqa: BLE001 - whatever a parser raises is its verdict
        yield f"the parser of prometheus_client: {type(error).__name__}: {str(error)[:100]}"
        return
    counted = Counter((name, labels) for name, labels, _ in listed)
    yield from (f"twice: {name}{dict(labels)}"[:200] for (name, labels), times in counted.items() if times > 1)
    yield from (f"not finite: {name}" for name, _, value in listed if not math.isfinite(value))


def _listed(page: Answer) -> list[tuple[str, tuple[tuple[str, str], ...], float]]:
    parse: Callable[[str], Iterator[Metric]] = _PARSERS[page.format or Format.TEXT]
    return [
        (sample.name, tuple(sorted(sample.labels.items())), float(sample.value))
        for family in parse(page.body.decode())
        for sample in family.samples
    ]


async def _promtool(page: Answer) -> list[str]:
    process = await asyncio.create_subprocess_exec(
        PROMTOOL, "check", "metrics",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate(page.body)
    return [f"promtool: {said.decode()[:200]}"] if process.returncode else []
