"""The developer's page: apps, and the webhook of each (facts 8)."""

from __future__ import annotations

from urllib.parse import quote

from xero_sandbox.identity import apps
from xero_sandbox.identity.apps import App
from xero_sandbox.messages import Response, redirect
from xero_sandbox.pages import page
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route
from xero_sandbox.webhooks import probes, records
from xero_sandbox.webhooks.records import BadWebhook


def all_apps(call: Call) -> Response:
    rows = call.db.execute("SELECT client_id FROM app ORDER BY rowid").fetchall()
    known = [app for row in rows if (app := apps.find(call.db, row["client_id"]))]
    hooks = {hook.client_id: hook for hook in records.everything(call.db)}
    return page("developer.html", apps=[(app, hooks.get(app.client_id)) for app in known])


def app_page(call: Call, message: str | None = None) -> Response:
    app = _app(call)
    with call.sandbox.store.read() as db:  # a probe may have changed it since the call began
        hook = records.find(db, app.client_id)
    journal = call.sandbox.journal
    return page(
        "app.html",
        status=409 if message else 200,
        app=app,
        hook=hook,
        categories=records.CATEGORIES,
        statuses=records.STATUSES,
        deliveries=journal.newest({"kind": "webhook", "client_id": app.client_id}, limit=20),
        message=message,
    )


def save(call: Call) -> Response:
    """Register or change the webhook. The probes go out when asked for, as in Xero's portal."""
    app, form = _app(call), call.request.form
    chosen = [name for name in records.CATEGORIES if name in form]
    try:
        with call.sandbox.store.write() as db:
            records.register(db, app.client_id, form.get("url", "").strip(), chosen)
    except BadWebhook as error:
        return app_page(call, str(error))
    return _back(app)


def probe(call: Call) -> Response:
    app = _app(call)
    hook = records.find(call.db, app.client_id)
    if hook is None:
        raise NotFound
    report = probes.check(call.sandbox, hook)
    return _back(app) if report == probes.PASSED else app_page(call, report)


def remove(call: Call) -> Response:
    app = _app(call)
    with call.sandbox.store.write() as db:
        records.remove(db, app.client_id)
    return _back(app)


def _app(call: Call) -> App:
    app = apps.find(call.db, call.params["id"])
    if app is None:
        raise NotFound
    return app


def _back(app: App) -> Response:
    return redirect(f"/developer/{quote(app.client_id, safe='')}", 303)


# None of them is marked as writing: a probe must not be sent from inside the one transaction.
ROUTES = (
    Route("GET", "/developer", all_apps, "screen"),
    Route("GET", "/developer/{id}", app_page, "screen"),
    Route("POST", "/developer/{id}", save, "screen"),
    Route("POST", "/developer/{id}/probe", probe, "screen"),
    Route("POST", "/developer/{id}/remove", remove, "screen"),
)
