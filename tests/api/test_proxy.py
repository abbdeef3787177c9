"""exporter.api.proxy: through a real proxy to a real upstream, and what is said when the proxy is at fault."""

import asyncio
import ssl
import traceback
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
import trustme

from exporter.api.connections import connecting_to, new_proxied_transport, tls_context
from exporter.api.credentials import GivenCredentials
from exporter.api.inventory import OauthInfo
from exporter.api.paths import Origin
from exporter.api.proxy import proxy_at
from exporter.api.tenant import TenantApi
from exporter.clock import Clock
from exporter.errors import ApiError, Reason, SettingsError
from tests.api.fakes import FakeObserver
from tests.api.proxies import FakeProxy
from tests.api.upstreams import REAL_BACKEND, Fetcher, RawUpstream, Upstream, resets, sends
from tests.canaries import leaks

USER, PASSWORD = "proxy-user", "canary:p@ss/word"
WANTED = f"{USER}:{PASSWORD}"
USERINFO = "proxy-user:canary%3Ap%40ss%2Fword@"


@pytest.fixture
def anyio_backend() -> object:
    """Real sockets."""
    return REAL_BACKEND


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """The authority that the exporter trusts here."""
    return trustme.CA()


class Network:
    """An upstream, a proxy before it, and the exporter's ways out."""

    def __init__(self, authority: trustme.CA, stack: AsyncExitStack) -> None:
        self.trusting = tls_context(trust_system=False)
        authority.configure_trust(self.trusting)
        self.serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(self.serving)
        self._stack = stack
        self.upstream = Upstream()
        self.proxy = FakeProxy(0)

    async def open(
        self, *, encrypted: bool = True, proxy_encrypted: bool = False, wants: str | None = None, userinfo: str = ""
    ) -> Fetcher:
        """Start both, and the exporter's way through the proxy."""
        await self._stack.enter_async_context(self.upstream.listening(self.serving if encrypted else None))
        self.proxy.leads_to, self.proxy.wants = self.upstream.port, wants
        await self._stack.enter_async_context(self.proxy.listening(self.serving if proxy_encrypted else None))
        proxy_url = f"http{'s' if proxy_encrypted else ''}://{userinfo}localhost:{self.proxy.port}"
        return await self.way("tenant.example" if not encrypted else "localhost", proxy_url, encrypted=encrypted)

    async def way(self, host: str, proxy_url: str, *, encrypted: bool = True) -> Fetcher:
        """The exporter's way out to a host through a proxy."""
        fetcher = Fetcher(f"http{'s' if encrypted else ''}://{host}:{self.upstream.port}", self.trusting)
        proxy = proxy_at(proxy_url, self.trusting)
        fetcher.connections._new = partial(new_proxied_transport, self.trusting, proxy)  # noqa: SLF001 - its own way has no proxy
        return await self._stack.enter_async_context(fetcher)


@pytest.fixture
async def network(authority: trustme.CA) -> AsyncIterator[Network]:
    """Nothing listens yet."""
    async with AsyncExitStack() as stack:
        yield Network(authority, stack)


@pytest.mark.parametrize("proxy_encrypted", [False, True])
async def test_calls_go_through_one_tunnel(network: Network, proxy_encrypted: bool) -> None:  # noqa: FBT001 - a table's
    """TLS is spoken with the tenant, whether or not the proxy speaks it as well, and the tunnel is kept."""
    fetcher = await network.open(proxy_encrypted=proxy_encrypted)
    assert [await fetcher.fetch() for _ in range(3)] == 3 * [{"good": 1}]
    assert network.proxy.seen == [f"CONNECT localhost:{network.upstream.port} HTTP/1.1"]
    assert network.upstream.opened == 1


