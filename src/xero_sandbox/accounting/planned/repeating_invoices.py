"""Repeating invoices: templates, read and written (facts 6.12). Nothing is made from them."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import contact_records
from xero_sandbox.accounting import document_rules as shared
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.catalogue.unpaged import Field, Resource, choose, one
from xero_sandbox.accounting.desk import Desk, open_desk
from xero_sandbox.accounting.documents import Document, dump_lines, load_lines
from xero_sandbox.accounting.papers import history
from xero_sandbox.accounting.planned import schedule
from xero_sandbox.accounting.sent import Sent, elements
from xero_sandbox.accounting.totals import Totals
from xero_sandbox.messages import Response
from xero_sandbox.routing import Call, Route

PLURAL = "RepeatingInvoices"
RESOURCE = Resource(
    table="repeating_invoice",
    type_name="RepeatingInvoice",
    fields={
        "RepeatingInvoiceID": Field("id", "guid"),
        "Type": Field("type", "text"),
        "Status": Field("status", "text"),
        "Total": Field("total", "cents"),
        "Contact.ContactID": Field("contact_id", "guid"),
        "Reference": Field("json_extract(data, '$.Reference')", "text"),
        "Schedule.Unit": Field("json_extract(data, '$.Schedule.Unit')", "text"),
    },
    order="seq",
)
_NEXT: dict[str | None, tuple[str, ...]] = {
    None: ("DRAFT", "AUTHORISED"),
    "DRAFT": ("DRAFT", "AUTHORISED", "DELETED"),
    "AUTHORISED": ("DRAFT", "AUTHORISED", "DELETED"),
    "DELETED": (),
}
_FLAGS = ("ApprovedForSending", "SendCopy", "MarkAsSent", "IncludePDF")


@dataclass
class Template(Document):
    schedule: dict[str, Any] = field(default_factory=dict)  #: days as ISO text
    flags: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(_FLAGS, False))
    today: date = date.min  #: from which on the next day of the schedule is counted

    @property
    def settled(self) -> bool:
        return False

    def wire(self) -> dict[str, Any]:
        contact = self.sent_contact
        if self.contact:
            contact = contact_records.summary(self.contact.id, self.contact.name)
        values = {
            "Schedule": schedule.wire_form(self.schedule, self.today),
            "RepeatingInvoiceID": self.id,
            "Type": self.type,
            "Reference": self.reference or None,
            "BrandingThemeID": self.branding_theme_id,
            "HasAttachments": self.has_attachments,
            **self.flags,
            "ID": self.id,
            "Contact": contact,
            "Status": self.status,
            "LineAmountTypes": self.kind,
            "LineItems": [line.wire() for line in self.lines],
            "SubTotal": self.totals.sub_total,
            "TotalTax": self.totals.total_tax,
            "Total": self.totals.total,
            "CurrencyCode": self.currency,
        }
        return {name: value for name, value in values.items() if value is not None}


def list_all(call: Call) -> Response:
    today = open_desk(call).today
    items = [_load(call.db, row, today).wire() for row in choose(call, RESOURCE)]
    return envelope(call, PLURAL, items)


def read_one(call: Call) -> Response:
    today = open_desk(call).today
    return envelope(call, PLURAL, [_load(call.db, one(call, RESOURCE.table), today).wire()])


def create(call: Call) -> Response:
    """PUT: every element is a new template."""
    desk = open_desk(call)
    return _write(call, lambda sent: _save(desk, sent, _new(call, desk, sent)))


def create_or_update(call: Call) -> Response:
    """POST: the template of the RepeatingInvoiceID sent, else a new one; DELETED deletes it."""
    desk = open_desk(call)

    def save(sent: Sent) -> Saved:
        ident = sent.guid("RepeatingInvoiceID")
        call.params["id"] = ident or ""
        return _save(desk, sent, _stored(call, desk) if ident else _new(call, desk, sent))

    return _write(call, save)


def update(call: Call) -> Response:
    desk = open_desk(call)
    return _write(call, lambda sent: _save(desk, sent, _stored(call, desk)))


def _write(call: Call, save: Any) -> Response:
    return write_batch(call, PLURAL, elements(call.request, PLURAL), save)


def _stored(call: Call, desk: Desk) -> Template:
    return _load(call.db, one(call, RESOURCE.table), desk.today)


def _new(call: Call, desk: Desk, sent: Sent) -> Template:
    made = Template(
        id=str(uuid.uuid4()),
        organisation=call.organisation,
        type=sent.text("Type") or "",
        client_id=call.client_id,
        issued_on=desk.today,
        currency=desk.books.base_currency,
        today=desk.today,
    )
    if made.type not in ("ACCREC", "ACCPAY"):
        raise Invalid(["Invoice not of valid type for creation"], sent.raw)
    return made


def _save(desk: Desk, sent: Sent, template: Template) -> Saved:
    desk.clear()
    before = None if template.seq is None else template.status
    _apply(desk, template, sent, before)
    if desk.errors:
        raise Invalid(list(dict.fromkeys(desk.errors)), sent.raw)
    _store(desk.db, template)
    words = "Deleted" if template.status == "DELETED" else "Edited"
    changes, details = words if before else "Created", template.in_words
    history.note(desk.db, desk.books.id, template.id, changes, details, now_ms=desk.now_ms)
    return Saved(template.wire(), desk.warnings)


def _apply(desk: Desk, template: Template, sent: Sent, before: str | None) -> None:
    wanted = (sent.text("Status") or template.status).upper()
    if wanted not in _NEXT[before]:
        desk.errors.append(f"A repeating invoice cannot become {wanted[:50]}.")
    template.status = wanted
    if wanted == "DELETED" or desk.errors:
        return
    template.reference = desk.text(sent, "Reference", template.reference, 255)
    template.branding_theme_id = sent.guid("BrandingThemeID") or template.branding_theme_id
    for name in _FLAGS:
        flag = sent.flag(name)
        template.flags[name] = template.flags[name] if flag is None else flag
    schedule.apply(desk, template.schedule, sent.child("Schedule"))
    shared.read_kind(desk, template, sent)
    shared.read_contact(desk, template, sent)
    shared.read_currency(desk, template, sent)
    shared.read_lines(desk, template, sent, discounts=template.sells)


def _load(db: sqlite3.Connection, row: sqlite3.Row, today: date) -> Template:
    data = wire.loads(row["data"])
    return Template(
        id=row["id"],
        organisation=row["organisation"],
        type=row["type"],
        client_id=data["client_id"],
        issued_on=today,
        currency=data["currency"],
        contact=contact_records.by_id(db, row["organisation"], row["contact_id"]),
        reference=data["Reference"],
        status=row["status"],
        kind=data["kind"],
        branding_theme_id=data["branding_theme_id"],
        lines=load_lines(data["lines"], data["overridden"]),
        totals=Totals(*data["totals"]),
        has_attachments=data["HasAttachments"],
        seq=row["seq"],
        schedule=data["Schedule"],
        flags=data["flags"],
        today=today,
    )


def _store(db: sqlite3.Connection, template: Template) -> None:
    assert template.contact is not None  # noqa: S101 - the rules see to it
    lines, overridden = dump_lines(template)
    totals = template.totals
    data = {
        "client_id": template.client_id,
        "currency": template.currency,
        "Reference": template.reference,
        "kind": template.kind,
        "branding_theme_id": template.branding_theme_id,
        "totals": [totals.sub_total, totals.total_tax, totals.total],
        "HasAttachments": template.has_attachments,
        "Schedule": template.schedule,
        "flags": template.flags,
        "lines": lines,
        "overridden": overridden,
    }
    written = db.execute(
        "INSERT OR REPLACE INTO repeating_invoice VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            template.seq,
            template.id,
            template.organisation,
            template.type,
            template.status,
            template.contact.id,
            int(totals.total * 100),
            wire.dumps(data),
        ),
    )
    template.seq = template.seq or written.lastrowid


_SCOPES = ("accounting.invoices",)
_PATH = f"/api.xro/2.0/{PLURAL}"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", f"{_PATH}/{{id}}", read_one, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("POST", _PATH, create_or_update, "api", _SCOPES, writes=True),
    Route("POST", f"{_PATH}/{{id}}", update, "api", _SCOPES, writes=True),
)
