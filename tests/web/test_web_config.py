"""What a web configuration file may say: accepted and refused as by Prometheus' own tool, or more strictly."""

import logging
import os
import re
import shutil
import ssl
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import SettingsError
from exporter.web.mapping import UnfitError, document
from exporter.web.web_config import WebConfig, WebConfigFile, load_web_config
from tests.web.certificates import write_pair

HASH = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG"
TLS = "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n"
MTLS = TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n"
HEADERS = "http_server_config:\n  headers:\n    "
DURATION = "must be a duration such as 500ms or 1m30s, or 0 for no limit"

GOOD = [
    "# nothing\n",
    "tls_server_config:\nhttp_server_config: {}\nbasic_auth_users: {}\n",
    TLS + "http_server_config:\n  http2: no\n",
    TLS + "  client_auth_type: NoClientCert\n",
    TLS + "  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.pem\n",
    MTLS,
    TLS + "  min_version: TLS13\n",
    f"basic_auth_users:\n  1: {HASH}\n",
    HEADERS + "X-Frame-Options: sameorigin\n    X-Content-Type-Options: nosniff\n    X-XSS-Protection: 0\n",
]

NEWER = [
    MTLS + "  client_allowed_sans: [prometheus.example, 10.0.0.1, 'spiffe://example/prometheus']\n",
    "rate_limit:\n",
    "rate_limit:\n  interval: 1h2m3.5s\n  burst: 1\n",
]
"""What the installed tool is too old for."""

BAD = [
    ("[]", "must be a mapping"),
    ("nonsense: 1\n", "nonsense: unknown key"),
    ("a: [\n", "must be one YAML document in which each key occurs once; it is not in line 2"),
    (TLS + "  cert_fiel: x\n", "tls_server_config.cert_fiel: unknown key"),
    (TLS + TLS, "must be one YAML document in which each key occurs once; it is not in line 1"),
    (
        TLS.replace("key.pem", "cert.pem"),
        "tls_server_config.cert_file, .key_file: must hold a certificate in PEM and its unencrypted key",
    ),
    (
        TLS.replace("key.pem", "encrypted.pem"),
        "tls_server_config.cert_file, .key_file: must hold a certificate in PEM and its unencrypted key",
    ),
    ("tls_server_config:\n  cert_file: cert.pem\n", "tls_server_config.key_file: required for TLS"),
    ("tls_server_config:\n  key_file: key.pem\n", "tls_server_config.cert_file: required for TLS"),
    (MTLS.replace("ca.pem", "none.pem"), "tls_server_config.client_ca_file: cannot be read (FileNotFoundError)"),
    (TLS + "  client_allowed_sans: x\n", "tls_server_config.client_allowed_sans: must be a list"),
    (TLS + "  cipher_suites: canary\n", "tls_server_config.cipher_suites: must be a list"),
    (TLS + "  cipher_suites: [[canary]]\n", "tls_server_config.cipher_suites[0]: must be text"),
    ("http_server_config:\n  http2: 'canary'\n", "http_server_config.http2: must be true or false"),
    (HEADERS + "X-Content-Type-Options: ''\n", "http_server_config.headers.X-Content-Type-Options: must be nosniff"),
    ("basic_auth_users: [alice]\n", "basic_auth_users: must be a mapping"),
    (
        "basic_auth_users: {alice:canary-$2y$10$}\n",
        "basic_auth_users.(no word): must be a bcrypt hash of cost 4 to 18, such as `htpasswd -nBC 10 NAME` prints",
    ),
]

BAD_NEWER = [
    ("[" * 5_000, "must be one YAML document in which each key occurs once; it is not"),
    (
        f'basic_auth_users:\n  "\\ud800": {HASH}\n',
        "basic_auth_users: must have keys of one line each, without control characters",
    ),
    (TLS.replace("cert.pem", '"a\\0b"'), "tls_server_config.cert_file: must be text"),
    (
        "tls_server_config:\n  cert: canary\n  key: canary\n",
        "tls_server_config.cert, .key: must hold a certificate in PEM and its unencrypted key",
    ),
    ("rate_limit:\n  interval: canary\n", f"rate_limit.interval: {DURATION}"),
    ("rate_limit:\n  interval: -1s\n", f"rate_limit.interval: {DURATION}"),
    ("rate_limit:\n  interval: false\n", f"rate_limit.interval: {DURATION}"),
    ("rate_limit:\n  burst: -1\n", "rate_limit.burst: must be a number of requests"),
    ("rate_limit:\n  burst: true\n", "rate_limit.burst: must be a number of requests"),
]
"""What the installed tool is too old to know, or, of limits that are none and odd characters, does not mind."""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory with a server's certificate, its key, that key encrypted, and the clients' authority."""
    write_pair(tmp_path)
    key = load_pem_private_key((tmp_path / "key.pem").read_bytes(), None)
    encryption = BestAvailableEncryption(b"canary")
    (tmp_path / "encrypted.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return tmp_path


def write(directory: Path, content: str) -> Path:
    """A web configuration file, replaced as a whole."""
    path = directory / "web.yml"
    fresh = directory / "web.yml.new"
    fresh.write_text(content)
    fresh.replace(path)
    return path


def promtool_accepts(path: Path) -> bool:
    """What Prometheus' own tool says."""
    command = ["promtool", "check", "web-config", path.name]
    return subprocess.run(command, cwd=path.parent, capture_output=True, check=False).returncode == 0


needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")


@pytest.mark.parametrize("content", GOOD + NEWER)
def test_what_is_supported_is_accepted(directory: Path, content: str) -> None:
    """Every supported key is accepted, relative to the file's directory."""
    config = load_web_config(write(directory, content))
    assert (config.tls is not None) == ("cert_file" in content)
    assert config.cautions == ()


@pytest.mark.parametrize(
    ("content", "caution"),
    [
        (TLS + "  min_version: TLS11\n", "tls_server_config.min_version: nothing older than TLS 1.2 is spoken"),
        (
            TLS + "  min_version: TLS13\n  cipher_suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]\n",
            "tls_server_config.cipher_suites: TLS_RSA_... have no forward secrecy, and Go 1.22 and newer refuse them",
        ),
        (
            TLS + "  client_auth_type: VerifyClientCertIfGiven\n",
            "tls_server_config.client_auth_type: without client_ca_file any authority that this system trusts will do",
        ),
        ("rate_limit:\n  interval: 1s\n", "rate_limit.burst: with 0 every request but a probe's is refused"),
        (
            f"basic_auth_users:\n  alice: {HASH}\n  bob: {HASH.replace('$10$', '$17$')}\n",
            "basic_auth_users: a hash of cost 17 or 18 takes longer to check than a scrape may take",
        ),
    ],
)
def test_what_may_not_be_meant_is_told(
    directory: Path, caplog: pytest.LogCaptureFixture, content: str, caution: str
) -> None:
    """What is accepted for the sake of other exporters' files, and is not what it looks like, is one warning."""
    WebConfigFile(write(directory, content))
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert told == [f"Web configuration: {caution}"]


def test_a_limit_is_read_in_seconds(directory: Path) -> None:
    """Durations are Go's, of one part or several; an interval of nothing is no limit."""
    for interval, seconds in (("1h2m3.5s", 3723.5), ("250ms", 0.25), ("20us3ns", 0.000020003)):
        config = load_web_config(write(directory, f"rate_limit:\n  interval: {interval}\n  burst: 2\n"))
        assert config.rate_limit is not None
        assert config.rate_limit.interval_seconds == pytest.approx(seconds)
        assert config.rate_limit.burst == 2
    assert load_web_config(write(directory, "rate_limit:\n  interval: '0'\n  burst: 2\n")).rate_limit is None


