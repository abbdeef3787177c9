"""Reading pages back with the parsers of the official Python client."""

import zlib
from collections import Counter
from collections.abc import Iterable

from prometheus_client.core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from exporter.collect.snapshot import Snapshot
from exporter.metrics import Format, Page, Pages

Series = tuple[str, frozenset[tuple[str, str]]]


def parse(page: Page) -> list[Metric]:
    """The families on a page, compressed or not."""
    body = zlib.decompress(page.body, wbits=31) if page.content_encoding else page.body
    parser = parse_openmetrics if page.content_type == Format.OPENMETRICS.value else parse_text
    return list(parser(body.decode()))


def series(metrics: Iterable[Metric]) -> dict[Series, float]:
    """Value by name and labels; fails when two samples are the same series."""
    samples = [sample for metric in metrics for sample in metric.samples]
    keys = [(sample.name, frozenset(sample.labels.items())) for sample in samples]
    assert not [key for key, times in Counter(keys).items() if times > 1]
    return dict(zip(keys, (sample.value for sample in samples), strict=True))


def of_tenants(metrics: Iterable[Metric]) -> dict[Series, float]:
    """The series that do not change between two renderings: those of the library's own collectors do."""
    return {key: value for key, value in series(metrics).items() if not key[0].startswith(("process_", "python_"))}


def value(pages: Pages, snapshots: tuple[Snapshot, ...], name: str, **labels: str) -> float | None:
    """The value of the one series with this name and at least these labels, None without one."""
    found = {
        key: value
        for key, value in series(parse(pages.render(snapshots, Format.OPENMETRICS))).items()
        if key[0] == name and set(labels.items()) <= key[1]
    }
    assert len(found) <= 1, f"ambiguous: {found}"
    return next(iter(found.values()), None)
