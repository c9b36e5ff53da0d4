"""What an invoice or a bill may be and may become (facts 6.1)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from xero_sandbox.accounting import document_rules as shared
from xero_sandbox.accounting import invoice_records as records
from xero_sandbox.accounting import lifecycle
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.invoice_records import Invoice
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.totals import ZERO, rounded

TYPES = ("ACCREC", "ACCPAY")
#: As the app that made them, on bills that came from Xero Expenses.
XERO_EXPENSES = "xero-expenses"
MADE_BY_EXPENSES = "Sorry this was created by Xero Expenses and can't be modified via the API"
NUMBER_TAKEN = "Invoice # must be unique."
MOST_ROUNDING = Decimal("0.10")


def apply(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    """Put what was sent onto `invoice`; what it breaks goes to `desk.errors`."""
    if invoice.seq is not None and invoice.client_id == XERO_EXPENSES:
        desk.errors.append(MADE_BY_EXPENSES)
        return
    shared.judge(desk, invoice, sent, _STEPS)


def _apply_head(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    kind = sent.text("Type")
    if invoice.type not in TYPES:
        desk.errors.append("Invoice not of valid type for creation")
    elif kind is not None and kind != invoice.type:
        desk.errors.append("The Type of an invoice cannot be changed.")
    invoice.issued_on = sent.day("Date") or invoice.issued_on
    invoice.due_date = sent.day("DueDate") or invoice.due_date
    if invoice.status in lifecycle.COMPLETE and invoice.due_date is None:
        desk.errors.append("The document DueDate field must be specified")


def _apply_rest(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    _apply_number(desk, invoice, sent)
    if invoice.sells:  # what is sent as a bill's Reference is dropped (facts 6.1)
        invoice.reference = desk.text(sent, "Reference", invoice.reference, 255)
        invoice.expected_payment_date = (
            sent.day("ExpectedPaymentDate") or invoice.expected_payment_date
        )
    else:
        invoice.planned_payment_date = (
            sent.day("PlannedPaymentDate") or invoice.planned_payment_date
        )
    shared.read_kind(desk, invoice, sent)
    invoice.url = shared.read_url(desk, sent, invoice.url)
    invoice.branding_theme_id = sent.guid("BrandingThemeID") or invoice.branding_theme_id
    told = sent.flag("SentToContact")
    if told is not None and invoice.stands:  # ignored before approval (facts 6.1)
        invoice.sent_to_contact = told


def _apply_number(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    number = sent.text("InvoiceNumber")
    if number is not None:
        number = number.strip()
    if number and number != invoice.number:
        invoice.number = number
        if len(number) > 255:
            desk.errors.append("The InvoiceNumber must not be longer than 255 characters.")
        elif invoice.sells and _number_taken(desk, invoice):  # bills may share one (facts 6.1)
            desk.errors.append(NUMBER_TAKEN)


def _number_taken(desk: Desk, invoice: Invoice) -> bool:
    other = records.by_sales_number(desk.db, invoice.organisation, invoice.number)
    if other is None or other.id == invoice.id:
        return False
    return not desk.switches.frees_number(other.status)


def _apply_lines(desk: Desk, invoice: Invoice, sent: Sent) -> None:
    """Lines and totals, with the RoundingAmount or EnteredTotal that goes with them.

    A rounding counts only on a document that is submitted or approved and gives SubTotal,
    TotalTax and Total that add up with it; else it is ignored (facts 6.1). It goes when the
    sum of the lines changes.
    """
    before = invoice.totals
    shared.read_lines(desk, invoice, sent, discounts=invoice.type != "ACCPAY")
    computed = invoice.totals
    if computed.total + invoice.rounding != before.total:
        invoice.rounding = ZERO
    given = sent.number("RoundingAmount")
    if given is not None and abs(given) > MOST_ROUNDING:
        desk.errors.append("The RoundingAmount must be from -0.10 to 0.10.")
    elif given is not None and invoice.status != "DRAFT":
        told = [sent.number(name) for name in ("SubTotal", "TotalTax", "Total")]
        wanted = replace(computed, total=computed.total + rounded(given))
        if told == [wanted.sub_total, wanted.total_tax, wanted.total]:
            invoice.rounding = rounded(given)
    invoice.totals = replace(computed, total=computed.total + invoice.rounding)
    entered = sent.number("EnteredTotal")
    if entered is not None and invoice.status == "DRAFT":
        invoice.entered_total = rounded(entered)


def _kept(invoice: Invoice) -> tuple[Any, ...]:
    """The contact too, where credit of that contact is allocated."""
    return shared.money_side(invoice), invoice.contact_id if invoice.amount_credited else ""


_STEPS = shared.Steps(_apply_head, _apply_rest, _apply_lines, _kept)
