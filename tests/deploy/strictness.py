"""Kubernetes' and the Prometheus operator's schemas, in which nothing unknown is overlooked."""

import functools
import json
from typing import Any

import jsonschema
import pytest

INSTALL = "pip install kubernetes-validate cloudcoil-models-prometheus-operator"

VERSIONS = ("1.29", "newest")
"""Of Kubernetes: the first with native sidecars, and the last whose schema is at hand."""


def validate(document: dict[str, Any], version: str) -> None:
    """Check an object against the schema that it claims to follow.

    Raises:
        Exception: of the checker's own class; it says what is wrong, and where.
    """
    if document["apiVersion"].startswith("monitoring.coreos.com/"):
        _of_operator(document["kind"]).validate(document)
    else:
        kubernetes = pytest.importorskip("kubernetes_validate", reason=INSTALL)
        newest = kubernetes.latest_version() if version == "newest" else version
        kubernetes.validate(document, newest, strict=True)


@functools.cache
def _of_operator(kind: str) -> jsonschema.Draft202012Validator:
    """The schema of one of the operator's kinds, closed to keys that it does not name."""
    models = pytest.importorskip("cloudcoil.models.prometheus_operator.v1", reason=INSTALL)
    text = json.dumps(getattr(models, kind).model_json_schema())
    schema = json.loads(text.replace("^(?i)", "(?i)^"))  # Python wants a flag first, Go took it after the anchor
    for part in (schema, *schema["$defs"].values()):
        if "properties" in part:
            part["additionalProperties"] = False
    return jsonschema.Draft202012Validator(schema)
