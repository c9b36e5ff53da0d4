"""What a purchase order may be, and become."""

from __future__ import annotations

from xero_sandbox.accounting import contact_rules
from xero_sandbox.accounting import document_rules as shared
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.documents import take_number
from xero_sandbox.accounting.orders import order_records as records
from xero_sandbox.accounting.orders.order_records import TEXTS, PurchaseOrder
from xero_sandbox.accounting.sent import Sent

DELETED = "Deleted PurchaseOrders cannot be updated"  # measured (facts 4.4)
NUMBER_TAKEN = "Order number must be unique"
NOT_SENDABLE = "Only AUTHORISED and BILLED purchase orders may have SentToContact updated."
#: None is a new order. Which status follows which is our choice: forward to any, back by one.
NEXT: dict[str | None, tuple[str, ...]] = {
    None: ("DRAFT", "SUBMITTED", "AUTHORISED", "BILLED"),
    "DRAFT": ("DRAFT", "SUBMITTED", "AUTHORISED", "BILLED", "DELETED"),
    "SUBMITTED": ("DRAFT", "SUBMITTED", "AUTHORISED", "BILLED", "DELETED"),
    "AUTHORISED": ("AUTHORISED", "BILLED", "DELETED"),
    "BILLED": ("AUTHORISED", "BILLED", "DELETED"),
}
_SENDABLE = ("AUTHORISED", "BILLED")


def apply(desk: Desk, order: PurchaseOrder, sent: Sent) -> None:
    """Put the sent fields onto `order`; what breaks a rule goes into `desk.errors`."""
    before = None if order.seq is None else order.status
    if before == "DELETED":
        desk.errors.append(DELETED)
        return
    order.status = (sent.text("Status") or order.status).upper()
    if order.status not in NEXT[before]:
        desk.errors.append(_refusal(before, order.status))
    if order.status == "DELETED":
        return  # an ending changes nothing else
    _apply_head(desk, order, sent)
    shared.read_kind(desk, order, sent)
    _apply_contact(desk, order, sent)
    shared.read_currency(desk, order, sent)
    # An empty list leaves the lines as they are, and an empty Contact too (description, example).
    keeps_lines = bool(order.lines) and not sent.children("LineItems")
    shared.read_lines(
        desk, order, Sent({}, records.PLURAL) if keeps_lines else sent, discounts=True
    )
    shared.check_totals(desk, order, sent)
    _apply_sent(desk, order, sent)
    _apply_number(desk, order, sent)


def _refusal(before: str | None, wanted: str) -> str:
    if not any(wanted in nexts for nexts in NEXT.values()):
        return f"The Status {wanted[:50]} is not valid."
    deed = "modification" if before else "creation"
    return f"Purchase order not of valid status for {deed}"


def _apply_head(desk: Desk, order: PurchaseOrder, sent: Sent) -> None:
    order.issued_on = sent.day("Date") or order.issued_on
    order.delivery_on = sent.day("DeliveryDate") or order.delivery_on
    order.arrival_on = sent.day("ExpectedArrivalDate") or order.arrival_on
    order.branding_theme_id = sent.guid("BrandingThemeID") or order.branding_theme_id
    texts = {name: desk.text(sent, name, order.texts[name], most) for name, most in TEXTS.items()}
    order.reference = texts["Reference"]
    order.delivery_address = texts["DeliveryAddress"]
    order.attention_to = texts["AttentionTo"]
    order.telephone = texts["Telephone"]
    order.delivery_instructions = texts["DeliveryInstructions"]


def _apply_contact(desk: Desk, order: PurchaseOrder, sent: Sent) -> None:
    """A purchase order neither makes nor edits a contact: it must be there (facts 6.2)."""
    contact = sent.child("Contact")
    if contact is None or not contact.raw:
        if order.contact is None:
            desk.errors.append("A Contact must be specified for this type of transaction")
        return
    order.sent_contact = contact.raw
    if not any(contact.text(name) for name in ("ContactID", "ContactNumber", "Name")):
        desk.errors.append(contact_rules.NOT_IDENTIFIED)
        return
    order.contact = contact_rules.identify(desk.db, order.organisation, contact)
    if order.contact is None:
        desk.errors.append(contact_rules.UNKNOWN_CONTACT)
    elif order.contact.status == "ARCHIVED":
        desk.errors.append(contact_rules.ARCHIVED_FOR_DOCUMENT)


def _apply_sent(desk: Desk, order: PurchaseOrder, sent: Sent) -> None:
    """On other orders it stays as it is, and a warning says so (description, its example)."""
    marked = sent.flag("SentToContact")
    if marked is None or marked == order.sent_to_contact:
        return
    if order.status in _SENDABLE:
        order.sent_to_contact = marked
    else:
        desk.warnings.append(NOT_SENDABLE)


def _apply_number(desk: Desk, order: PurchaseOrder, sent: Sent) -> None:
    number = desk.text(sent, "PurchaseOrderNumber", order.number, 255).strip()
    if number and number != order.number:
        other = records.by_number(desk.db, desk.books.id, number)
        if other and other.id != order.id:
            desk.errors.append(NUMBER_TAKEN)
    order.number = number or order.number
    while not order.number and not desk.errors:
        free = f"PO-{take_number(desk.db, desk.books.id, 'PO-'):04d}"
        order.number = "" if records.by_number(desk.db, desk.books.id, free) else free
