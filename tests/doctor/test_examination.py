"""The doctor against every misconfiguration, on real sockets: the right step, the right words, the right remedy."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from exporter.doctor import Result, Step
from exporter.errors import Reason
from exporter.settings.configuration import (
    CollectorSettings,
    DiscoverySettings,
    ManagedClientSetting,
    TenantSettings,
)
from exporter.settings.loading import load
from exporter.simulator.faults import Forever, Status
from tests.api.proxies import FakeProxy
from tests.api.upstreams import Upstream, sends
from tests.doctor.patients import ALL_SCOPES, REAL_BACKEND, SECRET, Findings, Patient, examined, patient

READ_STATUS = frozenset({"idn:managed-client-status:read"})
READ_LISTS = frozenset({"idn:remote-client:read"})


@pytest.fixture
def anyio_backend() -> object:
    """Real sockets, with a resolver that knows loopback only."""
    return REAL_BACKEND


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """The authority that the tenant's certificates come from."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    """What SAIL_CA_FILE would name."""
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.cert_pem.bytes())
    return path


def settings(base_url: str, **others: object) -> TenantSettings:
    """Settings that lead there."""
    clients = (ManagedClientSetting("5678"),)
    values = {"client_id": "canary-id", "client_secret": "canary-secret", "managed_clients": clients} | others
    return TenantSettings(base_url=base_url, **values)  # type: ignore[arg-type]


@asynccontextmanager
async def over_tls(certificate: trustme.LeafCert) -> AsyncIterator[tuple[Patient, str]]:
    """A healthy tenant behind a TLS listener with this certificate, and its base URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    async with patient() as healthy, FakeProxy(healthy.port).listening(context) as front:
        yield healthy, f"https://localhost:{front.port}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_healthy_tenant_has_no_problem() -> None:
    """Everything is ok or not applicable, every step is there once, and what took time says how much."""
    async with patient() as healthy:
        findings = await healthy.examined(collectors=CollectorSettings(health=True))
    assert not findings.problems
    assert not findings.warnings
    assert [finding.step for finding in findings.all] == list(Step)[1:]
    assert findings[Step.OAUTH_INFO].detail == "tenant acme, pod megapod-useast1"
    assert findings[Step.TOKEN].detail == "an access token was issued, valid for 43199 s"
    assert findings[Step.MANAGED_CLIENTS].detail == "4 of 4 answered"
    assert findings[Step.PROXY].result is findings[Step.TLS].result is Result.SKIPPED
    timed = {finding.step for finding in findings.all if finding.duration_seconds is not None}
    assert timed == set(Step) - {Step.SETTINGS, Step.PROXY, Step.TLS, Step.CLOCK, Step.BUDGET}


async def test_name_that_does_not_resolve() -> None:
    """The name is told, the remedy names the setting, and nothing further is tried."""
    findings = await examined(settings("https://acme.invalid"))
    assert set(findings.problems) == {Step.DNS}
    finding = findings[Step.DNS]
    assert finding.detail == "acme.invalid: not resolved: Name or service not known"
    assert "SAIL_BASE_URL" in finding.remedy
    assert finding.reason is Reason.DNS
    assert findings.skipped_after(Step.DNS)
    assert findings[Step.CLOCK].result is Result.SKIPPED
    assert findings[Step.BUDGET].result is Result.OK


async def test_nobody_listens() -> None:
    """A refused connection is told from a name that does not resolve."""
    findings = await examined(settings(f"http://127.0.0.1:{free_port()}"))
    assert set(findings.problems) == {Step.CONNECT}
    assert findings[Step.CONNECT].detail.endswith(": Connection refused")
    assert "firewall" in findings[Step.CONNECT].remedy
    assert findings.skipped_after(Step.CONNECT)


async def test_tenant_over_tls_is_healthy(authority: trustme.CA, ca_file: Path) -> None:
    """With the authority's certificate in SAIL_CA_FILE, TLS is ok and the rest as without."""
    async with over_tls(authority.issue_cert("localhost")) as (healthy, base_url):
        findings = await healthy.examined(base_url=base_url, ca_file=ca_file)
    assert not findings.problems
    assert findings[Step.TLS].detail == "the certificate of localhost is trusted and valid"


