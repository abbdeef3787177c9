"""The program as a process: signals, exit statuses, what it prints, what it never prints."""

import asyncio
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from exporter.cli import logs, process
from tests.whole.processes import EXPORTER, ROOT, Program, clean_environment, eventually, fetched, page, running

CANARY = "CANARY-c2VjcmV0"


@contextmanager
def serving(tenant: dict[str, str], *flags: str) -> Iterator[tuple[Program, int]]:
    """An exporter in a process of its own, and the port it got."""
    arguments = ["serve", "--web.listen-address=127.0.0.1:0", *flags]
    with running(arguments, clean_environment(**tenant)) as program:
        found = eventually(lambda: re.search(r"127\.0\.0\.1:(\d+)", program.output), "the address in the log")
        yield program, int(found[1])


@contextmanager
def showing(*args: str, until: str, **environ: str) -> Iterator[tuple[Program, re.Match[str]]]:
    """A command in a process of its own that has printed something, and what that was."""
    with running(args, clean_environment(**environ)) as program:
        yield program, eventually(lambda: re.search(until, program.output, re.MULTILINE), f"{until} in the output")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_ends_with_status_0_on_a_signal(tenant: dict[str, str], number: signal.Signals) -> None:
    """SIGTERM and SIGINT end it in an orderly way, in less than a second when idle."""
    with serving(tenant) as (program, port):
        assert "sailpoint_managed_client_fetch_success{" in page(port)
        started_seconds = time.monotonic()
        assert program.end(number) == 0
        assert time.monotonic() - started_seconds < 3.0  # 1 s on a machine that does nothing else
        assert "msg=Stopped" in program.output


def test_serve_survives_a_hangup(tenant: dict[str, str]) -> None:
    """A terminal that goes away does not end it."""
    with serving(tenant) as (program, port):
        program.process.send_signal(signal.SIGHUP)
        assert "sailpoint_up" in page(port)
        assert program.end() == 0


def test_a_hangup_reloads_the_configuration(tenant: dict[str, str], tmp_path: Path) -> None:
    """A file that names another tenant is taken over; one that cannot be used is told of, and changes nothing."""
    file, secret = tmp_path / "exporter.yml", tmp_path / "secret"
    secret.write_text(tenant["SAIL_CLIENT_SECRET"])
    text = f"""
tenants:
  - name: %s
    base_url: {tenant["SAIL_BASE_URL"]}
    client_id: {tenant["SAIL_CLIENT_ID"]}
    client_secret_file: {secret}
"""
    file.write_text(text % "before")
    with serving({}, f"--config.file={file}") as (program, port):
        assert 'sailpoint_up{tenant="before"} 1.0' in page(port)
        for name, told in (("after", "configuration reloaded"), ("{", "configuration not reloaded")):
            file.write_text(text % name)
            program.process.send_signal(signal.SIGHUP)
            eventually(lambda told=told: told in program.output or None, told)  # type: ignore[misc]
            assert 'sailpoint_up{tenant="after"} 1.0' in page(port)
        assert "sailpoint_exporter_config_last_reload_successful 0.0" in page(port)
        assert re.search(rf"tenants\[0\]\.base_url +{tenant['SAIL_BASE_URL']} ", page(port, "/config"))


def test_serve_dumps_no_core(tenant: dict[str, str]) -> None:
    """A crash leaves no image of the memory, which holds the secret."""
    with serving(tenant) as (program, _):
        limits = Path(f"/proc/{program.process.pid}/limits").read_text(encoding="ascii")
        assert re.search(r"Max core file size\s+0\s+0\s", limits)


