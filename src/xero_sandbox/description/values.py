"""What a value has to be: checks made once from a schema's words, run many times.

A check gives "" for a good value, else what is wrong with it, to follow the value in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from xero_sandbox import wire

Check = Callable[[Any], str]
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_NUMBERS = (int, Decimal)
_LONGEST_LIST = 12  #: of an enum that is told in full
_LONGEST_VALUE = 60  #: characters of a value or name that are shown


def check_of(words: Mapping[str, Any]) -> Check:
    """Return the check that `type`, `format`, `enum` and `maxLength` make."""
    basic = _BASIC.get(words.get("format", "")) or _BASIC[words["type"]]
    checks = [basic]
    if "enum" in words:
        checks.append(_one_of(words["enum"]))
    if "maxLength" in words:
        checks.append(_no_longer_than(words["maxLength"]))
    if len(checks) == 1:
        return basic

    def check(value: Any) -> str:
        for one in checks:
            if wrong := one(value):
                return wrong
        return ""

    return check


def shown(value: Any) -> str:
    """Return a value as it stands in a message: `'x'`, `12`, `null`."""
    return cut(repr(value) if isinstance(value, str) else wire.dumps(value))


def cut(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def from_query(text: str, words: Mapping[str, Any]) -> list[Any]:
    """Return the values that a parameter's text stands for, for checks of JSON values.

    A list comes as one text with commas; what is not of its type stays text.
    """
    if words["type"] == "array":
        return [one for part in text.split(",") for one in from_query(part, words["items"])]
    if words["type"] == "boolean":
        return [{"true": True, "false": False}.get(text.lower(), text)]
    if words["type"] == "integer" and re.fullmatch(r"-?[0-9]{1,9}", text):
        return [int(text)]
    return [text]


def _text(value: Any) -> str:
    return "" if type(value) is str else "is no text"


def _number(value: Any) -> str:
    return "" if type(value) in _NUMBERS else "is no number"


def _whole(value: Any) -> str:
    return "" if type(value) is int else "is no whole number"


def _flag(value: Any) -> str:
    return "" if type(value) is bool else "is neither true nor false"


def _uuid(value: Any) -> str:
    return "" if type(value) is str and _UUID.fullmatch(value) else "is no id"


def _day(value: Any) -> str:
    try:
        wire.parse_day(value)
    except (TypeError, ValueError):
        return "is no date"
    return ""


def _instant(value: Any) -> str:
    return "" if type(value) is str and _INSTANT.fullmatch(value) else "is no date with time"


def _one_of(values: list[str]) -> Check:
    known = frozenset(values)
    told = ", ".join(filter(None, values[:_LONGEST_LIST]))
    more = ", …" if len(values) > _LONGEST_LIST else ""
    return lambda value: "" if value in known else f"is none of {told}{more}"


def _no_longer_than(length: int) -> Check:
    return lambda value: "" if len(value) <= length else f"has more than {length} characters"


#: By `format`, else by `type`.
_BASIC: Mapping[str, Check] = {
    "string": _text,
    "number": _number,
    "integer": _whole,
    "boolean": _flag,
    "uuid": _uuid,
    "date": _day,
    "date-time": _instant,
}