async def test_an_origin_without_tls_is_asked_through_the_proxy_too(network: Network) -> None:
    """Its name is looked up there; here it is not known."""
    fetcher = await network.open(encrypted=False)
    assert await fetcher.fetch() == {"good": 1}
    assert network.proxy.seen == [f"GET http://tenant.example:{network.upstream.port}/thing HTTP/1.1"]


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_proxy_may_want_a_user_and_password(network: Network, encrypted: bool) -> None:  # noqa: FBT001 - a table's
    """Any characters, escaped in the URL as URLs have it."""
    fetcher = await network.open(encrypted=encrypted, wants=WANTED, userinfo=USERINFO)
    assert await fetcher.fetch() == {"good": 1}


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("userinfo", ["", "proxy-user:canary-wrong@"])
async def test_a_proxy_that_wants_other_credentials_is_named_without_them(
    network: Network,
    userinfo: str,
    encrypted: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Nor are its own words repeated; with the right ones the next call is good."""
    fetcher = await network.open(encrypted=encrypted, wants=WANTED, userinfo=userinfo)
    assert await fetcher.fetch() is Reason.CONNECT
    assert fetcher.error.detail == (
        f"proxy http://localhost:{network.proxy.port}: HTTP 407: "
        "it wants a user and password, or other ones, in its URL"
    )
    text = "".join(traceback.format_exception(fetcher.error))
    assert leaks(text, ["canary", WANTED]) == []
    network.proxy.wants = None
    assert await fetcher.fetch() == {"good": 1}


@pytest.mark.parametrize("status", ["403 Forbidden by canary", "502 Bad Gateway", "302 Found"])
async def test_a_proxy_that_refuses_is_told_from_a_tenant_that_does(network: Network, status: str) -> None:
    """A policy, or a tenant that it cannot reach."""
    fetcher = await network.open()
    network.proxy.refuses = status
    assert await fetcher.fetch() is Reason.CONNECT
    assert fetcher.error.detail == f"proxy http://localhost:{network.proxy.port}: HTTP {status[:3]}"
    network.proxy.refuses = None
    assert await fetcher.fetch() == {"good": 1}


@pytest.mark.parametrize(
    ("proxy_url", "detail"),
    [
        ("http://user:canary@localhost:1", "proxy http://localhost:1: no connection: Connection refused"),
        (
            "http://user:canary@proxy.example:3128",
            "proxy http://proxy.example:3128: the host name was not resolved: Name or service not known",
        ),
    ],
)
async def test_a_proxy_that_cannot_be_reached_is_named(network: Network, proxy_url: str, detail: str) -> None:
    """Without its credentials; the tenant is not to blame."""
    fetcher = await network.way("localhost", proxy_url)
    assert await fetcher.fetch() is Reason.CONNECT
    assert fetcher.error.detail == detail
    assert "canary" not in "".join(traceback.format_exception(fetcher.error))


async def test_a_proxy_that_speaks_no_tls_or_breaks_off_is_named(network: Network) -> None:
    """Whatever goes wrong on this side of it."""
    async with RawUpstream().listening() as stranger:
        for scheme, answer, problem in (
            ("https", b"HTTP/1.1 400 Bad Request\r\n\r\n", "no trusted TLS connection"),
            ("http", b"canary\r\n\r\n", "the answer is not HTTP, or ended too early"),
            ("http", b"", "the answer is not HTTP, or ended too early"),
        ):
            stranger.script = sends(answer)
            proxy_url = f"{scheme}://localhost:{stranger.port}"
            fetcher = await network.way("localhost", proxy_url)
            assert await fetcher.fetch() is Reason.CONNECT
            assert fetcher.error.detail.startswith(f"proxy {proxy_url}: {problem}")


async def test_a_silent_proxy_ends_at_the_deadline(network: Network) -> None:
    """And is asked anew next time."""
    fetcher = await network.open()
    network.proxy.silent = True
    assert await fetcher.fetch(within_seconds=0.3) is Reason.DEADLINE
    network.proxy.silent = False
    assert await fetcher.fetch() == {"good": 1}


async def test_a_tenant_s_certificate_is_verified_through_the_tunnel(network: Network) -> None:
    """A proxy that reads along is not trusted; once its authority is (``ca_file``), calls are good."""
    stranger = trustme.CA()
    stranger.issue_cert("localhost").configure_cert(network.serving)
    fetcher = await network.open()
    for _ in range(3):
        assert await fetcher.fetch() is Reason.TLS
        assert "proxy" not in fetcher.error.detail
    assert network.upstream.requests == 0
    stranger.configure_trust(network.trusting)
    assert await fetcher.fetch() == {"good": 1}


async def test_what_breaks_beyond_the_proxy_is_the_tenant_s(network: Network) -> None:
    """Reasons are those of a call without a proxy."""
    fetcher = await network.open()
    network.upstream.script = resets()
    assert await fetcher.fetch() in (Reason.RESET, Reason.PROTOCOL)
    assert "proxy" not in fetcher.error.detail


async def test_a_tunnel_that_went_stale_is_replaced(network: Network) -> None:
    """A kept connection that the tenant closed costs no failure."""
    fetcher = await network.open()

    async def close_once(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        network.upstream.script = None

    assert await fetcher.fetch() == {"good": 1}
    network.upstream.script = close_once
    assert await fetcher.fetch() == {"good": 1}
    assert len(network.proxy.seen) == 2


async def test_a_tenant_is_reached_with_a_proxy_and_an_authority_from_a_file(
    network: Network, authority: trustme.CA, tmp_path: Path
) -> None:
    """As settings name them; with neither, the certificate is a stranger's."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    await network.open(wants=WANTED)
    proxy_url = f"http://{USERINFO}localhost:{network.proxy.port}"
    for ca_file, end in ((tmp_path / "ca.pem", OauthInfo()), (None, Reason.TLS)):
        api = TenantApi(
            base_url=f"https://localhost:{network.upstream.port}",
            generation="v1",
            credentials=GivenCredentials("an-id", "canary"),
            clock=Clock(),
            observer=FakeObserver(),
            ca_file=ca_file,
            proxy_url=proxy_url,
        )
        assert await oauth_info(api) == end
        await api.aclose()
    assert len(network.proxy.seen) == 2


async def oauth_info(api: TenantApi) -> OauthInfo | Reason:
    """The tenant's details, or the reason why there are none."""
    try:
        return await api.get_oauth_info(deadline=Clock().deadline(2.0))
    except ApiError as error:
        return error.reason


@pytest.mark.parametrize(
    "url", ["", "canary", "socks5://canary@host:1", "http://", "http://h:canary", "http://h:1 canary", "ftp://h"]
)
def test_a_url_that_is_no_proxy_s_is_refused_unquoted(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(SettingsError) as caught:
        proxy_at(url, tls_context(trust_system=False))
    assert caught.value.problems == (
        "proxy_url: must be http://HOST:PORT or https://HOST:PORT, with USER:PASSWORD@ before the host if need be",
    )
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_no_representation_shows_the_password(tmp_path: Path) -> None:
    """Of whatever carries the proxy."""
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    new = connecting_to(
        Origin("https://acme.api.identitynow.com"),
        ca_file=tmp_path / "ca.pem",
        proxy_url=f"http://{USERINFO}localhost:3128",
    )
    transport = new()
    for shown in (new, transport, vars(transport)):
        assert leaks(repr(shown), [WANTED, PASSWORD]) == []