async def test_certificate_has_expired(authority: trustme.CA, ca_file: Path) -> None:
    """An expired certificate is called that."""
    certificate = authority.issue_cert("localhost", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    async with over_tls(certificate) as (healthy, base_url):
        findings = await healthy.examined(base_url=base_url, ca_file=ca_file)
    assert set(findings.problems) == {Step.TLS}
    assert findings[Step.TLS].detail == "the certificate of localhost has expired (certificate has expired)"
    assert "renewed" in findings[Step.TLS].remedy
    assert findings.skipped_after(Step.TLS)


async def test_certificate_is_not_valid_yet(authority: trustme.CA, ca_file: Path) -> None:
    """A certificate from the future is a sign that this machine's clock is behind."""
    begin = datetime.now(UTC) + timedelta(days=2)
    certificate = authority.issue_cert("localhost", not_before=begin, not_after=begin + timedelta(days=2))
    async with over_tls(certificate) as (healthy, base_url):
        findings = await healthy.examined(base_url=base_url, ca_file=ca_file)
    assert "clock" in findings[Step.TLS].remedy


async def test_certificate_is_for_another_host(authority: trustme.CA, ca_file: Path) -> None:
    """A wrong host is told from an unknown authority."""
    async with over_tls(authority.issue_cert("elsewhere.test")) as (healthy, base_url):
        findings = await healthy.examined(base_url=base_url, ca_file=ca_file)
    assert set(findings.problems) == {Step.TLS}
    assert findings[Step.TLS].detail.startswith("the certificate presented is not for localhost (Hostname mismatch")
    assert "SAIL_BASE_URL" in findings[Step.TLS].remedy


async def test_authority_is_not_trusted(authority: trustme.CA) -> None:
    """Without SAIL_CA_FILE, a private authority is unknown, and the remedy names that setting."""
    async with over_tls(authority.issue_cert("localhost")) as (healthy, base_url):
        findings = await healthy.examined(base_url=base_url)
    assert set(findings.problems) == {Step.TLS}
    assert findings[Step.TLS].detail.startswith("nobody trusted here has signed the certificate of localhost")
    assert "SAIL_CA_FILE" in findings[Step.TLS].remedy


async def test_no_tls_is_spoken_there(ca_file: Path) -> None:
    """An https base URL with the port of something else."""
    async with patient() as healthy:
        findings = await healthy.examined(base_url=f"https://localhost:{healthy.port}", ca_file=ca_file)
    assert set(findings.problems) == {Step.TLS}
    assert "port" in findings[Step.TLS].remedy


async def test_proxy_that_lets_calls_pass(authority: trustme.CA, ca_file: Path) -> None:
    """Through a working proxy everything is ok; name and connection are the proxy's."""
    async with (
        over_tls(authority.issue_cert("localhost")) as (healthy, base_url),
        FakeProxy(int(base_url.rpartition(":")[2]), wants="canary:canary-word").listening() as proxy,
    ):
        url = f"http://canary:canary-word@127.0.0.1:{proxy.port}"
        findings = await healthy.examined(base_url=base_url, ca_file=ca_file, proxy_url=url)
    assert not findings.problems
    assert findings[Step.CONNECT].detail == f"the proxy 127.0.0.1:{proxy.port} accepts connections"
    assert findings[Step.PROXY].result is Result.OK
    assert findings[Step.PROXY].detail == f"the proxy 127.0.0.1:{proxy.port}, from SAIL_PROXY_URL, lets calls pass"


async def test_proxy_of_the_environment(authority: trustme.CA, ca_file: Path) -> None:
    """The variable that told the proxy is named where it works, and in the remedy where it does not."""
    async with (
        over_tls(authority.issue_cert("localhost")) as (_, base_url),
        FakeProxy(int(base_url.rpartition(":")[2]), wants="canary:canary-word").listening() as proxy,
    ):

        async def examined_with(user: str, **variables: str) -> Findings:
            environ = {
                "SAIL_BASE_URL": base_url,
                "SAIL_CLIENT_ID": "canary-id",
                "SAIL_CLIENT_SECRET": SECRET,
                "SAIL_CA_FILE": str(ca_file),
                "SAIL_PROXY_FROM_ENVIRONMENT": "true",
                "HTTPS_PROXY": f"http://{user}:canary-word@127.0.0.1:{proxy.port}",
            }
            return await examined(load({}, environ | variables).tenants[0])

        good, refused = await examined_with("canary"), await examined_with("other")
        asked = len(proxy.seen)
        direct = await examined_with("canary", NO_PROXY="localhost")
    assert not good.problems
    assert good[Step.PROXY].detail == f"the proxy 127.0.0.1:{proxy.port}, from HTTPS_PROXY, lets calls pass"
    assert "HTTPS_PROXY" in refused.problems[Step.PROXY].remedy
    assert not direct.problems
    assert direct[Step.PROXY].detail == "none is set in the environment"
    assert len(proxy.seen) == asked > 0


async def test_proxy_is_not_there() -> None:
    """A proxy that refuses connections is not mistaken for the tenant."""
    url = f"http://canary:canary-word@127.0.0.1:{free_port()}"
    findings = await examined(settings("https://acme.api.identitynow.com", proxy_url=url))
    assert set(findings.problems) == {Step.CONNECT}
    assert "SAIL_PROXY_URL" in findings[Step.CONNECT].remedy
    assert findings.skipped_after(Step.CONNECT)


async def test_proxy_has_no_name() -> None:
    """A proxy whose name does not resolve is told by its setting."""
    findings = await examined(settings("https://acme.api.identitynow.com", proxy_url="http://proxy.invalid:3128"))
    assert findings[Step.DNS].detail.startswith("proxy.invalid: ")
    assert "SAIL_PROXY_URL" in findings[Step.DNS].remedy


@pytest.mark.parametrize("refuses", [None, "403 Forbidden", "502 Bad Gateway"])
async def test_proxy_refuses(refuses: str | None) -> None:
    """A proxy that wants a password, forbids the tenant or cannot reach it, is told with its status."""
    async with FakeProxy(1, wants="other:canary-word", refuses=refuses).listening() as proxy:
        url = f"http://canary:canary-word@127.0.0.1:{proxy.port}"
        findings = await examined(settings("https://acme.api.identitynow.com", proxy_url=url))
    assert set(findings.problems) == {Step.PROXY}
    assert f"HTTP {(refuses or '407')[:3]}" in findings[Step.PROXY].detail
    assert "SAIL_PROXY_URL" in findings[Step.PROXY].remedy
    assert findings.skipped_after(Step.PROXY)


WRONG_ANSWERS = {
    "a page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n<p>canary</p>",
    "not found": b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: https://canary/\r\nContent-Length: 0\r\n\r\n",
    "other JSON": b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{"canary":true}'[
        :-1
    ],
    "a list": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]",
}


