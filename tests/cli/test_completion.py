"""The script that makes a shell complete commands."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import invoke


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script_names_the_program_and_its_variable(shell: str) -> None:
    """Each shell's script registers this program, and asks it through the variable that it hears."""
    result = invoke("completion", shell)
    assert result.exit_code == 0
    assert "sailpoint-exporter" in result.stdout
    assert f"_SAILPOINT_EXPORTER_COMPLETE={shell}_complete" in result.stdout


def test_other_shells_are_refused() -> None:
    """A shell that is not known is a mistake in usage."""
    result = invoke("completion", "csh")
    assert result.exit_code == 2


def test_bash_completes_with_it() -> None:
    """In a real bash, the printed script offers the commands that begin with what was typed."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    script = """
        eval "$(sailpoint-exporter completion bash)"
        COMP_WORDS=(sailpoint-exporter sc) COMP_CWORD=1
        _sailpoint_exporter_completion sailpoint-exporter
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    environ = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    done = subprocess.run([bash, "-c", script], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["scrape"]
