"""Which labels a PromQL expression's series have, given those of the exporter's families; needs ``promql-parser``."""

from collections.abc import Iterator
from typing import Any

import pytest

from exporter.metrics.catalogue import FAMILIES

__all__ = ["labels_of", "parsed", "readings_outside_max"]

TARGET = frozenset({"job", "instance"})
"""Prometheus' own, on whatever it scrapes."""

KNOWN: dict[str, frozenset[str]] = {
    "ALERTS": frozenset({"alertname", "alertstate", "severity", "tenant", "cluster_id", "client_id"}),
    "up": TARGET,
    "process_resident_memory_bytes": TARGET,
    "process_cpu_seconds_total": TARGET,
    "process_open_fds": TARGET,
    "process_start_time_seconds": TARGET,
    **{family.name: TARGET.union(family.labels) for family in FAMILIES},
    **{
        f"{family.name}_bucket": TARGET.union(family.labels, {"le"})
        for family in FAMILIES
        if family.type == "histogram"
    },
}

SETS = ("or", "and", "unless")


def parsed(expression: str) -> Any:
    """The expression's tree; fails with the parser's message when it is not PromQL."""
    promql = pytest.importorskip("promql_parser", reason="needs promql-parser: pip install promql-parser==0.12.0")
    return promql.parse(expression)


def labels_of(node: Any) -> frozenset[str]:
    """The labels that the node's series can have; fails where one is used that its operand does not have."""
    rule = _RULES.get(type(node).__name__)
    return rule(node) if rule else frozenset().union(*(labels_of(operand) for operand in _operands(node)))


def readings_outside_max(node: Any, around: str = "") -> Iterator[str]:
    """What the tenant says of clients and clusters, where the nearest aggregation would count replicas twice."""
    if type(node).__name__ == "VectorSelector":
        if node.name.startswith("sailpoint_managed_") and around not in {"max", "group"}:
            yield node.name
        return
    operation = str(node.op) if type(node).__name__ == "AggregateExpr" else around
    for operand in _operands(node):
        yield from readings_outside_max(operand, operation)


def _operands(node: Any) -> list[Any]:
    names = ("vector_selector", "expr", "lhs", "rhs")
    return [getattr(node, name) for name in names if hasattr(node, name)] + list(getattr(node, "args", ()))


def _of_selector(node: Any) -> frozenset[str]:
    return _all_in({matcher.name for matcher in node.matchers.matchers}, KNOWN[node.name], node)


def _of_aggregation(node: Any) -> frozenset[str]:
    by = frozenset(node.modifier.labels if node.modifier else ())
    labels = _all_in(by, labels_of(node.expr), node)
    return labels if str(node.op) in {"topk", "bottomk"} else by


def _of_call(node: Any) -> frozenset[str]:
    if node.func.name == "label_replace":
        series, made, _, source, _ = node.args
        return _all_in({source.val}, labels_of(series), node) | {made.val}
    labels = frozenset[str]().union(*(labels_of(argument) for argument in node.args))
    return labels - {"le"} if node.func.name == "histogram_quantile" else labels


def _of_binary(node: Any) -> frozenset[str]:
    left, right = labels_of(node.lhs), labels_of(node.rhs)
    matching = node.modifier.matching if node.modifier else None
    if matching:
        _all_in(matching.labels, left, node)
        _all_in(matching.labels, right, node)
    if str(node.op) in SETS:
        return left | right if str(node.op) == "or" else left
    brought = (node.modifier.group_labels if node.modifier else None) or ()
    return (left or right) | _all_in(brought, right, node) & frozenset(brought)


def _all_in(used: Any, there: frozenset[str], node: Any) -> frozenset[str]:
    missing = set(used) - there
    assert not missing, f"{sorted(missing)} not among {sorted(there)} in {str(node)[:300]}"
    return there


_RULES = {
    "VectorSelector": _of_selector,
    "AggregateExpr": _of_aggregation,
    "Call": _of_call,
    "BinaryExpr": _of_binary,
}
"""Whatever else there is has the labels of its operands."""
