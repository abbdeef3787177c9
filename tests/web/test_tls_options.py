"""What the keys of ``tls_server_config`` do on the wire: real handshakes of real clients."""

import ssl
from pathlib import Path

import pytest
from starlette.applications import Starlette

from exporter.clock import Clock
from exporter.web.suites import CURVES, SUITES
from exporter.web.web_config import WebConfigFile
from tests.web.certificates import authority, write_client, write_pair
from tests.web.fakes import application
from tests.web.listening import MTLS, TLS, Server, running, trusting, web_config

WITHOUT_HTTP2 = "http_server_config: {http2: false}\n"
TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.fixture
def anyio_backend() -> str:
    """Real time, for real sockets."""
    return "asyncio"


@pytest.fixture
def app() -> Starlette:
    """The application, on the real clock."""
    return application(Clock())


def client_of(version: ssl.TLSVersion, *suites: str) -> ssl.SSLContext:
    """A client of one version, with suites of TLS 1.2 in its order of preference."""
    context = trusting()
    context.minimum_version = context.maximum_version = version
    if suites:
        context.set_ciphers(":".join(suites))
    return context


async def negotiated(server: Server, context: ssl.SSLContext) -> str:
    """The suite that a client and the server agree on."""
    _, writer = await server.connect(context)
    suite: str = writer.get_extra_info("cipher")[0]
    writer.close()
    return suite


@pytest.mark.parametrize("name", SUITES)
async def test_every_suite_is_spoken(app: Starlette, tmp_path: Path, name: str) -> None:
    """A suite that the file names is what a client gets, with a key of the kind that it is for."""
    key = "ECDSA" if "_ECDSA_" in name else "RSA"
    config = web_config(tmp_path, TLS + f"  cipher_suites: [{name}]\n" + WITHOUT_HTTP2, key)
    async with running(app, config.current) as server:
        assert await negotiated(server, client_of(TLS12, *SUITES.values())) == SUITES[name]


@pytest.mark.parametrize(("prefer_server", "chosen"), [("true", "AES256-GCM-SHA384"), ("false", "AES128-GCM-SHA256")])
async def test_it_can_be_chosen_who_chooses(app: Starlette, tmp_path: Path, prefer_server: str, chosen: str) -> None:
    """The order of the file decides, or the client's when the file says so."""
    suites = "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n"
    config = web_config(tmp_path, TLS + suites + f"  prefer_server_cipher_suites: {prefer_server}\n")
    async with running(app, config.current) as server:
        client = client_of(TLS12, "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384")
        assert await negotiated(server, client) == f"ECDHE-ECDSA-{chosen}"


async def test_without_suites_for_it_tls_1_2_is_not_spoken(app: Starlette, tmp_path: Path) -> None:
    """A file that names suites of TLS 1.3 only leaves TLS 1.3 only, with any of its suites, as in Go."""
    config = web_config(tmp_path, TLS + "  cipher_suites: [TLS_AES_128_GCM_SHA256]\n" + WITHOUT_HTTP2)
    async with running(app, config.current) as server:
        assert await server.get(client_of(TLS13))
        assert await server.get(client_of(TLS12)) == b""


@pytest.mark.parametrize("version", [TLS12, TLS13])
@pytest.mark.parametrize("name", CURVES)
async def test_one_curve_is_the_only_one(app: Starlette, tmp_path: Path, name: str, version: ssl.TLSVersion) -> None:
    """Where the file names one curve, clients that know another one only are not let in."""
    config = web_config(tmp_path, TLS + f"  curve_preferences: [{name}]\n", key="RSA")
    async with running(app, config.current) as server:
        for curve in CURVES.values():
            context = client_of(version)
            context.set_ecdh_curve(curve)
            assert bool(await server.get(context)) is (curve == CURVES[name])


async def test_all_curves_are_spoken(app: Starlette, tmp_path: Path) -> None:
    """Where the file names all curves, whichever a client knows will do."""
    config = web_config(tmp_path, TLS + f"  curve_preferences: [{', '.join(CURVES)}]\n")
    async with running(app, config.current) as server:
        for curve in CURVES.values():
            context = client_of(TLS13)
            context.set_ecdh_curve(curve)
            assert await server.get(context)


@pytest.mark.parametrize("minimum", ["TLS10", "TLS11"])
async def test_nothing_older_than_tls_1_2_is_spoken(app: Starlette, tmp_path: Path, minimum: str) -> None:
    """A lower minimum lets in clients of TLS 1.2, and nobody else."""
    config = web_config(tmp_path, TLS + f"  min_version: {minimum}\n")
    old = trusting()
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    async with running(app, config.current) as server:
        assert await server.get(client_of(TLS12))
        assert await server.get(old) == b""


async def test_what_is_in_pem_may_be_in_the_file_itself(app: Starlette, tmp_path: Path) -> None:
    """Certificate, key and the clients' authority may be in the web configuration; no file is left open."""
    write_pair(tmp_path)
    content = MTLS
    for part, name in (("cert", "cert.pem"), ("key", "key.pem"), ("client_ca", "ca.pem")):
        pem = (tmp_path / name).read_text().replace("\n", "\n    ")
        content = content.replace(f"{part}_file: {name}", f"{part}: |\n    # für Müller\n    {pem.rstrip()}")
        (tmp_path / name).unlink()
    (tmp_path / "web.yml").write_text(content)
    before = len(open_files())
    config = WebConfigFile(tmp_path / "web.yml")
    assert len(open_files()) == before
    async with running(app, config.current) as server:
        assert await server.get(trusting(write_client(tmp_path, "prometheus.example")))
        assert await server.get(trusting()) == b""


def open_files() -> list[Path]:
    """What this process has open."""
    return list(Path("/proc/self/fd").iterdir())


async def test_without_an_authority_those_of_the_system_hold(
    app: Starlette, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in Go, without client_ca_file a required certificate may be of any authority that the system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    config = web_config(tmp_path, TLS + "  client_auth_type: RequireAndVerifyClientCert\n")
    foreign = tmp_path / "foreign.pem"
    authority("others").issue_cert("prometheus.example").private_key_and_cert_chain_pem.write_to_path(foreign)
    async with running(app, config.current) as server:
        assert await server.get(trusting(write_client(tmp_path, "prometheus.example")))
        assert await server.get(trusting(foreign)) == b""
        assert await server.get(trusting()) == b""
