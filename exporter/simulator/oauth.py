"""The only place for the two OAuth endpoints: ``POST /oauth/token`` and ``GET /oauth/info``.

The vendor documents the token request as a urlencoded body, as multipart form data and as a query string, and its own
tools use each of them and mixtures; so all of them are read here.
"""

import hmac
from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from exporter.simulator.answers import Refusal, token_refused
from exporter.simulator.tokens import POD, Credential, tenant_id

__all__ = ["identified", "oauth_info", "require_secret", "token_parameters"]

_GRANT_TYPE = "client_credentials"
_MAXIMUM_FIELDS = 32


def token_parameters(query: str, content_type: str, body: bytes) -> dict[str, str]:
    """The token request's parameters, wherever they stand; the query wins over the body.

    Raises:
        Refusal: 400, the body cannot be read.
    """
    return _body_parameters(content_type, body) | _urlencoded(query)


def identified(parameters: Mapping[str, str], credentials: Sequence[Credential]) -> Credential:
    """The credential that a token request names.

    Raises:
        Refusal: 400 for another grant than client_credentials, 401 for a client that is not known.
    """
    _require_grant_type(parameters.get("grant_type"))
    for credential in credentials:
        if credential.client_id == parameters.get("client_id"):
            return credential
    raise _full_authentication_required()


def require_secret(credential: Credential, parameters: Mapping[str, str]) -> None:
    """See that a token request has the secret of the credential it names.

    Raises:
        Refusal: 401, it has not.
    """
    given = parameters.get("client_secret", "")
    if not hmac.compare_digest(credential.client_secret.encode(), given.encode()):
        raise _full_authentication_required()


def oauth_info(org: str, base_url: str) -> dict[str, Any]:
    """The tenant's OAuth details; its own addresses are under ``base_url``, which has no slash at its end."""
    return {
        "tenantId": tenant_id(org),
        "tenantName": org,
        "authorizeEndpoint": f"{base_url}/oauth/authorize",
        "tokenEndpoint": f"{base_url}/oauth/token",
        "cloudDomainUrl": base_url,
        "logoutUrl": f"{base_url}/logout",
        "pod": POD,
    }


def _require_grant_type(grant_type: str | None) -> None:
    if grant_type is None:
        raise _invalid_request(why="Missing grant type")
    if grant_type.lower() != _GRANT_TYPE:
        raise token_refused(
            400, error="unsupported_grant_type", error_description=f"Unsupported grant type: {grant_type[:64]}"
        )


def _body_parameters(content_type: str, body: bytes) -> dict[str, str]:
    match content_type.partition(";")[0].strip().lower():
        case "application/x-www-form-urlencoded":
            return _urlencoded(body.decode("latin-1"))
        case "multipart/form-data":
            return _multipart(content_type, body)
        case _:
            return {}


def _urlencoded(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAXIMUM_FIELDS))
    except ValueError:
        raise _invalid_request(why="Too many parameters") from None


def _multipart(content_type: str, body: bytes) -> dict[str, str]:
    header = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
    message = message_from_bytes(header + body, policy=policy.HTTP)
    parts = message.iter_parts() if message.is_multipart() else ()
    return {str(part.get_param("name", header="Content-Disposition")): _content(part) for part in parts}


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _invalid_request(*, why: str) -> Refusal:
    return token_refused(400, error="invalid_request", error_description=why)


def _full_authentication_required() -> Refusal:
    """The text by which users of the vendor's tools know a wrong client id or secret."""
    description = "Full authentication is required to access this resource"
    return token_refused(401, error="invalid_client", error_description=description)