@pytest.mark.parametrize("what", WRONG_ANSWERS)
async def test_something_else_than_a_tenant_answers(what: str) -> None:
    """A wrong base URL is told by what ``/oauth/info`` answers, whatever that is."""
    async with Upstream().listening() as upstream:
        upstream.script = sends(WRONG_ANSWERS[what])
        findings = await examined(settings(f"http://127.0.0.1:{upstream.port}"))
    assert set(findings.problems) == {Step.OAUTH_INFO}
    assert "SAIL_BASE_URL is not the API of a tenant" in findings[Step.OAUTH_INFO].remedy
    assert findings.skipped_after(Step.OAUTH_INFO)


async def test_tenant_is_out_of_order() -> None:
    """A tenant that fails is not called a wrong base URL."""
    async with patient() as sick:
        sick.tenant.faults.add("getOAuthInfo", Forever(Status(503)))
        findings = await sick.examined()
    assert set(findings.problems) == {Step.OAUTH_INFO}
    assert "run this again" in findings[Step.OAUTH_INFO].remedy


async def test_wrong_secret() -> None:
    """A refused credential is told with both settings' names, and not as an expired one."""
    async with patient() as healthy:
        findings = await healthy.examined(client_secret="canary-other")
    assert set(findings.problems) == {Step.TOKEN}
    finding = findings[Step.TOKEN]
    assert finding.detail == "the tenant refuses client id and secret, or one of them (HTTP 401, code invalid_client)"
    assert "SAIL_CLIENT_ID and SAIL_CLIENT_SECRET" in finding.remedy
    assert findings.skipped_after(Step.TOKEN)


