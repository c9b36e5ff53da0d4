"""What an invoice or a bill may be and may become (facts 6.1, 6.9 to 6.11)."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from xero_sandbox.accounting import invoice_records as records
from xero_sandbox.accounting import lifecycle
from xero_sandbox.accounting.answers import Invalid
from xero_sandbox.accounting.contact_rules import contact_for_document
from xero_sandbox.accounting.invoice_records import Invoice
from xero_sandbox.accounting.lines import Reader
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.totals import ZERO, document_totals, rounded
from xero_sandbox.organisations.records import Books
from xero_sandbox.settings import Switches

NUMBER_TAKEN = "Invoice # must be unique."
SETTLED = "This document cannot be edited as it has a payment or credit note allocated to it."
_KINDS = {"exclusive": "Exclusive", "inclusive": "Inclusive", "notax": "NoTax"}
_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
#: Instead of a day's rates from outside: foreign currency per unit of another, fixed.
_PER_DOLLAR = {
    "USD": "1",
    "CAD": "1.37",
    "EUR": "0.92",
    "GBP": "0.79",
    "AUD": "1.52",
    "NZD": "1.66",
}


@dataclass
class Desk:
    """What the rules look at while they judge one request."""

    db: sqlite3.Connection
    books: Books
    switches: Switches
    now_ms: int
    today: date
    unit_places: int
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def apply(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    """Put what was sent onto `invoice`; what it breaks goes to `desk.errors`.

    An ending (VOIDED, DELETED) changes nothing but the status.
    """
    before = None if invoice.seq is None else invoice.status
    wanted = (sent.text("Status") or invoice.status).upper()
    refusal = _refusal(desk, invoice, before, wanted)
    invoice.status = wanted
    if refusal:
        desk.errors.append(refusal)
    elif wanted in lifecycle.ENDS:
        _check_locks(desk, invoice.issued_on)
    else:
        _apply_all(desk, invoice, sent)


def _refusal(desk: Desk, invoice: Invoice, before: str | None, wanted: str) -> str | None:
    settled = invoice.settled
    if wanted not in lifecycle.NEXT:
        return f"The Status {wanted[:50]} is not valid."
    refusal = lifecycle.refusal(before, wanted, settled=settled)
    return refusal or (SETTLED if settled and before else None)


def _apply_all(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    day_before = invoice.issued_on
    _apply_head(desk, invoice, sent)
    _apply_number(desk, invoice, sent)
    _apply_contact(desk, invoice, sent)
    _apply_currency(desk, invoice, sent)
    _apply_lines(desk, invoice, sent)
    _check_totals(desk, invoice, sent)
    for day in {day_before, invoice.issued_on} if invoice.seq is not None else {invoice.issued_on}:
        _check_locks(desk, day)
    if invoice.status != "DRAFT" and invoice.due_date is None:
        desk.errors.append("The DueDate must be specified.")
    if invoice.status == "AUTHORISED" and not desk.errors and not invoice.totals.total:
        invoice.status, invoice.fully_paid_on = "PAID", invoice.issued_on


def _apply_head(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    kind = sent.text("Type")
    if kind is not None and kind != invoice.type:
        desk.errors.append("The Type of an invoice cannot be changed.")
    invoice.issued_on = sent.day("Date") or invoice.issued_on
    invoice.due_date = sent.day("DueDate") or invoice.due_date
    if invoice.sells:
        invoice.reference = _text(desk, sent, "Reference", invoice.reference, 255)
        invoice.expected_payment_date = (
            sent.day("ExpectedPaymentDate") or invoice.expected_payment_date
        )
    else:
        invoice.planned_payment_date = (
            sent.day("PlannedPaymentDate") or invoice.planned_payment_date
        )
    amounts = sent.text("LineAmountTypes")
    if amounts is not None:
        if amounts.lower() in _KINDS:
            invoice.kind = _KINDS[amounts.lower()]  # type: ignore[assignment]  # the table's values
        else:
            desk.errors.append(f"The LineAmountTypes {amounts[:50]} is not valid.")
    _apply_url(desk, invoice, sent)
    invoice.branding_theme_id = sent.guid("BrandingThemeID") or invoice.branding_theme_id
    if sent.flag("SentToContact") and invoice.status == "AUTHORISED":
        invoice.sent_to_contact = True


def _apply_url(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    url = sent.text("Url")
    if url is None:
        return
    invoice.url = url or None
    if url and (not _URL.fullmatch(url) or len(url) > 2000):
        desk.errors.append("The Url must be an absolute http or https address.")
    elif "xero" in url.lower():
        desk.errors.append("The Url must not contain 'xero'.")


def _apply_number(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    number = sent.text("InvoiceNumber")
    if number is not None:
        number = number.strip()
    if number and number != invoice.number:
        invoice.number = number
        if len(number) > 255:
            desk.errors.append("The InvoiceNumber must not be longer than 255 characters.")
        elif invoice.sells and _number_taken(desk, invoice):
            desk.errors.append(NUMBER_TAKEN)


def _number_taken(desk: Desk, invoice: Invoice) -> bool:
    other = records.by_sales_number(desk.db, invoice.organisation, invoice.number)
    if other is None or other.id == invoice.id:
        return False
    return not (other.status == "DELETED" and desk.switches.deleted_numbers_reusable)


def _apply_contact(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    contact = sent.child("Contact")
    if contact is None:
        if invoice.contact is None:
            desk.errors.append("A Contact must be specified for this type of transaction")
        return
    invoice.sent_contact = contact.raw
    try:
        invoice.contact = contact_for_document(
            desk.db, invoice.organisation, contact, now_ms=desk.now_ms
        )
    except Invalid as invalid:
        desk.errors.extend(invalid.messages)


def _apply_currency(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    wanted = (sent.text("CurrencyCode") or "").upper()
    changed = bool(wanted) and wanted != invoice.currency
    invoice.currency = wanted or invoice.currency
    if invoice.currency not in desk.books.currencies:
        desk.errors.append(f"Organisation is not subscribed to currency {invoice.currency[:10]}")
        return
    rate = sent.number("CurrencyRate")
    if invoice.currency == desk.books.base_currency:
        invoice.currency_rate = Decimal(1)
    elif rate is not None:
        invoice.currency_rate = rounded(rate, 6)
        if rate <= 0:
            desk.errors.append("The CurrencyRate must be greater than zero.")
    elif changed or invoice.seq is None:
        invoice.currency_rate = _day_rate(desk.books.base_currency, invoice.currency)


def _day_rate(base: str, currency: str) -> Decimal:
    """Foreign currency per unit of the base (facts 6.10)."""
    one = Decimal(1)
    rates = {code: Decimal(rate) for code, rate in _PER_DOLLAR.items()}
    return rounded(rates.get(currency, one) / rates.get(base, one), 6)


def _apply_lines(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    """Known LineItemIDs change their line, others are new, lines left out are dropped.

    Without `LineItems` the lines stay; they are judged again for the new status.
    """
    reader = Reader(
        desk.books,
        desk.switches,
        invoice.kind,
        sells=invoice.sells,
        complete=invoice.status != "DRAFT",
        unit_places=desk.unit_places,
        errors=desk.errors,
        warnings=desk.warnings,
    )
    items = sent.children("LineItems")
    if items is None:
        for line in invoice.lines:
            reader.check_again(line)
    else:
        known = {line.id: line for line in invoice.lines}
        invoice.lines = [
            reader.read(item, known.pop(item.guid("LineItemID") or "", None)) for item in items
        ]
    if not invoice.lines:
        desk.errors.append("One or more line items must be specified")
    pairs = [(line.line_amount, line.tax_amount) for line in invoice.lines]
    invoice.totals = document_totals(pairs, invoice.kind)


def _check_totals(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    given = sent.number("Total")
    unlike = given is not None and rounded(given) != invoice.totals.total
    if unlike and desk.switches.total_mismatch == "error":
        desk.errors.append("The invoice total does not equal the sum of the lines.")
    if invoice.status == "AUTHORISED" and invoice.totals.total < ZERO:
        desk.errors.append("The document total must be greater than or equal to zero.")


def _check_locks(desk: Desk, day: date) -> None:
    for name, lock in (
        ("period lock date", desk.books.period_lock),
        ("end of year lock date", desk.books.year_lock),
    ):
        if lock is not None and day <= lock:
            shown = f"{lock.day} {lock:%B %Y}"
            desk.errors.append(
                f"The document date cannot be before the {name}, currently set at {shown}"
            )


def _text(desk: Desk, sent: Sent, name: str, before: str, most: int) -> str:
    value = sent.text(name)
    if value is None:
        return before
    if len(value) > most:
        desk.errors.append(f"The {name} must not be longer than {most} characters.")
    return value
