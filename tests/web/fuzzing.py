"""Asks every address of the pages for everything with one hostile thing in it.

Nothing here knows the pages: routes come from the urlconf, real keys and forms from walking through
the pages, and the names of parameters from what the views ask their requests for. So a new page, field
or parameter is tried by itself.
"""

import re
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from random import Random
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from web.fuzz_reading import Reading
from web.fuzz_values import BODIES, CONTENTS, FILE_NAMES, HEADERS, HOSTILE, MARK, QUOTED
from web.fuzz_world import FOREIGN, World

SLOW_SECONDS = 3.0
_FORM = "application/x-www-form-urlencoded"
_PART = re.compile(r"<(?:(\w+):)?(\w+)>")
#: So many addresses of one route are walked through: enough for every kind of page behind it.
_WALKED = 8
_RUNS_SCRIPT = re.compile(r"""(?:href|src|action|formaction)=["']?\s*javascript:""", re.IGNORECASE)

Values = dict[str, list[str]]


@dataclass
class Route:
    """A pattern of the urlconf with what has been found out about it."""

    template: str
    name: str
    #: Real addresses, without their queries.
    addresses: list[str] = field(default_factory=list)
    #: What its forms send, as they stand on the pages.
    forms: list[Values] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    #: Names that its view has asked requests for.
    asked: set[str] = field(default_factory=set)

    @property
    def parts(self) -> list[str]:
        return [name for _, name in _PART.findall(self.template)]


@dataclass(frozen=True)
class Case:
    """One request; `what` tells the hostile part."""

    role: str
    method: str
    path: str
    what: str
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return (
            f"{self.method} {self.path[:200]}?{self.query[:200]} as {self.role}: {self.what[:300]}"
        )


def routes() -> list[Route]:
    """Return every route of the urlconf."""
    return [Route("/" + template, name) for template, name in _patterns(get_resolver(), "")]


def _patterns(resolver: URLResolver, above: str) -> Iterator[tuple[str, str]]:
    for one in resolver.url_patterns:
        here = above + str(one.pattern)
        if isinstance(one, URLPattern):
            yield here, one.name or ""
        else:
            yield from _patterns(one, here)


