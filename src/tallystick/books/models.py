"""The business's own records: parties, items, tax codes and documents. Knows nothing of Xero."""

import uuid
from decimal import Decimal
from typing import ClassVar, Self

from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now, Upper

from tallystick.books.lookups import any_holds, beginnings_index, is_short, parts_index
from tallystick.books.names import ComparableNameField
from tallystick.workspaces.models import User, Workspace

#: Characters of what names an item, of a line's text, and of what names a ledger account. Ours
#: alone: what other books take less of is their business when something is sent there.
LONGEST_CODE, LONGEST_DESCRIPTION, LONGEST_ACCOUNT = 255, 20_000, 50


class TaxCodeQuerySet(models.QuerySet["TaxCode"]):
    def in_workspace(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)


class TaxCode(models.Model):
    """A tax code of ours, such as `VAT20`, with its rate in percent."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="tax_codes")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    rate = models.DecimalField(max_digits=7, decimal_places=4)

    objects: ClassVar[TaxCodeQuerySet] = TaxCodeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "code"], name="tax_code_unique")
        ]

    def __str__(self) -> str:
        return self.code


class PartyQuerySet(models.QuerySet["Party"]):
    def in_workspace(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)

    def matching(self, text: str) -> Self:
        """Keep those whose name, number or e-mail address holds the text, whatever its case."""
        text = text.strip()
        return self.filter(any_holds(text, "name", "number", "email")) if text else self


class Party(models.Model):
    """A local customer and/or supplier, known by its number."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="parties")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: Our own key, compared exactly, at most 50 characters as Xero's ContactNumber.
    number = models.CharField(max_length=50)
    name = models.CharField(max_length=255)
    comparable_name = ComparableNameField(max_length=255, editable=False, default="")
    email = models.CharField(max_length=255, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    tax_number = models.CharField(max_length=50, blank=True)
    address = models.TextField(blank=True)
    city = models.CharField(max_length=255, blank=True)
    region = models.CharField(max_length=255, blank=True)
    postal_code = models.CharField(max_length=50, blank=True)
    country = models.CharField(max_length=50, blank=True)
    is_customer = models.BooleanField(default=True)
    is_supplier = models.BooleanField(default=False)
    #: The party that stands for sales without a named customer.
    is_walk_in = models.BooleanField(default=False)
    #: Nothing of this party's is handed on to other books.
    do_not_sync = models.BooleanField(default=False)
    #: Grows with each change of its values.
    revision = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[PartyQuerySet] = PartyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="party_number_unique"),
            models.UniqueConstraint(
                fields=["workspace"], condition=Q(is_walk_in=True), name="party_one_walk_in"
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "name", "id"], name="party_name"),
            models.Index(fields=["workspace", "comparable_name"], name="party_comparable_name"),
            parts_index("name", name="party_name_search"),
            parts_index("number", name="party_number_search"),
            parts_index("email", name="party_email_search"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_withdrawn(self) -> bool:
        """Nobody withdraws a customer or supplier."""
        return False


class ItemQuerySet(models.QuerySet["Item"]):
    def in_workspace(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)

    def matching(self, text: str) -> Self:
        """Keep those whose code or name holds the text, whatever its case."""
        text = text.strip()
        return self.filter(any_holds(text, "code", "name")) if text else self

    def on_account(self, code: str) -> Self:
        """Keep those that name the account, for what is sold or for what is bought."""
        return self.filter(Q(account_code=code) | Q(purchase_account_code=code))


class Item(models.Model):
    """A local product or service; codes are compared exactly, letter case included."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="items")
    code = models.CharField(max_length=LONGEST_CODE)
    name = models.CharField(max_length=255, blank=True)
    #: What stands on lines that sell it.
    description = models.TextField(blank=True, db_default="")
    unit_price = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    purchase_price = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, null=True, blank=True)
    #: Ledger accounts of lines that sell and that buy it; empty: the account ladder goes on.
    account_code = models.CharField(max_length=LONGEST_ACCOUNT, blank=True)
    purchase_account_code = models.CharField(max_length=LONGEST_ACCOUNT, blank=True)
    #: Grows with each change of its values.
    revision = models.PositiveIntegerField(default=1, db_default=1)

    objects: ClassVar[ItemQuerySet] = ItemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "code"], name="item_unique")]

    def __str__(self) -> str:
        return self.code

    @property
    def number(self) -> str:
        """What it is known by, as other records have a number."""
        return self.code

    @property
    def is_withdrawn(self) -> bool:
        """Nobody withdraws an item."""
        return False


class Kind(models.TextChoices):
    SALES_INVOICE = "sales_invoice", "Sales invoice"
    BILL = "bill", "Bill"
    SALES_CREDIT_NOTE = "sales_credit_note", "Sales credit note"
    SUPPLIER_CREDIT_NOTE = "supplier_credit_note", "Supplier credit note"

    @property
    def is_purchase(self) -> bool:
        return self in (Kind.BILL, Kind.SUPPLIER_CREDIT_NOTE)

    @property
    def is_credit(self) -> bool:
        return self in (Kind.SALES_CREDIT_NOTE, Kind.SUPPLIER_CREDIT_NOTE)

    @property
    def counterpart(self) -> "Kind":
        """The kind that it is set against, or that is set against it."""
        return next(
            one
            for one in Kind
            if one.is_purchase == self.is_purchase and one.is_credit != self.is_credit
        )


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    CANCELLED = "cancelled", "Cancelled"


class TaxBasis(models.TextChoices):
    """How line amounts stand to tax; the values are those of `tallystick.money`."""

    EXCLUSIVE = "exclusive", "Tax exclusive"
    INCLUSIVE = "inclusive", "Tax inclusive"
    NONE = "none", "No tax"


class Charge(models.TextChoices):
    """What a line is for, where it is not goods or work; the account ladder asks."""

    GOODS = "", "Goods or work"
    FREIGHT = "freight", "Freight"
    SHIPPING = "shipping", "Shipping"
    DISCOUNT = "discount", "Discount"
    ROUNDING = "rounding", "Rounding"


class DocumentTemplate(models.Model):
    """A pattern for documents of one trade, such as exports, with the tax code of its lines."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="document_templates")
    name = models.CharField(max_length=100)
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="document_template_unique")
        ]

    def __str__(self) -> str:
        return self.name


