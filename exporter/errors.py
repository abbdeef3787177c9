"""The only place for errors: one tree, and the closed set of reasons a call to a tenant can fail for.

::

    ExporterError                 exit status 1
    ├── SettingsError             exit status 2: every problem of the configuration, one line each
    ├── ListenError               the address cannot be listened on
    └── ApiError                  a call to a tenant failed, for one Reason

``ApiError`` is raised in ``exporter.api`` only (where the libraries' exceptions are translated), caught once per call
in ``exporter.collect.cycle``, and turned into an exit status in ``exporter.cli``.
"""

from enum import StrEnum

__all__ = ["ApiError", "ExporterError", "ListenError", "Reason", "SettingsError"]


class Reason(StrEnum):
    """Why a managed client could not be read: the values of the metric label ``reason``, and no others."""

    DNS = "dns"
    CONNECT = "connect"
    CONNECT_TIMEOUT = "connect_timeout"
    TLS = "tls"
    DEADLINE = "deadline"
    RESET = "reset"
    PROTOCOL = "protocol"
    REDIRECT = "redirect"
    HTTP_400 = "http_400"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    HTTP_OTHER = "http_other"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    CONTENT_TYPE = "content_type"
    UNFRAMED = "unframed"
    JSON = "json"
    SCHEMA = "schema"
    TOKEN = "token"  # noqa: S105 - the word, not a secret
    TOKEN_REJECTED = "token_rejected"  # noqa: S105 - the word, not a secret
    BACKOFF = "backoff"
    SKIPPED = "skipped"
    INTERNAL = "internal"


class ExporterError(Exception):
    """Everything the exporter raises on purpose; its text is one line that says what to do."""

    exit_status = 1


class SettingsError(ExporterError):
    """The configuration cannot be used.

    Attributes:
        problems: one line each, naming the setting and the remedy, never the value of a secret.
    """

    exit_status = 2

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(map(_as_one_line, problems))
        super().__init__("\n".join(self.problems))


def _as_one_line(problem: str) -> str:
    """A problem may name a file, and a file's name may hold anything: also what ends lines or colours a terminal."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in problem)


class ListenError(ExporterError):
    """The address given cannot be listened on."""


class ApiError(ExporterError):
    """A call to a tenant ended without the document it asked for.

    Attributes:
        reason: which of the closed set it was.
        detail: one line for people: no URL query, no header, no body, no secret.
        status_code: the HTTP status, when there was an answer.
        tracking_id: the tenant's ``trackingId`` or ``SLPT-Request-ID``, which its support asks for.
    """

    def __init__(
        self, reason: Reason, detail: str, *, status_code: int | None = None, tracking_id: str | None = None
    ) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.status_code = status_code
        self.tracking_id = tracking_id
