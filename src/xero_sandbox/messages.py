"""HTTP requests and answers as plain values, free of sockets and of Xero."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from xero_sandbox import wire

#: What an address may hold as it is; all else is percent-encoded on its way into a header.
URL_SIGNS = "%/?#&=+:;,@!$'()*[]~-._"


@dataclass(frozen=True)
class Request:
    method: str
    target: str  #: path and query as sent
    headers: Mapping[str, str]  #: names in lower case
    body: bytes = b""

    @property
    def raw_path(self) -> str:
        """The path still percent-encoded, so that a `/` inside a number does not part it."""
        return self.target.partition("?")[0]

    @cached_property
    def path(self) -> str:
        return unquote(self.raw_path, errors="replace")

    @cached_property
    def query_string(self) -> str:
        return self.target.partition("?")[2]

    @cached_property
    def query(self) -> dict[str, str]:
        """Parameters by lower-case name. One that is repeated is left out, as Xero does.

        Source: xero-node#339 ("repeated parameters were ignored and everything came back").
        """
        pairs = parse_qsl(self.query_string, keep_blank_values=True, errors="replace")
        times = Counter(name.lower() for name, _ in pairs)
        return {name.lower(): value for name, value in pairs if times[name.lower()] == 1}

    @cached_property
    def form(self) -> dict[str, str]:
        """Fields of an urlencoded body; the last one wins, undecodable bytes are replaced."""
        text = self.body.decode("utf-8", errors="replace")
        return dict(parse_qsl(text, keep_blank_values=True, errors="replace"))

    @property
    def base_url(self) -> str:
        return f"http://{self.headers.get('host', 'localhost')}"

    @property
    def tenant_id(self) -> str:
        return self.headers.get("xero-tenant-id", "").strip().lower()


@dataclass
class Response:
    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None  #: sent in chunks instead of `body`


def json_response(value: Any, status: int = 200) -> Response:
    return Response(status, wire.dumps(value).encode(), "application/json; charset=utf-8")


def html_response(text: str, status: int = 200) -> Response:
    return Response(status, text.encode(), "text/html; charset=utf-8")


def redirect(location: str, status: int = 302) -> Response:
    return Response(status, headers={"Location": quote(location, safe=URL_SIGNS)})
