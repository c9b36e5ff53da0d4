"""Credit notes: create, create or update, change status; reading and allocating them is shared."""

from __future__ import annotations

import uuid
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting import allocations, contact_records, credits
from xero_sandbox.accounting import credit_records as records
from xero_sandbox.accounting.answers import Invalid, Save, Saved, write_batch
from xero_sandbox.accounting.bookings import book_credit
from xero_sandbox.accounting.credit_note_rules import apply
from xero_sandbox.accounting.credit_records import CREDIT_NOTES, Credit
from xero_sandbox.accounting.desk import Desk, open_desk
from xero_sandbox.accounting.papers import history
from xero_sandbox.accounting.sent import Sent, elements
from xero_sandbox.accounting.shapes import AnswerKind
from xero_sandbox.accounting.stock.moves import move_stock
from xero_sandbox.messages import Response
from xero_sandbox.routing import Call, Route

PLURAL = CREDIT_NOTES.plural
UNKNOWN = "An existing Credit Note with the specified CreditNoteID could not be found"


def create(call: Call) -> Response:
    """PUT: every element is a new document."""
    desk = open_desk(call)
    return _write(call, lambda sent: _save(desk, sent, _new(call, desk, sent)))


def create_or_update(call: Call) -> Response:
    """POST: matched by CreditNoteID, then, for sales, by CreditNoteNumber; else created."""
    desk = open_desk(call)
    return _write(
        call, lambda sent: _save(desk, sent, _match(desk, sent) or _new(call, desk, sent))
    )


def update(call: Call) -> Response:
    desk = open_desk(call)
    return _write(call, lambda sent: _save(desk, sent, allocations.named(CREDIT_NOTES, call)))


def _write(call: Call, save: Save) -> Response:
    return write_batch(call, PLURAL, elements(call.request, PLURAL), save)


def _match(desk: Desk, sent: Sent) -> Credit | None:
    ident = sent.guid("CreditNoteID")
    if ident:
        found = records.by_id(desk.db, desk.books.id, ident)
        # Not the 404 of an unknown invoice: the interface has a sentence for it (facts 7.4).
        if found is None or found.family is not CREDIT_NOTES:
            raise Invalid([UNKNOWN], sent.raw)
        return found
    number = (sent.text("CreditNoteNumber") or "").strip()
    if not number or sent.text("Type") == "ACCPAYCREDIT":
        return None
    found = records.by_number(desk.db, desk.books.id, CREDIT_NOTES, number, side="sales")
    return None if found and desk.switches.frees_number(found.status) else found


def _new(call: Call, desk: Desk, sent: Sent) -> Credit:
    return Credit(
        id=str(uuid.uuid4()),
        organisation=desk.books.id,
        type=sent.text("Type") or "",
        client_id=call.client_id,
        issued_on=desk.today,
        currency=desk.books.base_currency,
        branding_theme_id=desk.books.catalogue.default_theme,
    )


def _save(desk: Desk, sent: Sent, note: Credit) -> Saved:
    desk.clear()
    before = None if note.seq is None else note.status
    apply(desk, note, sent)
    if not note.settled and not desk.errors:
        move_stock(desk, note)
    if desk.errors:
        raise Invalid(list(dict.fromkeys(desk.errors)), _echo(note, sent))
    if note.settled:  # nothing of it has changed
        return Saved(note.shown(AnswerKind.UPDATED), desk.warnings)
    if note.sells and not note.number:
        note.number = records.free_number(desk.db, desk.books.id)
    if note.contact:
        contact_records.mark_trading(desk.db, note.contact, sells_to=note.sells)
    records.save(desk.db, note, now_ms=desk.now_ms)
    book_credit(desk, note)
    for changes in history.changes(before, note.status):
        details = note.in_words
        history.note(desk.db, desk.books.id, note.id, changes, details, now_ms=desk.now_ms)
    return Saved(note.shown(AnswerKind.UPDATED if before else AnswerKind.CREATED), desk.warnings)


def _echo(note: Credit, sent: Sent) -> dict[str, Any]:
    """The echo of a refused document; one that was new has the zero id (facts 4.3)."""
    ident = wire.ZERO_ID if note.seq is None else note.id
    return note.refused(sent) | {"CreditNoteID": ident, "ID": ident}


_SCOPE = "accounting.invoices"
ROUTES = (
    *credits.routes(CREDIT_NOTES, _SCOPE),
    Route("PUT", f"/api.xro/2.0/{PLURAL}", create, "api", (_SCOPE,), writes=True),
    Route("POST", f"/api.xro/2.0/{PLURAL}", create_or_update, "api", (_SCOPE,), writes=True),
    Route("POST", f"/api.xro/2.0/{PLURAL}/{{id}}", update, "api", (_SCOPE,), writes=True),
    *allocations.routes(CREDIT_NOTES, _SCOPE),
)
