"""Writes the table by which the stand-in judges requests, anew from Xero's interface description.

    python scripts/description.py [--folder ../shared/xero-openapi]

Of the description only what a request can be held against is kept: paths, parameters, and the
schemas that a body can reach, in the description's own words. One operation or schema stands on
one line, so that a new version of the description shows as lines that differ.
"""

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
#: The description lies beside the project; it is not part of it.
FOLDER = ROOT.parent / "shared" / "xero-openapi"
TABLE = ROOT / "src" / "xero_sandbox" / "description" / "xero_openapi.json"
#: Where the paths of each file begin.
_FILES = {"xero_accounting.yaml": "/api.xro/2.0", "xero-identity.yaml": ""}
_METHODS = ("get", "put", "post", "delete")
_KEPT = ("type", "format", "enum", "maxLength", "readOnly")
#: Headers that decide what Xero does with a request.
_HEADERS = {"xero-tenant-id", "Idempotency-Key", "If-Modified-Since"}
#: Lengths that are only told in words; `[18].[6]` is none.
_LENGTH = re.compile(r"max length\s*=\s*(\d+)|(\d+) character max")


def main() -> int:
    parser = argparse.ArgumentParser("description", description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where Xero-OpenAPI lies")
    TABLE.write_text(table_text(parser.parse_args().folder), encoding="utf-8")
    return 0


def table_text(folder: Path) -> str:
    """Return the table as JSON text; equal descriptions give equal texts."""
    operations: list[dict[str, Any]] = []
    schemas: dict[str, Any] = {}
    versions: dict[str, str] = {}
    for name, base in _FILES.items():
        spec = yaml.load((folder / name).read_bytes(), Loader=yaml.CSafeLoader)
        versions[name] = spec["info"]["version"]
        found = list(_operations(spec, base))
        operations += found
        schemas |= _reachable(spec, [each["body"]["ref"] for each in found if _takes_json(each)])
    return "\n".join(
        (
            f'{{"versions":{_json(versions)},',
            '"operations":[',
            ",\n".join(map(_json, operations)),
            '],"schemas":{',
            ",\n".join(f"{_json(name)}:{_json(schemas[name])}" for name in sorted(schemas)),
            "}}\n",
        )
    )


def _operations(spec: Mapping[str, Any], base: str) -> Iterator[dict[str, Any]]:
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                yield _operation(spec, method, base + path, item)


def _operation(
    spec: Mapping[str, Any], method: str, path: str, item: Mapping[str, Any]
) -> dict[str, Any]:
    stated = item[method]
    every = [*item.get("parameters", ()), *stated.get("parameters", ())]
    parameters = [_followed(spec, each) for each in every]
    made: dict[str, Any] = {"method": method.upper(), "path": path}
    for place in ("path", "query", "header"):
        found = {
            each["name"]: _value({"description": each.get("description", "")} | each["schema"])
            | ({"required": True} if each.get("required") and place != "path" else {})
            for each in parameters
            if each["in"] == place and (place != "header" or each["name"] in _HEADERS)
        }
        if found:
            made["ids" if place == "path" else place] = found
    if "requestBody" in stated:
        [(kind, content)] = _followed(spec, stated["requestBody"])["content"].items()
        made["body"] = _value(content["schema"]) if "json" in kind else {"file": True}
    if "application/json" in stated["responses"].get("200", {}).get("content", {}):
        made["answers_json"] = True
    return made


def _takes_json(operation: Mapping[str, Any]) -> bool:
    return "ref" in operation.get("body", {})


def _reachable(spec: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """Return the schemas of these names, and all that they lead to."""
    found: dict[str, Any] = {}
    left = list(names)
    while left:
        name = left.pop()
        if name in found:
            continue
        stated = spec["components"]["schemas"][name]
        found[name] = _value(stated)
        if "properties" in stated:
            fields = {key: _value(one) for key, one in stated["properties"].items()}
            found[name] = {"fields": fields}
            left += [one["ref"] for one in map(_inner, fields.values()) if "ref" in one]
        if stated.get("required"):
            found[name]["required"] = stated["required"]
    return found


def _inner(value: dict[str, Any]) -> dict[str, Any]:
    return value.get("items", value)


def _value(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a value of the schema has to be."""
    made = {key: schema[key] for key in _KEPT if key in schema}
    if "$ref" in schema:
        made.pop("type", None)  # The schema referred to says it.
        made["ref"] = schema["$ref"].rpartition("/")[2]
    if "items" in schema:
        made["type"] = "array"  # Once it says string.
        made["items"] = _value(schema["items"])
    if schema.get("x-is-msdate") or schema.get("x-is-msdate-time"):
        made["format"] = "date"
    if "maxLength" not in made and (length := _LENGTH.search(schema.get("description", ""))):
        made["maxLength"] = int(length[1] or length[2])
    return made


def _followed(spec: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        _, _, sort, name = node["$ref"].split("/")
        node = spec["components"][sort][name]
    return node


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    raise SystemExit(main())
