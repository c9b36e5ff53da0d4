"""The way of every request: fault, gate, limits, handler in one transaction, journal, answer.

1. A fault may strike before anything happens (delay, refuse, cut, hold, expire the token).
2. The gate checks token, scope and organisation; the meter counts the call in.
3. The handler runs. Writes run alone, and the answer that an Idempotency-Key remembers is
   stored in the same transaction as the effect.
4. The request is noted, then a fault may strike what is already committed (hold, cut, half,
   garbage), then the answer is sent.
"""

from __future__ import annotations

import logging
import sqlite3
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from xero_sandbox import idempotency
from xero_sandbox.accounting.touching import touch_records
from xero_sandbox.control.routes import ROUTES as CONTROL
from xero_sandbox.faults import Fault
from xero_sandbox.identity.gate import authorise, expire, require_organisation
from xero_sandbox.identity.rights import require_right
from xero_sandbox.journal import Entry
from xero_sandbox.messages import Request, Response, html_response, json_response
from xero_sandbox.negotiation import as_asked
from xero_sandbox.parameters import exact_names_only
from xero_sandbox.preconditions import too_many
from xero_sandbox.problems import ApiError, NotFound, Problem
from xero_sandbox.rewriting import rewritten
from xero_sandbox.routes import ROUTES
from xero_sandbox.routing import Call, Caller, Route, Table
from xero_sandbox.sandbox import Sandbox
from xero_sandbox.store import savepoint
from xero_sandbox.webhooks import outbox

_TABLE = Table((*CONTROL, *ROUTES))
_LOG = logging.getLogger("xero_sandbox")
MAX_QUERY = 2048  #: characters; 52 ids in `IDs=` fit, 53 do not (Xero-Java#328)
MAX_BODY = 10_000_000  #: bytes (facts 4.1)
CONTROL_BODY = 200_000_000  #: of the control interface, where whole books are loaded


@dataclass(frozen=True)
class Answer:
    """A response, or what is left of one."""

    response: Response
    cut: bool = False  #: close the connection without a byte
    half: bool = False  #: send half of the body, then close
    reset: bool = False  #: close the connection so that the client sees it refused (RST)
    slow: float = 0.0  #: seconds over which the body is spread, byte by byte


Send = Callable[[Answer], None]


@dataclass
class Visit:
    """What becomes known of a request while it is served."""

    sandbox: Sandbox
    request: Request
    route: Route | None = None
    params: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    caller: Caller | None = None
    replayed: bool = False
    started: float = field(default_factory=time.perf_counter)

    @property
    def is_api(self) -> bool:
        return self.request.path.lower().startswith("/api.xro/")


def serve(sandbox: Sandbox, request: Request, send: Send) -> None:
    """Answer `request` through `send`, called at most once."""
    visit = Visit(sandbox, request)
    found = _find(request)
    if isinstance(found, set):
        _finish(visit, _no_route(visit, found), send)
        return
    visit.route, visit.params = found
    if request.method != "GET" and request.headers.get("sec-fetch-site") == "cross-site":
        # A page of somebody else's may not press buttons here: there is no sign-in to ask for.
        _finish(visit, Response(403), send)
        return
    if visit.route.kind == "control":
        send(Answer(_safely(visit, lambda: _control(visit))))
        return
    visit.fault = sandbox.faults.strike(request, visit.route.pattern)
    with ExitStack() as until_sent:
        early = _strike_before(visit)
        if early is not None:
            _finish(visit, early.response, send, cut=early.cut, reset=early.reset)
            return
        response = _safely(visit, lambda: _serve_route(visit, until_sent))
        _finish(visit, response, send)


def _find(request: Request) -> tuple[Route, dict[str, str]] | set[str]:
    """A PDF is at `/pdf` below its document, and at the document's own address for those who
    accept nothing else, such as xero-python."""
    if request.headers.get("accept") == "application/pdf":
        found = _TABLE.find(request.method, f"{request.raw_path}/pdf")
        if not isinstance(found, set) and found[0].pattern.endswith("/pdf"):
            return found
    return _TABLE.find(request.method, request.raw_path)


