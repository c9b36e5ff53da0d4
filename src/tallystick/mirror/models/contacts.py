"""Mirrors of contacts and items."""

from django.db import models

from tallystick.mirror.models.mirrored import Mirrored


class MirroredContact(Mirrored):
    """A customer or supplier in Xero."""

    name = models.TextField()
    #: ACTIVE, ARCHIVED, GDPRREQUEST.
    status = models.TextField()
    #: The contact that it was merged into.
    merged_to_id = models.UUIDField(null=True)
    contact_number = models.TextField()
    account_number = models.TextField()
    first_name = models.TextField()
    last_name = models.TextField()
    email = models.TextField()
    tax_number = models.TextField()
    company_number = models.TextField()
    default_currency = models.TextField()
    is_customer = models.BooleanField(null=True)
    is_supplier = models.BooleanField(null=True)
    #: Names of the groups that it is in.
    groups = models.JSONField(default=list)
    #: As Xero has them: `[{"AddressType": "POBOX", "City": …}]`, `[{"PhoneType": "MOBILE", …}]`.
    addresses = models.JSONField(default=list)
    phones = models.JSONField(default=list)
    # In the organisation's currency, as of `read_at`: they move without a change of `updated_at`.
    receivable = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    receivable_overdue = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    payable = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    payable_overdue = models.DecimalField(max_digits=18, decimal_places=2, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "xero_id"], name="mirrored_contact_unique"
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "updated_at"], name="mirrored_contact_changes"),
            models.Index(fields=["organisation", "name"], name="mirrored_contact_names"),
        ]

    def __str__(self) -> str:
        return self.name


class MirroredItem(Mirrored):
    """A product or service in Xero. Items have no status: what is listed no more is gone."""

    code = models.TextField()
    name = models.TextField()
    description = models.TextField()
    purchase_description = models.TextField()
    is_sold = models.BooleanField()
    is_purchased = models.BooleanField()
    #: Xero keeps a stock of it.
    is_tracked = models.BooleanField()
    sales_price = models.DecimalField(max_digits=22, decimal_places=8, null=True)
    sales_account_code = models.TextField()
    sales_tax_type = models.TextField()
    purchase_price = models.DecimalField(max_digits=22, decimal_places=8, null=True)
    purchase_account_code = models.TextField()
    purchase_tax_type = models.TextField()
    #: Since when Xero lists it no more.
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "xero_id"], name="mirrored_item_unique")
        ]
        indexes = [models.Index(fields=["organisation", "code"], name="mirrored_item_codes")]

    def __str__(self) -> str:
        return self.code
