"""Webhooks by the control interface: register, probe, watch, repeat, and how they go out."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from xero_sandbox.control.answers import Refused, body, changed_settings
from xero_sandbox.identity import apps
from xero_sandbox.messages import Response, json_response
from xero_sandbox.routing import Call
from xero_sandbox.webhooks import outbox, probes, records
from xero_sandbox.webhooks.records import BadWebhook, Webhook


def listed(call: Call) -> Response:
    hooks = [hook.described() for hook in records.everything(call.db)]
    return json_response({"webhooks": hooks})


def register(call: Call) -> Response:
    """Register or change an app's webhook, and send the probes unless `probe` is false."""
    wanted = body(call)
    client_id = str(wanted.get("client_id", call.sandbox.options.client_id))
    if apps.find(call.db, client_id) is None:
        raise Refused(f"There is no app {client_id!r}.", 404)
    categories = wanted.get("categories", list(records.CATEGORIES))
    if not isinstance(categories, list) or not all(isinstance(name, str) for name in categories):
        raise Refused("categories must be a list of names.")
    url, key = str(wanted.get("url", "")), str(wanted.get("signing_key", ""))
    try:
        with call.sandbox.store.write() as db:
            hook = records.register(db, client_id, url, categories, key)
    except BadWebhook as error:
        raise Refused(str(error)) from None
    if wanted.get("probe", True) and hook.status != "OK":
        probes.check(call.sandbox, hook)
    return _answer(call, client_id)


def probe(call: Call) -> Response:
    """Send intent-to-receive probes; also what enables a disabled webhook again."""
    probes.check(call.sandbox, _named(call))
    return _answer(call, call.params["id"])


def remove(call: Call) -> Response:
    hook = _named(call)
    with call.sandbox.store.write() as db:
        records.remove(db, hook.client_id)
    return Response(204)


def events(call: Call) -> Response:
    """Return what was noted for the app: WAITING, SENT or LOST, oldest first."""
    sql = "SELECT * FROM webhook_event WHERE client_id = ? ORDER BY sequence"
    rows = call.db.execute(sql, (_named(call).client_id,)).fetchall()
    names = ("sequence", "tenant", "category", "kind", "resource_id", "at", "data", "state")
    return json_response({"events": [{name: row[name] for name in names} for row in rows]})


def raise_event(call: Call) -> Response:
    """Tell of something that has not happened, such as a SUBSCRIPTION of the app."""
    wanted, hook = body(call), _named(call)
    category, kind = wanted.get("category", "SUBSCRIPTION"), wanted.get("type", "CREATE")
    if category not in records.CATEGORIES or kind not in ("CREATE", "UPDATE"):
        raise Refused("category is one of Xero's, type is CREATE or UPDATE.")
    tenant = str(wanted.get("tenant", uuid.uuid5(uuid.NAMESPACE_URL, hook.client_id)))
    resource = str(wanted.get("resource_id", uuid.uuid4()))
    with call.sandbox.store.write() as db:
        outbox.queue(db, hook.client_id, tenant, category, resource, kind, None)
    return Response(204)


def repeat(call: Call) -> Response:
    """Deliver events again: those with sequence numbers `from` to `to`, lost ones too."""
    wanted, hook = body(call), _named(call)
    first, last = wanted.get("from", 1), wanted.get("to", 2**31 - 1)
    if not all(type(number) is int for number in (first, last)):
        raise Refused("from and to are sequence numbers.")
    with call.sandbox.store.write() as db:
        again = db.execute(
            "UPDATE webhook_event SET state = 'WAITING' "
            "WHERE client_id = ? AND sequence BETWEEN ? AND ?",
            (hook.client_id, first, last),
        )
    return json_response({"events": again.rowcount})


def read_delivery(call: Call) -> Response:
    return json_response(asdict(call.sandbox.delivery))


def set_delivery(call: Call) -> Response:
    call.sandbox.delivery = changed_settings(call, "delivery", call.sandbox.delivery)
    call.sandbox.store.committed.set()  # the courier may have woken before the line above
    return read_delivery(call)


def _named(call: Call) -> Webhook:
    hook = records.find(call.db, call.params["id"])
    if hook is None:
        raise Refused("This app has no webhook.", 404)
    return hook


def _answer(call: Call, client_id: str) -> Response:
    with call.sandbox.store.read() as db:
        hook = records.find(db, client_id)
    described: dict[str, Any] = hook.described() if hook else {}
    return json_response(described)
