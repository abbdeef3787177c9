"""The control: what one writes in a quarter of an hour, against which the exporter's care can be measured."""

import os
import threading
from collections.abc import Iterable
from pathlib import Path

import httpx
from prometheus_client import CollectorRegistry, Metric, start_http_server
from prometheus_client.core import GaugeMetricFamily

BASE_URL = os.environ["SAIL_BASE_URL"]
CLIENTS = [client.partition(":")[0] for client in os.environ["SAIL_MANAGED_CLIENTS"].split(",")]
VERIFY = os.environ.get("SAIL_CA_FILE") or True


class Statuses:
    """Asks about each managed client whenever it is scraped."""

    def collect(self) -> Iterable[Metric]:
        """All of them, in turn."""
        success = GaugeMetricFamily("sailpoint_managed_client_fetch_success", "Read at all", labels=["client_id"])
        age = GaugeMetricFamily("sailpoint_managed_client_since_seen_seconds", "Age", labels=["client_id"])
        info = GaugeMetricFamily("sailpoint_managed_client_info", "Facts", labels=["client_id", "hostname", "status"])
        secret = os.environ.get("SAIL_CLIENT_SECRET") or Path(os.environ["SAIL_CLIENT_SECRET_FILE"]).read_text().strip()
        form = {"grant_type": "client_credentials", "client_id": os.environ["SAIL_CLIENT_ID"], "client_secret": secret}
        token = httpx.post(f"{BASE_URL}/oauth/token", data=form, verify=VERIFY).raise_for_status().json()
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        for client in CLIENTS:
            try:
                url = f"{BASE_URL}/managed-clients/v1/{client}/status"
                answer = httpx.get(url, params={"type": "VA"}, headers=bearer, verify=VERIFY).raise_for_status().json()
                age.add_metric([client], answer["body"]["sinceSeenMillis"] / 1000)
                info.add_metric([client, answer["body"]["hostname"], answer["status"]], 1)
                success.add_metric([client], 1)
            except Exception as error:  # noqa: BLE001 - as one writes it
                print(f"{client}: {error!r}", flush=True)  # noqa: T201 - its log
                success.add_metric([client], 0)
        return [success, age, info]


if __name__ == "__main__":
    registry = CollectorRegistry()
    registry.register(Statuses())
    host, _, port = os.environ["SAIL_WEB__LISTEN_ADDRESS"].rpartition(":")
    start_http_server(int(port), host, registry)
    threading.Event().wait()
