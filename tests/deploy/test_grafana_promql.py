"""Every query of the dashboards, read by a PromQL parser."""

import re
from typing import Any

import pytest

from tests.deploy.dashboards import DASHBOARDS, Query, panels, queries, substituted, variable
from tests.deploy.promql import labels_of, parsed, readings_outside_max

pytestmark = pytest.mark.deploy

each_query = pytest.mark.parametrize("query", queries(), ids=lambda query: query.name)


@each_query
def test_labels_are_those_of_the_families(query: Query) -> None:
    """Whatever a query selects, joins or sums by, and whatever its legend shows, its series have."""
    labels = labels_of(parsed(substituted(query.expression)))
    assert set(re.findall(r"\{\{(\w+)\}\}", query.legend)) <= labels


@each_query
def test_replicas_are_counted_once(query: Query) -> None:
    """What is said of a client or cluster goes through ``max by`` its labels before anything else is made of it."""
    assert not list(readings_outside_max(parsed(substituted(query.expression))))


def test_columns_are_labels_and_values() -> None:
    """What a table renames or hides, its queries give."""
    for name, panel in panels():
        fields = _fields(panel)
        for transformation in panel["transformations"]:
            if transformation["id"] == "organize":
                options = transformation["options"]
                assert {*options["renameByName"], *options["excludeByName"]} <= fields, name


def test_the_variable_of_clusters_is_promql() -> None:
    """Its query gives the two labels that its pattern takes apart."""
    query = variable(DASHBOARDS["fleet"], "cluster_id")["query"]["query"]
    inner = query.removeprefix("query_result(").removesuffix(")")
    assert {"cluster", "cluster_id"} <= labels_of(parsed(substituted(inner)))


def _fields(panel: dict[str, Any]) -> set[str]:
    letters = [target["refId"] for target in panel["targets"]]
    values = [f"Value #{letter}" for letter in letters] if len(letters) > 1 else ["Value"]
    labels = [labels_of(parsed(substituted(target["expr"]))) for target in panel["targets"]]
    return {"Time", *values}.union(*labels)


@pytest.mark.parametrize(
    "wrong",
    [
        'up{tenant="acme"}',
        "sum by (client_id) (sailpoint_up)",
        'label_replace(up, "a", "$1", "client_id", "(.+)")',
        "sailpoint_up * on (tenant, client_id) sailpoint_managed_client_normal",
        "sailpoint_up * on (tenant) group_left (client_name) sailpoint_managed_client_normal",
    ],
)
def test_a_label_that_is_not_there_is_found(wrong: str) -> None:
    """The reader of labels can fail."""
    with pytest.raises(AssertionError, match="not among"):
        labels_of(parsed(wrong))


def test_a_reading_that_is_counted_twice_is_found() -> None:
    """The reader of aggregations can fail."""
    assert list(readings_outside_max(parsed("sum by (tenant) (sailpoint_managed_client_normal)")))