async def test_expired_credential() -> None:
    """Where the tenant says that it has expired, the remedy is another credential, not another look at this one."""
    body = '{"error": "invalid_client", "error_description": "canary: the token has expired"}'
    async with patient() as healthy:
        healthy.tenant.faults.add("createAccessToken", Forever(Status(401, body, {"Content-Type": "application/json"})))
        findings = await healthy.examined()
    assert findings[Step.TOKEN].detail == "the credential has expired"
    assert "create a new personal access token" in findings[Step.TOKEN].remedy


async def test_token_endpoint_is_out_of_order() -> None:
    """A token endpoint that fails says nothing about the credential."""
    async with patient() as sick:
        sick.tenant.faults.add("createAccessToken", Forever(Status(500)))
        findings = await sick.examined()
    assert findings[Step.TOKEN].reason is Reason.TOKEN


@pytest.mark.parametrize(
    ("lacking", "step", "scope"),
    [
        (READ_STATUS, Step.STATUS, "idn:managed-client-status:read"),
        (frozenset({"idn:remote-client:read", "idn:remote-client:manage"}), Step.CLUSTERS, "idn:remote-client:read"),
        (frozenset({"idn:remote-client:manage"}), Step.HEALTH, "idn:remote-client:manage"),
    ],
)
async def test_missing_scope_is_named(lacking: frozenset[str], step: Step, scope: str) -> None:
    """Each operation that is refused names the scope that it lacks; the others are tried all the same."""
    async with patient(scopes=ALL_SCOPES - lacking) as healthy:
        findings = await healthy.examined(collectors=CollectorSettings(health=step is Step.HEALTH))
    assert set(findings.problems) == {step}
    assert findings[step].detail.endswith(f"the credential needs the scope {scope}")
    assert findings[step].reason is Reason.FORBIDDEN
    assert "give the credential that scope" in findings[step].remedy


async def test_client_list_is_needed_for_discovery_only() -> None:
    """Without the scope to list, discovery cannot work; configured clients only lack their names."""
    off = CollectorSettings(clusters=False)
    async with patient(scopes=READ_STATUS) as healthy:
        configured = await healthy.examined(collectors=off)
        discovering = await healthy.examined(collectors=off, managed_clients=())
    assert set(configured.warnings) == {Step.CLIENT_LIST}
    assert not configured.problems
    assert set(discovering.problems) == {Step.CLIENT_LIST}
    assert discovering[Step.CLIENT_LIST].detail.endswith("needs the scope idn:remote-client:read")
    assert "SAIL_MANAGED_CLIENTS" in discovering[Step.CLIENT_LIST].remedy
    skipped = (Step.STATUS, Step.MANAGED_CLIENTS, Step.BUDGET)
    assert all(discovering[step].result is Result.SKIPPED for step in skipped)


