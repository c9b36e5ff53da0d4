"""Faults that a test asks for: which request they strike, and what happens to it."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple
from urllib.parse import unquote

from xero_sandbox.accounting.touching import DATED_TABLES
from xero_sandbox.messages import Request

#: What can be done to a request, and when: before anything is committed, within, or after.
BEFORE = ("delay", "status", "forbid", "refuse", "cut_before", "hold_before", "expire_token")
WITHIN = ("refuse_elements",)
AFTER = (
    "cut_after",
    "status_after",
    "hold_after",
    "garbage",
    "half",
    "slow",
    "content_type",
    "drop_webhook",
    "rewrite",
    "touch",
)
_MATCH_KEYS = {
    *("method", "path", "query", "route", "organisation", "contains", "user_agent"),
    *("nth", "times", "probability", "seed"),
}
_OWN_KEYS = {
    *("match", "action", "seconds", "status", "headers", "body", "messages"),
    *("records", "omit", "set", "resource", "ids"),
}
_ACTIONS = BEFORE + WITHIN + AFTER


class Rewriting(NamedTuple):
    """What is done to the elements of an answer: fields taken out, others set to any value."""

    records: tuple[str, ...]  #: ids of the elements; all where there is none
    omit: tuple[str, ...]
    set: dict[str, Any]


class Touched(NamedTuple):
    """Records of one resource, by their ids."""

    resource: str
    ids: tuple[str, ...]


class BadFault(ValueError):
    """A fault that cannot be understood; the text names the part."""


@dataclass
class Fault:
    id: int
    action: str
    method: str | None
    path: re.Pattern[str] | None
    query: re.Pattern[str] | None  #: of the address, percent-decoded
    route: str | None  #: as `GET requests` names it, such as `/api.xro/2.0/Invoices/{id}`
    organisation: str | None
    contains: bytes | None  #: what the request's body holds
    user_agent: re.Pattern[str] | None
    nth: int  #: the first matching request to strike, from 1
    times: int | None  #: how many it strikes; None for all that follow
    probability: float
    seconds: float
    status: int
    headers: dict[str, str]
    body: str
    messages: list[str | None]  #: why each element is refused; None lets one through
    rewriting: Rewriting  #: what `rewrite` does to the elements of the answer
    touched: Touched  #: what `touch` gives a new date once the answer is made
    source: dict[str, Any]
    dice: Random
    seen: int = 0
    hits: int = 0
    holding: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def matches(self, request: Request, route: str) -> bool:
        return (
            self.method in (None, request.method)
            and self.organisation in (None, request.tenant_id)
            and self.route in (None, route.lower())
            and (self.path is None or bool(self.path.fullmatch(request.path)))
            and (self.query is None or bool(self.query.fullmatch(unquote(request.query_string))))
            and (self.contains is None or self.contains in request.body)
            and self._is_of_agent(request)
        )

    def _is_of_agent(self, request: Request) -> bool:
        told = request.headers.get("user-agent", "")
        return self.user_agent is None or bool(self.user_agent.fullmatch(told))

    def draw(self) -> bool:
        """Count one matching request; say whether this one is struck."""
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.hits >= self.times):
            return False
        if self.probability < 1 and self.dice.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def described(self) -> dict[str, Any]:
        counts = {"id": self.id, "seen": self.seen, "hits": self.hits, "holding": self.holding}
        return counts | {"released": self.released.is_set()} | self.source


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[int, Fault] = {}
        self._next = 1

    def add(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Register a fault from its JSON form; raises BadFault."""
        with self._lock:
            fault = _read(self._next, wanted)
            self._faults[fault.id] = fault
            self._next += 1
            return fault.described()

    def strike(self, request: Request, route: str) -> Fault | None:
        """Return the fault that this request meets. All that match count it as seen."""
        with self._lock:
            struck = None
            for fault in self._faults.values():
                if fault.matches(request, route):
                    if struck is None and fault.draw():
                        struck = fault
                    elif struck is not None:
                        fault.seen += 1
            return struck

    def hold(self, fault: Fault) -> None:
        """Wait until the fault is released or removed."""
        with self._lock:
            fault.holding += 1
        fault.released.wait()
        with self._lock:
            fault.holding -= 1

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.described() for fault in self._faults.values()]

    def release(self, ident: int) -> dict[str, Any] | None:
        """Let go what this fault holds, and hold nothing more."""
        with self._lock:
            fault = self._faults.get(ident)
            if fault is None:
                return None
            fault.released.set()
            return fault.described()

    def remove(self, ident: int | None = None) -> int:
        """Remove one or all, letting go what they hold; return how many there were."""
        with self._lock:
            gone = [ident] if ident in self._faults else []
            for key in list(self._faults) if ident is None else gone:
                self._faults.pop(key).released.set()
                gone = gone if ident is not None else [*gone, key]
            return len(gone)


