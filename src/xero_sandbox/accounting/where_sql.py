"""The tree of a `where` expression to SQL: only names from a table of fields, only parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.accounting.where import Compare, Invoke, Junction, Literal, Name, Node, Not, parse
from xero_sandbox.problems import QueryParse
from xero_sandbox.store import fold

LARGEST_NUMBER = Decimal(10) ** 15


@dataclass(frozen=True)
class Field:
    """A column or SQL expression and what kind of value it holds.

    Kinds: text, guid, day (ISO text), instant (milliseconds), cents, number, bool.
    """

    sql: str
    kind: str
    folded: bool = False  #: the column holds folded text already


def head_day(name: str) -> Field:
    """The day that stands as `/Date(ms+0000)/` in the JSON of a document's head."""
    milliseconds = f"CAST(substr(json_extract(head, '$.{name}'), 7) AS INTEGER)"
    return Field(f"date({milliseconds} / 1000, 'unixepoch')", "day")


@dataclass(frozen=True)
class _Typed:
    sql: str
    values: tuple[Any, ...]
    kind: str  #: a Field's kind, or condition, moment, null


#: What System.Linq.Dynamic calls them in its messages.
_CLR = {
    "text": "String",
    "guid": "Guid",
    "day": "DateTime?",
    "instant": "DateTime?",
    "moment": "DateTime",
    "cents": "Decimal?",
    "number": "Decimal",
    "bool": "Boolean",
    "condition": "Boolean",
    "null": "Object",
}
_SQL = {"==": "IS", "!=": "IS NOT"}
_TEXT_TESTS = {
    "contains": "instr({text}, ?) > 0",
    "startswith": "substr({text}, 1, length(?)) = ?",
    "endswith": "substr({text}, -max(length(?), 1)) = ?",
}


def compile_where(
    text: str, fields: dict[str, Field], type_name: str
) -> tuple[str, tuple[Any, ...]]:
    """Return SQL and its parameters; raises QueryParse in Xero's words where known."""
    compiled = _Compiler(fields, type_name).condition(parse(text))
    return compiled.sql, compiled.values


def compile_order(text: str, fields: dict[str, Field], type_name: str) -> str:
    """Return ORDER BY terms for `Date DESC, InvoiceNumber`; raises QueryParse."""
    terms = []
    for part in text.split(","):
        words = part.split()
        if not words or len(words) > 2 or (words[1:] and words[1].upper() not in _DIRECTIONS):
            raise QueryParse(f"Syntax error in order '{part.strip()}'")
        field = _field(words[0], fields, type_name)
        terms.append(f"{field.sql} {_DIRECTIONS[words[1].upper()] if words[1:] else 'ASC'}")
    return ", ".join(terms)


_DIRECTIONS = {"ASC": "ASC", "ASCENDING": "ASC", "DESC": "DESC", "DESCENDING": "DESC"}


def _field(path: str, fields: dict[str, Field], type_name: str) -> Field:
    for name, field in fields.items():
        if name.lower() == path.lower():
            return field
    raise QueryParse(f"No property or field '{path}' exists in type '{type_name}'")


class _Compiler:
    def __init__(self, fields: dict[str, Field], type_name: str) -> None:
        self._fields = fields
        self._type_name = type_name

    def condition(self, node: Node) -> _Typed:
        typed = self.value(node)
        if typed.kind == "bool":
            return _Typed(f"({typed.sql} IS 1)", typed.values, "condition")
        if typed.kind != "condition":
            raise QueryParse("Expression of type 'Boolean' expected")
        return typed

    def value(self, node: Node) -> _Typed:
        if isinstance(node, Junction):
            parts = [self.condition(part) for part in node.parts]
            sql = f" {node.word} ".join(part.sql for part in parts)
            values = tuple(value for part in parts for value in part.values)
            return _Typed(f"({sql})", values, "condition")
        if isinstance(node, Not):
            part = self.condition(node.part)
            return _Typed(f"(NOT coalesce({part.sql}, 0))", part.values, "condition")
        if isinstance(node, Compare):
            return _compare(node.operator, self.value(node.left), self.value(node.right))
        if isinstance(node, Literal):
            return _literal(node.value)
        if isinstance(node, Name):
            field = _field(node.path, self._fields, self._type_name)
            folds = field.kind == "text" and not field.folded
            return _Typed(f"fold({field.sql})" if folds else field.sql, (), field.kind)
        return self._invoke(node)

    def _invoke(self, node: Invoke) -> _Typed:
        arguments = [self.value(argument) for argument in node.arguments]
        name = node.method.lower()
        if node.target is None or isinstance(node.target, Name):
            owner = node.target.path.lower() if isinstance(node.target, Name) else ""
            made = _construct(f"{owner}.{name}".lstrip("."), arguments)
            if made is not None:
                return made
        if node.target is None:
            raise QueryParse(f"No applicable method '{node.method}' exists")
        target = self.value(node.target)
        if name == "equals" and len(arguments) == 1:
            return _compare("==", target, arguments[0])
        if target.kind != "text":
            kind = _CLR[target.kind]
            raise QueryParse(f"No applicable method '{node.method}' exists in type '{kind}'")
        return _text_method(node.method, target, arguments)


