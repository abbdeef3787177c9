"""Rules that hold for the repository as a whole: what is in it, how its code is cut, and that its checks can fail."""

import ast
import importlib
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "exporter"

TOP_LEVEL = re.compile(
    r"exporter|deploy|tests|pyproject\.toml|Dockerfile|README\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md|SECURITY\.md"
    r"|Makefile|requirements[a-z-]*\.txt|\..+"
)

UNWANTED_WORDS = {
    "the host of a package or image registry": r"(pypi|python"
    r"hosted|debian|npm"
    r"js|docker|ghcr|quay)\.(org|com|io)\b",
    "a path of somebody's machine": r"(?<![\w.])/(work|root|home)/\w",
    "the number of an issue": r"(?i)\b(issue \d|(issues?|fix(es)?|closes?|see) #\d)",
}

MAX_MODULE_LINES = 250
MAX_MEDIAN_FUNCTION_LINES = 10

REASONLESS = {
    "tests": r"#\s*noqa(?!: [A-Z]+\d+(, ?[A-Z]+\d+)* - \w)|pragma: no",
    "exporter": r"#\s*noqa(?!: [A-Z]+\d+(, ?[A-Z]+\d+)* - \w)|pragma: no|#\s*type: ignore(?!\[[\w, -]+\] +(#|-) ?\w)",
}
"""For each folder, what a line that silences a check looks like when it does not say why."""

OFFENCES = {
    "layers": ("api/offence.py", "import exporter.web"),
    "simulator": ("simulator/offence.py", "import exporter.errors"),
    "settings-readers": ("web/offence.py", "import exporter.settings"),
    "home-httpx": ("web/offence.py", "import httpx"),
    "home-prometheus-client": ("collect/offence.py", "import prometheus_client"),
    "home-asgi": ("metrics/offence.py", "import starlette.responses"),
    "home-settings": ("collect/offence.py", "import pydantic_settings"),
    "home-yaml": ("collect/offence.py", "import yaml"),
    "home-bcrypt": ("settings/offence.py", "import bcrypt"),
    "home-pydantic-core": ("metrics/offence.py", "import pydantic_core"),
    "home-click": ("settings/offence.py", "import click"),
}
"""For each import contract, a module that breaks it."""


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text())


