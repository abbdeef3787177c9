"""The only place that receives what Alertmanager sends to people."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Notification(NamedTuple):
    """What a person is told of an alert.

    Attributes:
        status: ``firing`` or ``resolved``.
    """

    status: str
    labels: Mapping[str, str]

    @property
    def alert(self) -> str:
        """The alert's name."""
        return self.labels["alertname"]


class Receiver(ThreadingHTTPServer):
    """A webhook on a loopback port of its own.

    Attributes:
        notifications: all that came, in order.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.notifications: list[Notification] = []

    @property
    def url(self) -> str:
        """Where Alertmanager is to send to."""
        return f"http://127.0.0.1:{self.server_port}/"

    def keep(self, message: Mapping[str, Any]) -> None:
        """Keep a message of Alertmanager: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config."""
        self.notifications += [Notification(alert["status"], alert["labels"]) for alert in message["alerts"]]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Take a message and thank for it."""
        self.server.keep(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens as long as the block lasts."""
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()
