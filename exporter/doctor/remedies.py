"""The only place for what helps, in general, against each reason for which a call to a tenant can fail."""

from collections.abc import Mapping

from exporter.doctor.finding import Finding, Step
from exporter.errors import ApiError, Reason

__all__ = ["REMEDIES", "in_general"]

_BASE_URL = "something other than the tenant's API answers: correct SAIL_BASE_URL, or remove what is in between"
_NETWORK = "let firewalls pass what goes to the tenant; when the way out is a proxy, set SAIL_PROXY_URL"
_LATER = (
    "run this again in a minute; if it stays so, ask the tenant's support, with the tracking id from scrape --debug"
)
_WAIT = "wait a minute, and find out who else uses this credential: its calls count against the same limit"
_CREDENTIAL = "compare SAIL_CLIENT_ID and SAIL_CLIENT_SECRET with the credential in the tenant"
_BUG = "this is a mistake in the exporter: report it, with the output of scrape --debug"

REMEDIES: Mapping[Reason, str] = {
    Reason.DNS: "correct the host name; when only a proxy resolves names of the outside, set SAIL_PROXY_URL",
    Reason.CONNECT: _NETWORK,
    Reason.CONNECT_TIMEOUT: _NETWORK,
    Reason.TLS: "name the certificate of the authority that is trusted here in SAIL_CA_FILE",
    Reason.DEADLINE: _LATER,
    Reason.RESET: _NETWORK,
    Reason.PROTOCOL: _BASE_URL,
    Reason.REDIRECT: _BASE_URL,
    Reason.HTTP_400: _BASE_URL,
    Reason.UNAUTHORIZED: "its own token is not accepted: does SAIL_BASE_URL lead to the credential's tenant?",
    Reason.FORBIDDEN: "give the credential that scope, and its user the level that goes with it",
    Reason.NOT_FOUND: _BASE_URL,
    Reason.RATE_LIMITED: _WAIT,
    Reason.HTTP_4XX: _BASE_URL,
    Reason.HTTP_5XX: _LATER,
    Reason.HTTP_OTHER: _BASE_URL,
    Reason.TOO_LARGE: _BASE_URL,
    Reason.ENCODING: _BASE_URL,
    Reason.CONTENT_TYPE: _BASE_URL,
    Reason.UNFRAMED: _BASE_URL,
    Reason.JSON: _BASE_URL,
    Reason.SCHEMA: _BASE_URL,
    Reason.TOKEN: _CREDENTIAL,
    Reason.TOKEN_REJECTED: _CREDENTIAL,
    Reason.BACKOFF: _WAIT,
    Reason.SKIPPED: "raise SAIL_RATE_BUDGET",
    Reason.INTERNAL: _BUG,
}


def in_general(step: Step, error: ApiError) -> Finding:
    """What a failed call means where nothing more particular can be said."""
    return Finding.of_error(step, error, REMEDIES[error.reason])
