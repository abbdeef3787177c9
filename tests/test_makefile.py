"""The Makefile, as far as other tests do not use it: the end of the demo, and the Python it refuses."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.whole.processes import ROOT, clean_environment, free_port

CTRL_C = b"\x03"
TERMINAL = shutil.which("script") or "script"
MAKE = shutil.which("make") or "make"


def test_ctrl_c_on_a_terminal_ends_the_demo_with_status_0() -> None:
    """The one who tries the exporter is not told of an error for ending it as it says."""
    if not (Path(sys.prefix) / ".dev").exists():
        pytest.skip("needs an environment that make has set up: run the tests by `make test`")
    demo = subprocess.Popen(
        [TERMINAL, "--quiet", "--return", "--flush", "--command", f"{MAKE} VENV={sys.prefix} demo", os.devnull],
        cwd=ROOT,
        env=clean_environment(SAIL_WEB__LISTEN_ADDRESS=f"127.0.0.1:{free_port()}"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with demo:
        assert demo.stdin is not None
        assert demo.stdout is not None
        shown = b"".join(iter(demo.stdout.readline, b"Ctrl-C ends it.\r\n"))
        demo.stdin.write(CTRL_C)
        demo.stdin.flush()
        after = demo.stdout.read()
    assert b"/metrics" in shown
    assert b"Error" not in after
    assert demo.returncode == 0


def test_an_old_python_is_refused_in_one_line(tmp_path: Path) -> None:
    """Without Python 3.11 make does nothing, and says which variable names another one."""
    done = subprocess.run(
        [MAKE, f"VENV={tmp_path}/venv", "PYTHON=python-of-old", "test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "python-of-old is not Python 3.11 or newer" in done.stderr
    assert "make PYTHON=python3.12 test" in done.stderr
    assert not (tmp_path / "venv").exists()