def _read(ident: int, wanted: Mapping[str, Any]) -> Fault:
    match = wanted.get("match", {})
    if not isinstance(match, Mapping):
        raise BadFault("match is an object")
    for name in (*(set(wanted) - _OWN_KEYS), *(set(match) - _MATCH_KEYS)):
        raise BadFault(f"{name!r} is not known")
    action = wanted.get("action")
    if action not in _ACTIONS:
        raise BadFault(f"action is one of {', '.join(_ACTIONS)}")
    method, organisation = _text(match, "method"), _text(match, "organisation")
    route, contains = _text(match, "route"), _text(match, "contains")
    nth = _whole(match, "nth", 1)
    return Fault(
        id=ident,
        action=str(action),
        method=method.upper() if method else None,
        path=_pattern(match, "path"),
        query=_pattern(match, "query"),
        route=route.lower() if route else None,
        organisation=organisation.lower() if organisation else None,
        contains=contains.encode() if contains else None,
        user_agent=_pattern(match, "user_agent"),
        nth=nth or 1,
        times=_whole(match, "times", 1 if "nth" in match else None),
        probability=_number(match, "probability", 1.0),
        seconds=_number(wanted, "seconds", 1.0),
        status=_status(wanted),
        headers=_headers(wanted),
        body=_text(wanted, "body") or "",
        messages=_messages(wanted),
        rewriting=_rewriting(wanted),
        touched=_touched(wanted),
        source={"match": dict(match)} | {k: v for k, v in wanted.items() if k != "match"},
        dice=Random(_whole(match, "seed", 0)),  # noqa: S311 - repeatable on purpose
    )


def _pattern(match: Mapping[str, Any], name: str) -> re.Pattern[str] | None:
    """A glob such as `/api.xro/2.0/Invoices*`, or a regular expression after `re:`."""
    text = _text(match, name)
    if text is None:
        return None
    try:
        if text.startswith("re:"):
            return re.compile(text[3:], re.IGNORECASE)
        return re.compile(re.escape(text).replace(r"\*", ".*"), re.IGNORECASE)
    except re.error as error:
        raise BadFault(f"{name} is not a regular expression: {error}") from error


def _text(source: Mapping[str, Any], name: str) -> str | None:
    value = source.get(name)
    if value is not None and not isinstance(value, str):
        raise BadFault(f"{name} is text")
    return value


def _whole(source: Mapping[str, Any], name: str, default: int | None) -> int | None:
    value = source.get(name, default)
    if value is not None and (type(value) is not int or value < 0):
        raise BadFault(f"{name} is a whole number from 0")
    return value


def _number(source: Mapping[str, Any], name: str, default: float) -> float:
    try:
        value = float(source.get(name, default))
    except (TypeError, ValueError) as error:
        raise BadFault(f"{name} is a number") from error
    if not 0 <= value <= 86_400:
        raise BadFault(f"{name} is out of range")
    return value


def _status(wanted: Mapping[str, Any]) -> int:
    status = _whole(wanted, "status", 503)
    if status is None or not 200 <= status <= 599:
        raise BadFault("status is from 200 to 599")
    return status


def _messages(wanted: Mapping[str, Any]) -> list[str | None]:
    messages = wanted.get("messages", [])
    if not isinstance(messages, list):
        raise BadFault("messages is a list")
    if any(message is not None and not isinstance(message, str) for message in messages):
        raise BadFault("messages holds texts, or null")
    return messages


def _rewriting(wanted: Mapping[str, Any]) -> Rewriting:
    values = wanted.get("set", {})
    if not isinstance(values, Mapping):
        raise BadFault("set is an object")
    return Rewriting(_texts(wanted, "records"), _texts(wanted, "omit"), dict(values))


def _touched(wanted: Mapping[str, Any]) -> Touched:
    resource = _text(wanted, "resource") or ""
    if wanted.get("action") == "touch" and resource not in DATED_TABLES:
        raise BadFault(f"resource is one of {', '.join(DATED_TABLES)}")
    return Touched(resource, _texts(wanted, "ids"))


def _texts(wanted: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = wanted.get(name, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise BadFault(f"{name} is a list of texts")
    return tuple(texts)


def _headers(wanted: Mapping[str, Any]) -> dict[str, str]:
    headers = wanted.get("headers", {})
    if not isinstance(headers, Mapping):
        raise BadFault("headers is an object")
    pairs = {str(name): str(value) for name, value in headers.items()}
    if any(not part.isprintable() for pair in pairs.items() for part in pair):
        raise BadFault("headers hold a character that no header may")
    return pairs
