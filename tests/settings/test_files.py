"""Files that settings name are read within bounds, or refused in one line."""

import os
from pathlib import Path

import pytest
import trustme

from exporter.errors import SettingsError
from exporter.settings import files


def test_text_is_read_without_a_byte_order_mark(tmp_path: Path) -> None:
    """What Windows' editors put in front of a text is none of it."""
    file = tmp_path / "file"
    file.write_bytes(b"\xef\xbb\xbfa\xc3\xa9\n")
    assert files.text(file, 6 + 1) == "aé\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"x" * 11, "is larger than 10 bytes"), (b"canary\xff", "is not text in UTF-8")],
)
def test_unusable_content_is_refused_without_quoting_it(tmp_path: Path, content: bytes, problem: str) -> None:
    """A file that is too large, or no text, is told by its path alone."""
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        files.text(file, 10)
    assert str(caught.value) == f"{file}: {problem}"
    assert caught.value.__cause__ is None


def test_limit_belongs_to_the_allowed(tmp_path: Path) -> None:
    """As many bytes as the limit says are read."""
    file = tmp_path / "file"
    file.write_text("x" * 10)
    assert files.text(file, 10) == "x" * 10


@pytest.mark.parametrize(
    ("name", "problem"),
    [("nowhere", "No such file or directory"), (".", "Is a directory"), ("a\0b", "this is no path")],
)
def test_path_without_a_file_is_told_with_the_reason(tmp_path: Path, name: str, problem: str) -> None:
    """The system's own words say why a file cannot be read."""
    with pytest.raises(SettingsError, match=f": cannot be read: {problem}$"):
        files.text(tmp_path / name, 10)


def test_fifo_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    """A start never waits for somebody to write."""
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(SettingsError, match=r"fifo: cannot be read: it is not a regular file$"):
        files.text(tmp_path / "fifo", 10)
    assert not files.is_readable(tmp_path / "fifo")


def test_readable_is_a_file_that_can_be_opened(tmp_path: Path) -> None:
    """A directory, a missing file and an impossible path are not."""
    file = tmp_path / "file"
    file.touch()
    assert files.is_readable(file)
    assert not any(files.is_readable(path) for path in (tmp_path, tmp_path / "nowhere", tmp_path / "a\0b"))


def test_trust_store_has_certificates(tmp_path: Path) -> None:
    """One certificate in PEM is enough; an empty file, another text and a missing file are none."""
    ca, empty, other = tmp_path / "ca.pem", tmp_path / "empty", tmp_path / "other"
    trustme.CA().cert_pem.write_to_path(str(ca))
    empty.touch()
    other.write_text("-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n")
    assert files.is_trust_store(ca)
    assert not any(files.is_trust_store(path) for path in (empty, other, tmp_path / "nowhere", tmp_path / "a\0b"))
