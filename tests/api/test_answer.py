"""exporter.api.answer: what of an answer is acceptable."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.api.answer import (
    ThrottledError,
    clock_skew_seconds,
    is_deprecated,
    read_document,
    reason_of_status,
    refuse_status,
    tracking_id,
)
from exporter.errors import ApiError, Reason
from tests.api.fakes import json_answer

JSON = {"Content-Type": "application/json"}
NOW = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT


class Dripping(httpx.AsyncByteStream):
    """A body of one byte each second, for ever."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(1.0)


def framed(body: bytes) -> httpx.Response:
    """A success with this body; httpx would leave the length of an empty one out."""
    return httpx.Response(200, content=body, headers=JSON | {"Content-Length": str(len(body))})


async def refusal(response: httpx.Response, scope: str | None = None) -> ApiError:
    """The error with which an answer's status is refused."""
    with pytest.raises(ApiError) as caught:
        await refuse_status(response, scope=scope, now_epoch_seconds=NOW)
    return caught.value


async def reason_for(response: httpx.Response, limit_bytes: int = 1000) -> Reason:
    """Why an answer's document is refused."""
    with pytest.raises(ApiError) as caught:
        await read_document(response, limit_bytes)
    return caught.value.reason


@pytest.mark.parametrize(
    ("status_code", "reason"),
    [
        (200, None),
        (101, Reason.HTTP_OTHER),
        (201, Reason.HTTP_OTHER),
        (204, Reason.HTTP_OTHER),
        (301, Reason.REDIRECT),
        (304, Reason.REDIRECT),
        (307, Reason.REDIRECT),
        (400, Reason.HTTP_400),
        (401, Reason.UNAUTHORIZED),
        (403, Reason.FORBIDDEN),
        (404, Reason.NOT_FOUND),
        (409, Reason.HTTP_4XX),
        (418, Reason.HTTP_4XX),
        (429, Reason.RATE_LIMITED),
        (500, Reason.HTTP_5XX),
        (503, Reason.HTTP_5XX),
        (599, Reason.HTTP_5XX),
        (600, Reason.HTTP_OTHER),
        (999, Reason.HTTP_OTHER),
    ],
)
def test_each_status_has_one_reason(status_code: int, reason: Reason | None) -> None:
    """Success is 200, and nothing else."""
    assert reason_of_status(status_code) is reason


async def test_a_success_passes() -> None:
    """Up to a hundred headers."""
    headers = [(f"X-{number}", "") for number in range(100)]
    await refuse_status(httpx.Response(200, headers=headers), scope=None, now_epoch_seconds=NOW)
    error = await refusal(httpx.Response(200, headers=[*headers, ("X-100", "")]))
    assert (error.reason, error.status_code) == (Reason.PROTOCOL, 200)


async def test_an_error_names_the_code_the_tracking_id_and_the_missing_scope() -> None:
    """What an operator and the vendor's support need, and none of the tenant's texts."""
    document = {"detailCode": "403 Forbidden", "trackingId": "b21b1f7ce4da4d639f2c62a57171b427", "messages": ["canary"]}
    error = await refusal(json_answer(document, 403), scope="idn:managed-client-status:read")
    assert error.detail == "HTTP 403, code 403: the credential needs the scope idn:managed-client-status:read"
    assert error.tracking_id == "b21b1f7ce4da4d639f2c62a57171b427"
    assert error.status_code == 403


@pytest.mark.parametrize(
    ("detail_code", "shown"),
    [
        ("400.1.3 Illegal value", ", code 400.1.3"),
        ("400.1", ", code 400.1"),
        ("400.1\ncanary", ""),
        ("canary", ""),
        ("400canary", ""),
        (400, ""),
        (None, ""),
    ],
)
async def test_of_an_error_code_only_the_number_is_taken(detail_code: object, shown: str) -> None:
    """Words may be anybody's."""
    assert (await refusal(json_answer({"detailCode": detail_code}, 400), scope="unused")).detail == f"HTTP 400{shown}"


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ({"error": "invalid_client", "error_description": "canary"}, ", code invalid_client"),
        ({"error": "invalid_grant", "error_description": "canary: it has Expired"}, ", code invalid_grant, expired"),
        ({"error": "JWT validation failed: JWT is expired"}, ", expired"),
        ({"error": "canary", "error_description": ["expired"]}, ""),
        ({"error": ["invalid_client"]}, ""),
    ],
)
async def test_of_an_oauth_error_the_code_is_taken_and_that_something_expired(
    document: dict[str, object], shown: str
) -> None:
    """A closed set of codes and one fact: whoever reads the log needs to tell a wrong secret from an old one."""
    assert (await refusal(json_answer(document, 401))).detail == f"HTTP 401{shown}"


@pytest.mark.parametrize("tracking", ["", "a b", "<script>", "a\nb", "x" * 65, 5, None, ["x"]])
async def test_a_tracking_id_that_looks_like_none_is_dropped(tracking: object) -> None:
    """The header stands in, if it is better."""
    answer = json_answer({"trackingId": tracking}, 500, SLPT_Request_ID="0f-1a")
    assert (await refusal(answer)).tracking_id == "0f-1a"


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b'"text"', b"{", b"\xff", b" " * (64 * 1024 + 1)],
)
async def test_an_error_s_body_never_matters(body: bytes) -> None:
    """The status is the reason, whatever came with it."""
    error = await refusal(httpx.Response(502, content=body, headers=JSON))
    assert (error.reason, error.detail) == (Reason.HTTP_5XX, "HTTP 502")


