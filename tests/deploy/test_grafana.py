"""The committed dashboards: made from the code, and by the conventions that make them fit anywhere."""

import json
import re
from itertools import combinations
from typing import Any

import pytest

from deploy.grafana.colors import BLIND, CLIENT_STATES, GOOD, UNASKED_STATE
from deploy.grafana.expressions import JOBS_FAILED, JOBS_UNDER_WAY
from deploy.grafana.generate import FOLDER, documents
from exporter.api.documents import JOB_STATES, MANAGED_CLIENT_STATUSES, OTHER
from exporter.metrics.catalogue import FAMILIES
from tests.deploy.dashboards import DASHBOARDS, panels, queries, variable

UNITS = {"none", "s", "bytes", "percentunit", "reqps", "cps", "dateTimeAsIso", "dateTimeFromNow"}
"""Those in use of the ids in Grafana's packages/grafana-data/src/valueFormats/categories.ts."""

EMITTED = {family.name for family in FAMILIES} | {
    f"{family.name}_bucket" for family in FAMILIES if family.type == "histogram"
}

each_dashboard = pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=list(DASHBOARDS))


def test_the_committed_dashboards_are_what_the_code_makes() -> None:
    """Run ``python -m deploy.grafana.generate`` after a change."""
    assert documents() == {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}


@each_dashboard
def test_a_dashboard_can_be_provisioned_anywhere(dashboard: dict[str, Any]) -> None:
    """Classic schema 39 with a fixed uid, no inputs to fill in, no id of somebody's database, and read-only."""
    assert dashboard["schemaVersion"] == 39
    assert dashboard["editable"] is False
    assert dashboard["id"] is None
    assert not {key for key in dashboard if key.startswith("__")}
    assert "${DS_" not in json.dumps(dashboard)


def test_dashboards_have_names_of_their_own() -> None:
    """Fixed uids, which links name, and titles and descriptions for people."""
    assert {dashboard["uid"] for dashboard in DASHBOARDS.values()} == {f"sailpoint-{name}" for name in DASHBOARDS}
    assert len({dashboard["title"] for dashboard in DASHBOARDS.values()}) == len(DASHBOARDS) == 3
    assert all(dashboard["description"] for dashboard in DASHBOARDS.values())


@each_dashboard
def test_a_dashboard_asks_the_data_source_that_was_chosen(dashboard: dict[str, Any]) -> None:
    """Panels, queries and variables all name the variable ``datasource``, which lists Prometheus servers."""
    assert variable(dashboard, "datasource")["type"] == "datasource"
    assert variable(dashboard, "datasource")["query"] == "prometheus"
    asking = [*dashboard["panels"], *(target for panel in dashboard["panels"] for target in panel["targets"])]
    asking += [each for each in dashboard["templating"]["list"] if each["type"] == "query"]
    assert {json.dumps(each["datasource"]) for each in asking} == {
        '{"type": "prometheus", "uid": "${datasource}"}',
    }


@each_dashboard
@pytest.mark.parametrize("name", ["tenant", "cluster_id"])
def test_any_tenants_and_clusters_can_be_chosen(dashboard: dict[str, Any], name: str) -> None:
    """Several at once or all; all includes clients whose cluster is not known."""
    chosen = variable(dashboard, name)
    assert (chosen["multi"], chosen["includeAll"], chosen["allValue"]) == (True, True, ".*")


def test_clusters_are_chosen_by_name() -> None:
    """The variable's pattern takes the name for people and the id for queries from what Prometheus answers."""
    pattern = variable(DASHBOARDS["fleet"], "cluster_id")["regex"].strip("/").replace("(?<", "(?P<")
    answer = '{cluster="Berlin", cluster_id="1534", tenant="acme"} 1 1795390882000'
    found = re.search(pattern, answer)
    assert found is not None
    assert found.groupdict() == {"text": "Berlin", "value": "1534"}


@each_dashboard
def test_dashboards_lead_to_each_other(dashboard: dict[str, Any]) -> None:
    """With the same time range and variables."""
    (link,) = dashboard["links"]
    assert (link["type"], link["keepTime"], link["includeVars"]) == ("dashboards", True, True)
    assert set(link["tags"]) == set(dashboard["tags"])


