"""Mirrors of what bears lines and money: documents, advances, bank transactions, payments."""

from django.db import models

from tallystick.connections.models import Organisation
from tallystick.mirror.models.mirrored import Mirrored


class MirroredDocument(Mirrored):
    """An invoice, bill, credit note, overpayment, prepayment or bank transaction in Xero.

    Amounts are in `currency`.
    """

    #: The list of Xero's that it stands in, such as `Invoices`; see `xero.changes`.
    endpoint = models.TextField()
    #: Xero's own word: ACCREC, ACCPAY, ACCRECCREDIT, ACCPAYCREDIT, RECEIVE-OVERPAYMENT, SPEND …
    type = models.TextField()
    #: DRAFT, SUBMITTED, AUTHORISED, PAID, VOIDED, DELETED.
    status = models.TextField()
    number = models.TextField()
    reference = models.TextField()
    url = models.TextField()
    contact_id = models.UUIDField(null=True)
    #: As the document names it; what it is called now stands with the contact.
    contact_name = models.TextField()
    issued_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    fully_paid_on = models.DateField(null=True)
    currency = models.TextField()
    currency_rate = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    #: Exclusive, Inclusive, NoTax.
    line_amount_types = models.TextField()
    subtotal = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    tax = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    total = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    #: Still to be paid; of credit, still to be used.
    outstanding = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    #: Paid, credited, used or refunded already.
    applied = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    sent_to_contact = models.BooleanField(null=True)
    has_attachments = models.BooleanField(null=True)
    #: Of bank transactions alone.
    bank_account_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "xero_id"], name="mirrored_document_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["organisation", "endpoint", "updated_at"], name="mirrored_document_changes"
            ),
            models.Index(
                fields=["organisation", "endpoint", "issued_on"], name="mirrored_document_days"
            ),
            models.Index(
                fields=["organisation", "contact_id", "issued_on"],
                name="mirrored_document_contacts",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.type} {self.xero_id}"


class MirroredLine(models.Model):
    """One line of a mirrored document, in Xero's order; replaced whole with its document."""

    # There are far more lines than anything else: no index that another one covers.
    document = models.ForeignKey(
        MirroredDocument, models.CASCADE, related_name="lines", db_index=False
    )
    position = models.PositiveIntegerField()
    xero_id = models.UUIDField(null=True)
    description = models.TextField()
    quantity = models.DecimalField(max_digits=22, decimal_places=8, null=True)
    unit_price = models.DecimalField(max_digits=22, decimal_places=8, null=True)
    #: Percent off; Xero knows a discount as an amount, too.
    discount = models.DecimalField(max_digits=22, decimal_places=8, null=True)
    discount_amount = models.DecimalField(max_digits=22, decimal_places=8, null=True)
    item_code = models.TextField()
    account_code = models.TextField()
    tax_type = models.TextField()
    tax = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    #: `[["Region", "North"]]`.
    tracking = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="mirrored_line_unique")
        ]

    def __str__(self) -> str:
        return f"{self.document_id} line {self.position}"


class MirroredAllocation(models.Model):
    """A part of a credit note or advance that is set against an invoice or bill; as its lines."""

    document = models.ForeignKey(
        MirroredDocument, models.CASCADE, related_name="allocations", db_index=False
    )
    position = models.PositiveIntegerField()
    #: Xero leaves it out in places.
    xero_id = models.UUIDField(null=True)
    invoice_id = models.UUIDField(null=True)
    invoice_number = models.TextField()
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    allocated_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "position"], name="mirrored_allocation_unique"
            )
        ]
        indexes = [models.Index(fields=["invoice_id"], name="mirrored_allocation_invoices")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.document_id}"


class MirroredPayment(Mirrored):
    """A payment of an invoice or bill, or the refund of a credit, in Xero; deleted ones, too."""

    #: ACCRECPAYMENT, ACCPAYPAYMENT, ARCREDITPAYMENT …
    type = models.TextField()
    #: AUTHORISED, DELETED.
    status = models.TextField()
    #: The invoice, bill or credit note that it is of.
    document_id = models.UUIDField(null=True)
    account_id = models.UUIDField(null=True)
    account_code = models.TextField()
    paid_on = models.DateField(null=True)
    #: In the document's currency, and in the account's.
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    bank_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency_rate = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    reference = models.TextField()
    is_reconciled = models.BooleanField(null=True)
    batch_payment_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "xero_id"], name="mirrored_payment_unique"
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "updated_at"], name="mirrored_payment_changes"),
            models.Index(fields=["organisation", "paid_on"], name="mirrored_payment_days"),
            models.Index(fields=["organisation", "document_id"], name="mirrored_payment_documents"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.paid_on}"


class UnreadElement(models.Model):
    """An element of one of Xero's lists that could not be read: kept as it came, and shown."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="unread_elements", db_index=False
    )
    endpoint = models.TextField()
    #: Its id as Xero wrote it, else the digest of its bytes.
    key = models.TextField()
    reason = models.TextField()
    #: Zlib-compressed.
    raw = models.BinaryField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "endpoint", "key"], name="unread_element_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.key}"
