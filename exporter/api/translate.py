"""The only place where the HTTP library's exceptions become the exporter's."""

import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from exporter.errors import ApiError, Reason

__all__ = ["REASONS", "translated", "translation"]

REASONS: Mapping[type[Exception], Reason] = {
    TimeoutError: Reason.DEADLINE,  # of asyncio.timeout
    httpx.ConnectTimeout: Reason.CONNECT_TIMEOUT,
    httpx.TimeoutException: Reason.DEADLINE,
    httpx.ConnectError: Reason.CONNECT,
    httpx.NetworkError: Reason.RESET,
    httpx.ProtocolError: Reason.PROTOCOL,
    httpx.DecodingError: Reason.ENCODING,
    httpx.TooManyRedirects: Reason.REDIRECT,
    httpx.ProxyError: Reason.CONNECT,
    OSError: Reason.RESET,
    UnicodeError: Reason.DNS,  # a host name that cannot be written for a resolver
    Exception: Reason.INTERNAL,
}
"""The nearest class of an exception's line of ancestors counts. What is not the network's fault is a bug."""

_DETAILS: Mapping[Reason, str] = {
    Reason.DNS: "the host name was not resolved",
    Reason.CONNECT: "no connection",
    Reason.CONNECT_TIMEOUT: "no connection in time",
    Reason.TLS: "no trusted TLS connection",
    Reason.DEADLINE: "no complete answer before the deadline",
    Reason.RESET: "the connection broke",
    Reason.PROTOCOL: "the answer is not HTTP, or ended too early",
}


@contextmanager
def translated() -> Iterator[None]:
    """Raise an ``ApiError`` instead of whatever ends the block; its text quotes nothing that was received.

    Raises:
        ApiError: with a reason from ``REASONS``, or DNS or TLS when that is what lies beneath.
    """
    try:
        yield
    except ApiError:
        raise
    except Exception as error:
        raise translation(error) from error


def translation(error: Exception) -> ApiError:
    """The ``ApiError`` for whatever ended a call."""
    reason = next(REASONS[ancestor] for ancestor in type(error).__mro__ if ancestor in REASONS)
    detail = ""
    if isinstance(error, httpx.NetworkError):
        reason, detail = _underlying(error, reason)
    text = _DETAILS.get(reason, type(error).__name__)
    return ApiError(reason, f"{text}: {detail}" if detail else text)


def _underlying(error: Exception, reason: Reason) -> tuple[Reason, str]:
    for cause in _chain(error):
        match cause:
            case socket.gaierror():
                return Reason.DNS, cause.strerror or ""
            case ssl.SSLWantReadError() | ssl.SSLWantWriteError():
                continue  # how anyio's TLS stream waits for the network
            case ssl.SSLCertVerificationError():
                return Reason.TLS, cause.verify_message
            case ssl.SSLError():
                return Reason.TLS, cause.reason or ""
            case OSError(errno=int(number)):
                return reason, os.strerror(number)
    return reason, ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    # httpcore's pool raises "from None", which drops the cause but keeps the context.
    while error:
        yield error
        if isinstance(error, BaseExceptionGroup):  # one error for each address of the host
            for member in error.exceptions:
                yield from _chain(member)
        error = error.__cause__ or error.__context__
