"""The chart and the kustomize base are the same thing in two spellings."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest

from tests.deploy.charts import BASE_SETS, objects, of_kind
from tests.deploy.kustomize import Use

pytestmark = pytest.mark.deploy

COMPONENT_SETS = (*BASE_SETS, "--set", "monitoring.labels.release=kube-prometheus-stack")

HASH = re.compile(r"(?<=sailpoint-exporter-config)-[a-z0-9]{10}\b")
"""Kustomize restarts the pod after a change by this end of the ConfigMap's name."""

HELM_ALONE = {
    "*/metadata/labels/helm.sh/chart": "Helm's own: which chart it came from",
    "*/metadata/labels/app.kubernetes.io/managed-by": "Helm's own: who may change it",
    "Deployment/sailpoint-exporter/spec/template/metadata/annotations/checksum/config": "restarts the pod",
    "Pod/sailpoint-exporter-test/*": "exists during `helm test`",
    "NetworkPolicy/sailpoint-exporter-test/*": "exists during `helm test`, and lets it in",
}
"""What the chart has and the base has not, by place. There is nothing else, and no value that differs."""


def _flat(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Every scalar in an object, by its place."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield place, value
    else:
        for key, part in inner:
            yield from _flat(part, f"{place}/{key}")


def _places(documents: list[dict[str, Any]]) -> dict[str, Any]:
    pairs = [pair for one in documents for pair in _flat(one, f"{one['kind']}/{one['metadata']['name']}")]
    return {HASH.sub("", place): HASH.sub("", value) if isinstance(value, str) else value for place, value in pairs}


def test_it_is_the_kustomize_base() -> None:
    """Whoever changes from one to the other gets the same objects, but for what is listed here."""
    base, chart = _places(Use(("base",)).objects), _places(objects(*BASE_SETS))
    assert {place: chart.get(place) for place in base} == base
    alone = {
        place: [pattern for pattern in HELM_ALONE if fnmatch(place, pattern)] for place in chart.keys() - base.keys()
    }
    assert [place for place, patterns in alone.items() if not patterns] == []
    assert {pattern for patterns in alone.values() for pattern in patterns} == HELM_ALONE.keys()


@pytest.mark.parametrize(
    ("component", "switch", "kind", "endpoints"),
    [
        ("prometheus-operator", "podMonitor", "PodMonitor", "podMetricsEndpoints"),
        ("service-monitor", "serviceMonitor", "ServiceMonitor", "endpoints"),
    ],
)
def test_monitors_are_those_of_the_components(component: str, switch: str, kind: str, endpoints: str) -> None:
    """Prometheus scrapes in the same way; the chart's monitors select the pods of their release only."""
    (found,) = Use(("base",), (f"components/{component}",)).of_kind(kind)
    rendered = of_kind(kind, *COMPONENT_SETS, "--set", f"monitoring.{switch}.enabled=true")
    assert rendered["spec"][endpoints] == found["spec"][endpoints]
    assert found["metadata"]["labels"].items() <= rendered["metadata"]["labels"].items()
    assert rendered["spec"]["selector"] == of_kind("Deployment", *BASE_SETS)["spec"]["selector"]


def test_rules_are_those_of_the_component() -> None:
    """The operator is given the same rules, and Helm has left their templates alone."""
    (found,) = Use(("base",), ("components/prometheus-operator",)).of_kind("PrometheusRule")
    rendered = of_kind("PrometheusRule", *COMPONENT_SETS, "--set", "monitoring.prometheusRule.enabled=true")
    assert rendered["spec"] == found["spec"]
    assert found["metadata"]["labels"].items() <= rendered["metadata"]["labels"].items()
