"""The health check asks the local exporter, knowing no more than where it listens."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner, Result

from exporter.cli.program import program


def run(*args: str, **environ: str) -> Result:
    """The health check, run in this process."""
    return CliRunner().invoke(program, ["healthcheck", *args], env=environ, prog_name="sailpoint-exporter")


@contextmanager
def answering(answer: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A listener that reads one request and answers it with these bytes; its port, and what it was asked."""
    asked: list[bytes] = []

    def answer_once(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            asked.append(connection.recv(4096))
            connection.sendall(answer)

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
