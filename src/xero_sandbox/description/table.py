"""The table of operations and schemas, with the corrections, read once and made ready."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from xero_sandbox.description.corrections import CORRECTIONS, PATHS
from xero_sandbox.description.values import Check, check_of


@dataclass(frozen=True)
class Field:
    """What a value of a body has to be: an object of `schema`, or what passes `check`."""

    schema: Schema | None = None
    check: Check | None = None
    is_list: bool = False  #: each element has to be so
    read_only: bool = False


@dataclass(frozen=True)
class Schema:
    name: str
    fields: dict[str, Field] = field(default_factory=dict)
    required: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Parameter:
    """One of the address, the query or the headers."""

    words: Mapping[str, Any]
    check: Check  #: of one value; a list has several
    required: bool


@dataclass(frozen=True)
class Operation:
    method: str
    path: str  #: such as `/api.xro/2.0/Payments/{PaymentID}`
    ids: Mapping[str, Parameter]
    query: Mapping[str, Parameter]
    headers: Mapping[str, Parameter]
    body: Field | None  #: of JSON
    takes_file: bool
    answers_json: bool

    def match(self, parts: list[str]) -> dict[str, str] | None:
        """Return what stands in the places of the ids, if the path's `parts` are this one's."""
        found = {}
        for ours, sent in zip(self.path.split("/"), parts, strict=True):
            if ours.startswith("{"):
                found[ours[1:-1]] = sent
            elif ours != sent:
                return None
        return found


@dataclass(frozen=True)
class Description:
    version: str
    operations: tuple[Operation, ...]
    schemas: Mapping[str, Schema]
    #: By method and number of parts, those with the fewest ids first.
    by_length: Mapping[tuple[str, int], list[Operation]]

    def find(self, method: str, parts: list[str]) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation of a path and its ids; of several, the one whose ids are good."""
        fitting = [
            (operation, ids)
            for operation in self.by_length.get((method, len(parts)), ())
            if (ids := operation.match(parts)) is not None
        ]
        for operation, ids in fitting:
            if not any(operation.ids[name].check(text) for name, text in ids.items()):
                return operation, ids
        return fitting[0] if fitting else None


@cache
def description() -> Description:
    text = (files("xero_sandbox.description") / "xero_openapi.json").read_text(encoding="utf-8")
    stated = json.loads(text)
    _correct(stated)
    schemas = _schemas(stated["schemas"])
    operations = tuple(_operation(one, schemas) for one in stated["operations"])
    by_length: dict[tuple[str, int], list[Operation]] = {}
    for one in sorted(operations, key=lambda operation: len(operation.ids)):
        by_length.setdefault((one.method, one.path.count("/") + 1), []).append(one)
    version = stated["versions"]["xero_accounting.yaml"]
    return Description(version, operations, schemas, by_length)


def _correct(stated: dict[str, Any]) -> None:
    for operation in stated["operations"]:
        operation["path"] = PATHS.get(operation["path"], operation["path"])
    queries = {
        f"{operation['method']} {operation['path']}": operation.setdefault("query", {})
        for operation in stated["operations"]
    }
    for correction in CORRECTIONS:
        home, mark, name = correction.place.partition("?")
        if mark:
            queries[home][name] = queries[home].get(name, {}) | correction.holds
            continue
        schema, _, name = home.partition(".")
        for fields in _fields_of(stated["schemas"], schema, name):
            fields[name] = fields.get(name, {}) | correction.holds


def _fields_of(stated: Mapping[str, Any], schema: str, name: str) -> Iterator[dict[str, Any]]:
    if schema != "*":
        yield stated[schema]["fields"]
        return
    for one in stated.values():
        if name in one.get("fields", {}):
            yield one["fields"]


def _schemas(stated: Mapping[str, Any]) -> dict[str, Schema]:
    made = {
        name: Schema(name, required=frozenset(words.get("required", ())))
        for name, words in stated.items()
        if "fields" in words
    }
    for name, schema in made.items():
        for key, words in stated[name]["fields"].items():
            schema.fields[key] = _field(words, stated, made)
    return made


def _field(words: Mapping[str, Any], stated: Mapping[str, Any], made: dict[str, Schema]) -> Field:
    read_only = words.get("readOnly", False)
    is_list = "items" in words
    inner = words["items"] if is_list else words
    if inner.get("ref") in made:
        return Field(made[inner["ref"]], is_list=is_list, read_only=read_only)
    check = check_of(stated[inner["ref"]] if "ref" in inner else inner)
    return Field(check=check, is_list=is_list, read_only=read_only)


def _operation(words: Mapping[str, Any], schemas: dict[str, Schema]) -> Operation:
    body = words.get("body", {})
    return Operation(
        words["method"],
        words["path"],
        _parameters(words.get("ids", {})),
        _parameters(words["query"]),
        _parameters(words.get("header", {})),
        Field(schemas[body["ref"]]) if "ref" in body else None,
        "file" in body,
        "answers_json" in words,
    )


def _parameters(stated: Mapping[str, Mapping[str, Any]]) -> dict[str, Parameter]:
    return {
        name: Parameter(words, check_of(words.get("items", words)), words.get("required", False))
        for name, words in stated.items()
    }
