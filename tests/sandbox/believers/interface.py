"""Xero's interface description, made checkable: what the stand-in offers of it, and its schemas.

The description is three files of `Xero-OpenAPI` beside this project; it is not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS30Validator, OAS31Validator, oas30_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from xero_sandbox.accounting.not_implemented import refuse
from xero_sandbox.routes import ROUTES
from xero_sandbox.routing import Route, Table

FOLDER = Path(__file__).parents[4] / "shared" / "xero-openapi"
ACCOUNTING = "/api.xro/2.0"
needs_description = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="needs Xero's interface description beside the project"
)
_METHODS = ("get", "put", "post", "delete")
_MS_DATE = r"^/Date\(-?\d+([+-]\d{4})?\)/$"
_UTC_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?$"
_ENVELOPE = {
    "Id": {"type": "string", "format": "uuid"},
    "Status": {"type": "string", "enum": ["OK"]},
    "ProviderName": {"type": "string"},
    "DateTimeUTC": {"type": "string", "pattern": r"^/Date\(\d+\)/$"},
}
#: Objects of which the description names only some fields, since they echo what was sent.
_OPEN = {"Element"}


@dataclass(frozen=True)
class Flaw:
    """What the description gets wrong about one field, and what holds instead."""

    field: str  #: `Schema.Field`
    holds: Mapping[str, Any]  #: a schema
    reason: str


@dataclass(frozen=True)
class Operation:
    """One operation of the description that the stand-in has a route for."""

    id: str
    method: str
    path: str  #: as the description writes it
    route: Route
    answers: Mapping[str, Any]  #: by status, what the description promises

    def schema(self, status: int, components: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The schema of the JSON body of this answer; None when it has no JSON body.

        Raises KeyError if the description does not know the status.
        """
        answer = self.answers[str(status)]
        if "$ref" in answer:
            answer = components["responses"][answer["$ref"].rpartition("/")[2]]
        json_body = answer.get("content", {}).get("application/json")
        return json_body["schema"] if json_body else None


def read(name: str) -> dict[str, Any]:
    with (FOLDER / name).open("rb") as file:
        return yaml.load(file, Loader=yaml.CSafeLoader)


def offered(spec: Mapping[str, Any], prefix: str) -> list[Operation]:
    """The operations of `spec` that the stand-in's route table answers, in the spec's order."""
    table = Table(ROUTES)
    found = []
    for path, item in spec["paths"].items():
        for method in _METHODS:
            match = table.find(method.upper(), prefix + re.sub(r"\{\w+\}", "x", path))
            served = not isinstance(match, set) and match[0].handler is not refuse
            if method in item and served:
                stated = item[method]
                found.append(
                    Operation(
                        stated["operationId"], method.upper(), path, match[0], stated["responses"]
                    )
                )
    return found


def beyond(operations: Iterable[Operation]) -> list[Route]:
    """Routes of the API that the description does not know."""
    known = {id(operation.route) for operation in operations}
    return [
        route
        for route in ROUTES
        if route.kind == "api" and id(route) not in known and route.handler is not refuse
    ]


class Schemas:
    """The schemas of one file, strict: an object has no field that the description lacks."""

    def __init__(self, spec: Mapping[str, Any], flaws: Iterable[Flaw] = ()) -> None:
        self.components = _checkable(spec["components"])
        for flaw in flaws:
            schema, _, field = flaw.field.partition(".")
            self.components["schemas"][schema]["properties"][field] = dict(flaw.holds)
        # The webhooks are described with `const`, which only newer descriptions have.
        newer = str(spec["openapi"]).startswith("3.1")
        self._validator = OAS31Validator if newer else OAS30Validator
        self._registry: Registry[Any] = Registry().with_resource(
            "urn:xero", Resource({"components": self.components}, DRAFT202012)
        )

    def mistakes(self, value: Any, schema: Mapping[str, Any]) -> list[str]:
        """What of `value` is not as `schema` says, each with the place where it is."""
        validator = self._validator(
            _absolute(schema), registry=self._registry, format_checker=oas30_format_checker
        )
        return [
            f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
            for error in validator.iter_errors(value)
        ]


def _checkable(components: Mapping[str, Any]) -> dict[str, Any]:
    made = _absolute(components)
    for name, schema in made.get("schemas", {}).items():
        if "properties" not in schema or name in _OPEN:
            continue
        if "x-objectArrayKey" in schema or name == "ReportWithRows":
            schema["properties"] |= _ENVELOPE
        schema["additionalProperties"] = False
    return made


def _absolute(node: Any) -> Any:
    """A copy with references into the registry, and Xero's dates as they are on the wire."""
    if isinstance(node, list):
        return [_absolute(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": "urn:xero" + node["$ref"].removeprefix("urn:xero")}
    made = {name: _absolute(value) for name, value in node.items()}
    if made.get("x-is-msdate") is True or made.get("x-is-msdate-time") is True:
        made.pop("format", None)
        made["pattern"] = _MS_DATE
    if made.get("format") == "date-time":  # its own examples are without a zone
        del made["format"]
        made["pattern"] = _UTC_TIME
    return made
