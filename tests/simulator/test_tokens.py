"""Access tokens of the simulated tenant."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest

from exporter.simulator.answers import Refusal
from exporter.simulator.tokens import Credential, Tokens
from tests.simulator.stopped_clock import StoppedClock

PERSONAL = Credential("pat", "CANARY", frozenset({"idn:remote-client:read", "idn:managed-client-status:read"}))
APPLICATION = Credential("api", "CANARY", frozenset({"idn:remote-client:read"}), user_context=False)


def tokens(clock: StoppedClock | None = None) -> Tokens:
    """Tokens that live 15 s."""
    return Tokens(org="acme", lifetime_seconds=15, epoch_seconds=clock or StoppedClock())


def decoded(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Header, claims and signature of a JWT."""
    header, claims, signature = (urlsafe_b64decode(part + "==") for part in token.split("."))
    return json.loads(header), json.loads(claims), signature


def refused(tokens: Tokens, authorization: str | None) -> bool:
    """Whether the header is answered with 401."""
    with pytest.raises(Refusal) as refusal:
        tokens.grant(authorization)
    return refusal.value.status_code == 401


def test_the_answer_is_the_documented_one() -> None:
    """A personal access token is answered with the published keys, scopes in one string."""
    answer = tokens().issue(PERSONAL)
    assert answer["token_type"] == "bearer"
    assert answer["expires_in"] == 15
    assert answer["scope"] == "idn:managed-client-status:read idn:remote-client:read"
    assert {"tenant_id", "internal", "pod", "org", "identity_id", "user_id", "strong_auth", "jti"} <= answer.keys()


def test_the_token_looks_like_the_vendors() -> None:
    """A JWT with an ES256 header, the published claims and 64 bytes of signature."""
    clock = StoppedClock(1000.5)
    header, claims, signature = decoded(tokens(clock).issue(PERSONAL)["access_token"])
    assert header["alg"] == "ES256"
    assert claims["scope"] == sorted(PERSONAL.scopes)
    assert claims["authorities"] == ["ORG_ADMIN"]
    assert claims["client_id"] == "pat"
    assert claims["exp"] == 1016
    assert {"tenant_id", "pod", "org", "identity_id", "user_id", "user_name", "jti"} <= claims.keys()
    assert len(signature) == 64


def test_an_api_client_has_no_user() -> None:
    """Neither the answer nor the token of an API client names a user or a user level."""
    answer = tokens().issue(APPLICATION)
    _, claims, _ = decoded(answer["access_token"])
    for document in (answer, claims):
        assert not {"user_id", "identity_id", "user_name"} & document.keys()
    assert claims["authorities"] == []


@pytest.mark.parametrize(("credential", "levels"), [(PERSONAL, ["ORG_ADMIN"]), (APPLICATION, [])])
def test_a_token_grants_what_its_credential_has(credential: Credential, levels: list[str]) -> None:
    """Scopes, level and context come back from the token alone."""
    made = tokens()
    grant = made.grant(f"Bearer {made.issue(credential)['access_token']}")
    assert (grant.client_id, grant.scopes) == (credential.client_id, credential.scopes)
    assert (list(grant.user_levels), grant.user_context) == (levels, credential.user_context)


def test_a_token_expires() -> None:
    """A token is accepted until its last second and refused from then on."""
    clock = StoppedClock(1000.0)
    made = tokens(clock)
    header = f"Bearer {made.issue(PERSONAL)['access_token']}"
    clock.advance(14.9)
    made.grant(header)
    clock.advance(0.1)
    assert refused(made, header)


def test_revoked_tokens_are_refused_and_new_ones_are_not() -> None:
    """To revoke ends what was issued, not what will be."""
    made = tokens()
    header = f"Bearer {made.issue(PERSONAL)['access_token']}"
    made.revoke()
    assert refused(made, header)
    made.grant(f"Bearer {made.issue(PERSONAL)['access_token']}")


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer ", "Bearer abc", "Bearer é.ü.ß", "Basic YTpi", "Bearer .."]
)
def test_what_is_no_token_is_refused(authorization: str | None) -> None:
    """No header, another scheme and garbage are answered like an expired token."""
    assert refused(tokens(), authorization)


def test_changed_claims_are_refused() -> None:
    """A token whose claims were replaced no longer fits its signature."""
    made = tokens()
    header, claims, signature = made.issue(APPLICATION)["access_token"].split(".")
    _, others, _ = made.issue(PERSONAL)["access_token"].split(".")
    made.grant(f"Bearer {header}.{claims}.{signature}")
    assert refused(made, f"Bearer {header}.{others}.{signature}")


def test_a_credential_keeps_its_secret() -> None:
    """The secret is in no repr."""
    assert "CANARY" not in repr(PERSONAL)
