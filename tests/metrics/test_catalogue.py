"""The catalogue: everything on a page is in it."""

import pytest

from exporter.api.calls import ApiState, Call
from exporter.errors import Reason
from exporter.metrics import Format, Pages, Telemetry
from exporter.metrics.catalogue import FAMILIES
from tests.metrics.reading_pages import parse
from tests.metrics.snapshots import ACME


def test_no_family_is_listed_twice() -> None:
    """HELP and TYPE of a name may stand on a page only once."""
    names = [family.name for family in FAMILIES]
    assert len(set(names)) == len(names)


def test_the_page_has_exactly_the_families_of_the_catalogue(telemetry: Telemetry, pages: Pages) -> None:
    """With its types, labels and HELP; a page with something of everything leaves none of them out."""
    telemetry.observer("acme").call_finished(
        Call("token", "POST", "/oauth/token", 0.1, 429, Reason.RATE_LIMITED, deprecated=True, clock_skew_seconds=1.0)
    )
    telemetry.register_tenant("acme", lambda: ApiState(50, 0, 0.0, 1.0))
    found = {
        (metric.name, metric.type, metric.documentation, frozenset(metric.samples[0].labels) - {"le"})
        for metric in parse(pages.render((ACME,), Format.OPENMETRICS))
        if metric.name.startswith("sailpoint_")
    }
    assert found == {
        (family.name.removesuffix("_total"), family.type, family.help, frozenset(family.labels)) for family in FAMILIES
    }


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_labels_never_shadow_those_of_prometheus_and_kubernetes(family: object) -> None:
    """A scrape would rename them to exported_..., and every query with them."""
    shadowing = {"cluster", "job", "instance", "type", "service", "namespace", "pod", "le"}
    assert not shadowing & set(getattr(family, "labels", ()))
