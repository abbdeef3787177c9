"""What can be said about the chart without Helm; ``test_helm_rendering.py`` renders it."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from deploy.helm import readme
from deploy.helm.readme import CHART
from exporter import __version__
from exporter.settings import table
from exporter.settings.table import SETTINGS
from tests.deploy.charts import EXAMPLES

SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text("utf-8"))
VALUES = (CHART / "values.yaml").read_text("utf-8")

OF_THE_CHART = {"SAIL_CONFIG_FILE", "SAIL_SECRETS_DIR", "SAIL_WEB__CONFIG_FILE", "SAIL_WEB__LISTEN_ADDRESS"}
"""Settings that follow from where the chart mounts what, and from its port."""

OF_KUBERNETES = {
    "affinity",
    "extraContainers[]",
    "extraEnv[]",
    "extraObjects[]",
    "extraVolumeMounts[]",
    "extraVolumes[]",
    "global",
    "imagePullSecrets[]",
    "monitoring.endpoint",
    "networkPolicy.extraEgress[]",
    "networkPolicy.from[]",
    "nodeSelector",
    "podAnnotations",
    "podLabels",
    "podSecurityContext",
    "resources",
    "securityContext",
    "service.annotations",
    "serviceAccount.annotations",
    "monitoring.labels",
    "tolerations[]",
    "topologySpreadConstraints[]",
}
"""Values whose keys are not the chart's own: their schemas are those of the objects that they become part of."""


def _mappings(schema: dict[str, Any], name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping that the schema speaks of, by the place of its value."""
    if "$ref" in schema:
        schema = SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]]
    if "object" in schema.get("type", ""):
        yield name, schema
    if "items" in schema:
        yield from _mappings(schema["items"], f"{name}[]")
    for key, value in schema.get("properties", {}).items():
        yield from _mappings(value, f"{name}.{key}".removeprefix("."))


MAPPINGS = dict(_mappings(SCHEMA))


def _refusals(values: dict[str, Any]) -> list[str]:
    return [error.message for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(values)]


def test_the_chart_is_of_the_exporters_version() -> None:
    """Without a tag, the image is the one that was released with the chart."""
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    assert chart["appVersion"] == __version__


def test_the_readme_has_the_comments_of_the_values() -> None:
    """The table of values is what `python -m deploy.helm.readme` writes."""
    text = (CHART / "README.md").read_text("utf-8")
    assert text == readme.documented(text, VALUES)


def test_every_value_is_explained() -> None:
    """Each value has a comment, or belongs to one that has."""
    listed = readme.values(VALUES)
    explained = [value.name for value in listed if value.meaning]
    sections = {value.name for value in listed if value.default.startswith("{") and value.default != "{}"}
    assert not [
        value.name
        for value in listed
        if value.name not in sections and not any(f"{value.name}.".startswith(f"{name}.") for name in explained)
    ]


def test_a_table_is_made_of_values_with_comments() -> None:
    """Comments of several lines become one cell; a value without one, and a comment apart, are left out."""
    text = "# Apart.\n\nsection:\n  # One\n  # two.\n  key: [1]\n  other: x\n"
    assert readme.documented("before\n<!-- values -->old<!-- /values -->\nafter\n", text) == (
        "before\n<!-- values -->\n\n| value | default | meaning |\n|---|---|---|\n"
        "| `section.key` | `[1]` | One two. |\n\n<!-- /values -->\nafter\n"
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_schema_takes_the_examples(example: Any) -> None:
    """The defaults, and each file of values that the rendering is tested with, follow the schema."""
    assert not _refusals(yaml.safe_load(VALUES))
    assert not _refusals(yaml.safe_load(example.read_text("utf-8")))


def test_the_schema_is_closed_wherever_the_keys_are_the_charts_own() -> None:
    """A misspelt key is refused at every depth."""
    closed = {name for name, schema in MAPPINGS.items() if schema.get("additionalProperties") is False}
    assert set(MAPPINGS) - closed == OF_KUBERNETES


def test_the_schema_and_the_values_name_the_same_keys() -> None:
    """What may be set has a default, and the other way round; but for what Helm hands to subcharts."""
    defaults = yaml.safe_load(VALUES)
    assert set(SCHEMA["properties"]) - {"global", "enabled"} == set(defaults)
    for name in ("image", "webConfig", "service", "networkPolicy", "monitoring", "serviceAccount"):
        assert set(SCHEMA["properties"][name]["properties"]) == set(defaults[name])


def test_settings_are_the_exporters() -> None:
    """Every variable may be set but secrets, which have no place in a ConfigMap, and what the chart knows itself."""
    public = {setting.environment for setting in SETTINGS if not setting.or_file}
    assert set(MAPPINGS["settings"]["properties"]) == public - OF_THE_CHART


def test_the_configuration_is_the_exporters() -> None:
    """Every key of the configuration file may be set but those that the chart knows itself."""
    places = {
        f"{setting.key.rpartition('.')[0]}.{key}" for setting in SETTINGS if setting.key for key in setting.file_keys
    }
    known = {
        f"{name.removeprefix('configuration.')}.{key}"
        for name, schema in MAPPINGS.items()
        if name.startswith("configuration.") and "managed_clients" not in name
        for key, value in schema["properties"].items()
        if "properties" not in value
    }
    assert known == places - {"web.listen_address", "web.config_file"}


def test_words_are_the_exporters() -> None:
    """Where a setting is one of a few words, the schema has the same."""
    words = {name: tuple(SCHEMA["definitions"][name]["enum"]) for name in ("apiGeneration", "logLevel", "logFormat")}
    assert words == {
        "apiGeneration": table.API_GENERATIONS,
        "logLevel": table.LOG_LEVELS,
        "logFormat": table.LOG_FORMATS,
    }


def test_large_numbers_cannot_stand_for_ids() -> None:
    """Helm would write 12345678 as 1.2345678e+07: an id must be text."""
    assert _refusals({"settings": {"SAIL_MANAGED_CLIENTS": 12345678}})
    tenant = {"base_url": "https://acme.api.identitynow.com", "client_secret_file": "secret"}
    assert not _refusals({"configuration": {"tenants": [{**tenant, "managed_clients": [{"id": "12345678"}]}]}})
    assert _refusals({"configuration": {"tenants": [{**tenant, "managed_clients": [{"id": 12345678}]}]}})


@pytest.mark.parametrize("key", ["SAIL_CLIENT_SECRET", "SAIL_CLIENT_ID", "SAIL_PROXY_URL", "SAIL_BASEURL", "BASE_URL"])
def test_the_schema_refuses_secrets_and_misspelt_settings(key: str) -> None:
    """A secret never gets into a ConfigMap, and nothing that the exporter would not understand."""
    assert _refusals({"settings": {key: "text"}}) == [f"Additional properties are not allowed ('{key}' was unexpected)"]
