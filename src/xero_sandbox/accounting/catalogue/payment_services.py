"""Payment services of one's own making, and those that a branding theme offers on its invoices."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.catalogue.people import THEMES
from xero_sandbox.accounting.catalogue.unpaged import one
from xero_sandbox.accounting.sent import Sent, elements
from xero_sandbox.accounting.shapes import AnswerKind, FieldShape, shaped
from xero_sandbox.messages import Response
from xero_sandbox.routing import Call, Route
from xero_sandbox.wire import ZERO_ID

PLURAL = "PaymentServices"
UNKNOWN = "Payment service could not be found"  # of the interface description
_LONGEST = 255
_TEXT = "Pay by credit card"  #: on the button, unless another is sent
SHAPE = (
    FieldShape("PaymentServiceID"),
    FieldShape("PaymentServiceName"),
    FieldShape("PaymentServiceUrl"),
    FieldShape("PaymentServiceType"),
    FieldShape("PayNowText"),
)


def list_all(call: Call) -> Response:
    sql = "SELECT * FROM payment_service WHERE organisation = ? ORDER BY seq"
    rows = call.db.execute(sql, (call.organisation,))
    return envelope(call, PLURAL, [_wire(row, AnswerKind.LIST) for row in rows])


def create(call: Call) -> Response:
    return write_batch(
        call, PLURAL, elements(call.request, PLURAL), lambda sent: _save(call, sent), flag=""
    )


def list_of_theme(call: Call) -> Response:
    theme = one(call, THEMES.table)["id"]
    rows = call.db.execute(
        "SELECT * FROM payment_service WHERE id IN "
        "(SELECT service FROM theme_payment_service WHERE theme = ?) ORDER BY seq",
        (theme,),
    )
    return envelope(call, PLURAL, [_wire(row, AnswerKind.LIST) for row in rows])


def add_to_theme(call: Call) -> Response:
    """POST: services that are there already, by their PaymentServiceID."""
    theme, sent = one(call, THEMES.table)["id"], elements(call.request, PLURAL)
    return write_batch(call, PLURAL, sent, lambda element: _add(call, theme, element), flag="")


def _save(call: Call, sent: Sent) -> Saved:
    name = (sent.text("PaymentServiceName") or "").strip()
    url = (sent.text("PaymentServiceUrl") or "").strip()
    text = (sent.text("PayNowText") or "").strip() or _TEXT
    errors = []
    if not name or len(name) > _LONGEST:
        errors.append(f"The PaymentServiceName must be from 1 to {_LONGEST} characters.")
    if not url.lower().startswith("https://"):
        errors.append("The PaymentServiceUrl must be a valid URL that begins with https://.")
    if len(text) > _LONGEST:
        errors.append(f"The PayNowText must not be longer than {_LONGEST} characters.")
    if errors:
        raise Invalid(errors, sent.raw | {"PaymentServiceID": ZERO_ID})
    row = call.db.execute(
        "INSERT INTO payment_service (id, organisation, name, url, pay_now_text) "
        "VALUES (?, ?, ?, ?, ?) RETURNING *",
        (str(uuid.uuid4()), call.organisation, name, url, text),
    ).fetchone()
    return Saved(_wire(row, AnswerKind.CREATED))


def _add(call: Call, theme: str, sent: Sent) -> Saved:
    row = call.db.execute(
        "SELECT * FROM payment_service WHERE organisation = ? AND id = ?",
        (call.organisation, sent.guid("PaymentServiceID")),
    ).fetchone()
    if row is None:
        raise Invalid([UNKNOWN], sent.raw)
    call.db.execute("INSERT OR IGNORE INTO theme_payment_service VALUES (?, ?)", (theme, row["id"]))
    return Saved(_wire(row, AnswerKind.CREATED))


def _wire(row: sqlite3.Row, answer: AnswerKind) -> dict[str, Any]:
    values = {
        "PaymentServiceID": row["id"],
        "PaymentServiceName": row["name"],
        "PaymentServiceUrl": row["url"],
        "PaymentServiceType": "Custom",
        "PayNowText": row["pay_now_text"],
    }
    return shaped(SHAPE, values, answer)


_SCOPES = ("paymentservices",)
_PATH = f"/api.xro/2.0/{PLURAL}"
_OF_THEME = f"/api.xro/2.0/BrandingThemes/{{id}}/{PLURAL}"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("GET", _OF_THEME, list_of_theme, "api", _SCOPES),
    Route("POST", _OF_THEME, add_to_theme, "api", _SCOPES, writes=True),
)
