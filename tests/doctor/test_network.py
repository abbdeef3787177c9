"""What keeps a tenant out of reach, in words."""

import pytest

from exporter.api.inventory import OauthInfo
from exporter.doctor.finding import Result, Step
from exporter.doctor.network import Target, connected, exchanged, looked_up
from exporter.errors import ApiError, Reason

PROXY_URL = "http://canary:canary@proxy.test:3128"


@pytest.mark.parametrize(
    ("base_url", "proxy_url", "peer"),
    [
        ("https://acme.test", None, ("acme.test", 443)),
        ("https://acme.test:8443", None, ("acme.test", 8443)),
        ("http://[::1]:9854", None, ("::1", 9854)),
        ("https://acme.test", PROXY_URL, ("proxy.test", 3128)),
        ("https://acme.test", "http://proxy.test", ("proxy.test", 80)),
    ],
)
def test_connections_go_to_the_tenant_or_its_proxy(base_url: str, proxy_url: str | None, peer: tuple[str, int]) -> None:
    """The peer is whom a socket is opened to; a proxy's password is in nothing that is shown."""
    target = Target.of(base_url, proxy_url)
    assert target.peer == peer
    assert "canary" not in repr(target) + target.whose


@pytest.mark.parametrize("number", [1, 2])
def test_addresses_are_counted(number: int) -> None:
    """A name with several addresses says so."""
    detail = looked_up(Target.of("https://acme.test", None), number).detail
    assert detail == ("acme.test: 1 address" if number == 1 else "acme.test: 2 addresses")


@pytest.mark.parametrize(
    ("host", "suggestion"),
    [
        ("acme.identitynow.com", "https://acme.api.identitynow.com"),
        ("acme-sb.login.sailpoint.com", "https://acme-sb.api.identitynow.com"),
        ("acme.identitynow-demo.com", "https://acme.api.identitynow-demo.com"),
        ("acme.saas.sailpointfedramp.com", "https://acme.api.saas.sailpointfedramp.com"),
        ("iam.acme.test", "https://TENANT.api.identitynow.com"),
        ("acme.api.identitynow.com", "https://TENANT.api.identitynow.com"),
    ],
)
def test_address_that_people_sign_in_at_leads_to_the_one_of_the_api(host: str, suggestion: str) -> None:
    """The remedy has the API's address where it can be guessed from the one in the browser."""
    error = ApiError(Reason.CONTENT_TYPE, "the body is not announced as JSON")
    finding = exchanged(Target.of(f"https://{host}", None), error)[-1]
    assert (finding.step, finding.result) == (Step.OAUTH_INFO, Result.PROBLEM)
    assert finding.remedy.endswith(suggestion)


@pytest.mark.parametrize("info", [OauthInfo(), OauthInfo(pod="x")])
def test_json_without_a_tenants_name_is_not_a_tenants(info: OauthInfo) -> None:
    """Any JSON could answer; only a tenant's has a name."""
    assert exchanged(Target.of("https://acme.test", None), info)[-1].result is Result.PROBLEM


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("certificate has expired", "the certificate of acme.test has expired"),
        ("certificate is not yet valid", "the certificate of acme.test is not valid yet"),
        ("IP address mismatch, certificate is not valid for '192.0.2.1'.", "the certificate presented is not for"),
        ("unable to get local issuer certificate", "nobody trusted here has signed"),
        ("self-signed certificate in certificate chain", "nobody trusted here has signed"),
        ("self signed certificate", "nobody trusted here has signed"),
        ("unable to verify the first certificate", "nobody trusted here has signed"),
        ("WRONG_VERSION_NUMBER", "no trusted TLS connection: WRONG_VERSION_NUMBER"),
    ],
)
def test_kinds_of_tls_trouble(words: str, begins: str) -> None:
    """OpenSSL's words, of old and new releases, become a cause."""
    error = ApiError(Reason.TLS, f"no trusted TLS connection: {words}")
    proxy, tls, info = exchanged(Target.of("https://acme.test", None), error)
    assert tls.detail.startswith(begins)
    assert (proxy.result, tls.result, info.result) == (Result.SKIPPED, Result.PROBLEM, Result.SKIPPED)


def test_connection_that_breaks_later_is_not_the_base_urls_fault() -> None:
    """A network that failed between two steps is told as such."""
    error = ApiError(Reason.CONNECT_TIMEOUT, "no connection in time")
    finding = exchanged(Target.of("https://acme.test", None), error)[-1]
    assert (finding.step, finding.reason) == (Step.OAUTH_INFO, Reason.CONNECT_TIMEOUT)
    assert "SAIL_PROXY_URL" in finding.remedy


def test_peers_are_named() -> None:
    """A proxy is called a proxy."""
    error = ApiError(Reason.CONNECT, "Connection refused")
    assert connected(Target.of("https://acme.test", PROXY_URL), error).detail.startswith("the proxy proxy.test:3128: ")
    assert connected(Target.of("https://acme.test", None), error).detail.startswith("acme.test:443: ")