def _no_route(visit: Visit, methods: set[str]) -> Response:
    if methods:
        return Response(405, headers={"Allow": ", ".join(sorted(methods))})
    return html_response("", 404)


def _strike_before(visit: Visit) -> Answer | None:
    fault, sandbox = visit.fault, visit.sandbox
    if fault is None:
        return None
    if fault.action == "delay":
        sandbox.stopping.wait(fault.seconds)
    elif fault.action == "hold_before":
        sandbox.faults.hold(fault)
    elif fault.action == "refuse":
        return Answer(Response(0), reset=True)
    elif fault.action == "cut_before":
        return Answer(Response(0), cut=True)
    elif fault.action == "expire_token":
        with sandbox.store.write() as db:
            expire(Call(sandbox, visit.request, db))
    elif fault.action == "status":
        return Answer(_as_told(fault))
    elif fault.action == "forbid":
        refusal = Problem(403, "Forbidden", "AuthorizationUnsuccessful")
        return Answer(refusal.response(lower_keys=sandbox.switches.problem_keys == "title"))
    return None


def _as_told(fault: Fault) -> Response:
    """Return the answer that the fault asks for."""
    content_type = "text/plain; charset=utf-8" if fault.body else None
    response = Response(fault.status, fault.body.encode(), content_type)
    response.headers = dict(fault.headers)
    return response


def _safely(visit: Visit, work: Callable[[], Response]) -> Response:
    """Turn refusals into answers; anything unforeseen is our mistake, logged with its trace."""
    try:
        return work()
    except Problem as refusal:
        return refusal.response(lower_keys=visit.sandbox.switches.problem_keys == "title")
    except ApiError as refusal:
        return refusal.response()
    except Exception:  # noqa: BLE001 - the outermost door of every request
        _LOG.exception("%s %s failed", visit.request.method, visit.request.path)
        return json_response({"Message": "An error occurred in the sandbox; see its log."}, 500)


def _control(visit: Visit) -> Response:
    assert visit.route is not None  # noqa: S101 - serve() has set it
    with visit.sandbox.store.read() as db:
        return visit.route.handler(Call(visit.sandbox, visit.request, db, visit.params))


def _serve_route(visit: Visit, until_sent: ExitStack) -> Response:
    route, sandbox, request = visit.route, visit.sandbox, visit.request
    assert route is not None  # noqa: S101 - serve() has set it
    headers: dict[str, str] = {}
    if route.kind == "api":
        if sandbox.switches.query_names == "exact":
            visit.request = request = exact_names_only(request)
        if len(request.query_string) > MAX_QUERY:
            raise NotFound  # and not 414: so it was seen of too many ids (facts 5.3)
        with sandbox.store.read() as db:
            visit.caller = authorise(Call(sandbox, request, db), route)
            call = Call(sandbox, request, db, caller=visit.caller)
            require_organisation(call)
            require_right(call, route)
        # Before the key is looked at: an answer that is only repeated counts, too (facts 2, 3).
        verdict = sandbox.meter.enter(
            visit.caller.client_id, request.tenant_id, now=sandbox.clock.now()
        )
        if not verdict.allowed:
            return too_many(sandbox, verdict.headers)
        until_sent.callback(sandbox.meter.leave, visit.caller.client_id, request.tenant_id)
        headers = verdict.headers
    response = _run(visit, route)
    response.headers |= headers
    return response


def _run(visit: Visit, route: Route) -> Response:
    sandbox = visit.sandbox
    if not route.writes:
        with sandbox.store.read() as db:
            return route.handler(_call(visit, db))
    if route.kind != "api":
        with sandbox.store.write() as db:
            return _effect(visit, _call(visit, db), route)
    return _run_once(visit, route)


