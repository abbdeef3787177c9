"""The only place that makes the rule files: ``rules.template.yaml`` with the figures of ``thresholds.yaml`` in it.

``python -m deploy.prometheus.rendering`` writes them all: for Prometheus, for its operator, for the chart.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import indent

import yaml

__all__ = ["Threshold", "files", "rendered", "scaled", "thresholds"]

HERE = Path(__file__).parent
DEPLOY = HERE.parent

_UNITS_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PLACE = re.compile(r"<<(\w+)(\.seconds)?>>")

# A name comes from a query and not from the expression: an alert must not depend on a series that only embellishes it.
_PHRASES = {
    "runbook": "https://github.com/sailpoint-exporter/sailpoint-exporter/blob/main/deploy/runbook.md",
    "client": "{{ with printf `sailpoint_managed_client_info{tenant=%q,client_id=%q}` $labels.tenant $labels.client_id"
    " | query }}{{ . | first | label `client_name` }} {{ end }}({{ $labels.client_id }} of {{ $labels.tenant }})",
    "cluster": "{{ with printf `sailpoint_managed_cluster_info{tenant=%q,cluster_id=%q}` $labels.tenant"
    " $labels.cluster_id | query }}{{ . | first | label `cluster_name` }} {{ end }}"
    "({{ $labels.cluster_id }} of {{ $labels.tenant }})",
    "services": "{{ with printf `sailpoint_managed_cluster_services{tenant=%q,cluster_id=%q}` $labels.tenant"
    " $labels.cluster_id | query }}Sources on this cluster: {{ . | first | value }}.{{ end }}",
}

_MADE = "# Made by `python -m deploy.prometheus.rendering` from rules.template.yaml and thresholds.yaml: edit those.\n"

_PROMETHEUS_RULE = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: sailpoint-exporter
  labels:
    app.kubernetes.io/name: sailpoint-exporter
spec:
"""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A figure in the alerts.

    Attributes:
        value: a number, or a duration such as ``5m``.
        because: the documented fact or the reason it comes from.
        clock: who reckons the duration: the ``tenant``, or Prometheus and the exporter (``own``); empty for a number.
    """

    value: str
    because: str
    clock: str = ""

    @property
    def seconds(self) -> float:
        """The duration in seconds."""
        return float(self.value[:-1]) * _UNITS_SECONDS[self.value[-1]]


def thresholds() -> dict[str, Threshold]:
    """All figures, by name."""
    table = yaml.safe_load((HERE / "thresholds.yaml").read_text())
    return {name: Threshold(**row | {"value": str(row["value"])}) for name, row in table.items()}


def scaled(figures: Mapping[str, Threshold], speed: float) -> dict[str, Threshold]:
    """The figures for a tenant whose clock runs so many times as fast as Prometheus' own, at least a second each."""
    return {
        name: replace(figure, value=f"{max(1, round(figure.seconds / speed))}s") if figure.clock == "own" else figure
        for name, figure in figures.items()
    }


def rendered(figures: Mapping[str, Threshold]) -> str:
    """The rules with these figures: a document of ``groups``, as Prometheus reads it.

    Raises:
        KeyError: the template names a figure that is not there.
    """
    template = (HERE / "rules.template.yaml").read_text()
    groups = template[template.index("groups:") :]
    return _MADE + _PLACE.sub(lambda place: _filled(place, figures), groups)


def _filled(place: re.Match[str], figures: Mapping[str, Threshold]) -> str:
    name, in_seconds = place.groups()
    if name in _PHRASES:
        return _PHRASES[name]
    return f"{figures[name].seconds:.0f}" if in_seconds else figures[name].value


def files() -> dict[Path, str]:
    """What is written where."""
    rules = rendered(thresholds())
    resource = _MADE + _PROMETHEUS_RULE + indent(rules.removeprefix(_MADE), "  ")
    return {
        HERE / "sailpoint-exporter.rules.yaml": rules,
        DEPLOY / "kubernetes/components/prometheus-operator/prometheusrule.yaml": resource,
        DEPLOY / "helm/sailpoint-exporter/files/sailpoint-exporter.rules.yaml": rules,
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
