"""An invoice on its way to a customer: PDF, online page, e-mail (facts 6.1)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from xero_sandbox.accounting import invoice_records
from xero_sandbox.accounting.allocations import named as credit_named
from xero_sandbox.accounting.answers import envelope
from xero_sandbox.accounting.credit_records import CREDIT_NOTES
from xero_sandbox.accounting.documents import Document
from xero_sandbox.accounting.invoice_records import Invoice
from xero_sandbox.accounting.invoices import named
from xero_sandbox.accounting.orders.purchase_orders import named as order_named
from xero_sandbox.accounting.papers.history import note
from xero_sandbox.accounting.papers.pdf import pdf
from xero_sandbox.accounting.planned.quotes import named as quote_named
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import organisation_name
from xero_sandbox.problems import Problem, ValidationFailed
from xero_sandbox.routing import Call, Route

_APPROVED = ("AUTHORISED", "PAID")
_MAILABLE = ("SUBMITTED", *_APPROVED)


_TITLES = {
    "ACCREC": "INVOICE",
    "ACCPAY": "BILL",
    "QUOTE": "QUOTE",
    "PURCHASEORDER": "PURCHASE ORDER",
}


def download_pdf(find: Callable[[Call], Document], call: Call) -> Response:
    if "pdf" not in call.request.headers.get("accept", ""):
        raise Problem(406, "Not Acceptable", "Send Accept: application/pdf.")
    lines = document_lines(organisation_name(call.db, call.organisation), find(call))
    return Response(200, pdf(lines), "application/pdf")


def document_lines(organisation: str, document: Document) -> list[str]:
    """Return the text of an invoice, a bill, a credit note, a quote or an order."""
    element = document.wire()
    title = _TITLES.get(document.type, "CREDIT NOTE")
    due = element.get("DueDateString", "")[:10]
    head = [
        f"{title} {document.number}",
        organisation,
        "",
        f"To\t{element['Contact'].get('Name', '')}",
        f"Date\t{element['DateString'][:10]}",
        *([f"Due date\t{due}"] if due else []),
        f"Reference\t{element.get('Reference', '')}",
        "",
        "Description\tQuantity\tUnit price\tAmount",
    ]
    rows = [
        f"{line.get('Description', '')[:24]}\t{line.get('Quantity', '')}"
        f"\t{line.get('UnitAmount', '')}\t{line['LineAmount']:.2f}"
        for line in element["LineItems"]
    ]
    money = element["CurrencyCode"]
    sums = [
        f"\t\t{label}\t{element[name]:.2f}"
        for label, name in (
            ("Subtotal", "SubTotal"),
            ("Tax", "TotalTax"),
            (f"Total {money}", "Total"),
        )
    ]
    return [*head, *rows, "", *sums]


def _pdf_route(plural: str, find: Callable[[Call], Document]) -> Route:
    path, handler = f"/api.xro/2.0/{plural}/{{id}}/pdf", partial(download_pdf, find)
    return Route("GET", path, handler, "api", _SCOPES, gives_bytes=True)


def online_invoice(call: Call) -> Response:
    """The customer's page: of approved sales invoices only. The address leads nowhere."""
    invoice = named(call)
    if not invoice.sells or invoice.status not in _APPROVED:
        _refuse(invoice, "An online invoice exists for approved sales invoices only.")
    secret = hashlib.sha256(invoice.id.encode()).digest()
    key = base64.urlsafe_b64encode(secret).decode().rstrip("=").replace("-", "x").replace("_", "y")
    url = f"https://in.xero.com/{key[:40]}"
    return envelope(call, "OnlineInvoices", [{"OnlineInvoiceUrl": url}])


def email(call: Call) -> Response:
    """Mark the invoice as sent; no mail leaves the sandbox."""
    invoice = named(call)
    if not invoice.sells or invoice.status not in _MAILABLE:
        _refuse(invoice, "Only submitted, approved and paid sales invoices can be sent by e-mail.")
    address = invoice.contact.data.get("EmailAddress") if invoice.contact else None
    if not address:
        _refuse(invoice, "The contact of the invoice has no e-mail address.")
    now = call.sandbox.clock.now_ms()
    if invoice.status in _APPROVED:
        invoice.sent_to_contact = True
        invoice_records.save(call.db, invoice, now_ms=now)
    details = f"This invoice has been sent to {address}."
    note(call.db, call.organisation, invoice.id, "Invoice sent", details, now_ms=now)
    return Response(204)


def _refuse(invoice: Invoice, message: str) -> NoReturn:
    raise ValidationFailed([invoice.wire() | {"ValidationErrors": [{"Message": message}]}])


_PATH = "/api.xro/2.0/Invoices/{id}"
_SCOPES = ("accounting.invoices",)
ROUTES = (
    _pdf_route("Invoices", named),
    _pdf_route("Quotes", quote_named),
    _pdf_route("PurchaseOrders", order_named),
    _pdf_route("CreditNotes", partial(credit_named, CREDIT_NOTES)),
    Route("GET", f"{_PATH}/OnlineInvoice", online_invoice, "api", _SCOPES),
    Route("POST", f"{_PATH}/Email", email, "api", _SCOPES, writes=True, gives_bytes=True),
)
