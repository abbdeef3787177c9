"""The OAuth endpoints, asked as the vendor's own tools ask them."""

from typing import Any

import pytest

from exporter.clock import Clock
from exporter.simulator.oauth import token_parameters
from tests.simulator.calling import EVERYTHING, calling, tenant_on, token_request

PARAMETERS = token_request()
GRANT_TYPE = {"grant_type": PARAMETERS["grant_type"]}
CLIENT = {name: PARAMETERS[name] for name in ("client_id", "client_secret")}


def form(parameters: dict[str, str]) -> dict[str, tuple[None, str]]:
    """The parameters as fields of multipart form data."""
    return {name: (None, value) for name, value in parameters.items()}


@pytest.mark.parametrize(
    "request_by",
    [
        pytest.param({"files": form(PARAMETERS)}, id="documentation's curl, TypeScript SDK 2, PowerShell SDK"),
        pytest.param({"data": PARAMETERS}, id="Python SDK, Go SDK"),
        pytest.param({"params": PARAMETERS}, id="TypeScript SDK 1"),
        pytest.param({"params": GRANT_TYPE, "data": CLIENT}, id="CLI"),
        pytest.param({"params": GRANT_TYPE, "files": form(CLIENT)}, id="query and multipart"),
        pytest.param({"data": PARAMETERS | {"grant_type": "CLIENT_CREDENTIALS"}}, id="documentation's table"),
        pytest.param({"data": PARAMETERS, "params": PARAMETERS}, id="everything twice"),
    ],
)
async def test_every_official_tool_gets_a_token(clock: Clock, request_by: dict[str, Any]) -> None:
    """Urlencoded, multipart, query string and mixtures are all accepted."""
    async with calling(tenant_on(clock)) as caller:
        answer = await caller.post("/oauth/token", **request_by)
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 43199
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("parameters", "status_code", "error"),
    [
        ({}, 400, "invalid_request"),
        (CLIENT, 400, "invalid_request"),
        (PARAMETERS | {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (GRANT_TYPE, 401, "invalid_client"),
        (PARAMETERS | {"client_id": "unknown"}, 401, "invalid_client"),
        (PARAMETERS | {"client_secret": "wrong"}, 401, "invalid_client"),
        (PARAMETERS | {"client_secret": ""}, 401, "invalid_client"),
        (PARAMETERS | {"client_secret": "é"}, 401, "invalid_client"),
        (PARAMETERS | {str(number): "" for number in range(100)}, 400, "invalid_request"),
    ],
)
async def test_other_token_requests_are_refused(
    clock: Clock, parameters: dict[str, str], status_code: int, error: str
) -> None:
    """Refusals carry ``error`` and ``error_description``, and no secret."""
    async with calling(tenant_on(clock)) as caller:
        answer = await caller.post("/oauth/token", data=parameters)
    assert answer.status_code == status_code
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]
    assert EVERYTHING.client_secret not in answer.text


async def test_a_wrong_secret_is_told_in_the_vendors_words(clock: Clock) -> None:
    """The text that users of the vendor's tools report."""
    async with calling(tenant_on(clock)) as caller:
        answer = await caller.post("/oauth/token", data=PARAMETERS | {"client_secret": "wrong"})
    assert answer.json()["error_description"] == "Full authentication is required to access this resource"


async def test_basic_authentication_of_the_client_is_not_offered(clock: Clock) -> None:
    """An undocumented way to present the secret is refused."""
    async with calling(tenant_on(clock)) as caller:
        secret = (EVERYTHING.client_id, EVERYTHING.client_secret)
        answer = await caller.post("/oauth/token", data=GRANT_TYPE, auth=secret)
    assert answer.status_code == 401


async def test_info_needs_no_token(clock: Clock) -> None:
    """The tenant tells where its token endpoint is to everybody."""
    async with calling(tenant_on(clock, org="acme-sb")) as caller:
        answer = await caller.get("/oauth/info")
    assert answer.json()["tenantName"] == "acme-sb"
    assert answer.json()["tokenEndpoint"] == "http://acme.test/oauth/token"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"client_id=x"),
        ("multipart/form-data; boundary=b", b"no part at all"),
        ("multipart/form-data; boundary=é", b"--\xe9\r\n\r\nx"),
        ("text/plain", b"client_id=x"),
        ("", b"client_id=x"),
    ],
)
def test_bodies_of_another_form_say_nothing(content_type: str, body: bytes) -> None:
    """What is neither urlencoded nor multipart has no parameters."""
    assert "client_id" not in token_parameters("", content_type, body)


def test_multipart_values_arrive_as_they_are() -> None:
    """Line breaks, equal signs and letters beyond ASCII survive; a nested multipart is empty."""
    part = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n%s\r\n%s\r\n'
    nested = part % (b"nested", b"Content-Type: multipart/mixed; boundary=c\r\n", b"--c\r\n\r\nx\r\n--c--")
    body = part % (b"client_secret", b"", "a=b&c\r\né".encode()) + nested + b"--b--\r\n"
    parameters = token_parameters("", "multipart/form-data; boundary=b", body)
    assert parameters == {"client_secret": "a=b&c\r\né", "nested": ""}


def test_the_query_wins() -> None:
    """A parameter that stands in both places is taken from the query."""
    parameters = token_parameters("client_id=query", "application/x-www-form-urlencoded", b"client_id=body&x=1")
    assert parameters == {"client_id": "query", "x": "1"}
