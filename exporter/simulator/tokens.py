"""The only place for access tokens: how they are made, and what one that comes back permits.

A token looks like the vendor's ("Authentication" on developer.sailpoint.com): a JWT whose header says ES256, with the
published claims. Its signature is a keyed hash of the same 64 bytes, which spares this program a cryptography library;
nobody but the tenant itself can check either. Nothing is stored: to revoke every token is to forget the key.
"""

import hashlib
import hmac
import json
import math
import secrets
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from exporter.simulator.answers import unauthorized

__all__ = ["POD", "Credential", "Grant", "Tokens", "tenant_id"]

_HEADER = {"alg": "ES256", "kid": "simulated", "typ": "JWT"}
POD = "megapod-useast1"
"""Where the tenant runs."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A personal access token's id and secret, or an API client's.

    Attributes:
        scopes: what it may do; ``sp:scopes:all`` stands for everything.
        user_level: the user's level, such as ORG_ADMIN.
        user_context: True for a personal access token, which acts for a user; False for an API client.
    """

    client_id: str
    client_secret: str = field(repr=False)
    scopes: frozenset[str]
    user_level: str = "ORG_ADMIN"
    user_context: bool = True


@dataclass(frozen=True, slots=True)
class Grant:
    """What a valid access token permits; ``user_levels`` is empty for an API client, which has no user."""

    client_id: str
    scopes: frozenset[str]
    user_levels: frozenset[str]
    user_context: bool


class Tokens:
    """Makes access tokens and reads them back."""

    def __init__(self, *, org: str, lifetime_seconds: int, epoch_seconds: Callable[[], float]) -> None:
        """Tokens of the tenant ``org`` that live ``lifetime_seconds`` on the clock given."""
        self._org = org
        self._lifetime_seconds = lifetime_seconds
        self._epoch_seconds = epoch_seconds
        self._key = secrets.token_bytes(32)

    def revoke(self) -> None:
        """End the life of every token made so far."""
        self._key = secrets.token_bytes(32)

    def issue(self, credential: Credential) -> dict[str, Any]:
        """The token endpoint's answer."""
        about = self._about(credential)
        expiry = math.ceil(self._epoch_seconds() + self._lifetime_seconds)
        return {
            "access_token": self._sign(_claims(credential, about) | {"exp": expiry}),
            "token_type": "bearer",  # nosec B105 - the type, not a token
            "expires_in": self._lifetime_seconds,
            "scope": " ".join(sorted(credential.scopes)),
            "accessType": "OFFLINE",
            "enabled": True,
            **about,
        }

    def grant(self, authorization: str | None) -> Grant:
        """What the bearer of an ``Authorization`` header may do.

        Raises:
            Refusal: 401, there is no token in it that was made here and still lives.
        """
        claims = self._verified((authorization or "").removeprefix("Bearer "))
        if claims is None or claims["exp"] <= self._epoch_seconds():
            raise unauthorized()
        levels = frozenset(claims["authorities"])
        return Grant(claims["client_id"], frozenset(claims["scope"]), levels, "user_id" in claims)

    def _about(self, credential: Credential) -> dict[str, Any]:
        """What answer and token say alike."""
        return {
            "tenant_id": tenant_id(self._org),
            "internal": False,
            "pod": POD,
            "org": self._org,
            "strong_auth": True,
            "strong_auth_supported": False,
            "jti": str(uuid.uuid4()),
            **(_user(credential) if credential.user_context else {}),
        }

    def _sign(self, claims: dict[str, Any]) -> str:
        signed = f"{_encoded(_json(_HEADER))}.{_encoded(_json(claims))}"
        return f"{signed}.{self._signature(signed)}"

    def _verified(self, token: str) -> dict[str, Any] | None:
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(signed).encode()):
            return None
        claims: dict[str, Any] = json.loads(urlsafe_b64decode(signed.partition(".")[2] + "=="))
        return claims

    def _signature(self, signed: str) -> str:
        return _encoded(hmac.digest(self._key, signed.encode(), hashlib.sha512))


def tenant_id(org: str) -> str:
    """The tenant's id: the same for the same ``org``."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{org}.api.identitynow.com"))


def _claims(credential: Credential, about: dict[str, Any]) -> dict[str, Any]:
    levels = [credential.user_level] if credential.user_context else []
    return about | {"client_id": credential.client_id, "authorities": levels, "scope": sorted(credential.scopes)}


def _user(credential: Credential) -> dict[str, str]:
    identity_id = hashlib.sha256(credential.client_id.encode()).hexdigest()[:32]
    return {"user_id": "595826", "identity_id": identity_id, "user_name": "demo.admin"}


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encoded(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