async def test_status_that_cannot_be_read_is_not_asked_for_again() -> None:
    """A refused status is one problem, not one for each client."""
    async with patient(scopes=READ_LISTS) as healthy:
        findings = await healthy.examined()
        asked = [request for request in healthy.tenant.requests if request.path_template.endswith("/status")]
    assert set(findings.problems) == {Step.STATUS}
    assert findings[Step.MANAGED_CLIENTS].result is Result.SKIPPED
    assert len(asked) == 1


async def test_unknown_clients_are_named() -> None:
    """Each unknown id has a row of its own, and the sum says how many."""
    async with patient() as healthy:
        ids = ("unknown-1", "unknown-2")
        clients = (*map(ManagedClientSetting, ids), *healthy.settings.managed_clients)
        findings = await healthy.examined(managed_clients=clients)
    rows = [finding for finding in findings.all if finding.subject]
    assert [row.subject for row in rows] == list(ids)
    assert {row.detail for row in rows} == {"the tenant has no such managed client"}
    assert all("SAIL_MANAGED_CLIENTS" in row.remedy for row in rows)
    assert findings[Step.MANAGED_CLIENTS].detail == "4 of 6 answered"
    assert set(findings.problems) == {Step.MANAGED_CLIENTS}


async def test_type_that_does_not_match_is_hinted_at() -> None:
    """A client that calls itself something else than configured is worth a warning, with the entry to write."""
    async with patient() as healthy:
        right = healthy.settings.managed_clients[0]
        assert right.type == "VA"
        findings = await healthy.examined(managed_clients=(ManagedClientSetting(right.id, "CCG"),))
    (warning,) = (finding for finding in findings.all if finding.subject)
    assert warning.result is Result.WARNING
    assert f"write {right.id}:VA in SAIL_MANAGED_CLIENTS" in warning.remedy
    assert findings[Step.MANAGED_CLIENTS].result is Result.OK


async def test_client_that_fails_otherwise_keeps_its_reason() -> None:
    """What is wrong with one client's answer is told beside its id."""
    async with patient() as sick:
        broken = sick.settings.managed_clients[1].id
        sick.tenant.faults.add("getManagedClientStatus", Forever(Status(500)), only_id=broken)
        findings = await sick.examined()
    (problem,) = (finding for finding in findings.all if finding.subject)
    assert (problem.subject, problem.reason) == (broken, Reason.HTTP_5XX)


@pytest.mark.parametrize(
    ("skew_seconds", "result"),
    [(0.0, Result.OK), (-60.0, Result.WARNING), (90.0, Result.WARNING), (-600.0, Result.PROBLEM)],
)
async def test_clocks_that_disagree(skew_seconds: float, result: Result) -> None:
    """Half a minute apart is worth a warning, five minutes are a problem; which way, the row says."""
    async with patient(skew_seconds=skew_seconds) as tenant:
        finding = (await tenant.examined())[Step.CLOCK]
    assert finding.result is result
    if skew_seconds:
        assert ("ahead" if skew_seconds < 0 else "behind") in finding.detail
        assert "NTP" in finding.remedy


async def test_budget_is_too_small_for_the_interval() -> None:
    """The smallest safe interval is told, even while the tenant is out of reach."""
    clients = tuple(ManagedClientSetting(str(number)) for number in range(60))
    tight = settings(f"http://127.0.0.1:{free_port()}", managed_clients=clients, rate_budget=2)
    finding = (await examined(tight))[Step.BUDGET]
    assert finding.result is Result.PROBLEM
    assert "smallest safe interval 305 s" in finding.detail
    assert finding.remedy.startswith("scrape every 305 s or less often; raise SAIL_RATE_BUDGET up to 100")
    roomy = settings(f"http://127.0.0.1:{free_port()}", managed_clients=clients, rate_budget=100)
    assert (await examined(roomy))[Step.BUDGET].result is Result.OK


