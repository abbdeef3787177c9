"""exporter.api.credentials: files that rotate, and everything that may be wrong with them."""

import os
import threading
from pathlib import Path

import pytest

from exporter.api.credentials import Credentials, FileCredentials, GivenCredentials, LastGoodCredentials
from exporter.errors import SettingsError
from tests.api.fakes import FakeSource, own_messages


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A client id and a secret in one plain directory."""
    client_id, client_secret = tmp_path / "client_id", tmp_path / "client_secret"
    client_id.write_text("an-id\n")
    client_secret.write_text("a-secret\n")
    return client_id, client_secret


def refusal(path: Path) -> str:
    """The one line with which a secret file is refused."""
    with pytest.raises(SettingsError) as caught:
        FileCredentials("an-id", path).read()
    return str(caught.value)


def mount(directory: Path, generation: int) -> None:
    """Swap a mounted secret as the kubelet does: a new directory, then the symlink, then the old directory is gone."""
    data = directory / f"..{generation}"
    data.mkdir()
    (data / "client_id").write_text(f"id-{generation}")
    (data / "client_secret").write_text(f"secret-{generation}")
    fresh = directory / "..data_tmp"
    fresh.symlink_to(data.name)
    fresh.rename(directory / "..data")
    old = directory / f"..{generation - 1}"
    if old.exists():
        for file in old.iterdir():
            file.unlink()
        old.rmdir()


def mounted(directory: Path) -> FileCredentials:
    """A mounted secret as a pod sees it."""
    for name in ("client_id", "client_secret"):
        (directory / name).symlink_to(f"..data/{name}")
    mount(directory, 1)
    return FileCredentials(directory / "client_id", directory / "client_secret")


def test_neither_credential_is_ever_shown() -> None:
    """Not the secret, and not the id, in no representation."""
    credentials = Credentials("an-id", "a-secret")
    assert repr(credentials) == "Credentials()"
    for source in (GivenCredentials("an-id", "a-secret"), FileCredentials("an-id", "a-secret")):
        assert "an-id" not in repr(source)
        assert "a-secret" not in repr(source)
        assert source.read() == credentials


def test_files_are_read_anew_each_time(pair: tuple[Path, Path]) -> None:
    """A rotated secret is used without a restart."""
    source = FileCredentials(*pair)
    assert source.read() == Credentials("an-id", "a-secret")
    pair[1].write_text("another-secret")
    assert source.read() == Credentials("an-id", "another-secret")


def test_files_may_lie_in_different_directories(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """Each directory is read through a handle of its own."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "client_secret").write_text("elsewhere")
    assert FileCredentials(pair[0], other / "client_secret").read() == Credentials("an-id", "elsewhere")


@pytest.mark.parametrize("content", [b"a-secret", b"a-secret\n", b"a-secret\r\n", b"\xef\xbb\xbfa-secret\n\n"])
def test_what_editors_add_is_taken_off(pair: tuple[Path, Path], content: bytes) -> None:
    """Newlines at the end, and a byte order mark."""
    pair[1].write_bytes(content)
    assert FileCredentials(*pair).read().client_secret == "a-secret"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (b"x" * (64 * 1024 + 1), "is larger than 65536 bytes, so not a credential"),
        (b"a secret", "holds a space, a control character or something else that is not visible ASCII"),
        (b"a\nsecret", "holds a space, a control character or something else that is not visible ASCII"),
        (b"a\x00secret", "holds a space, a control character or something else that is not visible ASCII"),
        ("sécret".encode(), "holds a space, a control character or something else that is not visible ASCII"),
    ],
)
def test_a_useless_file_is_refused_by_path_and_problem(tmp_path: Path, content: bytes, problem: str) -> None:
    """One line, without the content."""
    path = tmp_path / "client_secret"
    path.write_bytes(content)
    assert refusal(path) == f"{path}: {problem}"


def test_a_file_of_64_kib_is_just_small_enough(tmp_path: Path) -> None:
    """The limit itself is allowed."""
    path = tmp_path / "client_secret"
    path.write_bytes(b"x" * 64 * 1024)
    assert len(FileCredentials("an-id", path).read().client_secret) == 64 * 1024


def test_a_missing_file_is_named(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """Only the one that is missing, whatever became of its directory."""
    pair[1].unlink()
    with pytest.raises(SettingsError) as caught:
        FileCredentials(*pair).read()
    assert caught.value.problems == (f"{pair[1]}: does not exist",)
    nowhere = tmp_path / "nowhere" / "client_secret"
    assert refusal(nowhere) == f"{nowhere}: does not exist"


def test_a_fifo_and_a_directory_are_refused_without_waiting(tmp_path: Path) -> None:
    """Opening a FIFO without a writer must not hang the exporter."""
    fifo, directory = tmp_path / "fifo", tmp_path / "directory"
    os.mkfifo(fifo)
    directory.mkdir()
    assert refusal(fifo) == f"{fifo}: is not a regular file"
    assert refusal(directory) == f"{directory}: is not a regular file"


def test_what_cannot_be_opened_is_named_with_the_system_s_reason(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """A file, or its whole directory; the user id is what an operator may have to change."""
    below_a_file = pair[0] / "client_secret"
    assert refusal(below_a_file) == f"{below_a_file}: cannot be read by user id {os.getuid()}: Not a directory"
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(SettingsError) as caught:
        FileCredentials(pair[0], loop).read()
    assert caught.value.problems == (
        f"{loop}: cannot be read by user id {os.getuid()}: Too many levels of symbolic links",
    )


def test_a_mounted_secret_is_followed_when_it_is_swapped(tmp_path: Path) -> None:
    """The kubelet's symlink leads to the new pair."""
    source = mounted(tmp_path)
    assert source.read() == Credentials("id-1", "secret-1")
    mount(tmp_path, 2)
    assert source.read() == Credentials("id-2", "secret-2")


def test_a_swap_never_yields_a_mixed_pair(tmp_path: Path) -> None:
    """Both files come from the same generation while the secret is swapped hundreds of times."""
    source = mounted(tmp_path)

    def swap() -> None:
        for generation in range(2, 300):
            mount(tmp_path, generation)

    swapping = threading.Thread(target=swap)
    swapping.start()
    pairs = set()
    while swapping.is_alive():
        credentials = source.read()
        pairs.add((credentials.client_id.removeprefix("id-"), credentials.client_secret.removeprefix("secret-")))
    swapping.join()
    assert len(pairs) > 1
    assert all(client_id == client_secret for client_id, client_secret in pairs)


def test_a_plain_file_beside_a_mount_is_still_found(tmp_path: Path) -> None:
    """A directory may have ``..data`` and files that are not in it."""
    mounted(tmp_path)
    (tmp_path / "other").write_text("plain")
    assert FileCredentials("an-id", tmp_path / "other").read().client_secret == "plain"


def test_the_last_good_pair_stands_in_and_each_change_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Renewals go on with what was read before; the log has one line per change, not per renewal."""
    fake = FakeSource()
    source = LastGoodCredentials(fake)
    good = source.read()
    fake.problem = "/run/secret: is empty"
    assert source.read() is good
    assert source.read() is good
    fake.problem = ""
    assert source.read() == good
    assert own_messages(caplog) == ["Credentials: /run/secret: is empty", "Credentials: readable again"]


def test_without_a_last_good_pair_the_problem_is_raised() -> None:
    """There is nothing to stand in at the start."""
    fake = FakeSource()
    fake.problem = "/run/secret: is empty"
    with pytest.raises(SettingsError, match="is empty"):
        LastGoodCredentials(fake).read()
