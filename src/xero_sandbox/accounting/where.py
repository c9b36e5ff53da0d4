"""The `where` language: text to tree (facts 5.4). No evaluation, no `eval`.

Grammar:
    any      = all { ("||" | OR) all }
    all      = unary { ("&&" | AND) unary }
    unary    = ("!" | NOT) unary | compare
    compare  = operand [ ("==" | "=" | "!=" | ">" | ">=" | "<" | "<=") operand ]
    operand  = literal | name { "." name } [ "(" [ any { "," any } ] ")" ] | "(" any ")"

A call may be followed by further calls: `Name.ToLower().Contains("x")`. `Length` is a call too,
without parentheses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from xero_sandbox.problems import QueryParse

MAX_DEPTH = 40


@dataclass(frozen=True)
class Literal:
    value: str | Decimal | bool | None


@dataclass(frozen=True)
class Name:
    path: str  #: such as `Contact.ContactID`


@dataclass(frozen=True)
class Invoke:
    """`target.method(arguments)`; without a target a function such as `DateTime(..)`."""

    target: Node | None
    method: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Compare:
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Junction:
    word: str  #: AND or OR
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    part: Node


Node = Literal | Name | Invoke | Compare | Junction | Not

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.|"")*")
      | (?P<char>'[^']*')
      | (?P<number>-?\d+(?:\.\d+)?[mMdDfF]?)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<sign>==|!=|<>|>=|<=|&&|\|\||[=<>!().,])
    )""",
    re.VERBOSE,
)
_COMPARISONS = {"==", "=", "!=", "<>", ">", ">=", "<", "<="}
_WORDS = {"and": "&&", "or": "||", "not": "!"}


def parse(text: str) -> Node:
    """Return the tree of a `where` expression; raises QueryParse."""
    parser = _Parser(_tokens(text))
    tree = parser.any()
    if parser.kind != "end":
        raise QueryParse("Syntax error")
    return tree


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at, text = [], 0, text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            rest = text[at:].lstrip()
            raise QueryParse(
                "Unterminated string literal" if rest[0] in "\"'" else f"Syntax error '{rest[0]}'"
            )
        kind = str(found.lastgroup)
        value = found[kind]
        if kind == "name" and value.lower() in _WORDS:
            kind, value = "sign", _WORDS[value.lower()]
        tokens.append((kind, value))
        at = found.end()
    return [*tokens, ("end", "")]


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def value(self) -> str:
        return self._tokens[self._at][1]

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _is(self, *signs: str) -> bool:
        return self.kind == "sign" and self.value in signs

    def _expect(self, sign: str) -> None:
        if not self._is(sign):
            raise QueryParse(f"'{sign}' expected")
        self._at += 1

    def any(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryParse("The expression is nested too deeply")
        parts = [self._all()]
        while self._is("||"):
            self._take()
            parts.append(self._all())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Junction("OR", tuple(parts))

    def _all(self) -> Node:
        parts = [self._unary()]
        while self._is("&&"):
            self._take()
            parts.append(self._unary())
        return parts[0] if len(parts) == 1 else Junction("AND", tuple(parts))

    def _unary(self) -> Node:
        negative = False
        while self._is("!"):
            self._take()
            negative = not negative
        node = self._compare()
        return Not(node) if negative else node

    def _compare(self) -> Node:
        left = self._operand()
        if self.kind == "sign" and self.value in _COMPARISONS:
            operator = {"=": "==", "<>": "!="}.get(self.value, self.value)
            self._take()
            return Compare(operator, left, self._operand())
        return left

    def _operand(self) -> Node:
        node = self._primary()
        while self._is("."):
            self._take()
            node = self._member(node)
        return node

    def _primary(self) -> Node:
        if self._is("("):
            self._take()
            node = self.any()
            self._expect(")")
            return node
        if self.kind == "text":
            return Literal(_unquoted(self._take()))
        if self.kind == "char":
            return Literal(_character(self._take()))
        if self.kind == "number":
            return Literal(Decimal(self._take().rstrip("mMdDfF")))
        if self.kind != "name":
            raise QueryParse("Expression expected")
        return self._named(self._take())

    def _named(self, name: str) -> Node:
        constants = {"true": True, "false": False, "null": None}
        if self._is("("):
            return Invoke(None, name, self._arguments())
        if name.lower() in constants:
            return Literal(constants[name.lower()])
        return Name(name)

    def _member(self, owner: Node) -> Node:
        if self.kind != "name":
            raise QueryParse("Identifier expected")
        name = self._take()
        if self._is("("):
            return Invoke(owner, name, self._arguments())
        if name.lower() == "length":
            return Invoke(owner, name, ())
        if isinstance(owner, Name):
            return Name(f"{owner.path}.{name}")
        raise QueryParse(f"No property or field '{name}' exists in type 'String'")

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        arguments: list[Node] = []
        while not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self.any())
        self._expect(")")
        return tuple(arguments)


def _unquoted(text: str) -> str:
    return re.sub(r'\\(.)|""', lambda found: found[1] or '"', text[1:-1], flags=re.DOTALL)


def _character(text: str) -> str:
    if len(text) != 3:
        raise QueryParse("Character literal must contain exactly one character")
    return text[1]
