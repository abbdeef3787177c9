"""What a hostile or careless tenant might answer: with texts that must go no further, in every place for a text."""

import json
from collections.abc import Iterator

from exporter.simulator.app import SimulatedTenant
from exporter.simulator.fault_script import Fault, Forever
from exporter.simulator.faults import OtherDocument, Status, redirect
from tests.canaries import PLANTED

__all__ = ["ANSWERS", "make_hostile"]

TEXT = PLANTED["payload text"]
_WORD = "canary-w0rd"
"""A text that a header may hold."""

_JSON = {"Content-Type": "application/json"}
_HEADERS = _JSON | {"Set-Cookie": f"session={_WORD}", "X-Request": _WORD, "SLPT-Request-ID": f"{_WORD}!", "Date": _WORD}
_ERROR = {
    "detailCode": TEXT,
    "trackingId": TEXT,
    "messages": [{"locale": "en-US", "localeOrigin": "DEFAULT", "text": TEXT}],
    "error": TEXT,
    "error_description": f"{TEXT}: {PLANTED['client secret']} has expired",
}


def _refusals() -> Iterator[tuple[str, Fault]]:
    """What is no document: errors with bodies and headers, pages, redirections, bad tokens."""
    for code in (400, 401, 403, 404, 429, 500, 503):
        yield f"{code}", Status(code, json.dumps(_ERROR), _HEADERS | {"Retry-After": f"{_WORD}"})
    yield "a page", Status(200, f"<html>{TEXT}</html>", {"Content-Type": f"text/html; title={_WORD}"})
    yield "no JSON", Status(200, f'{{"a": {TEXT}', _JSON)
    yield "a redirection", redirect(f"https://{_WORD}.example/{_WORD}?{_WORD}")
    yield "an encoding", Status(200, TEXT, _JSON | {"Content-Encoding": _WORD})


def _documents() -> Iterator[tuple[str, Fault]]:
    """What is a document, with texts where numbers, words and structures are expected, and where nobody looks."""
    body = dict.fromkeys(("stacktrace", "etag", "config", "jobs", "memory", "internal_ip", "sinceSeenMillis"), TEXT)
    token = {"access_token": TEXT, "token_type": TEXT, "expires_in": TEXT, "scope": TEXT}
    listed = {"id": "1", "description": TEXT, "secret": TEXT, "status": TEXT, "lastSeen": TEXT, "configuration": TEXT}
    yield "records", OtherDocument([listed])
    yield "a text", OtherDocument(TEXT)
    yield "a list of texts", OtherDocument([TEXT])
    yield "unknown keys", OtherDocument({TEXT: TEXT})
    yield "unknown words", OtherDocument({"status": TEXT, "type": TEXT, "timestamp": TEXT, "body": body} | token)
    yield "texts for structures", OtherDocument({"status": {TEXT: TEXT}, "body": TEXT, "access_token": [TEXT]})


ANSWERS: dict[str, Fault] = dict([*_refusals(), *_documents()])
"""By what they are."""

OPERATIONS = (
    "createAccessToken",
    "getOAuthInfo",
    "getManagedClientStatus",
    "getManagedClients",
    "getManagedClientHealthIndicators",
    "getManagedClusters",
)


def make_hostile(tenant: SimulatedTenant, answer: Fault, *, operations: tuple[str, ...] = OPERATIONS) -> None:
    """From now on these operations answer so, and no other way."""
    tenant.faults.clear()
    for operation in operations:
        tenant.faults.add(operation, Forever(answer))
