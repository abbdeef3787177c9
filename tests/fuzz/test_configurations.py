"""Settings, whatever is written in them: a configuration, or one-line problems that quote nothing secret."""

import logging
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from exporter.errors import SettingsError
from exporter.settings.loading import load
from exporter.settings.table import SETTINGS
from exporter.web.web_config import load_web_config
from tests.fuzz.texts import for_each_random, patched
from tests.web.certificates import write_pair

_SECRET = "Xq7vKz2w"
"""Stands in every value that nobody may repeat."""

_EFFORTS = [pytest.param(60, id="ordinary"), pytest.param(5_000, id="trust", marks=pytest.mark.trust)]

_HASH = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG"

_YAML = f"""
tenants:
  - name: acme
    base_url: https://acme.api.identitynow.com
    client_id: {_SECRET}
    client_secret_file: secret
    rate_budget: 50
    discovery: {{names: ["prod-*"], exclude_cluster_ids: [], exclude_provision_status: [DRAFT]}}
    collectors: {{status: true, clusters: true, health: false}}
  - name: acme-sandbox
    base_url: https://acme-sb.api.identitynow.com
    client_id: "{_SECRET}"
    client_secret_file: secret
    api_generation: beta
    managed_clients:
      - {{id: "5678", type: CCG}}
      - {{id: "9012"}}
    proxy_url_file: proxy
scrape: {{min_interval: 10s, max_duration: 30s, concurrency: 10}}
web: {{listen_address: ":9853", enable_lifecycle: false}}
log: {{level: info, format: logfmt}}
""".encode()

_WEB_YAML = f"""
tls_server_config:
  cert_file: cert.pem
  key_file: key.pem
  min_version: TLS12
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
http_server_config:
  http2: false
  headers: {{X-Frame-Options: deny}}
basic_auth_users:
  alice: {_HASH}
rate_limit: {{interval: 1s, burst: 10}}
""".encode()

_PIECES = tuple(
    piece.encode()
    for piece in (
        "&a *a", "*a", "!!python/object:os.system", "!t ", "- ", "  ", "{", "}", "[", "]", ": ", ":", "#", "|\n",
        ">-\n", "? ", "---\n", "...\n", "%YAML 9.9\n", "'", '"', "<<: ", "~", "null", "no", "0123", "1:30", "1e999",
        "nan", "-1", "9" * 5_000, "[" * 50, "[" * 3_000, "{a: " * 50, _SECRET, f"{_SECRET}: 1\n", "tenants:\n",
        "password: x\n", "\\u0000", '"\\ud800"', '"\\ud800": ', '"\\0"', "client_secret: x\n", "../../x",
        "https://u:p@h", "\u202e", "é", "\x7f",
    )
)  # fmt: skip

_WEB_PIECES = tuple(piece for piece in _PIECES if _SECRET.encode() not in piece)
"""Without the word that would be repeated as somebody's name."""

_VALUES = (
    "", " ", _SECRET, f"https://{_SECRET}:{_SECRET}@acme.example", f"http://{_SECRET}", "https://acme.example", "true",
    "no", "1", "0", "-1", "nan", "inf", "1e9", "9" * 5_000, "10s", "1h", "10", "\uff15\uff10", "a,b", "a,,b", "\udcff",
    "5678:VA,5678:CCG", "*", "[", ":9853", "0.0.0.0:0", "[::]:1", "::", "x" * 5_000, "a\nb", "\x1b[31m", "\u2028",
    "debug", "json", "v1", "beta",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What configurations name: a secret, a proxy, a certificate."""
    (tmp_path / "secret").write_text(f"{_SECRET}-secret")
    (tmp_path / "proxy").write_text(f"http://user:{_SECRET}@proxy.example:3128")
    (tmp_path / "secrets").mkdir()
    for file in ("secret", "proxy"):
        (tmp_path / file).chmod(0o600)
    write_pair(tmp_path)
    return tmp_path


def _refused_well(attempt: Callable[[], object], folder: Path) -> bool:
    """Whether it was refused, in lines that say something and quote nothing but names of files."""
    try:
        attempt()
    except SettingsError as error:
        problems = error.problems
    else:
        return False
    assert problems
    for problem in problems:
        assert problem.isprintable(), "not one line of text"
        assert problem.strip(), "an empty line"
        quoted = re.sub(re.escape(str(folder)) + "[^:]*", "", problem)
        assert _SECRET not in quoted, "a value is quoted"
        assert _HASH[:12] not in quoted, "a hash is quoted"
    return True


@pytest.mark.parametrize("effort", _EFFORTS)
def test_configuration_files(effort: int, folder: Path) -> None:
    """Broken YAML, other shapes, foreign bytes, unknown keys: told in lines, with the file's name."""
    file = folder / "exporter.yaml"
    refused = []

    def check(random: Random) -> None:
        file.write_bytes(patched(_YAML, _PIECES, random))
        refused.append(_refused_well(lambda: load({}, {"SAIL_CONFIG_FILE": str(file)}), folder))

    file.write_bytes(_YAML)
    load({}, {"SAIL_CONFIG_FILE": str(file)})
    for_each_random(effort, check)
    assert any(refused)


@pytest.mark.parametrize("effort", _EFFORTS)
def test_web_configuration_files(effort: int, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """So are those of the web configuration, whose hashes are nobody's business either."""
    caplog.set_level(logging.CRITICAL)
    file = folder / "web.yaml"
    refused = []

    def check(random: Random) -> None:
        file.write_bytes(patched(_WEB_YAML, _WEB_PIECES, random))
        refused.append(_refused_well(lambda: load_web_config(file), folder))

    file.write_bytes(_WEB_YAML)
    load_web_config(file)
    for_each_random(effort, check)
    assert any(refused)


@pytest.mark.parametrize("effort", _EFFORTS)
def test_variables(effort: int, folder: Path) -> None:
    """Whatever the environment has in its variables, and in the files that some of them name."""
    names = sorted({name for setting in SETTINGS for name in setting.environments})
    plain = {
        "SAIL_BASE_URL": "https://acme.api.identitynow.com",
        "SAIL_CLIENT_ID": "an-id",
        "SAIL_CLIENT_SECRET_FILE": str(folder / "secret"),
    }
    refused = []

    def check(random: Random) -> None:
        environ = dict(plain)
        for name in random.sample(names, random.randrange(5)):
            environ[name] = _value(name, random, folder)
        if random.random() < 0.3:
            name = random.choice(names)
            environ[name[: random.randrange(5, len(name))] + random.choice(("", "X", "_", "S"))] = random.choice(
                _VALUES
            )
        refused.append(_refused_well(lambda: load({}, environ), folder))

    load({}, plain)
    for_each_random(effort, check)
    assert any(refused)


def _value(name: str, random: Random, folder: Path) -> str:
    """A value, or for a name of a file mostly that of a file with one."""
    value = random.choice(_VALUES)
    if not name.endswith(("_FILE", "_DIR")):
        return value
    file = folder / random.choice(("secrets", "odd", "missing", "cert.pem", "two\nlines", "\x1b[31m", "\udcff"))
    if file.name == "odd":
        file.write_bytes(patched(value.encode("utf-8", "surrogateescape"), _PIECES, random))
    return str(file)
