"""exporter.api.translate: one table, complete, whose texts quote nothing."""

import errno
import inspect
import socket
import ssl
from collections.abc import Iterator

import httpcore
import httpx
import pytest

from exporter.api.translate import REASONS, translated
from exporter.errors import ApiError, Reason


def classes_of(module: object) -> Iterator[type[Exception]]:
    """The exceptions that a library publishes."""
    for _, value in inspect.getmembers(module, inspect.isclass):
        if issubclass(value, Exception):
            yield value


def reason_of(error: Exception) -> Reason:
    """What an exception becomes."""
    return translation_of(error).reason


def translation_of(error: Exception) -> ApiError:
    """What an exception becomes, whole."""
    with pytest.raises(ApiError) as caught, translated():
        raise error
    return caught.value


EXPECTED = {
    httpx.ConnectTimeout: Reason.CONNECT_TIMEOUT,
    httpx.ReadTimeout: Reason.DEADLINE,
    httpx.WriteTimeout: Reason.DEADLINE,
    httpx.PoolTimeout: Reason.DEADLINE,
    httpx.TimeoutException: Reason.DEADLINE,
    httpx.ConnectError: Reason.CONNECT,
    httpx.ReadError: Reason.RESET,
    httpx.WriteError: Reason.RESET,
    httpx.CloseError: Reason.RESET,
    httpx.NetworkError: Reason.RESET,
    httpx.RemoteProtocolError: Reason.PROTOCOL,
    httpx.LocalProtocolError: Reason.PROTOCOL,
    httpx.ProtocolError: Reason.PROTOCOL,
    httpx.DecodingError: Reason.ENCODING,
    httpx.TooManyRedirects: Reason.REDIRECT,
    httpx.ProxyError: Reason.CONNECT,
    # Misuse of the library, or its abstract bases: bugs.
    httpx.UnsupportedProtocol: Reason.INTERNAL,
    httpx.TransportError: Reason.INTERNAL,
    httpx.RequestError: Reason.INTERNAL,
    httpx.HTTPError: Reason.INTERNAL,
    httpx.HTTPStatusError: Reason.INTERNAL,
    httpx.InvalidURL: Reason.INTERNAL,
    httpx.CookieConflict: Reason.INTERNAL,
    httpx.StreamError: Reason.INTERNAL,
    httpx.StreamConsumed: Reason.INTERNAL,
    httpx.StreamClosed: Reason.INTERNAL,
    httpx.ResponseNotRead: Reason.INTERNAL,
    httpx.RequestNotRead: Reason.INTERNAL,
}


def test_every_exception_of_httpx_has_a_reason_that_somebody_chose() -> None:
    """The test fails when the library gains an exception."""
    assert set(classes_of(httpx)) == set(EXPECTED)


@pytest.mark.parametrize("kind", EXPECTED, ids=lambda kind: kind.__name__)
def test_exceptions_of_httpx_are_translated(kind: type[Exception]) -> None:
    """Each to its reason."""
    error = kind.__new__(kind)
    Exception.__init__(error, "canary")
    assert reason_of(error) is EXPECTED[kind]


@pytest.mark.parametrize("kind", [kind for kind in classes_of(httpcore) if kind is not httpcore.ConnectionNotAvailable])
async def test_exceptions_of_httpcore_reach_us_as_httpx_s(kind: type[Exception]) -> None:
    """They map all but the one that its pool keeps to itself; none of the others is taken for a bug."""

    class Broken(httpcore.AsyncConnectionPool):
        async def handle_async_request(self, _: httpcore.Request) -> httpcore.Response:
            raise kind

    transport = httpx.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    transport._pool = Broken()  # noqa: SLF001 - the seam between the two libraries
    with pytest.raises(ApiError) as caught, translated():
        await transport.handle_async_request(httpx.Request("GET", "http://localhost/"))
    assert (caught.value.reason is Reason.INTERNAL) == (kind is httpcore.UnsupportedProtocol)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), Reason.DEADLINE),
        (OSError(errno.EIO, "x"), Reason.RESET),
        (UnicodeError("label too long"), Reason.DNS),
        (RuntimeError("a bug"), Reason.INTERNAL),
    ],
)
def test_other_exceptions_have_a_reason_too(error: Exception, reason: Reason) -> None:
    """Whatever ends an exchange."""
    assert reason_of(error) is reason


def test_an_api_error_passes_as_it_is() -> None:
    """It was judged where it was raised."""
    error = ApiError(Reason.SCHEMA, "as it was")
    assert translation_of(error) is error


def caused(error: Exception, *causes: BaseException) -> Exception:
    """An exception with a chain of causes; httpcore's pool leaves some of them as contexts."""
    last: BaseException = error
    for number, cause in enumerate(causes):
        if number % 2:
            last.__cause__ = cause
        else:
            last.__context__ = cause
        last = cause
    return error


def verification(message: str) -> ssl.SSLCertVerificationError:
    """A refused certificate."""
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
    error.verify_message = message
    return error


def ssl_error(reason: str | None) -> ssl.SSLError:
    """A failed handshake."""
    error = ssl.SSLError(1, "[SSL]")
    error.reason = reason  # type: ignore[assignment]  # as OpenSSL leaves it at times
    return error


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            caused(httpx.ConnectError("x"), httpcore.ConnectError(), socket.gaierror(-2, "Name or service not known")),
            "dns: the host name was not resolved: Name or service not known",
        ),
        (
            caused(httpx.ConnectError("x"), httpcore.ConnectError(), verification("certificate has expired")),
            "tls: no trusted TLS connection: certificate has expired",
        ),
        (
            caused(httpx.ConnectError("x"), ssl_error("WRONG_VERSION_NUMBER")),
            "tls: no trusted TLS connection: WRONG_VERSION_NUMBER",
        ),
        (caused(httpx.ConnectError("x"), ssl_error(None)), "tls: no trusted TLS connection"),
        (caused(httpx.ConnectError("x"), ExceptionGroup("x", [OSError("x")])), "connect: no connection"),
        (
            caused(
                httpx.ConnectError("x"),
                OSError("All connection attempts failed"),
                ExceptionGroup("x", [OSError(errno.ECONNREFUSED, "x"), OSError(errno.ENETUNREACH, "x")]),
            ),
            "connect: no connection: Connection refused",
        ),
        (
            caused(httpx.ReadError("x"), ssl.SSLWantReadError(), ConnectionResetError(errno.ECONNRESET, "x")),
            "reset: the connection broke: Connection reset by peer",
        ),
        (
            caused(TimeoutError(), ssl_error("of an earlier step")),
            "deadline: no complete answer before the deadline",
        ),
        (httpx.RemoteProtocolError("canary"), "protocol: the answer is not HTTP, or ended too early"),
        (RuntimeError("canary"), "internal: RuntimeError"),
    ],
)
def test_texts_say_what_lies_beneath_without_quoting_what_was_received(error: Exception, text: str) -> None:
    """The system's own words for errors, and OpenSSL's; never an exception's text."""
    assert str(translation_of(error)) == text


def test_the_table_ends_with_everything() -> None:
    """No exception falls through."""
    assert REASONS[Exception] is Reason.INTERNAL
