"""Sound answers to begin with: made up after the published schemas, and the samples that the vendor prints."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from exporter.api import asks
from exporter.api.outbound import Ask
from exporter.api.paths import (
    GET_MANAGED_CLIENT_HEALTH_INDICATORS,
    GET_MANAGED_CLIENT_STATUS,
    GET_MANAGED_CLIENTS,
    GET_MANAGED_CLUSTERS,
)
from tests.simulator.openapi import schema_of

__all__ = ["SUBJECTS", "Subject", "any_subject"]

_SAMPLES = Path(__file__).parents[1] / "api" / "samples"
_GENERATIONS = ("v2025", "v1")
_DEPTH_LIMIT = 8


@dataclass(frozen=True)
class Subject:
    """An operation whose answers are made up, and what the exporter makes of them.

    Attributes:
        ask: what the exporter sends, with the parser of the answer.
        sound: makes an answer up.
    """

    name: str
    ask: Ask[Any]
    sound: Callable[[Random], Any]


def _made_up(schema: Mapping[str, Any], whole: Mapping[str, Any], random: Random, depth: int = 0) -> Any:
    """A document after a schema: its example, or another value of its type."""
    if "$ref" in schema:
        return _made_up(_followed(schema["$ref"], whole), whole, random, depth)
    if "example" in schema and random.random() < 0.5:
        return schema["example"]
    for word in ("oneOf", "anyOf"):
        if word in schema:
            return _made_up(random.choice(schema[word]), whole, random, depth)
    if "allOf" in schema:
        parts = [_made_up(part, whole, random, depth) for part in schema["allOf"]]
        return {key: value for part in parts if isinstance(part, dict) for key, value in part.items()}
    if "enum" in schema:
        return random.choice(schema["enum"])
    return _of_type(schema, whole, random, depth)


def _of_type(schema: Mapping[str, Any], whole: Mapping[str, Any], random: Random, depth: int) -> Any:
    match schema.get("type"):
        case "array":
            length = 0 if depth > _DEPTH_LIMIT else random.randint(0, 3)
            return [_made_up(schema.get("items", {}), whole, random, depth + 1) for _ in range(length)]
        case "string":
            dated = schema.get("format") == "date-time"
            return "2026-01-01T00:00:00Z" if dated else random.choice(["", "1234", "a word", "true"])
        case "integer" | "number":
            return random.choice([0, 1, 17, 595, 1_700_000_000_000])
        case "boolean":
            return random.random() < 0.5
    if depth > _DEPTH_LIMIT:
        return {}
    properties = schema.get("properties", {})
    return {name: _made_up(inner, whole, random, depth + 1) for name, inner in properties.items()}


def _followed(reference: str, whole: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = whole
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found  # type: ignore[no-any-return]


@cache
def _sample(name: str) -> str:
    return (_SAMPLES / f"{name}.json").read_text(encoding="utf-8")


def _after_schemas(path_template: str, generation: str) -> Callable[[Random], Any]:
    schema = schema_of(generation, "GET", path_template)
    return lambda random: _made_up(schema, schema, random)


def _like_status(random: Random) -> Any:
    """A status after its schema, which leaves its body open, with the body of a printed sample."""
    sample = json.loads(_sample(random.choice(["managed_client_status", "managed_client_status_agg_response"])))
    return sample if random.random() < 0.5 else _STATUS(random) | {"body": sample["body"]}


_STATUS = _after_schemas(GET_MANAGED_CLIENT_STATUS["v2025"].path_template, "v2025")

SUBJECTS = (
    Subject("status", asks.status(GET_MANAGED_CLIENT_STATUS["v2025"], "1", "VA"), _like_status),
    *(
        Subject(name, asked, _after_schemas(asked.operation.path_template, generation))
        for generation in _GENERATIONS
        for name, asked in (
            (f"clients of {generation}", asks.managed_clients(GET_MANAGED_CLIENTS[generation], 0)),
            (f"clusters of {generation}", asks.managed_clusters(GET_MANAGED_CLUSTERS[generation], 0)),
        )
    ),
    Subject(
        "health",
        asks.health_indicators(GET_MANAGED_CLIENT_HEALTH_INDICATORS["v2025"], "1"),
        _after_schemas(GET_MANAGED_CLIENT_HEALTH_INDICATORS["v2025"].path_template, "v2025"),
    ),
)
"""Every read that fills a page."""


def any_subject(random: Random) -> Subject:
    """One of them: a status as often as anything else, since a page says most about it."""
    return SUBJECTS[0] if random.random() < 0.5 else random.choice(SUBJECTS[1:])