def test_links_from_panels_lead_to_dashboards_that_exist() -> None:
    """And keep the time range, the data source and the tenant."""
    urls = re.findall(r'"url": "(/d/[^"]+)"', json.dumps(list(DASHBOARDS.values())))
    assert urls
    for url in urls:
        uid, _, kept = url.removeprefix("/d/").partition("?")
        assert uid in {dashboard["uid"] for dashboard in DASHBOARDS.values()}
        assert {"${__url_time_range}", "${datasource:queryparam}", "${tenant:queryparam}"} <= set(kept.split("&"))


def test_a_panel_explains_itself() -> None:
    """A title, a description that ends like a sentence, and a unit."""
    for name, panel in panels():
        assert panel["title"], name
        assert panel["description"].endswith("."), name
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, name


def test_a_panel_has_its_own_words_for_nothing() -> None:
    """No value at all is never shown in green, and never as 0."""
    for name, panel in panels():
        defaults = panel["fieldConfig"]["defaults"]
        assert "noValue" in defaults, name
        if panel["type"] == "table":
            continue
        (nothing,) = [mapping["options"]["result"] for mapping in defaults["mappings"] if mapping["type"] == "special"]
        assert nothing["color"] == BLIND, name


def test_columns_are_those_of_the_queries() -> None:
    """Every override by name is about a column that the transformations made or left."""
    for name, panel in panels():
        made = [
            transformation["options"]
            for transformation in panel["transformations"]
            if transformation["id"] == "organize"
        ]
        known = {name for options in made for name in (*options["renameByName"].values(), "cluster_id")}
        assert not made or all(sort["displayName"] in known for sort in panel["options"].get("sortBy", [])), name
        for override in panel["fieldConfig"]["overrides"]:
            if override["matcher"]["id"] == "byName":
                assert override["matcher"]["options"] in known, name


@each_dashboard
def test_panels_do_not_overlap(dashboard: dict[str, Any]) -> None:
    """All are inside the 24 columns, and each has an id of its own."""
    places = [panel["gridPos"] for panel in dashboard["panels"]]
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= 24 for place in places)
    assert not [(one, other) for one, other in combinations(places, 2) if _overlap(one, other)]
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(places)


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    def meet(start: str, length: str) -> bool:
        return one[start] < other[start] + other[length] and other[start] < one[start] + one[length]

    return meet("x", "w") and meet("y", "h")


def test_queries_name_what_the_exporter_emits() -> None:
    """No recording rules either: a dashboard works with the exporter's page alone."""
    for query in queries():
        assert set(re.findall(r"\bsailpoint_\w+", query.expression)) <= EMITTED, query.name
        assert not re.search(r"\w:sailpoint_", query.expression), query.name


def test_what_is_wrong_comes_first() -> None:
    """The fleet's first line: numbers whose 0 is good, and what could not be asked apart from what is down."""
    first = [panel for panel in DASHBOARDS["fleet"]["panels"] if panel["gridPos"]["y"] == 0]
    colors = {panel["title"]: panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["color"] for panel in first}
    assert {panel["type"] for panel in first} == {"stat"}
    assert colors["Could not be asked"] == BLIND
    assert BLIND not in {colors["Clusters down"], colors["Clients not NORMAL"], colors["Silent for 5 minutes"]}


def test_every_status_has_a_word_and_a_colour() -> None:
    """NORMAL alone is green; what could not be asked is neither green nor the colour of a status."""
    words = {state.text: state.color for state in CLIENT_STATES}
    assert {*MANAGED_CLIENT_STATUSES, OTHER} <= set(words)
    assert [text for text, color in words.items() if color == GOOD] == ["NORMAL"]
    assert [text for text, color in words.items() if color == UNASKED_STATE.color] == [UNASKED_STATE.text]


def test_jobs_are_in_states_that_exist() -> None:
    """Under way and failed are states of the vendor's, and no state is both."""
    under_way, failed = set(JOBS_UNDER_WAY.split("|")), set(JOBS_FAILED.split("|"))
    assert under_way | failed | {"FINISHED", "SKIPPED"} == set(JOB_STATES)
    assert not under_way & failed
