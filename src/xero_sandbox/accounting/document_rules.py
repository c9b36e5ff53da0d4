"""Rules that invoices, bills and credit notes share (facts 6.1 to 6.3, 6.9 to 6.11)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from xero_sandbox.accounting import lifecycle
from xero_sandbox.accounting.answers import Invalid
from xero_sandbox.accounting.contact_rules import contact_for_document
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.documents import Document
from xero_sandbox.accounting.lines import Reader
from xero_sandbox.accounting.rates import LARGEST, day_rate, in_base
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.totals import ZERO, Amounts, document_totals, rounded

SETTLED = "This document cannot be edited as it has a payment or credit note allocated to it."
LINE_ID_NEEDED = "To update fields on a paid invoice line item, you must supply a LineItemID"
DATE_FIXED = (
    "Date cannot be changed on an invoice that has payment or credit notes allocated to it."
)
TOTAL_NEGATIVE = "The Total for this document must be greater than or equal to zero."
BILL_DISCOUNT = "Discounts may not be applied to ACCPAY invoices."
CREDIT_DISCOUNT = "Discounts can only be applied to sales invoices and quotes."
_AMOUNTS = {"quantity", "unitamount", "lineamount", "taxamount"}
_AMOUNTS |= {"discountrate", "discountamount"}
_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
KINDS: dict[str, Amounts] = {"exclusive": "Exclusive", "inclusive": "Inclusive", "notax": "NoTax"}
D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class Steps(Generic[D]):
    """What each kind of document reads in its own way."""

    head: Callable[[Desk, D, Sent], None]  #: type and days
    rest: Callable[[Desk, D, Sent], None]  #: number and all that stands alone
    lines: Callable[[Desk, D, Sent], None]
    kept: Callable[[D], Any]  #: what must not change once a payment or credit is applied


def judge(desk: Desk, document: D, sent: Sent, steps: Steps[D]) -> None:
    """Put what was sent onto `document`; all that it breaks goes to `desk.errors` at once.

    The order in which faults are named: status, contact, type, days, currency, the rest of the
    head, lines, total, and last what settles the document. Xero's own order is not known.
    """
    if not enter_status(desk, document, sent):
        return
    before, day_before = steps.kept(document), document.issued_on
    read_contact(desk, document, sent)
    steps.head(desk, document, sent)
    check_days(desk, document, day_before)
    read_currency(desk, document, sent)
    steps.rest(desk, document, sent)
    steps.lines(desk, document, sent)
    check_totals(desk, document, sent)
    if document.settled and steps.kept(document) != before:
        if document.status == "PAID":
            desk.errors.append(lifecycle.NOT_MODIFIABLE)
        desk.errors.append(SETTLED)
    close_if_empty(desk, document)


def enter_status(desk: Desk, document: Document, sent: Sent) -> bool:
    """Take on the status that is asked for, allowed or not; return whether to read on.

    An ending (VOIDED, DELETED) of what is stored changes nothing but the status. A refused
    document is echoed with the status that was asked for (facts 4.3), and what else is wrong
    with it is told too (facts 12.1).
    """
    before = None if document.seq is None else document.status
    wanted = (sent.text("Status") or document.status).upper()
    ends = before is not None and wanted in lifecycle.ENDS
    if wanted not in lifecycle.NEXT:
        desk.errors.append(f"The Status {wanted[:50]} is not valid.")
    elif refusal := lifecycle.refusal(before, wanted, settled=document.settled):
        desk.errors.append(refusal)
    elif ends:
        desk.check_edit_locks(document.issued_on)
    document.status = wanted
    return not ends


def money_side(document: Document) -> tuple[Any, ...]:
    """What must not change once a payment or credit is applied, but for its day (facts 6.1)."""
    items = [
        (
            line.id,
            line.quantity,
            line.unit_amount,
            line.discount_rate,
            line.discount_amount,
            line.tax_type,
            line.line_amount,
            line.tax_amount,
            line.item,
        )
        for line in document.lines
    ]
    return (
        document.type,
        document.currency,
        document.currency_rate,
        document.kind,
        document.totals,
        items,
    )


def read_kind(desk: Desk, document: Document, sent: Sent) -> None:
    amounts = sent.text("LineAmountTypes")
    if amounts is None:
        return
    if amounts.lower() in KINDS:
        document.kind = KINDS[amounts.lower()]
    else:
        desk.errors.append(f"The LineAmountTypes {amounts[:50]} is not valid.")


def read_contact(desk: Desk, document: Document, sent: Sent) -> None:
    contact = sent.child("Contact")
    if contact is None:
        if document.contact is None:
            desk.errors.append("A Contact must be specified for this type of transaction")
        return
    document.sent_contact = contact.raw
    try:
        document.contact = contact_for_document(
            desk.db, document.organisation, contact, now_ms=desk.now_ms
        )
    except Invalid as invalid:
        desk.errors.extend(invalid.messages)


def read_currency(desk: Desk, document: Document, sent: Sent) -> None:
    wanted = (sent.text("CurrencyCode") or "").upper()
    changed = bool(wanted) and wanted != document.currency
    document.currency = wanted or document.currency
    if document.currency not in desk.books.currencies:
        desk.errors.append(f"Organisation is not subscribed to currency {document.currency[:10]}")
        return
    rate = sent.number("CurrencyRate")
    base = desk.books.base_currency
    if document.currency == base:
        document.currency_rate = Decimal(1)
    elif rate is not None and not document.settled:  # else ignored, without a word (facts 12.2)
        document.currency_rate = rounded(rate, 6)
        if document.currency_rate <= 0:
            desk.errors.append("The CurrencyRate must be greater than zero.")
            document.currency_rate = Decimal(1)
    elif changed or document.seq is None:
        document.currency_rate = day_rate(desk.db, base, document.currency, document.issued_on)


def read_lines(
    desk: Desk, document: Document, sent: Sent, *, discounts: bool, complete: bool | None = None
) -> None:
    """Known LineItemIDs change their line, others are new, lines left out are dropped.

    Without `LineItems` the lines stay; they are judged again for the new status. They must be
    `complete` unless the document is a draft, or as told. Why there are no `discounts` is told in
    Xero's words for a bill (facts 12.3).
    """
    no_discounts = BILL_DISCOUNT if document.type == "ACCPAY" else CREDIT_DISCOUNT
    reader = Reader(
        desk.books,
        desk.switches,
        document.kind,
        sells=document.sells,
        complete=document.status in lifecycle.COMPLETE if complete is None else complete,
        unit_places=desk.unit_places,
        no_discounts="" if discounts else no_discounts,
        errors=desk.errors,
        warnings=desk.warnings,
    )
    items = sent.children("LineItems")
    if items is None:
        for line in document.lines:
            reader.check_again(line)
    else:
        known = {line.id: line for line in document.lines}
        if document.settled and any(item.guid("LineItemID") not in known for item in items):
            desk.errors.append(LINE_ID_NEEDED)
        if document.status == "PAID" and desk.switches.paid_amounts == "ignored":
            items = [_without_amounts(item) for item in items]
        document.lines = [
            reader.read(item, known.pop(item.guid("LineItemID") or "", None)) for item in items
        ]
    if not document.lines:
        desk.errors.append("One or more line items must be specified")
    pairs = [(line.line_amount, line.tax_amount) for line in document.lines]
    document.totals = document_totals(pairs, document.kind)


def _without_amounts(line: Sent) -> Sent:
    return Sent({k: v for k, v in line.raw.items() if k.lower() not in _AMOUNTS}, "LineItems")


def read_url(desk: Desk, sent: Sent, before: str | None) -> str | None:
    """Return the link back to the app's own page, else the one from before."""
    url = sent.text("Url")
    if url is None:
        return before
    if url and (not _URL.fullmatch(url) or len(url) > 2000):
        desk.errors.append("The Url must be an absolute http or https address.")
    elif "xero" in url.lower():  # one of Xero's own rules (facts 6.1)
        desk.errors.append("The Url must not contain 'xero'.")
    return url or None


def check_totals(desk: Desk, document: Document, sent: Sent) -> None:
    given = sent.number("Total")
    unlike = given is not None and rounded(given) != document.totals.total
    if unlike and desk.switches.total_mismatch == "error":
        desk.errors.append("The invoice total does not equal the sum of the lines.")
    in_all = abs(in_base(document.totals.total, document.currency_rate))
    if in_all > LARGEST and not desk.errors:
        desk.errors.append("The total is too large in the organisation's currency.")
    if document.status == "AUTHORISED" and document.totals.total < ZERO:
        desk.errors.append(TOTAL_NEGATIVE)


def check_days(desk: Desk, document: Document, before: date) -> None:
    """The day it had and the day it has now must both be open; with a payment it keeps its day."""
    moved = document.issued_on != before
    if document.settled and moved:
        desk.errors.append(DATE_FIXED)
    if document.seq is not None:
        desk.check_edit_locks(before)
    if document.seq is None or moved:
        desk.check_locks(document.issued_on)


def close_if_empty(desk: Desk, document: Document) -> None:
    """An approved document of zero is paid at once (facts 6.1)."""
    if document.status == "AUTHORISED" and not desk.errors and not document.totals.total:
        document.status, document.fully_paid_on = "PAID", document.issued_on
