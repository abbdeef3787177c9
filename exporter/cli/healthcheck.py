"""The command ``healthcheck``: asks a running ``serve`` on this machine whether it lives."""

import http.client
import os
import re
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporter.cli.addresses import reachable
from exporter.cli.help import Command
from exporter.cli.options import settings_options
from exporter.errors import SettingsError
from exporter.settings import sources
from exporter.settings.table import LISTEN_ADDRESS, WEB_CONFIG_FILE
from exporter.settings.values import ListenAddress, listen_address

if TYPE_CHECKING:
    from exporter.settings.sources import Sources

__all__ = ["healthcheck"]

_TIMEOUT_SECONDS = 2.0

_TLS = re.compile(r"^[^#\n]*\btls_server_config\b", re.MULTILINE)
"""Enough to know whether there is TLS, without an import of YAML: ``serve`` has read the file with care."""


@click.command(cls=Command)
@settings_options
def healthcheck(**flags: str | None) -> None:
    """Ask the local /-/healthy, for images without curl.

    Takes the listen address and the web configuration file from the same places as serve, and needs no other setting.
    Over TLS any certificate will do: it is for the name by which others ask. Exit status 0 when the exporter answers, 1
    when it does not.
    """
    given = sources.read({name: text for name, text in flags.items() if text}, os.environ)
    problem = _ask(_address(given), encrypted=_is_encrypted(given))
    click.echo(problem or "healthy", err=bool(problem))
    sys.exit(1 if problem else 0)


def _address(given: "Sources") -> ListenAddress:
    found = given.given(LISTEN_ADDRESS)
    try:
        return listen_address(found.value if found else LISTEN_ADDRESS.default)
    except ValueError as error:
        message = f"{found.origin if found else LISTEN_ADDRESS.environment}: {error}"
    raise SettingsError(message)


def _is_encrypted(given: "Sources") -> bool:
    found = given.given(WEB_CONFIG_FILE)
    if found is None:
        return False
    try:
        return _TLS.search(Path(found.value).read_text(encoding="utf-8")) is not None
    except (OSError, UnicodeDecodeError) as error:
        message = f"{found.origin}: cannot be read ({type(error).__name__})"
    raise SettingsError(message)


def _ask(address: ListenAddress, *, encrypted: bool) -> str:
    """Why the exporter is not healthy; "" when it is."""
    connection = _connection(reachable(address), encrypted=encrypted)
    try:
        connection.request("GET", "/-/healthy")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        if encrypted and _wants_a_certificate(error):
            return ""
        return f"not healthy: no answer on {address} ({type(error).__name__})"
    finally:
        connection.close()
    return "" if status == http.client.OK else f"not healthy: HTTP status {status} on {address}"


def _connection(address: ListenAddress, *, encrypted: bool) -> http.client.HTTPConnection:
    if not encrypted:
        return http.client.HTTPConnection(*address, timeout=_TIMEOUT_SECONDS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # on loopback, and nothing is told
    return http.client.HTTPSConnection(*address, timeout=_TIMEOUT_SECONDS, context=context)


def _wants_a_certificate(error: Exception) -> bool:
    """Whether this is the refusal of a server that lives, and would talk to whoever shows a certificate.

    The end of the connection says the same as the alert: it overtakes it when the server has not read all it was sent.
    """
    reason = getattr(error, "reason", None) if isinstance(error, ssl.SSLError) else None
    alerted = reason in ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_HANDSHAKE_FAILURE")
    return alerted or isinstance(error, ConnectionResetError | BrokenPipeError | ssl.SSLEOFError)
