"""What a source gives shows nothing of itself, and a file's text is read but for what rotates."""

from pathlib import Path

from exporter.settings.given import Given, of_file
from exporter.settings.table import BASE_URL, CLIENT_SECRET


def test_given_does_not_show_its_value() -> None:
    """The value may be a secret."""
    assert "CANARY" not in repr(Given("CANARY", "SAIL_CLIENT_SECRET"))


def test_credential_is_read_later(tmp_path: Path) -> None:
    """A credential's file need not exist yet: it is opened by whoever needs the credential, each time."""
    assert of_file(CLIENT_SECRET, tmp_path / "nowhere") == tmp_path / "nowhere"


def test_other_values_are_read_at_once(tmp_path: Path) -> None:
    """What does not rotate is its file's text, without the line's end."""
    file = tmp_path / "base_url"
    file.write_text("https://acme.example\n")
    assert of_file(BASE_URL, file) == "https://acme.example"
