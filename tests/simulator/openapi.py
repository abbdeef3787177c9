"""SailPoint's published OpenAPI documents, and whether an answer is what they say (see tests/openapi/LICENSE)."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft4Validator

__all__ = ["differences", "operations", "responses_of", "schema_of"]

_FOLDER = Path(__file__).parent.parent / "openapi"
_METHODS = frozenset({"get", "put", "post", "patch", "delete"})


def operations(generation: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every published operation as method, path and description."""
    for path, item in _document(generation)["paths"].items():
        yield from ((method.upper(), path, item[method]) for method in item.keys() & _METHODS)


def responses_of(generation: str, method: str, path: str) -> Mapping[str, Any]:
    """The operation's responses, by status."""
    responses: Mapping[str, Any] = _document(generation)["paths"][path][method.lower()]["responses"]
    return responses


def differences(generation: str, method: str, path: str, status_code: int, answer: Any) -> list[str]:
    """Each way in which an answer's document is not what was published for that operation and status."""
    errors = Draft4Validator(schema_of(generation, method, path, status_code)).iter_errors(answer)
    return [f"{error.json_path}: {error.message}" for error in errors]


def schema_of(generation: str, method: str, path: str, status_code: int = 200) -> dict[str, Any]:
    """The JSON Schema of an operation's answer, with the components that it refers to."""
    response = _followed(generation, responses_of(generation, method, path)[str(status_code)])
    return {**response["content"]["application/json"]["schema"], "components": _document(generation)["components"]}


@cache
def _document(generation: str) -> Any:
    name = "resource-v1" if generation == "v1" else generation
    text = (_FOLDER / f"isc-{name}.yaml").read_text(encoding="utf-8")
    return _as_json_schema(yaml.load(text, yaml.CSafeLoader))  # a safe loader, and ten times faster than the other


def _followed(generation: str, response: Any) -> Any:
    """What a reference to a shared response stands for."""
    reference = response.get("$ref")
    return _document(generation)["components"]["responses"][reference.rsplit("/", 1)[1]] if reference else response


def _as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 writes ``nullable`` where JSON Schema has a type of its own."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: _as_json_schema(value) for key, value in node.items()}
    return {"anyOf": [{"enum": [None]}, schema]} if schema.get("nullable") is True else schema
