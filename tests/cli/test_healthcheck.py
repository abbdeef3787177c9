"""The health check asks the local exporter, knowing no more than where it listens."""

import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from tests.cli.commands import Result, invoke


def run(*args: str, **environ: str) -> Result:
    """The health check, run in this process."""
    return invoke("healthcheck", *args, **environ)


@contextmanager
def answering(answer: bytes, context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """A listener, over TLS if told so, that answers one request with these bytes; its port, and what it was asked."""
    asked: list[bytes] = []

    def answer_once(listener: socket.socket) -> None:
        accepted, _ = listener.accept()
        with suppress(ssl.SSLError), context.wrap_socket(accepted, server_side=True) if context else accepted as peer:
            asked.append(peer.recv(4096))
            peer.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer_once, args=(listener,))
        thread.start()
        yield listener.getsockname()[1], asked
        thread.join()


def test_healthy_exporter_ends_it_with_status_0() -> None:
    """An exporter that answers 200 is healthy, found by the variable that ``serve`` reads."""
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (port, asked):
        result = run(SAIL_WEB__LISTEN_ADDRESS=f":{port}")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "healthy\n", "")
    assert asked[0].startswith(b"GET /-/healthy HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "HTTP status 503 on 127.0.0.1:{port}"),
        (b"nonsense\r\n\r\n", "no answer on 127.0.0.1:{port} (BadStatusLine)"),
        (b"", "no answer on 127.0.0.1:{port} (RemoteDisconnected)"),
    ],
)
def test_other_answers_end_it_with_status_1(answer: bytes, problem: str) -> None:
    """Anything but a 200 is told in one line of stderr."""
    with answering(answer) as (port, _):
        result = run(f"--web.listen-address=127.0.0.1:{port}")
    expected = f"not healthy: {problem.format(port=port)}\n"
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", expected)


@pytest.fixture
def server_context() -> ssl.SSLContext:
    """A server's, with a certificate that nobody knows, for another name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("exporter.test").configure_cert(context)
    return context


@pytest.fixture
def web_config_file(tmp_path: Path) -> str:
    """A web configuration with TLS."""
    path = tmp_path / "web.yml"
    path.write_text("# TLS\ntls_server_config:\n  cert_file: server.crt\n")
    return str(path)


def test_exporter_with_tls_is_asked_over_tls(server_context: ssl.SSLContext, web_config_file: str) -> None:
    """Whatever the certificate: it is for the name by which others ask."""
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", server_context) as (port, asked):
        result = run(f"--web.listen-address=:{port}", SAIL_WEB__CONFIG_FILE=web_config_file)
    assert (result.exit_code, result.stdout) == (0, "healthy\n")
    assert asked[0].startswith(b"GET /-/healthy HTTP/1.1\r\n")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_exporter_that_wants_a_certificate_lives(
    server_context: ssl.SSLContext, web_config_file: str, version: ssl.TLSVersion
) -> None:
    """A refusal for want of a client's certificate comes from a process that can answer."""
    server_context.verify_mode = ssl.CERT_REQUIRED
    server_context.maximum_version = version
    with answering(b"", server_context) as (port, _):
        result = run(f"--web.listen-address=:{port}", SAIL_WEB__CONFIG_FILE=web_config_file)
    assert (result.exit_code, result.stdout) == (0, "healthy\n")


def test_a_refusal_that_comes_as_a_reset_is_one_too(server_context: ssl.SSLContext, web_config_file: str) -> None:
    """The end of a TLS connection without an answer may overtake the alert that explains it; clear text has no such."""
    with answering(b"", server_context) as (port, _):
        result = run(f"--web.listen-address=:{port}", SAIL_WEB__CONFIG_FILE=web_config_file)
    assert (result.exit_code, result.stdout) == (0, "healthy\n")


def test_exporter_without_the_tls_it_should_have_is_not_healthy(web_config_file: str) -> None:
    """Something else listens there, or ``serve`` runs on other settings."""
    with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as (port, _):
        result = run(f"--web.listen-address=127.0.0.1:{port}", SAIL_WEB__CONFIG_FILE=web_config_file)
    assert result.exit_code == 1
    assert result.stderr == f"not healthy: no answer on 127.0.0.1:{port} (SSLError)\n"


def test_web_configuration_without_tls_changes_nothing(tmp_path: Path) -> None:
    """A file with users or headers only is served in clear."""
    path = tmp_path / "web.yml"
    path.write_text("# no tls_server_config here\nbasic_auth_users: {}\n")
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (port, _):
        assert run(f"--web.listen-address=:{port}", f"--web.config.file={path}").exit_code == 0


def test_web_configuration_that_cannot_be_read_ends_it_with_status_2(tmp_path: Path) -> None:
    """Whether there is TLS is then not known."""
    result = run(f"--web.config.file={tmp_path / 'none.yml'}")
    assert result.exit_code == 2
    assert result.stderr == "sailpoint-exporter: --web.config.file: cannot be read (FileNotFoundError)\n"


def test_nobody_listening_ends_it_with_status_1() -> None:
    """Where nobody listens nobody is healthy."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # bound, so that nobody else listens there
        result = run(f"--web.listen-address=127.0.0.1:{probe.getsockname()[1]}")
    assert result.exit_code == 1
    assert result.stderr.endswith("(ConnectionRefusedError)\n")


def test_default_is_the_default_of_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a setting it asks port 9853 of loopback."""
    monkeypatch.delenv("SAIL_WEB__LISTEN_ADDRESS", raising=False)
    asked: list[tuple[str, int]] = []

    def refuse(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    assert run().exit_code == 1
    assert asked == [("127.0.0.1", 9853)]


@pytest.mark.parametrize(
    ("args", "environ", "origin"),
    [
        (["--web.listen-address=CANARY"], {}, "--web.listen-address"),
        ([], {"SAIL_WEB__LISTEN_ADDRESS": "CANARY"}, "SAIL_WEB__LISTEN_ADDRESS"),
    ],
)
def test_unusable_address_ends_it_with_status_2(args: list[str], environ: dict[str, str], origin: str) -> None:
    """An address that is none is a mistake in the configuration, told like those of ``serve``."""
    result = run(*args, **environ)
    assert result.exit_code == 2
    assert result.stderr == f"sailpoint-exporter: {origin}: must be HOST:PORT, :PORT or [IPv6]:PORT\n"


@pytest.mark.parametrize("args", [["healthcheck"], ["--help"], ["--version"]])
def test_quick_commands_import_nothing_heavy(args: list[str]) -> None:
    """What is asked often, or by someone who waits, does without the libraries that take long to import."""
    heavy = "{'asyncio', 'httpx', 'pydantic', 'uvicorn', 'starlette', 'prometheus_client', 'yaml'}"
    script = f"""
import sys
from exporter.cli.program import program
try:
    program.main(sys.argv[1:])
except SystemExit:
    pass
found = {heavy} & set(sys.modules)
sys.exit(f'imported: {{found}}' if found else 0)
"""
    done = subprocess.run([sys.executable, "-c", script, *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