async def test_discovery_tells_how_many_are_watched() -> None:
    """What the filters leave is told; when they leave nobody, that is a problem."""
    async with patient(clients=12) as tenant:
        found = await tenant.examined(managed_clients=())
        nobody = await tenant.examined(
            managed_clients=(), discovery=DiscoverySettings(cluster_ids=("no-such-cluster",))
        )
    assert re.fullmatch(r"\d+ of 12 managed clients found are watched", found[Step.MANAGED_CLIENTS].detail)
    assert not found.problems
    assert set(nobody.problems) == {Step.MANAGED_CLIENTS}
    assert "SAIL_DISCOVERY__" in nobody[Step.MANAGED_CLIENTS].remedy
    assert nobody[Step.STATUS].result is Result.SKIPPED


async def test_beta_discovers_through_clusters() -> None:
    """A generation without a client list says so, and finds its clients all the same; it has no health."""
    collectors = CollectorSettings(clusters=False, health=True)
    async with patient(clients=12) as tenant:
        findings = await tenant.examined(api_generation="beta", managed_clients=(), collectors=collectors)
    assert findings[Step.CLIENT_LIST].detail == "the API generation beta does not have this"
    assert findings[Step.CLUSTERS].result is Result.OK
    assert findings[Step.MANAGED_CLIENTS].detail == "12 of 12 managed clients found are watched"
    assert set(findings.problems) == {Step.HEALTH}
    assert "SAIL_API_GENERATION" in findings[Step.HEALTH].remedy


async def test_beta_without_clusters_knows_nobody() -> None:
    """Where clusters cannot be listed either, nobody is known, and that is said without a guess."""
    async with patient(scopes=READ_STATUS) as tenant:
        findings = await tenant.examined(api_generation="beta", managed_clients=())
    assert set(findings.problems) == {Step.CLUSTERS}
    assert findings[Step.MANAGED_CLIENTS].detail == "they could not be listed"


async def test_health_of_nobody_is_not_asked_for() -> None:
    """With every client filtered out there is nobody whose health could be read."""
    async with patient() as tenant:
        findings = await tenant.examined(
            managed_clients=(),
            collectors=CollectorSettings(health=True),
            discovery=DiscoverySettings(cluster_ids=("no-such-cluster",)),
        )
    assert findings[Step.HEALTH].result is Result.SKIPPED


async def test_collectors_that_are_off_are_not_tried() -> None:
    """A scope for what nobody wants is not missed, and configured clients are then not asked about."""
    off = CollectorSettings(status=False, clusters=False)
    async with patient(scopes=frozenset()) as tenant:
        findings = await tenant.examined(collectors=off)
    assert not findings.problems
    assert {findings[step].detail for step in (Step.CLUSTERS, Step.STATUS, Step.HEALTH)} == {"the collector is off"}
    assert findings[Step.MANAGED_CLIENTS].result is Result.SKIPPED


async def test_tokens_that_are_not_accepted() -> None:
    """A token that the tenant's own API refuses hints at another tenant's credential."""
    async with patient() as tenant:
        body = '{"error": "JWT validation failed: canary"}'
        answer = Forever(Status(401, body, {"Content-Type": "application/json"}))
        for operation in ("getManagedClients", "getManagedClusters", "getManagedClientStatus"):
            tenant.tenant.faults.add(operation, answer)
        findings = await tenant.examined()
    assert set(findings.problems) == {Step.CLIENT_LIST, Step.CLUSTERS, Step.STATUS}
    assert "the credential's tenant" in findings[Step.STATUS].remedy


async def test_many_clients_are_asked_in_parallel() -> None:
    """The configured concurrency holds, and the budget is never waited for in vain."""
    async with patient(clients=40, latency_millis=50) as tenant:
        started_seconds = asyncio.get_running_loop().time()
        findings: Findings = await tenant.examined(rate_budget=100)
        took_seconds = asyncio.get_running_loop().time() - started_seconds
    assert findings[Step.MANAGED_CLIENTS].detail == "40 of 40 answered"
    assert took_seconds < 40 * 0.05