class Fuzz:
    """A walk through the pages, and requests made from what it found."""

    def __init__(self, world: World, *, seed: str) -> None:
        self.world = world
        self.random = Random(seed)  # noqa: S311 - not for secrets
        self.routes = routes()
        self.faults: list[str] = []
        self.count = 0
        self._jars = {role: self._signed_in(role) for role in (*world.people, "nobody")}
        self._walk()

    def play(self, *, share: float = 1.0) -> None:
        """One round: each route, part, name and kind of body once; `share` of them, at random."""
        for route in self.routes:
            for case in self._cases(route):
                if self.random.random() < share:
                    self._try(route, case)

    # What is tried.

    def _cases(self, route: Route) -> Iterator[Case]:
        for part in route.parts:
            yield Case("owner", "GET", self._with_part(route, part), f"part {part}")
        for name in sorted(route.asked):
            value = self._value()
            query = _encoded({name: [value] * self.random.choice([1, 1, 1, 2])})
            yield Case("owner", "GET", self._address(route), f"{name}={value!r}", query)
        for form in [{}, *route.forms]:
            for name in sorted({*form, *route.asked}):
                yield self._posted(route, form, name, "owner")
        for role in ("viewer", "stranger", "nobody"):
            yield Case(role, "GET", self._address(route), "as one who may less")
            names = sorted(route.asked) or ["next"]
            form = self.random.choice([{}, *route.forms])
            yield self._posted(route, form, self.random.choice(names), role)
        yield self._with_header(route)
        yield self._with_body(route)
        yield self._with_file(route)

    def _posted(self, route: Route, form: Values, name: str, role: str) -> Case:
        """The form as it stands, with one of its values replaced, doubled or left out."""
        value = self._value()
        values = {key: given[:1] for key, given in form.items()}
        buttons = [key for key in ("act", "confirmed") if form.get(key)]
        for key in buttons:  # any of the buttons may be pressed
            values[key] = [self.random.choice(form[key])]
        values[name] = self.random.choice(
            [[value], [value], [value, *values.get(name, [])], [value] * 3]
        )
        query = _encoded({name: [value]}) if self.random.random() < 0.1 else ""
        what = f"{name}={value[:200]!r} of {sorted(form)[:20]} pressing {[values[key] for key in buttons]}"
        return Case(
            role, "POST", self._address(route), what, query, _encoded(values).encode(), _FORM
        )

    def _with_part(self, route: Route, part: str) -> str:
        return self._filled(route, {part: quote(self._bytes(self._value()), safe="/")})

    def _with_header(self, route: Route) -> Case:
        name, text = self.random.choice(HEADERS)
        method = self.random.choice(
            ["GET", "GET", "POST", "HEAD", "PUT", "OPTIONS", "TRACE", "BREW"]
        )
        more = {"HTTP_HX_REQUEST": "true"} if self.random.random() < 0.5 else {}
        return Case(
            "owner",
            method,
            self._address(route),
            f"{name}: {text[:100]!r}",
            headers={**more, name: text},
        )

    def _with_body(self, route: Route) -> Case:
        content_type, body = self.random.choice(BODIES)
        what = f"{content_type[:80]} {body[:80]!r}"
        return Case("owner", "POST", self._address(route), what, "", body, content_type)

    def _with_file(self, route: Route) -> Case:
        name, content = self.random.choice(FILE_NAMES), self.random.choice(CONTENTS)
        form = self.random.choice([{}, *route.forms])
        fields = [*form.items(), *((key, [""]) for key in sorted(route.asked - set(form))[:8])]
        body = b"".join(
            b'--fuzz\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
            % (self._bytes(key), self._bytes(values[0] if values else ""))
            for key, values in fields
        )
        for key in sorted(route.files) or ["file"]:
            head = (
                b'--fuzz\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n%s\r\n'
            )
            body += head % (self._bytes(key), self._bytes(name), content)
        kind = "multipart/form-data; boundary=fuzz"
        return Case(
            "owner",
            "POST",
            self._address(route),
            f"file {name!r}",
            "",
            body + b"--fuzz--\r\n",
            kind,
        )

    def _value(self) -> str:
        """A hostile value; now and then a key of somebody else's record."""
        if self.random.random() < 0.05:
            return str(self.random.choice(self.world.foreign))
        return self.random.choice(HOSTILE)

    @staticmethod
    def _bytes(text: str) -> bytes:
        return text.encode("utf-8", "surrogatepass")

    def _address(self, route: Route) -> str:
        return self.random.choice(route.addresses) if route.addresses else self._filled(route, {})

    def _filled(self, route: Route, given: dict[str, str]) -> str:
        """Fill the route's parts from one of its real addresses, or with what might be one."""
        parts = {"slug": self.world.workspace.slug}
        if route.addresses:
            found = resolve(self.random.choice(route.addresses)).captured_kwargs
            parts |= {name: str(value) for name, value in found.items()}

        def fill(match: re.Match[str]) -> str:
            name = match[2]
            made = {"int": "1", "uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12}.get(match[1], "x")
            return given.get(name) or parts.get(name) or made

        return _PART.sub(fill, route.template)

    # How it is asked and what must hold of every answer.

    def _try(self, route: Route, case: Case) -> Any:
        self.count += 1
        began = time.monotonic()
        with _listening(route.asked), _undone():
            try:
                answer = self._ask(case)
            except Exception as error:  # noqa: BLE001 - even before Django looks at it
                return self._fault(case, f"broke Django itself: {error!r}")
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if answer.status_code < 400 and case.method == "POST":
                connection.check_constraints()
        self._judge(case, answer, body, time.monotonic() - began)
        if case.method == "POST" and answer.status_code == 200:
            self._read(case.path, body, answer)  # a question's own form is tried, too
        return answer

    def _ask(self, case: Case) -> Any:
        client = Client(raise_request_exception=False)
        client.cookies = SimpleCookie(self._jars[case.role])
        return client.generic(
            case.method,
            case.path,
            case.body,
            content_type=case.content_type or "application/octet-stream",
            QUERY_STRING=case.query,
            **case.headers,
        )

    def _judge(self, case: Case, answer: Any, body: bytes, seconds: float) -> None:
        if answer.status_code >= 500:
            self._fault(case, f"answered {answer.status_code}", _tail(answer))
        if seconds > SLOW_SECONDS:
            self._fault(case, f"took {seconds:.1f} seconds")
        for header in ("Location", "HX-Redirect", "HX-Location"):
            if not _is_ours(answer.headers.get(header, "/")):
                self._fault(case, f"leads to {answer.headers[header]!r}")
        text = body.decode(errors="replace")
        if FOREIGN in text and case.role != "nobody":
            self._fault(case, "shows another workspace's records")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            if MARK in text or QUOTED in text or _RUNS_SCRIPT.search(text):
                self._fault(case, "shows it unescaped")
            if (
                answer.status_code >= 400
                and not text.strip()
                and case.method not in ("HEAD", "OPTIONS")
            ):
                self._fault(case, f"answered {answer.status_code} without a word")

    def _fault(self, case: Case, said: str, more: str = "") -> None:
        self.faults.append(f"{case}\n    {said}{more}")

    # How it gets to know the pages.

    def _walk(self) -> None:
        """Go through the pages as the owner, from the front page wherever they lead."""
        waiting, seen = ["/"], {"/"}
        while waiting:
            address = waiting.pop(0)
            route = self._route_of(address)
            path, _, query = address.partition("?")
            if (
                route is None
                or (query and path in route.addresses)
                or len(route.addresses) >= _WALKED
            ):
                continue  # filters lead to filters without end
            if path not in route.addresses:
                route.addresses.append(path)
            answer = self._try(route, Case("owner", "GET", path, "as it is", query))
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                found = self._read(address, answer.content, answer)
                waiting += sorted(found - seen)
                seen |= found
        for route in self.routes:  # asked once more with nothing and with a form, to hear the names
            for method in ("GET", "POST"):
                self._try(
                    route,
                    Case("owner", method, self._address(route), "nothing", content_type=_FORM),
                )

    def _read(self, address: str, content: bytes, answer: Any) -> set[str]:
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            return set()
        reading = Reading(address, content.decode(errors="replace"))
        for form in reading.forms:
            route = self._route_of(form.action)
            if route is None or form.method != "post":
                continue
            fields = {
                name: values for name, values in form.fields.items() if not name.startswith("csrf")
            }
            if len(route.forms) < 8 and not any(set(known) == set(fields) for known in route.forms):
                route.forms.append(fields)
                route.files |= form.files
            path = form.action.partition("?")[0]
            if path not in route.addresses and len(route.addresses) < _WALKED:
                route.addresses.append(path)
        located = (
            {answer.headers["Location"]}
            if answer.headers.get("Location", "").startswith("/")
            else set()
        )
        return {one.partition("#")[0] for one in reading.addresses} | located

    def _route_of(self, address: str) -> Route | None:
        try:
            found = resolve(urlsplit(address).path)
        except (Resolver404, ValueError):
            return None
        return next((one for one in self.routes if one.template == "/" + found.route), None)

    def _signed_in(self, role: str) -> str:
        client = Client()
        if role in self.world.people:
            client.force_login(self.world.people[role])
        return client.cookies.output(header="", sep=";")


def _encoded(values: Values) -> str:
    pairs = [(name, value) for name, given in values.items() for value in given]
    return "&".join(
        f"{quote_plus(Fuzz._bytes(name))}={quote_plus(Fuzz._bytes(value))}" for name, value in pairs
    )


def _is_ours(address: str) -> bool:
    parts = urlsplit(address)
    if address.startswith(
        settings.XERO_LOGIN_URL + "/identity/"
    ):  # to Xero's consent page, made by us
        return True
    plain = address.isprintable() and "\\" not in address and not address.startswith("//")
    return plain and not parts.scheme and not parts.netloc


def _tail(answer: Any) -> str:
    kind, error, trace = (
        answer.exc_info if getattr(answer, "exc_info", None) else (None, None, None)
    )
    if error is None:
        return ""
    frames = traceback.extract_tb(trace)[-6:]
    return (
        "".join(f"\n      {one.filename}:{one.lineno} {one.line}" for one in frames)
        + f"\n      {kind.__name__}: {str(error)[:300]}"
    )


@contextmanager
def _undone() -> Iterator[None]:
    """Undo whatever the block did to the database."""
    around = transaction.atomic()
    around._from_testcase = True  # durable blocks within are as good as outside
    with around:
        yield
        transaction.set_rollback(True)


@contextmanager
def _listening(asked: set[str]) -> Iterator[None]:
    """Note every name that a form, query or upload is asked for."""
    kinds = ("__getitem__", "_getlist", "__contains__")
    before = {name: getattr(QueryDict, name) for name in kinds}

    def noting(method: Callable[..., Any]) -> Callable[..., Any]:
        def note(self: Any, key: Any, *more: Any, **given: Any) -> Any:
            if isinstance(key, str) and len(key) < 80 and len(asked) < 200:
                asked.add(key)
            return method(self, key, *more, **given)

        return note

    for name in kinds:
        setattr(QueryDict, name, noting(before[name]))
    try:
        yield
    finally:
        for name in kinds:
            delattr(QueryDict, name)  # they are of the classes above it
