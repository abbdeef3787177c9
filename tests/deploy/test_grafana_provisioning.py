"""The files that bring the dashboards to Grafana: by provisioning, and as ConfigMaps."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from deploy.grafana.generate import FOLDER
from tests.deploy.dashboards import DASHBOARDS

GRAFANA = FOLDER.parent
KUBECTL = shutil.which("kubectl") or ""


def _read(path: str) -> Any:
    return yaml.safe_load((GRAFANA / path).read_text(encoding="utf-8"))


def test_the_provider_looks_where_the_readme_copies_to() -> None:
    """And lets nobody change what is kept in files."""
    (provider,) = _read("provisioning/dashboards/sailpoint.yaml")["providers"]
    assert provider["type"] == "file"
    assert provider["allowUiUpdates"] is False
    copied = re.findall(r"-t (\S+) deploy/grafana/dashboards/\*\.json", (GRAFANA / "README.md").read_text())
    assert copied == [provider["options"]["path"]]


def test_the_data_source_is_one_that_the_dashboards_can_choose() -> None:
    """A Prometheus, asked by POST: the queries with names in them are too long for an address."""
    (source,) = _read("provisioning/datasources/prometheus.yaml")["datasources"]
    assert source["type"] == "prometheus"
    assert source["jsonData"]["httpMethod"] == "POST"


def test_there_is_a_config_map_for_each_dashboard() -> None:
    """With the label that Grafana's sidecar looks for, the folder, and names that stay."""
    kustomization = _read("kustomization.yaml")
    files = [file for each in kustomization["configMapGenerator"] for file in each["files"]]
    assert sorted(files) == sorted(f"dashboards/{name}.json" for name in DASHBOARDS)
    options = kustomization["generatorOptions"]
    assert options["disableNameSuffixHash"] is True
    assert options["labels"]["grafana_dashboard"] == "1"
    assert options["annotations"]["grafana_folder"] == "SailPoint"


@pytest.mark.deploy
@pytest.mark.skipif(not KUBECTL, reason="needs kubectl: apt-get install -y --no-install-recommends kubernetes-client")
def test_kustomize_makes_config_maps_that_fit() -> None:
    """Each holds its dashboard unchanged, and less than the 1 MiB that a ConfigMap may have."""
    built = subprocess.run([KUBECTL, "kustomize", GRAFANA], capture_output=True, text=True, check=True).stdout
    made = list(yaml.safe_load_all(built))
    assert {each["kind"] for each in made} == {"ConfigMap"}
    assert all(len(text) < 1_048_576 for each in made for text in each["data"].values())
    held = {name: json.loads(text) for each in made for name, text in each["data"].items()}
    assert held == {f"{name}.json": dashboard for name, dashboard in DASHBOARDS.items()}