def _run_once(visit: Visit, route: Route) -> Response:
    """Run a write of the API, or replay what its Idempotency-Key remembers.

    A twin in flight waits for the writer's lock and then finds the first one's answer, or is
    refused if the switch says so.
    """
    sandbox, now = visit.sandbox, visit.sandbox.clock.now()
    key = idempotency.key_of(visit.request)
    with ExitStack() as stack:
        if key and sandbox.switches.twin_in_flight == "refuse":
            stack.enter_context(sandbox.in_flight.only(visit.request.tenant_id, key))
        db = stack.enter_context(sandbox.store.write())
        call = _call(visit, db)
        if not key:
            return _effect(visit, call, route)
        scope = call.client_id
        if sandbox.switches.idempotency_scope == "tenant":
            scope = f"{scope} {call.organisation}"
        print_ = idempotency.fingerprint(visit.request)
        stored = idempotency.remembered(db, scope=scope, key=key, print_=print_, now=now)
        if stored is not None:
            visit.replayed = True
            return stored
        response = _effect(visit, call, route)
        idempotency.remember(db, response, scope=scope, key=key, print_=print_, now=now)
        return response


def _call(visit: Visit, db: sqlite3.Connection) -> Call:
    organisation = visit.request.tenant_id if visit.caller else ""
    call = Call(visit.sandbox, visit.request, db, visit.params, visit.caller, organisation)
    if visit.fault and visit.fault.action == "refuse_elements":
        call.refusals = visit.fault.messages
    return call


def _effect(visit: Visit, call: Call, route: Route) -> Response:
    dropping = visit.fault is not None and visit.fault.action == "drop_webhook"
    newest = outbox.last(call.db) if dropping else 0
    try:
        with savepoint(call.db, "effect"):
            response = route.handler(call)
            if dropping:
                outbox.drop_after(call.db, newest)
            return response
    except ApiError as refusal:
        return refusal.response()


def _finish(
    visit: Visit, response: Response, send: Send, *, cut: bool = False, reset: bool = False
) -> None:
    fault = visit.fault
    if fault and fault.action == "rewrite":
        response.body = rewritten(response.body, fault.rewriting)
    if visit.is_api:
        response = as_asked(visit.request, visit.route, response)
        response.headers.setdefault("Xero-Correlation-Id", str(uuid.uuid4()))
    if fault and fault.action == "garbage":
        response = Response(response.status, b"\x00\xff<garbage>{[", "application/json")
    if fault and fault.action == "status_after":
        response = _as_told(fault)
    if fault and fault.action == "touch":
        _touch(visit, fault)
    if fault and fault.action == "content_type":
        response.content_type = fault.body or "text/html; charset=utf-8"
    _note(visit, response)
    if fault and fault.action == "hold_after":
        visit.sandbox.faults.hold(fault)
    action = fault.action if fault else ""
    slow = fault.seconds if fault and action == "slow" else 0.0
    cut = cut or action == "cut_after"
    send(Answer(response, cut=cut, half=action == "half", reset=reset, slow=slow))


def _touch(visit: Visit, fault: Fault) -> None:
    """Give records another date once the answer is made, so that it moves between two pages."""
    at_ms, organisation = visit.sandbox.clock.now_ms(), visit.request.tenant_id
    with visit.sandbox.store.write() as db:
        touch_records(db, organisation, *fault.touched, at_ms=at_ms)


def _note(visit: Visit, response: Response) -> None:
    request, route, fault = visit.request, visit.route, visit.fault
    visit.sandbox.journal.note(
        Entry(
            at=visit.sandbox.clock.now(),
            kind=route.kind if route else "unknown",
            method=request.method,
            route=route.pattern if route else "",
            path=request.path,
            query=request.query_string,
            status=response.status,
            bytes_in=len(request.body),
            bytes_out=len(response.body),
            milliseconds=round((time.perf_counter() - visit.started) * 1000, 3),
            idempotency_key=request.headers.get("idempotency-key", ""),
            replayed=visit.replayed,
            client_id=visit.caller.client_id if visit.caller else "",
            organisation=request.tenant_id,
            fault=f"{fault.id} {fault.action}" if fault else "",
        )
    )