async def test_an_error_s_endless_body_is_left_after_a_second() -> None:
    """The deadline is not spent on it."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    answer = httpx.Response(502, stream=Dripping(), headers=JSON | {"Transfer-Encoding": "chunked"})
    assert (await refusal(answer)).reason is Reason.HTTP_5XX
    assert loop.time() - started == 1.0


async def test_a_redirection_s_body_is_not_read() -> None:
    """Nor is its target."""
    answer = httpx.Response(307, stream=Dripping(), headers={"Location": "https://evil.example/"})
    assert (await refusal(answer)).detail == "HTTP 307"


@pytest.mark.parametrize(
    ("status_code", "headers", "retry_after_seconds"),
    [
        (429, {}, None),
        (429, {"Retry-After": "5"}, 5.0),
        (429, {"Retry-After": "Sun, 06 Nov 1994 08:50:07 GMT"}, 30.0),
        (429, {"Retry-After": "soon"}, None),
        (503, {"Retry-After": "7"}, 7.0),
        (503, {"Retry-After": "soon"}, None),
    ],
)
async def test_the_wish_to_wait_is_an_error_of_its_own(
    status_code: int, headers: dict[str, str], retry_after_seconds: float | None
) -> None:
    """429 always, 503 when it says for how long."""
    error = await refusal(httpx.Response(status_code, headers=headers))
    assert isinstance(error, ThrottledError)
    assert error.retry_after_seconds == retry_after_seconds


async def test_an_outage_without_a_wish_is_none() -> None:
    """503 alone, and other statuses with a Retry-After."""
    assert type(await refusal(httpx.Response(503))) is ApiError
    assert type(await refusal(httpx.Response(500, headers={"Retry-After": "5"}))) is ApiError


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json"},
        {"Content-Type": "Application/JSON; charset=utf-8"},
        {"Content-Type": "application/problem+json"},
        {"Content-Type": "application/json", "Content-Encoding": "identity"},
        {"Content-Type": "application/json", "Content-Encoding": ""},
    ],
)
async def test_json_is_read(headers: dict[str, str]) -> None:
    """With parameters and suffixes."""
    assert await read_document(httpx.Response(200, content=b'{"a": [1, "2", null]}', headers=headers), 100) == {
        "a": [1, "2", None]
    }


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Content-Type": "text/html"}, Reason.CONTENT_TYPE),
        ({"Content-Type": "application/jsonp"}, Reason.CONTENT_TYPE),
        ({"Content-Type": "text/plain; application/json"}, Reason.CONTENT_TYPE),
        ({}, Reason.CONTENT_TYPE),
        (JSON | {"Content-Encoding": "gzip"}, Reason.ENCODING),
        (JSON | {"Content-Encoding": "gzip, gzip"}, Reason.ENCODING),
        (JSON | {"Content-Encoding": "x-unknown"}, Reason.ENCODING),
    ],
)
async def test_anything_else_is_refused_before_it_is_read(headers: dict[str, str], reason: Reason) -> None:
    """By its headers alone."""
    assert await reason_for(httpx.Response(200, stream=Dripping(), headers=headers)) is reason


async def test_a_body_without_an_end_is_refused() -> None:
    """It could have been cut off anywhere."""
    assert await reason_for(httpx.Response(200, stream=Dripping(), headers=JSON)) is Reason.UNFRAMED


async def test_the_limit_is_the_last_byte_that_is_read() -> None:
    """By the length announced, or as it comes."""
    exact = b'{"a":"' + b"x" * 92 + b'"}'
    assert len(exact) == 100
    assert await read_document(httpx.Response(200, content=exact, headers=JSON), 100)
    assert await reason_for(httpx.Response(200, content=exact, headers=JSON), 99) is Reason.TOO_LARGE
    announced = httpx.Response(200, stream=Dripping(), headers=JSON | {"Content-Length": "10000000000"})
    assert await reason_for(announced) is Reason.TOO_LARGE
    endless = httpx.Response(200, stream=Dripping(), headers=JSON | {"Transfer-Encoding": "chunked"})
    assert await reason_for(endless) is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.JSON),
        (b"<html>", Reason.JSON),
        (b"{", Reason.JSON),
        (b'{"a": "\xff"}', Reason.JSON),
        (b'\xef\xbb\xbf{"a": 1}', Reason.JSON),
        (b'{"a": "\\ud800"}', Reason.JSON),
        (b"[" * 900, Reason.JSON),
        (b"[]", Reason.SCHEMA),
        (b"null", Reason.SCHEMA),
        (b"5", Reason.SCHEMA),
        (b'"text"', Reason.SCHEMA),
    ],
)
async def test_what_is_no_json_object_is_refused(body: bytes, reason: Reason) -> None:
    """Also what Python's own parser would take."""
    assert await reason_for(framed(body)) is reason


@given(st.binary(max_size=200))
async def test_no_body_raises_anything_else(body: bytes) -> None:
    """Bytes are an object or an ApiError."""
    try:
        document = await read_document(framed(body), 1000)
    except ApiError as error:
        assert error.reason in (Reason.JSON, Reason.SCHEMA)  # noqa: PT017 - either end is right
    else:
        assert isinstance(document, dict)


def test_what_headers_tell_is_read_strictly() -> None:
    """Tracking id, deprecation, clock."""
    headers = httpx.Headers(
        {"SLPT-Request-ID": "0f-1a", "X-Deprecated": "True", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"}
    )
    assert tracking_id(headers) == "0f-1a"
    assert is_deprecated(headers)
    assert clock_skew_seconds(headers, NOW - 2.5) == 2.5
    silent = httpx.Headers({"SLPT-Request-ID": "a canary", "Date": "today"})
    assert tracking_id(silent) is None
    assert not is_deprecated(silent)
    assert clock_skew_seconds(silent, NOW) is None
