"""What a credit note may be and may become (facts 6.3)."""

from __future__ import annotations

from typing import Any

from xero_sandbox.accounting import credit_records as records
from xero_sandbox.accounting import document_rules as shared
from xero_sandbox.accounting.credit_records import CREDIT_NOTES, Credit
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.documents import dump_lines
from xero_sandbox.accounting.sent import Sent

TYPES = ("ACCRECCREDIT", "ACCPAYCREDIT")
NUMBER_TAKEN = "Credit Note # must be unique."


def apply(desk: Desk, note: Credit, sent: Sent) -> None:
    """Put what was sent onto `note`; what it breaks goes to `desk.errors`.

    Once some of it is allocated or refunded nothing of it can change. `Allocations` are
    ignored: creating and allocating are two calls.
    """
    shared.judge(desk, note, sent, _STEPS)


def _apply_head(desk: Desk, note: Credit, sent: Sent) -> None:
    kind = sent.text("Type")
    if note.type not in TYPES:
        desk.errors.append("Credit note not of valid type for creation")
    elif kind is not None and kind != note.type:
        desk.errors.append("The Type of a credit note cannot be changed.")
    note.issued_on = sent.day("Date") or note.issued_on


def _apply_rest(desk: Desk, note: Credit, sent: Sent) -> None:
    _apply_number(desk, note, sent)
    if note.sells:
        note.reference = desk.text(sent, "Reference", note.reference, 255)
    shared.read_kind(desk, note, sent)
    note.branding_theme_id = sent.guid("BrandingThemeID") or note.branding_theme_id
    told = sent.flag("SentToContact")
    if told is not None and note.stands:
        note.sent_to_contact = told


def _apply_lines(desk: Desk, note: Credit, sent: Sent) -> None:
    shared.read_lines(desk, note, sent, discounts=False)


def _kept(note: Credit) -> tuple[Any, ...]:
    """All but its day, which has a message of its own."""
    head = {name: value for name, value in note.head().items() if name not in _DAY}
    return head, note.contact_id, dump_lines(note)


_DAY = ("Date", "DateString")
_STEPS = shared.Steps(_apply_head, _apply_rest, _apply_lines, _kept)


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