class TaxLevel(models.TextChoices):
    """Who named a line's tax code, when the document was made."""

    LINE = "", "The line"
    TEMPLATE = "template", "The template"
    ITEM = "item", "The item"
    DEFAULT = "default", "The workspace default"


class DocumentDefaults(models.Model):
    """What the workspace's documents get where nothing nearer says it."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="document_defaults")
    #: Of lines for which neither themselves, their template nor their item names one.
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, null=True, blank=True)

    class Meta:
        verbose_name_plural = "document defaults"

    def __str__(self) -> str:
        return f"Defaults of {self.workspace}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def in_workspace(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def with_status(self, status: str) -> Self:
        return self.filter(status=status)

    def matching(self, text: str, workspace: Workspace) -> Self:
        """Keep those whose number, reference or party (name, number) holds the text.

        One or two letters are looked for at the beginning of numbers and names alone.
        """
        text = text.strip()
        if not text:
            return self
        fields = ("number",) if is_short(text) else ("number", "reference")
        parties = Party.objects.in_workspace(workspace).filter(any_holds(text, "name", "number"))
        return self.filter(any_holds(text, *fields) | Q(party__in=parties.values("pk")))

    def newest_first(self) -> Self:
        return self.order_by("-issued_on", "-pk")

    def locked(self) -> Self:
        """Lock the rows until the transaction ends.

        Always in the order of the primary key, so that two bulk acts cannot lock each other out.
        """
        return self.order_by("pk").select_for_update(of=("self",))


class Document(models.Model):
    """A sales invoice, bill, sales credit note or supplier credit note."""

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="documents", db_index=False
    )
    #: Stands in Xero as part of our marker, so it must stay unique over restores and moves.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    number = models.CharField(max_length=255)
    party = models.ForeignKey(Party, models.PROTECT, related_name="documents", db_index=False)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    issued_on = models.DateField()
    due_on = models.DateField()
    reference = models.CharField(max_length=255, blank=True)
    currency = models.CharField(max_length=3)
    tax_basis = models.CharField(
        max_length=12, choices=TaxBasis.choices, default=TaxBasis.EXCLUSIVE
    )
    #: Sums over the lines in `currency`, kept by the services that write lines.
    subtotal = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    tax = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    #: Subtotal and tax, and `rounding` where the source states another total than its lines make.
    total = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    rounding = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal(0))
    #: Units of `currency` for one of the books' own, as Xero counts; None: the books' own rate.
    currency_rate = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    template = models.ForeignKey(
        DocumentTemplate, models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: The document, cancelled or credited in whole, in whose place this one came.
    amends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="amended_by"
    )
    #: Kept here and not handed on to other books.
    do_not_sync = models.BooleanField(default=False)
    #: Counts edits; what was sent to Xero names the revision it was made from.
    revision = models.PositiveIntegerField(default=1)
    #: Fingerprint of the imported rows, so that the same file twice creates nothing twice.
    import_digest = models.BinaryField(max_length=16, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "kind", "number"],
                condition=Q(kind__in=[Kind.SALES_INVOICE, Kind.SALES_CREDIT_NOTE]),
                name="document_number_unique",
            ),
            # Two suppliers may well number alike.
            models.UniqueConstraint(
                fields=["workspace", "kind", "number", "party"],
                condition=Q(kind__in=[Kind.BILL, Kind.SUPPLIER_CREDIT_NOTE]),
                name="document_number_unique_of_supplier",
            ),
        ]
        indexes = [
            # With the money, so that a stretch is added up without a look at its documents.
            models.Index(
                fields=["workspace", "kind", "issued_on", "id"],
                include=["currency", "total"],
                name="document_days",
            ),
            models.Index(
                fields=["workspace", "kind", "status", "issued_on", "id"],
                include=["currency", "total"],
                name="document_statuses",
            ),
            models.Index(
                fields=["party", "kind", "issued_on", "id"],
                include=["workspace", "currency", "total"],
                name="document_of_its_party",
            ),
            models.Index(fields=["workspace", "total", "issued_on", "id"], name="document_amount"),
            models.Index(fields=["workspace", "issued_on", "id"], name="document_newest"),
            # One a kind: what all invoices are numbered by is no reason to go through the bills.
            *(
                parts_index("number", "reference", name=f"search_{kind}", condition=Q(kind=kind))
                for kind in Kind
            ),
            *(
                beginnings_index(
                    "workspace", "number", name=f"begins_{kind}", condition=Q(kind=kind)
                )
                for kind in Kind
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_withdrawn(self) -> bool:
        """It was cancelled here."""
        return bool(self.status == Status.CANCELLED)

    @property
    def is_editable(self) -> bool:
        return self.status != Status.CANCELLED

    @property
    def is_submittable(self) -> bool:
        return self.status == Status.DRAFT

    @property
    def is_cancellable(self) -> bool:
        return self.status == Status.SUBMITTED


class Line(models.Model):
    """One line of a document; a line without quantity and price is a description only."""

    # There are far more lines than anything else: no index that another one covers.
    document = models.ForeignKey(Document, models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    #: The item's code as the source had it; the item itself need not exist here.
    item_code = models.CharField(max_length=LONGEST_CODE, blank=True)
    #: Never empty: the services put the item's code where the source gave none.
    description = models.CharField(max_length=LONGEST_DESCRIPTION)
    quantity = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    unit_price = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    #: Percent off, such as 12.5.
    discount = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    tax_code = models.ForeignKey(
        TaxCode, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    tax_level = models.CharField(
        max_length=8, choices=TaxLevel.choices, blank=True, default=TaxLevel.LINE
    )
    #: A ledger account named by the source; else the account ladder decides.
    account_code = models.CharField(max_length=LONGEST_ACCOUNT, blank=True)
    charge = models.CharField(max_length=10, choices=Charge.choices, blank=True, default="")
    #: Up to two pairs of tracking category and option: `[["Region", "North"]]`.
    tracking = models.JSONField(default=list, blank=True)
    #: Computed by `tallystick.money`: quantity x price less discount, and its tax.
    amount = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    tax = models.DecimalField(max_digits=18, decimal_places=2, default=Decimal(0))
    #: The tax is taken over as the source states it, not computed by the tax code's rate.
    tax_is_stated = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="line_position_unique")
        ]

    def __str__(self) -> str:
        return f"{self.document_id} line {self.position}"


class SettlementStatus(models.TextChoices):
    RECORDED = "recorded", "Recorded"
    DELETED = "deleted", "Deleted"


class SettlementOwner(models.TextChoices):
    """Where a settlement was recorded, and so where alone it is changed or taken back."""

    HERE = "here", "Recorded here"
    XERO = "xero", "Recorded in Xero"


class PaymentQuerySet(models.QuerySet["Payment"]):
    def in_workspace(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)

    def live(self) -> Self:
        return self.filter(status=SettlementStatus.RECORDED)

    def deletable(self) -> Self:
        """Those that stand and were recorded here; Xero's are deleted there."""
        return self.live().filter(owner=SettlementOwner.HERE)

    def methods_in(self, workspace: Workspace, *, at_most: int) -> list[str]:
        """Return so many methods of the workspace's live payments, in small letters and order.

        Hops from one to the next along the index: there are few, however many the payments.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                """
                WITH RECURSIVE method AS (
                    (SELECT upper(method) AS word FROM books_payment
                     WHERE workspace_id = %(workspace)s ORDER BY upper(method) LIMIT 1)
                    UNION ALL
                    SELECT (SELECT upper(payment.method) FROM books_payment payment
                            WHERE payment.workspace_id = %(workspace)s
                              AND upper(payment.method) > method.word
                            ORDER BY upper(payment.method) LIMIT 1)
                    FROM method WHERE method.word IS NOT NULL
                )
                SELECT lower(word) FROM method
                WHERE EXISTS (SELECT FROM books_payment payment
                              WHERE payment.workspace_id = %(workspace)s
                                AND upper(payment.method) = method.word
                                AND payment.status = 'recorded')
                LIMIT %(at_most)s
                """,
                {"workspace": workspace.pk, "at_most": at_most},
            )
            return sorted(word for (word,) in cursor.fetchall())


class Payment(models.Model):
    """Money for a document: in for an invoice, out for a bill, a refund for a credit note."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="payments")
    #: Stands in Xero as part of our marker.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document = models.ForeignKey(Document, models.PROTECT, related_name="payments")
    #: Above zero, in the document's currency.
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    paid_on = models.DateField()
    #: How it was paid, such as `card`; decides the account it lies on.
    method = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=255, blank=True)
    status = models.CharField(
        max_length=10, choices=SettlementStatus.choices, default=SettlementStatus.RECORDED
    )
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True)
    #: What is Xero's comes and goes with its record there: it is never sent, nor changed by people here.
    owner = models.CharField(
        max_length=4,
        choices=SettlementOwner.choices,
        default=SettlementOwner.HERE,
        db_default=SettlementOwner.HERE,
    )

    objects: ClassVar[PaymentQuerySet] = PaymentQuerySet.as_manager()  # type: ignore[assignment]

    #: What every payment's number begins with.
    PREFIX = "PAY-"

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "paid_on", "id"], name="payment_by_day"),
            models.Index(fields=["workspace", "amount", "paid_on", "id"], name="payment_amount"),
            models.Index("workspace", Upper("method"), "paid_on", "id", name="payment_method"),
            models.Index(
                fields=["workspace", "paid_on", "id"],
                condition=Q(status="deleted"),
                name="payment_deleted",
            ),
        ]

    def __str__(self) -> str:
        return f"Payment of {self.amount:,} {self.document.currency} on {self.document}"

    @property
    def is_withdrawn(self) -> bool:
        """It was deleted here."""
        return bool(self.status == SettlementStatus.DELETED)

    @property
    def is_xeros(self) -> bool:
        """It was recorded in Xero."""
        return bool(self.owner == SettlementOwner.XERO)

    @property
    def number(self) -> str:
        """A short name that no other payment bears, to be found again by."""
        return f"{self.PREFIX}{self.uid.hex[:12].upper()}"


