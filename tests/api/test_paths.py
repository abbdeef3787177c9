"""exporter.api.paths: where operations live in each generation, and that ids lead nowhere else."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.api.paths import (
    GENERATIONS,
    GET_MANAGED_CLIENT_HEALTH_INDICATORS,
    GET_MANAGED_CLIENT_STATUS,
    GET_MANAGED_CLIENTS,
    GET_MANAGED_CLUSTERS,
    GET_OAUTH_INFO,
    OAUTH_TOKEN,
    UPDATE_MANAGED_CLIENT_STATUS,
    Operation,
    Origin,
)
from exporter.errors import ApiError, Reason


@pytest.mark.parametrize(
    ("generation", "target"),
    [
        ("v1", "/managed-clients/v1/5678/status?type=CCG"),
        ("v2026", "/v2026/managed-clients/5678/status?type=CCG"),
        ("v2025", "/v2025/managed-clients/5678/status?type=CCG"),
        ("v2024", "/v2024/managed-clients/5678/status?type=CCG"),
        ("v3", "/v3/managed-clients/5678/status?type=CCG"),
        ("beta", "/beta/managed-clients/5678/status?type=CCG"),
    ],
)
def test_each_generation_has_the_status_at_its_documented_path(generation: str, target: str) -> None:
    """The version stands behind the resource in v1, and before it in all older generations."""
    operation = GET_MANAGED_CLIENT_STATUS[generation]
    assert operation.target("5678", type="CCG") == target
    assert (operation.method, operation.endpoint) == ("GET", "managed_client_status")


@pytest.mark.parametrize(
    ("operations", "generations", "newest", "older", "scope"),
    [
        (
            GET_MANAGED_CLIENTS,
            ("v1", "v2026", "v2025", "v2024", "v3"),
            "/managed-clients/v1",
            "/v3/managed-clients",
            "idn:remote-client:read",
        ),
        (
            GET_MANAGED_CLUSTERS,
            ("v1", "v2026", "v2025", "v2024", "v3", "beta"),
            "/managed-clusters/v1",
            "/v3/managed-clusters",
            "idn:remote-client:read",
        ),
        (
            GET_MANAGED_CLIENT_HEALTH_INDICATORS,
            ("v1", "v2026", "v2025"),
            "/managed-clients/v1/{id}/health-indicators",
            "/v2025/managed-clients/{id}/health-indicators",
            "idn:remote-client:manage",
        ),
    ],
)
def test_lists_and_health_are_where_generations_have_them(
    operations: Mapping[str, Operation], generations: tuple[str, ...], newest: str, older: str, scope: str
) -> None:
    """Beta has no list of clients, and health came with v2025; each says which scope it needs."""
    assert tuple(operations) == generations
    assert operations["v1"].path_template == newest
    assert older in [operation.path_template for operation in operations.values()]
    assert {(operation.method, operation.scope) for operation in operations.values()} == {("GET", scope)}


def test_a_target_without_an_id_is_the_path_with_its_query() -> None:
    """Lists, and what is asked without a token."""
    assert GET_MANAGED_CLIENTS["v1"].target(limit="250", offset="500") == "/managed-clients/v1?limit=250&offset=500"
    assert GET_OAUTH_INFO.target() == "/oauth/info"


def test_every_generation_is_listed() -> None:
    """The list that settings offer is the list of paths."""
    assert tuple(GET_MANAGED_CLIENT_STATUS) == GENERATIONS


def test_the_other_operations_have_one_path() -> None:
    """The token's and the beta report's."""
    assert OAUTH_TOKEN.path_template == "/oauth/token"
    assert UPDATE_MANAGED_CLIENT_STATUS.target("5678") == "/beta/managed-clients/5678/status"


@pytest.mark.parametrize("client_id", ["", "..", ".", "-a", "a/b", "a?b", "a#c", "a%2fb", "a b", "é", "a\n", "x" * 129])
def test_an_id_that_could_lead_elsewhere_is_refused(client_id: str) -> None:
    """Nothing but the allowed characters enters a path."""
    with pytest.raises(ApiError) as caught:
        UPDATE_MANAGED_CLIENT_STATUS.target(client_id)
    assert caught.value.reason is Reason.SCHEMA


def test_a_type_is_checked_like_an_id() -> None:
    """The query takes no other parameter along."""
    with pytest.raises(ApiError):
        GET_MANAGED_CLIENT_STATUS["v1"].target("5678", type="CCG&x=y")


@given(st.text(max_size=140))
def test_whatever_the_id_the_address_is_the_operations_own(client_id: str) -> None:
    """An id is refused, or it is the one segment between the template's."""
    try:
        target = UPDATE_MANAGED_CLIENT_STATUS.target(client_id)
    except ApiError:
        return
    url = Origin("https://acme.api.identitynow.com").url(target)
    assert url.host == "acme.api.identitynow.com"
    assert url.path.split("/") == ["", "beta", "managed-clients", client_id, "status"]


@pytest.mark.parametrize(
    "base_url",
    [
        "https://acme.api.identitynow.com",
        "https://acme.api.identitynow.com/",
        "https://ACME.api.identitynow.com:443/v3?a#b",
    ],
)
def test_an_origin_is_scheme_host_and_port_only(base_url: str) -> None:
    """A base URL's slash, path, query and fragment are not carried along."""
    origin = Origin(base_url)
    assert str(origin.url("/oauth/token")) == "https://acme.api.identitynow.com/oauth/token"
    assert origin.encrypted
    assert not Origin("http://127.0.0.1:9854").encrypted


@pytest.mark.parametrize(
    "target", ["/a/../b", "@evil.example/", "http://evil.example/", "/a b", "/a\n", "/a?b#c", "/é"]
)
def test_a_target_that_is_no_plain_path_is_refused(target: str) -> None:
    """The last guard behind the checked ids."""
    with pytest.raises(ApiError) as caught:
        Origin("https://acme.api.identitynow.com").url(target)
    assert caught.value.reason is Reason.INTERNAL


def test_the_same_address_is_built_once() -> None:
    """A fleet's addresses do not change between scrapes."""
    origin = Origin("https://acme.api.identitynow.com")
    assert origin.url("/oauth/token") is origin.url("/oauth/token")
