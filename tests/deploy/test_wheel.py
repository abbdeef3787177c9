"""The packages that are published: anybody who builds a release again gets the same bytes."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from exporter import __version__

REPOSITORY = Path(__file__).parents[2]
SOURCES = ("exporter", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore")
WHEEL = f"sailpoint_exporter-{__version__}-py3-none-any.whl"
SDIST = f"sailpoint_exporter-{__version__}.tar.gz"
EPOCH_SECONDS = "1700000000"


def _checkout(folder: Path, epoch_seconds: int, mode: int) -> Path:
    """The sources as somebody has them, with the times and permissions of that place, and what Python left there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        copy = shutil.copytree if (REPOSITORY / name).is_dir() else shutil.copy
        copy(REPOSITORY / name, folder / name)
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(mode)
            os.utime(path, (epoch_seconds, epoch_seconds))
    (folder / "exporter" / "__pycache__").mkdir(exist_ok=True)
    (folder / "exporter" / "__pycache__" / f"left.{mode}.pyc").write_bytes(b"")
    return folder


def _built(folder: Path, umask: int = 0o022, environment: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """What is built in a folder of sources, by file name."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--target", "sdist"],
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH_SECONDS, **(environment or {})},
        umask=umask,
        capture_output=True,
        check=True,
    )
    return {path.name: path.read_bytes() for path in (folder / "dist").iterdir()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sources with packages built from them in ``dist``."""
    folder = _checkout(tmp_path_factory.mktemp("one"), epoch_seconds=1_000_000_000, mode=0o644)
    _built(folder)
    return folder


def test_two_builds_are_identical(folder: Path, tmp_path: Path) -> None:
    """Neither place, umask, permissions, file times, time zone, language nor hash seed shows in wheel and sdist."""
    elsewhere = _checkout(tmp_path / "another place", epoch_seconds=1_600_000_001, mode=0o600)
    environment = {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "7", "HOME": str(tmp_path)}
    one = {path.name: path.read_bytes() for path in (folder / "dist").iterdir()}
    assert set(one) == {WHEEL, SDIST}
    assert _built(elsewhere, 0o077, environment) == one


def test_the_time_in_them_is_that_of_the_release(folder: Path) -> None:
    """Every file in both carries SOURCE_DATE_EPOCH."""
    with zipfile.ZipFile(folder / "dist" / WHEEL) as wheel:
        assert {entry.date_time for entry in wheel.infolist()} == {(2023, 11, 14, 22, 13, 20)}
    with tarfile.open(folder / "dist" / SDIST) as sdist:
        assert {entry.mtime for entry in sdist.getmembers()} == {int(EPOCH_SECONDS)}


def test_the_wheel_can_be_built_from_the_sdist(folder: Path, tmp_path: Path) -> None:
    """Whoever builds from the published sources gets the published wheel."""
    subprocess.run(["tar", "-xzf", folder / "dist" / SDIST], cwd=tmp_path, check=True)  # noqa: S607 - where PATH says
    assert _built(tmp_path / SDIST.removesuffix(".tar.gz"))[WHEEL] == (folder / "dist" / WHEEL).read_bytes()


def test_the_wheel_holds_the_package_and_nothing_else(folder: Path) -> None:
    """Every module is there, and neither byte code nor tests nor deployments."""
    with zipfile.ZipFile(folder / "dist" / WHEEL) as wheel:
        names = wheel.namelist()
    modules = {path.relative_to(folder).as_posix() for path in (folder / "exporter").rglob("*.py")}
    assert modules <= set(names)
    assert {name.split("/")[0] for name in names} == {"exporter", f"sailpoint_exporter-{__version__}.dist-info"}
    assert [name for name in names if name.endswith(".pyc")] == []