class AllocationQuerySet(models.QuerySet["Allocation"]):
    def in_workspace(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)

    def live(self) -> Self:
        return self.filter(status=SettlementStatus.RECORDED)


class Allocation(models.Model):
    """A part of a credit note set against one invoice or bill."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="allocations")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    credit_note = models.ForeignKey(Document, models.PROTECT, related_name="allocations")
    document = models.ForeignKey(Document, models.PROTECT, related_name="credits")
    #: Above zero, in the currency of both.
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    allocated_on = models.DateField()
    status = models.CharField(
        max_length=10, choices=SettlementStatus.choices, default=SettlementStatus.RECORDED
    )
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True)
    #: As of a payment.
    owner = models.CharField(
        max_length=4,
        choices=SettlementOwner.choices,
        default=SettlementOwner.HERE,
        db_default=SettlementOwner.HERE,
    )

    objects: ClassVar[AllocationQuerySet] = AllocationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            # One each of ours, so that it is found again by its two documents; Xero has any number.
            models.UniqueConstraint(
                fields=["credit_note", "document"],
                condition=Q(status=SettlementStatus.RECORDED, owner=SettlementOwner.HERE),
                name="allocation_unique",
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "allocated_on", "id"], name="allocation_by_day")
        ]

    def __str__(self) -> str:
        return (
            f"Allocation of {self.amount:,} {self.document.currency} "
            f"from {self.credit_note} to {self.document}"
        )

    @property
    def is_withdrawn(self) -> bool:
        """It was deleted here."""
        return bool(self.status == SettlementStatus.DELETED)

    @property
    def is_xeros(self) -> bool:
        """It was made in Xero."""
        return bool(self.owner == SettlementOwner.XERO)

    @property
    def number(self) -> str:
        return f"{self.credit_note} to {self.document}"


class NumberSeries(models.Model):
    """The next free number of a kind of document: prefix plus a counter of at least four digits."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="number_series")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    prefix = models.CharField(max_length=20)
    next = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind"], name="number_series_unique")
        ]

    def __str__(self) -> str:
        return f"{self.prefix}{self.next:04d}"