def _literal(value: Any) -> _Typed:
    if value is None:
        return _Typed("NULL", (), "null")
    if isinstance(value, bool):
        return _Typed("1" if value else "0", (), "bool")
    if isinstance(value, Decimal):
        if abs(value) >= LARGEST_NUMBER:
            raise QueryParse(f"Invalid real literal '{str(value)[:30]}'")
        return _Typed("?", (_plain(value),), "number")
    return _Typed("?", (fold(value),), "text")


def _plain(number: Decimal) -> int | float:
    """An int where it is one: SQLite then compares exactly."""
    return int(number) if number == number.to_integral_value() else float(number)


def _construct(name: str, arguments: list[_Typed]) -> _Typed | None:
    """`guid("..")`, `DateTime(2026,1,31)`, `DateTime.Parse("..")`, `String.IsNullOrEmpty(..)`.

    None for anything else.
    """
    values = [value for argument in arguments for value in argument.values]
    kinds = [argument.kind for argument in arguments]
    if name in ("guid", "guid.parse") and kinds == ["text"]:
        ident = read_guid(values[0])
        if ident is None:
            raise QueryParse("Guid should contain 32 digits with 4 dashes")
        return _Typed("?", (ident,), "guid")
    if name == "string.isnullorempty" and kinds == ["text"]:
        return _Typed(f"(coalesce({arguments[0].sql}, '') = '')", arguments[0].values, "condition")
    try:
        if name == "datetime" and set(kinds) == {"number"} and 3 <= len(kinds) <= 6:
            return _Typed("?", (datetime(*map(int, values), tzinfo=UTC),), "moment")  # type: ignore[misc,arg-type]  # 3 to 6 ints, checked above
        if name in ("datetime.parse", "convert.todatetime") and kinds == ["text"]:
            moment = datetime.fromisoformat(values[0].replace("t", "T").replace("z", "Z"))
            return _Typed("?", (moment.replace(tzinfo=UTC),), "moment")
    except (ValueError, OverflowError):
        raise QueryParse("String was not recognized as a valid DateTime.") from None
    return None


def _text_method(method: str, target: _Typed, arguments: list[_Typed]) -> _Typed:
    name = method.lower()
    if name in ("tolower", "toupper", "trim") and not arguments:
        return target  # comparison is without regard to case anyway
    if name == "length" and not arguments:
        return _Typed(f"length({target.sql})", target.values, "number")
    if name in _TEXT_TESTS and len(arguments) == 1 and arguments[0].kind == "text":
        sql = _TEXT_TESTS[name].format(text=target.sql)
        if arguments[0].sql != "?":
            raise QueryParse(f"Argument of '{method}' must be a text in quotes")
        times = sql.count("?") - target.sql.count("?")
        return _Typed(f"({sql})", target.values + arguments[0].values * times, "condition")
    raise QueryParse(f"No applicable method '{method}' exists in type 'String'")


def _compare(operator: str, left: _Typed, right: _Typed) -> _Typed:
    equality = operator in _SQL
    if "null" in (left.kind, right.kind):
        other = left if right.kind == "null" else right
        if not equality or other.kind == "null":
            raise _incompatible(operator, left, right)
        return _Typed(f"({other.sql} {_SQL[operator]} NULL)", other.values, "condition")
    pair = _aligned(left, right)
    if pair is None or (not equality and pair[0].kind in ("text", "guid", "bool", "condition")):
        raise _incompatible(operator, left, right)
    first, second = pair
    sql = f"({first.sql} {_SQL.get(operator, operator)} {second.sql})"
    return _Typed(sql, first.values + second.values, "condition")


def _aligned(left: _Typed, right: _Typed) -> tuple[_Typed, _Typed] | None:
    """Bring both sides to one unit, or return None if they have none in common."""
    if left.kind == right.kind:
        return (left, right) if left.kind != "moment" else None
    kinds = {left.kind, right.kind}
    if kinds <= {"bool", "condition"}:
        return left, right
    if kinds == {"cents", "number"}:
        return _scaled(left), _scaled(right)
    if kinds == {"day", "moment"}:
        return _as_day(left), _as_day(right)
    if kinds == {"instant", "moment"}:
        return _as_instant(left), _as_instant(right)
    return None


def _scaled(side: _Typed) -> _Typed:
    if side.kind != "number" or not side.values:
        return side if side.kind == "cents" else _Typed(f"({side.sql} * 100)", (), "cents")
    cents = Decimal(str(side.values[0])) * 100
    return _Typed(side.sql, (_plain(cents),), "cents")


def _as_day(side: _Typed) -> _Typed:
    if side.kind == "day":
        return side
    moment: datetime = side.values[0]
    midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    # As text a day sorts before any later time of that day.
    text = moment.date().isoformat() if midnight else moment.strftime("%Y-%m-%dT%H:%M:%S")
    return _Typed("?", (text,), "day")


def _as_instant(side: _Typed) -> _Typed:
    if side.kind == "instant":
        return side
    return _Typed("?", (int(side.values[0].timestamp() * 1000),), "instant")


def _incompatible(operator: str, left: _Typed, right: _Typed) -> QueryParse:
    return QueryParse(
        f"Operator '{operator}' incompatible with operand types "
        f"'{_CLR[left.kind]}' and '{_CLR[right.kind]}'"
    )