def test_what_is_inline_needs_linux(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no file can be kept in memory, a key is not written to a disk: the line says what to do."""
    monkeypatch.delattr(os, "memfd_create", raising=False)
    with pytest.raises(SettingsError, match=r"tls_server_config\.key: needs Linux: name a file instead"):
        load_web_config(write(directory, "tls_server_config:\n  cert_file: cert.pem\n  key: canary\n"))


@needs_promtool
@pytest.mark.parametrize("content", GOOD)
def test_what_is_accepted_is_good_for_promtool(directory: Path, content: str) -> None:
    """No file is accepted here that other exporters would refuse."""
    assert promtool_accepts(write(directory, content))


@pytest.mark.parametrize(("content", "problem"), BAD + BAD_NEWER)
def test_what_is_refused_is_named(directory: Path, content: str, problem: str) -> None:
    """Each problem is one line that names the file and the key, says what to do, and quotes no value."""
    path = write(directory, content)
    with pytest.raises(SettingsError) as refused:
        load_web_config(path)
    assert refused.value.problems == (f"{path}: {problem}",)
    assert "canary" not in repr(refused.value)


@needs_promtool
@pytest.mark.parametrize("content", [content for content, _ in BAD])
def test_what_is_refused_is_bad_for_promtool(directory: Path, content: str) -> None:
    """What is refused here is refused by other exporters; what is not is in the list of differences."""
    assert not promtool_accepts(write(directory, content))


def test_clients_cannot_renegotiate(directory: Path) -> None:
    """No client of TLS 1.2 can make the server compute handshakes on one connection without end."""
    tls = load_web_config(write(directory, TLS)).tls
    assert tls is not None
    assert tls.context.options & ssl.OP_NO_RENEGOTIATION


@needs_promtool
def test_the_example_of_the_readme_is_accepted(directory: Path) -> None:
    """What the README shows works, and without the names, which the installed tool is too old for, elsewhere too."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (example,) = (text for text in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL) if "tls_server_config" in text)
    config = load_web_config(write(directory, example))
    assert config.tls is not None
    assert list(config.users) == [b"prometheus"]
    assert promtool_accepts(write(directory, re.sub(r"  client_allowed_sans.*\n", "", example)))


def test_all_problems_are_told_at_once(directory: Path) -> None:
    """Nobody mends a file line by line."""
    path = write(directory, TLS + "  min_version: x\nhttp_server_config: 1\nbasic_auth_users:\n  a: x\n  b: y\n")
    with pytest.raises(SettingsError) as refused:
        load_web_config(path)
    assert len(refused.value.problems) == 4


def test_an_optional_certificate_has_no_name_to_check(directory: Path) -> None:
    """Names are compared only where a certificate is required, as in exporter-toolkit."""
    content = MTLS.replace("RequireAndVerifyClientCert", "VerifyClientCertIfGiven") + "  client_allowed_sans: [x]\n"
    with pytest.raises(SettingsError, match="client_allowed_sans: needs client_auth_type RequireAndVerifyClientCert"):
        load_web_config(write(directory, content))


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    """A wrong path is told as such."""
    with pytest.raises(SettingsError, match=r"none\.yml: cannot be read \(FileNotFoundError\)"):
        load_web_config(tmp_path / "none.yml")


def test_users_need_the_extra(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bcrypt, a file with users is refused with the command to install it; others are not."""
    monkeypatch.setitem(sys.modules, "bcrypt", None)
    load_web_config(write(directory, TLS))
    with pytest.raises(SettingsError, match=r"needs bcrypt: pip install sailpoint-exporter\[basic-auth\]"):
        load_web_config(write(directory, f"basic_auth_users:\n  alice: {HASH}\n"))


def test_hashes_are_not_shown(directory: Path) -> None:
    """What is logged of a configuration holds no hash."""
    assert HASH not in repr(load_web_config(write(directory, f"basic_auth_users:\n  alice: {HASH}\n")))


def test_headers_that_are_blank_are_not_set(directory: Path) -> None:
    """A blank value means: no such header."""
    config = load_web_config(write(directory, HEADERS + "X-XSS-Protection: 0\n    Content-Security-Policy: ''\n"))
    assert config.headers == {b"x-xss-protection": b"0"}


@given(st.one_of(st.binary(), st.text(alphabet="ab:{}[]\n -?&*!|>'\"0.").map(str.encode)))
def test_any_file_is_a_document_or_unfit(content: bytes) -> None:
    """No content makes the reader fail otherwise."""
    with suppress(UnfitError):
        document(content)


def test_a_date_that_does_not_exist_is_unfit() -> None:
    """YAML's own types cannot make the reader fail."""
    with pytest.raises(UnfitError, match="must be one YAML document"):
        document(b"a: 2024-99-99\n")


def test_a_configuration_follows_its_file(directory: Path) -> None:
    """Passwords, headers and TLS change with the file."""
    file = WebConfigFile(write(directory, HEADERS + "X-Frame-Options: deny\n"))
    assert file.current() is file.current()
    write(directory, f"basic_auth_users:\n  alice: {HASH}\n")
    assert file.current() == WebConfig(users={b"alice": HASH.encode()})


@pytest.mark.parametrize(
    "broken", ["nonsense\n", TLS.replace("cert.pem", "none.pem"), "{}", TLS.replace("key.pem", "cert.pem")]
)
def test_the_last_good_configuration_stays(directory: Path, caplog: pytest.LogCaptureFixture, broken: str) -> None:
    """While the file cannot be used the old one holds, which is told once; what is mended is used."""
    caplog.set_level(logging.INFO, "exporter")
    file = WebConfigFile(write(directory, TLS))
    before = file.current()
    for _ in range(3):
        write(directory, broken)
        assert file.current() is before
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    write(directory, MTLS)
    assert file.current() is not before
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]


def test_a_pair_that_is_replaced_file_by_file_is_never_mixed(directory: Path) -> None:
    """Between the new certificate and its key the old pair holds."""
    file = WebConfigFile(write(directory, TLS))
    before = file.current().tls
    old_key = (directory / "key.pem").read_bytes()
    write_pair(directory, 2)
    new_key = (directory / "key.pem").read_bytes()
    (directory / "key.pem").write_bytes(old_key)
    assert file.current().tls is before
    (directory / "key.pem").write_bytes(new_key)
    assert file.current().tls is not before


def test_a_file_that_vanishes_changes_nothing(directory: Path) -> None:
    """A volume that is being remounted does not open the door."""
    path = write(directory, f"basic_auth_users:\n  alice: {HASH}\n")
    file = WebConfigFile(path)
    path.unlink()
    assert file.current().users
