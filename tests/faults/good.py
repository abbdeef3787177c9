"""The only place for what the tenant says when all is well, and for the secrets that nobody may repeat."""

import json

__all__ = [
    "ACCESS_TOKEN",
    "CLIENT_SECRET",
    "PAYLOAD_TEXT",
    "PROXY_PASSWORD",
    "ROTATED_SECRET",
    "SECRETS",
    "WEB_PASSWORD",
    "good_answer",
    "json_answer",
    "status_document",
    "token_document",
]

# No eight characters of them in a row are anybody's word.
CLIENT_SECRET = "q7Z+CANARY/cl1ent%s3cret=9"
ROTATED_SECRET = "u3W#CANARY+r0tated;6"
ACCESS_TOKEN = "kR4.CANARYtokn~8vQ2_x"
PROXY_PASSWORD = "pX5CANARYpr0xyPassw0rd3"
WEB_PASSWORD = "wB6CANARYbas1cAuthPassw0rd2"
PAYLOAD_TEXT = "zJ7k CANARY#payl0ad@t3xt%9Qx"
SECRETS = (CLIENT_SECRET, ROTATED_SECRET, ACCESS_TOKEN, PROXY_PASSWORD, WEB_PASSWORD, PAYLOAD_TEXT)

AGES_MILLIS = {"5001": 11_000, "5002": 22_000, "5003": 33_000}


def good_answer(operation: str, client_id: str, token_life_seconds: float) -> bytes:
    """The answer to a request."""
    match operation:
        case "token":
            return json_answer(token_document(expires_in=token_life_seconds))
        case "status" if client_id in AGES_MILLIS:
            return json_answer(status_document(client_id))
        case "clusters":
            return json_answer([{"id": "c1", "name": "cluster", "clientIds": list(AGES_MILLIS), "operational": True}])
        case "clients":
            return json_answer([{"id": client, "name": client, "clusterId": "c1"} for client in AGES_MILLIS])
        case _:
            return json_answer({"detailCode": "404 Not found"}, status="404 Not Found")


def json_answer(document: object, *headers: str, status: str = "200 OK") -> bytes:
    """An answer with a body, which is JSON unless it is bytes already."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body


def token_document(**fields: object) -> dict[str, object]:
    """A token response (RFC 6749, section 5.1), with other fields or, for None, without them."""
    document = {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 3600} | fields
    return {name: value for name, value in document.items() if value is not None}


def status_document(client_id: str = "5002", /, **body: object) -> dict[str, object]:
    """A status document, with other fields in its body."""
    usual = {
        "id": client_id,
        "clusterId": "c1",
        "hostname": f"va-{client_id}",
        "sinceSeenMillis": AGES_MILLIS[client_id],
        "stacktrace": PAYLOAD_TEXT,
    }
    return {"status": "NORMAL", "type": "VA", "timestamp": "2026-01-01T00:00:00Z", "body": usual | body}
