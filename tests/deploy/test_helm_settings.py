"""What the chart renders is what the exporter reads: variables, files, and nothing that it would refuse."""

import re
from pathlib import Path
from typing import Any

import pytest
import trustme

from deploy.helm.readme import CHART
from exporter.settings import loading
from exporter.settings.configuration import Configuration
from tests.deploy.charts import BASE_SETS, EXAMPLES, objects

pytestmark = pytest.mark.deploy


def _environment(container: dict[str, Any], documents: list[dict[str, Any]]) -> dict[str, str]:
    """The variables that a container gets."""
    maps = {one["metadata"]["name"]: one["data"] for one in documents if one["kind"] == "ConfigMap" and "data" in one}
    taken = [maps[source["configMapRef"]["name"]] for source in container.get("envFrom", ())]
    return {name: text for map_ in taken for name, text in map_.items()} | {
        variable["name"]: variable["value"] for variable in container["env"]
    }


def _mount(documents: list[dict[str, Any]], root: Path) -> None:
    """Put what the pod mounts below a folder: the rendered files, and what users keep in secrets of their own."""
    configuration = {name: text for one in documents for name, text in one.get("data", {}).items()}
    (secret,) = [one["stringData"] for one in documents if one["kind"] == "Secret"] or [{}]
    tenants = [f"{tenant}{key}" for tenant in ("", "acme.", "acme-sandbox.") for key in ("client_id", "client_secret")]
    files = {
        **{f"var/run/secrets/sailpoint/{name}": "text" for name in tenants},
        **{f"var/run/secrets/sailpoint/{name}": text for name, text in secret.items()},
        "var/run/secrets/sailpoint/acme-sandbox.proxy_url": "http://192.0.2.1:3128",
        "etc/ssl/company/ca.pem": trustme.CA().cert_pem.bytes().decode(),
        "etc/sailpoint-exporter/web/web-config.yml": "",
        "etc/sailpoint-exporter/web/users.yaml": "",
        "etc/sailpoint-exporter/configuration/config.yaml": _below(root, configuration.get("config.yaml", "")),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")


def _below(root: Path, text: str) -> str:
    """A text in which paths lead below a folder."""
    return re.sub(r"(?<![\w/.])(?=/(etc|var)/)", str(root), text)


def _understood(root: Path, *options: str | Path) -> Configuration:
    """The configuration that the exporter makes of what is rendered, every mount being below a folder."""
    documents = objects(*options)
    _mount(documents, root)
    deployment = next(one for one in documents if one["kind"] == "Deployment")
    variables = _environment(deployment["spec"]["template"]["spec"]["containers"][0], documents)
    return loading.load({}, {name: _below(root, text) for name, text in variables.items()})


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_exporter_understands_what_is_rendered(example: Path, tmp_path: Path) -> None:
    """Variables and files come from the rendered objects alone, and the exporter finds nothing wrong with them."""
    assert _understood(tmp_path, "--values", example).tenants[0].name == "acme"


def test_numbers_and_words_reach_the_exporter_unchanged(tmp_path: Path) -> None:
    """Neither Helm nor YAML turns an id into a number or a budget into something with an exponent."""
    first, second = _understood(tmp_path, "--values", CHART / "ci" / "tenants-values.yaml").tenants
    assert (first.rate_budget, second.name, second.api_generation) == (50, "acme-sandbox", "beta")
    assert [client.id for client in second.managed_clients] == ["5678", "0123"]
    sets = ("--set", "settings.SAIL_RATE_BUDGET=10000", "--set-string", "settings.SAIL_MANAGED_CLIENTS=12345678")
    (tenant,) = _understood(tmp_path, *BASE_SETS, *sets).tenants
    assert (tenant.rate_budget, tenant.managed_clients[0].id) == (10000, "12345678")
