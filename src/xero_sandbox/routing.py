"""What a route is, what a handler is given, and how a path finds its route."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal
from urllib.parse import unquote

from xero_sandbox.messages import Request, Response
from xero_sandbox.sandbox import Sandbox

Kind = Literal["api", "identity", "screen", "control"]


@dataclass
class Caller:
    """Who an API call comes from, as its access token says."""

    client_id: str
    user_id: str
    scopes: list[str]
    jti: str


@dataclass
class Call:
    """One request on its way through a handler, inside one transaction."""

    sandbox: Sandbox
    request: Request
    db: sqlite3.Connection
    params: dict[str, str] = field(default_factory=dict)
    caller: Caller | None = None
    organisation: str = ""
    #: Why each element of the body is refused, in its order; None lets one through.
    refusals: Sequence[str | None] = ()

    @property
    def client_id(self) -> str:
        return self.caller.client_id if self.caller else ""


Handler = Callable[[Call], Response]


@dataclass(frozen=True)
class Route:
    method: str
    pattern: str  #: such as `/api.xro/2.0/Invoices/{id}`
    handler: Handler
    kind: Kind
    scopes: tuple[str, ...] = ()  #: any one of them opens it
    writes: bool = False
    takes_bytes: bool = False  #: the body is a file, not JSON
    gives_bytes: bool = False  #: the answer is a file, whatever `Accept` says of JSON

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", self.pattern)
        text = "".join(
            f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part)
            for index, part in enumerate(parts)
        )
        return re.compile(f"{text}/?", re.IGNORECASE)

    def match(self, path: str) -> dict[str, str] | None:
        """Return the parameters, decoded, if the percent-encoded `path` is this route's."""
        found = self._regex.fullmatch(path)
        if not found:
            return None
        return {name: unquote(text, errors="replace") for name, text in found.groupdict().items()}


class Table:
    """All routes; the first whose method and pattern fit wins."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(routes)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | set[str]:
        """Return the route and its parameters, else the methods that this path knows."""
        others: set[str] = set()
        for route in self._routes:
            params = route.match(path)
            if params is not None:
                if route.method == method:
                    return route, params
                others.add(route.method)
        return others