def _files() -> list[Path]:
    """What is, or without a ``.gitignore`` line would be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - git is where PATH says
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (REPOSITORY / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def _modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((REPOSITORY / folder).rglob("*.py"))]


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _relative(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def _public_names(tree: ast.Module) -> set[str]:
    """What a module defines for others: its functions, classes and assigned names that have no leading underscore."""
    defined: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.Assign):
            defined |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {name for name in defined if not name.startswith("_")}


def _declares_all(tree: ast.Module) -> bool:
    names = [node.targets[0] for node in tree.body if isinstance(node, ast.Assign)]
    return any(isinstance(name, ast.Name) and name.id == "__all__" for name in names)


def test_nothing_lies_at_the_top_that_has_no_place_there() -> None:
    """The top of the repository holds the rooms, the deliverables and the papers, and nothing else."""
    top = {_relative(path).split("/")[0] for path in _files()}
    assert [name for name in sorted(top) if not TOP_LEVEL.fullmatch(name)] == []


def test_no_file_is_committed_that_names_an_index_or_holds_a_secret() -> None:
    """Locks are the hashed requirement files; other formats name the index that they were made with."""
    assert [path.name for path in _files() if path.name in {"uv.lock", "pylock.toml", "poetry.lock", ".env"}] == []


@pytest.mark.parametrize("what", UNWANTED_WORDS)
def test_no_file_names(what: str) -> None:
    """A file that names these would be wrong, or become wrong, for somebody else."""
    unwanted = re.compile(UNWANTED_WORDS[what])
    texts = ((path, path.read_text(errors="replace")) for path in _files() if path != Path(__file__))
    assert [_relative(path) for path, text in texts if unwanted.search(text)] == []


def test_locks_hold_names_versions_and_hashes() -> None:
    """Every requirement of every lock is pinned and hashed, and no lock says where to get it."""
    for lock in REPOSITORY.glob("requirements*.txt"):
        text = re.sub(r"#.*", "", lock.read_text()).replace("\\\n", "")
        for requirement in filter(None, map(str.strip, text.splitlines())):
            assert re.fullmatch(r"[\w.-]+==[\w.!+]+( ; [\w\s.='<>!()]+?)?(\s+--hash=sha256:[0-9a-f]{64})+", requirement)


def test_modules_are_short() -> None:
    """A module can be read in one sitting."""
    lengths = {_relative(path): len(path.read_text().splitlines()) for path in _modules("exporter")}
    assert {name: lines for name, lines in lengths.items() if lines >= MAX_MODULE_LINES} == {}


def test_functions_are_short() -> None:
    """Half of all functions have fewer than ten lines, docstrings included."""
    lines = [_lines(function) for path in _modules("exporter") for function in _functions(path)]
    assert statistics.median(lines) < MAX_MEDIAN_FUNCTION_LINES


@pytest.mark.parametrize("path", _modules("exporter"), ids=_relative)
def test_a_module_says_what_it_is_for_and_what_others_may_use(path: Path) -> None:
    """Each module has a docstring, and an explicit ``__all__`` when it defines anything for others."""
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    assert _declares_all(tree) or not _public_names(tree)


def test_importing_the_program_does_not_start_it() -> None:
    """What ``python -m exporter`` runs can be imported, by tools that read modules, without being run."""
    assert importlib.import_module("exporter.__main__").main is importlib.import_module("exporter.cli").main


def test_every_test_promises_something_in_a_sentence() -> None:
    """A failing test tells what is broken before its code is read."""
    tests = [(path, node) for path in _modules("tests") for node in _functions(path) if node.name.startswith("test_")]
    assert [f"{_relative(path)}:{node.name}" for path, node in tests if not ast.get_docstring(node)] == []


@pytest.mark.parametrize(("folder", "reasonless"), REASONLESS.items())
def test_every_exception_from_a_check_carries_its_reason(folder: str, reasonless: str) -> None:
    """Linter and, in the product, type checker are silenced for one rule, with a reason; coverage never is."""
    silenced = [
        f"{_relative(path)}:{number}: {line.strip()}"
        for path in _modules(folder)
        if path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(reasonless, line)
    ]
    assert silenced == []


def test_every_rule_that_is_switched_off_carries_its_reason() -> None:
    """In pyproject.toml, each line that names rules to ignore says why."""
    text = (REPOSITORY / "pyproject.toml").read_text()
    section = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.pydocstyle]")]
    rules = [line for line in section.splitlines() if re.match(r'\s+"[A-Z]+\d*"', line)]
    assert rules
    assert [line for line in rules if not re.search(r"# \w", line)] == []


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with its import contracts, to be spoiled."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(PACKAGE, folder / "exporter", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    return folder


def _lint_imports(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    options = [f"--contract={contract}" for contract in contracts]
    program = "import sys; from importlinter.cli import lint_imports_command as command; command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", *options], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_rooms_keep_their_contracts(copy: Path) -> None:
    """No module imports what its room may not know."""
    done = _lint_imports(copy)
    assert done.returncode == 0, done.stdout


def test_each_contract_is_seen_to_fail() -> None:
    """Every import contract has an offence below that it must notice."""
    assert {contract["id"] for contract in _pyproject()["tool"]["importlinter"]["contracts"]} == OFFENCES.keys()


@pytest.mark.parametrize("contract", OFFENCES)
def test_an_offence_breaks_its_contract(copy: Path, contract: str) -> None:
    """A contract that nothing can break protects nothing."""
    place, offence = OFFENCES[contract]
    module = copy / "exporter" / place
    module.write_text(f"{offence}\n")
    done = _lint_imports(copy, contract)
    module.unlink()
    assert (done.returncode, "1 broken" in done.stdout) == (1, True), done.stdout + done.stderr


def test_a_new_room_must_be_given_its_place(copy: Path) -> None:
    """A module beside the rooms that no layer names breaks the layers."""
    module = copy / "exporter" / "unplaced.py"
    module.write_text("")
    done = _lint_imports(copy, "layers")
    module.unlink()
    assert (done.returncode, "unplaced" in done.stdout) == (1, True), done.stdout + done.stderr
