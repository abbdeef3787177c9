"""The only place for the exporter's own TLS and password: a web configuration in the scratch directory."""

import base64
from functools import cache
from pathlib import Path

import bcrypt

from tests.faults.certificates import write_pair
from tests.faults.good import WEB_PASSWORD

__all__ = ["BASIC", "write_web_configuration"]

BASIC = "Basic " + base64.b64encode(f"prometheus:{WEB_PASSWORD}".encode()).decode()
"""What a scraper sends."""


def write_web_configuration(folder: Path, *, tls: bool, users: bool) -> None:
    """``web.yml``, and what it names."""
    write_pair(folder)
    parts = ["tls_server_config: {cert_file: cert.pem, key_file: key.pem}"] if tls else []
    parts += [f"basic_auth_users: {{prometheus: {_hashed()}}}"] if users else []
    (folder / "web.yml").write_text("\n".join(parts))


@cache
def _hashed() -> str:
    return bcrypt.hashpw(WEB_PASSWORD.encode(), bcrypt.gensalt(4)).decode()
