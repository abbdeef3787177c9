"""The only place that says what keeps a tenant out of reach: name, network, proxy, TLS, or a wrong base URL."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from exporter.api.inventory import OauthInfo
from exporter.doctor.finding import Finding, Result, Step, skipped
from exporter.doctor.remedies import in_general
from exporter.errors import ApiError, Reason

__all__ = ["Target", "connected", "exchanged", "looked_up"]

_PORTS = {"http": 80, "https": 443}

_CERTIFICATES = (
    (
        re.compile("not yet valid"),
        "the certificate of {host} is not valid yet",
        "set this machine's clock: it is probably behind",
    ),
    (
        re.compile("expired"),
        "the certificate of {host} has expired",
        "have it renewed; if this machine's clock is ahead, set that",
    ),
    (
        re.compile("mismatch"),
        "the certificate presented is not for {host}",
        "correct the host name in SAIL_BASE_URL; if it is right, something else answers in its place",
    ),
    (
        re.compile("issuer|self[- ]signed|first certificate"),
        "nobody trusted here has signed the certificate of {host}",
        "name the signing authority's certificate in SAIL_CA_FILE; a proxy that inspects TLS has one of its own",
    ),
)
"""How OpenSSL's words for a certificate begin to make sense; X509_verify_cert_error_string(3) lists them."""

_NO_TLS = "let SAIL_BASE_URL have the port on which the tenant's API serves HTTPS; normally none needs to be written"

_USER_INTERFACES = (
    (re.compile(r"([\w-]+)\.(?:login\.sailpoint|identitynow)\.com"), r"https://\1.api.identitynow.com"),
    (re.compile(r"([\w-]+)\.identitynow-demo\.com"), r"https://\1.api.identitynow-demo.com"),
    (re.compile(r"([\w-]+)\.saas\.sailpointfedramp\.com"), r"https://\1.api.saas.sailpointfedramp.com"),
)
"""Hosts that people see in their browser, and where the API of the same tenant is."""

_BUSY = frozenset({Reason.RATE_LIMITED, Reason.BACKOFF, Reason.HTTP_5XX, Reason.DEADLINE, Reason.SKIPPED})
"""Failures that a right address can have as well."""

_PROXY = (
    "let the proxy pass CONNECT to {host}; a user and password that it asks for belong in {origin}; if it does not "
    "know the host, correct SAIL_BASE_URL"
)

_UNREACHED = frozenset({Reason.DNS, Reason.CONNECT, Reason.CONNECT_TIMEOUT})


_EXCHANGE = (Step.PROXY, Step.TLS, Step.OAUTH_INFO)
"""What the first call passes, in this order."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where connections go.

    Attributes:
        host: of the tenant's API.
        peer: host and port that are connected to: the proxy's, when there is one.
        proxy_origin: where the proxy was set, or none is.
    """

    host: str
    peer: tuple[str, int]
    encrypted: bool
    proxied: bool
    proxy_origin: str

    @classmethod
    def of(cls, base_url: str, proxy_url: str | None, proxy_origin: str = "SAIL_PROXY_URL") -> "Target":
        """The target that two validated settings make."""
        tenant, peer = urlsplit(base_url), urlsplit(proxy_url or base_url)
        peer_address = (peer.hostname or "", peer.port or _PORTS[peer.scheme])
        return cls(tenant.hostname or "", peer_address, tenant.scheme == "https", proxy_url is not None, proxy_origin)

    @property
    def whose(self) -> str:
        """The peer, for people; never with the proxy's password."""
        return f"{'the proxy ' if self.proxied else ''}{self.peer[0]}:{self.peer[1]}"


def looked_up(target: Target, outcome: int | ApiError) -> Finding:
    """What came of resolving the peer's name: a number of addresses."""
    name = target.peer[0]
    if isinstance(outcome, int):
        return Finding(Step.DNS, Result.OK, f"{name}: {_counted(outcome, 'address', 'addresses')}")
    remedy = (
        f"correct the host name in {target.proxy_origin}"
        if target.proxied
        else "correct the host name in SAIL_BASE_URL; when only a proxy resolves such names, set SAIL_PROXY_URL"
    )
    return Finding.of_error(Step.DNS, outcome, remedy, detail=f"{name}: {outcome.detail}")


def connected(target: Target, outcome: ApiError | None) -> Finding:
    """What came of opening a connection to the peer."""
    if outcome is None:
        return Finding(Step.CONNECT, Result.OK, f"{target.whose} accepts connections")
    remedy = (
        f"correct {target.proxy_origin}, or see that the proxy runs and lets this machine connect"
        if target.proxied
        else "let the firewall pass this; when the way out is a proxy, set SAIL_PROXY_URL"
    )
    return Finding.of_error(Step.CONNECT, outcome, remedy, detail=f"{target.whose}: {outcome.detail}")


def exchanged(target: Target, outcome: OauthInfo | ApiError) -> tuple[Finding, ...]:
    """What asking for ``/oauth/info``, without a token, says about the proxy, TLS and the base URL."""
    ways = tuple(_ways(target))
    if isinstance(outcome, OauthInfo) and outcome.tenant_name:
        said = f"tenant {outcome.tenant_name}, pod {outcome.pod or 'unknown'}"
        return (*ways, Finding(Step.OAUTH_INFO, Result.OK, said))
    trouble = _of_error(target, outcome) if isinstance(outcome, ApiError) else _wrong_base_url(target, None)
    before = _EXCHANGE.index(trouble.step)
    return (*ways[:before], trouble, *map(skipped, _EXCHANGE[before + 1 :]))


def _ways(target: Target) -> Iterator[Finding]:
    """What is passed on the way to an answer, when it is passed."""
    if target.proxied:
        yield Finding(Step.PROXY, Result.OK, f"{target.whose}, from {target.proxy_origin}, lets calls pass")
    else:
        yield skipped(Step.PROXY, f"none is set in {target.proxy_origin}")
    if target.encrypted:
        yield Finding(Step.TLS, Result.OK, f"the certificate of {target.host} is trusted and valid")
    else:
        yield skipped(Step.TLS, "http, to this machine only")


def _of_error(target: Target, error: ApiError) -> Finding:
    if error.reason is Reason.TLS:
        return _of_tls(target, error)
    if error.reason in _UNREACHED and target.proxied:
        return Finding.of_error(Step.PROXY, error, _PROXY.format(host=target.host, origin=target.proxy_origin))
    if error.reason in _BUSY | _UNREACHED:
        return in_general(Step.OAUTH_INFO, error)
    return _wrong_base_url(target, error)


def _of_tls(target: Target, error: ApiError) -> Finding:
    for words, detail, remedy in _CERTIFICATES:
        if words.search(error.detail):
            said = f"{detail.format(host=target.host)} ({error.detail.rpartition(': ')[2]})"
            return Finding.of_error(Step.TLS, error, remedy, detail=said)
    return Finding.of_error(Step.TLS, error, _NO_TLS)


def _wrong_base_url(target: Target, error: ApiError | None) -> Finding:
    said = error.detail if error else "the answer is JSON, but not a tenant's"
    remedy = f"SAIL_BASE_URL is not the API of a tenant: {_suggestion(target.host)}"
    return Finding(
        Step.OAUTH_INFO, Result.PROBLEM, f"/oauth/info: {said}", remedy, reason=error.reason if error else None
    )


def _suggestion(host: str) -> str:
    for pattern, replacement in _USER_INTERFACES:
        if match := pattern.fullmatch(host):
            return f"this is where people sign in; try {match.expand(replacement)}"
    return "write https://TENANT.api.identitynow.com"


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