def test_no_command_dumps_core() -> None:
    """Those that end soon hold the secret, too."""
    script = (
        "import atexit, sys; from resource import *; setrlimit(RLIMIT_CORE, 2 * getrlimit(RLIMIT_CORE)[1:]);"
        "atexit.register(lambda: print('core', *getrlimit(RLIMIT_CORE))); sys.argv[1:] = ['--version'];"
        "from exporter.cli import main; main()"
    )
    done = subprocess.run([EXPORTER[0], "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.endswith("core 0 0\n")


def test_signal_during_start_ends_it_with_status_0() -> None:
    """A container that is stopped while it starts has not failed."""
    script = "import os, signal; from exporter.cli import process; process.prepare(); os.kill(os.getpid(), signal.{})"
    for name in ("SIGTERM", "SIGINT"):
        done = subprocess.run([EXPORTER[0], "-c", script.format(name)], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


def test_secret_is_in_no_output_at_debug_level(tenant: dict[str, str], tmp_path: Path) -> None:
    """A secret that the tenant refuses is in neither log nor page nor command line, at the most talkative level."""
    (tmp_path / "client_secret").write_text(CANARY)
    (tmp_path / "client_secret").chmod(0o644)
    environ = {name: text for name, text in tenant.items() if name != "SAIL_CLIENT_SECRET"}
    with serving(environ | {"SAIL_SECRETS_DIR": str(tmp_path)}, "--log.level=debug") as (program, port):
        text = page(port)
        command_line = Path(f"/proc/{program.process.pid}/cmdline").read_text(encoding="utf-8")
        assert program.end() == 0
        output = program.output
    assert 'reason="token_rejected"' in text
    assert output.count("more users than needed may read this secret") == 1
    assert CANARY not in text + command_line + output


def test_address_in_use_ends_it_with_status_1(tenant: dict[str, str]) -> None:
    """A port that is taken is told in one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(
            [*EXPORTER, f"--web.listen-address={address}"],
            env=clean_environment(**tenant),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert re.fullmatch(rf"sailpoint-exporter: cannot listen on {address}: .+\n", done.stderr)


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare, and the right to use it")
def test_first_process_of_a_container_hears_signals() -> None:
    """As PID 1, which receives only the signals it has handlers for, SIGTERM ends it with status 0."""
    unshare = (shutil.which("unshare") or "", "--pid", "--fork", "--kill-child")
    if subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs the right to make a PID namespace")
    with running(["simulate", "--listen=127.0.0.1:0"], program=(*unshare, *EXPORTER)) as program:
        eventually(lambda: re.search("Read it with", program.output), "the simulated tenant")
        pid = program.process.pid
        (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        os.kill(int(child), signal.SIGTERM)
        assert program.process.wait(timeout=30) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_demo_shows_readings_and_serves_them(number: signal.Signals) -> None:
    """The demo prints a row for each client and the addresses, serves the page, and ends with status 0."""
    arguments = ("demo", "--clients=4", "--clusters=2", "--web.listen-address=127.0.0.1:0")
    with showing(*arguments, until="Ctrl-C ends it") as (program, _):
        rows = program.output.split("CLIENT ")[1].split("\n\n")[0].splitlines()
        assert len(rows) == 5
        address = re.search(r"http://127\.0\.0\.1:\d+/metrics", program.output)
        assert address
        status, text = fetched(address[0]) or (0, "")
        assert status == 200
        assert text.count("sailpoint_managed_client_fetch_success{") == 4
        assert program.end(number) == 0
        assert "demo-secret" not in program.output


def test_demo_plays_a_scenario() -> None:
    """It tells the story and serves all of its tenants; what happens is seen by who scrapes."""
    arguments = ("demo", "--scenario=sandbox-down", "--speed=10000", "--scrape.min-interval=1s")
    with showing(*arguments, "--web.listen-address=127.0.0.1:0", until="Ctrl-C ends it") as (program, _):
        assert re.search(r"\n  \d\d:\d\d:\d\d  minute 10: fail in sandbox, operations \*, with 503\n", program.output)
        assert program.output.count("Simulated tenant") == 2
        address = re.search(r"http://127\.0\.0\.1:\d+/metrics", program.output)
        assert address
        _, text = eventually(lambda: fetched(address[0]), "the page")
        assert set(re.findall(r'^sailpoint_up\{tenant="(\w+)"\}', text, re.MULTILINE)) == {"production", "sandbox"}
        assert program.end() == 0


def test_simulate_serves_each_tenant_of_a_scenario(tmp_path: Path) -> None:
    """The configuration printed reads them."""
    arguments = ("simulate", "--scenario=sandbox-down", "--listen=127.0.0.1:0")
    with showing(*arguments, until=r"in FILE,\n\n(?s:(.+))\n\nOf two tenants (?s:.+)minute 80") as (program, told):
        (tmp_path / "tenants.yaml").write_text(told[1])
        (tmp_path / "client_secret").write_text("demo-secret")
        done = subprocess.run(
            [*EXPORTER, "scrape", f"--config.file={tmp_path}/tenants.yaml"],
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert 'sailpoint_up{tenant="production"} 1.0' in done.stdout
        assert 'sailpoint_up{tenant="sandbox"} 1.0' in done.stdout
        assert program.end() == 0


def test_demo_leaves_a_port_that_is_taken(tenant: dict[str, str]) -> None:
    """When its usual port is taken, the demo says so and uses a free one; a real tenant's variables it ignores."""
    with ExitStack() as stack:
        with suppress(OSError):  # taken already: just as good
            stack.enter_context(socket.create_server(("127.0.0.1", 9853)))
        program, _ = stack.enter_context(showing("demo", "--clients=1", until="Ctrl-C ends it", **tenant))
        assert program.output.startswith("127.0.0.1:9853 is taken; using a free port instead.\n")
        assert "127.0.0.1:9853/metrics" not in program.output
        assert program.end() == 0


@pytest.mark.parametrize("by_flag", [True, False])
def test_demo_obeys_an_address_that_was_chosen(*, by_flag: bool) -> None:
    """A port that was asked for, by flag or variable, is not exchanged for another one."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(
            [*EXPORTER, "demo", *([f"--web.listen-address={address}"] if by_flag else [])],
            env=clean_environment(**({} if by_flag else {"SAIL_WEB__LISTEN_ADDRESS": address})),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"cannot listen on {address}" in done.stderr


def test_simulate_prints_a_line_to_read_it_with() -> None:
    """The line printed, pasted into a shell, reads the tenant."""
    with showing("simulate", "--listen=127.0.0.1:0", "--clients=3", until=r"^SAIL_.*sailpoint-exporter$") as (
        program,
        line,
    ):
        script = line[0].replace("sailpoint-exporter", f"{EXPORTER[0]} -m exporter scrape")
        done = subprocess.run(
            ["/bin/sh", "-c", script], env=clean_environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("sailpoint_managed_client_fetch_success{") == 3
        assert program.end() == 0


def test_simulate_lists_its_clients() -> None:
    """``--print-clients`` prints ID:TYPE lines and exits; the same seed gives the same ids."""
    first, again, other = (
        subprocess.run(
            [*EXPORTER, "simulate", "--print-clients", "--clients=5", f"--seed={seed}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (1, 1, 2)
    )
    assert first == again != other
    assert re.fullmatch(r"([\w-]+:[A-Z_]+\n){5}", first)


def test_console_script_is_the_same_program() -> None:
    """``python -m exporter`` and ``sailpoint-exporter`` print the same version."""
    script = Path(EXPORTER[0]).with_name("sailpoint-exporter")
    outputs = [
        subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
        for command in (EXPORTER, (str(script),))
    ]
    assert outputs[0] == outputs[1]


def test_unhandled_error_on_the_loop_is_logged_without_its_text() -> None:
    """An exception in a callback, whose arguments asyncio itself would log, is told by its place only."""
    stream = io.StringIO()
    logs.configure("debug", "logfmt", stream)

    async def main() -> str:
        asyncio.get_running_loop().call_soon(int, CANARY)
        await asyncio.sleep(0)
        return "done"

    assert process.run(main()) == "done"
    (line,) = stream.getvalue().splitlines()
    assert (
        'level=error component=exporter.process msg="Unhandled error in the event loop" exception="ValueError' in line
    )
    assert CANARY not in line
