"""What a credit note may be and may become (facts 6.3)."""

from __future__ import annotations

from xero_sandbox.accounting import credit_records as records
from xero_sandbox.accounting import document_rules as shared
from xero_sandbox.accounting.credit_records import CREDIT_NOTES, Credit
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.documents import dump_lines
from xero_sandbox.accounting.lifecycle import NOT_MODIFIABLE
from xero_sandbox.accounting.sent import Sent

NUMBER_TAKEN = "Credit Note # must be unique."


def apply(desk: Desk, note: Credit, sent: Sent) -> None:
    """Put what was sent onto `note`; what it breaks goes to `desk.errors`.

    Once some of it is allocated or refunded nothing of it can change. `Allocations` are
    ignored: creating and allocating are two calls.
    """
    if not shared.enter_status(desk, note, sent):
        return
    before, day_before = (note.head(), note.contact_id, dump_lines(note)), note.issued_on
    _apply_head(desk, note, sent)
    _apply_number(desk, note, sent)
    shared.read_contact(desk, note, sent)
    shared.read_currency(desk, note, sent)
    shared.read_lines(desk, note, sent, discounts=False)
    shared.check_totals(desk, note, sent)
    shared.check_days(desk, note, day_before)
    if note.settled and (note.head(), note.contact_id, dump_lines(note)) != before:
        if note.status == "PAID":
            desk.errors.append(NOT_MODIFIABLE)
        desk.errors.append(shared.SETTLED)
    shared.close_if_empty(desk, note)


def _apply_head(desk: Desk, note: Credit, sent: Sent) -> None:
    kind = sent.text("Type")
    if kind is not None and kind != note.type:
        desk.errors.append("The Type of a credit note cannot be changed.")
    note.issued_on = sent.day("Date") or note.issued_on
    if note.sells:
        note.reference = desk.text(sent, "Reference", note.reference, 255)
    shared.read_kind(desk, note, sent)
    note.branding_theme_id = sent.guid("BrandingThemeID") or note.branding_theme_id
    told = sent.flag("SentToContact")
    if told is not None and note.stands:
        note.sent_to_contact = told


def _apply_number(desk: Desk, note: Credit, sent: Sent) -> None:
    number = (sent.text("CreditNoteNumber") or "").strip()
    if not number or number == note.number:
        return
    note.number = number
    if len(number) > 255:
        desk.errors.append("The CreditNoteNumber must not be longer than 255 characters.")
    elif note.sells and _number_taken(desk, note):
        desk.errors.append(NUMBER_TAKEN)


def _number_taken(desk: Desk, note: Credit) -> bool:
    other = records.by_number(desk.db, desk.books.id, CREDIT_NOTES, note.number, side="sales")
    if other is None or other.id == note.id:
        return False
    return not desk.switches.frees_number(other.status)
