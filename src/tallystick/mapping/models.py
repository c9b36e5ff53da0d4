"""What our codes mean in one organisation: its accounts and tax rates, and our choices of them."""

from django.db import models

from tallystick.books.models import TaxCode
from tallystick.connections.models import Organisation


class Account(models.Model):
    """Mirror of a ledger account."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="accounts")
    xero_id = models.UUIDField()
    #: Empty for some bank accounts.
    code = models.CharField(max_length=10, blank=True)
    name = models.CharField(max_length=150)
    type = models.CharField(max_length=20)
    #: `ASSET`, `EQUITY`, `EXPENSE`, `LIABILITY` or `REVENUE`.
    account_class = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=20)
    system_account = models.CharField(max_length=40, blank=True)
    tax_type = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "xero_id"], name="account_unique")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class TaxRate(models.Model):
    """Mirror of a tax rate, known in Xero by its tax type such as `OUTPUT2`."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="tax_rates")
    tax_type = models.CharField(max_length=60)
    name = models.CharField(max_length=150)
    status = models.CharField(max_length=20)
    #: Percent, all components together, as Xero computes it on a line.
    effective_rate = models.DecimalField(max_digits=9, decimal_places=4)
    #: Account classes that it may stand with, such as `["REVENUE", "LIABILITY"]`.
    can_apply_to = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "tax_type"], name="tax_rate_unique")
        ]

    def __str__(self) -> str:
        return self.name


class TaxMapping(models.Model):
    """A person's choice: this tax code of ours is that tax type there."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="tax_mappings")
    tax_code = models.ForeignKey(TaxCode, models.CASCADE, related_name="mappings")
    tax_type = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "tax_code"], name="tax_mapping_unique")
        ]

    def __str__(self) -> str:
        return f"{self.tax_code} is {self.tax_type}"


class MappingDefaults(models.Model):
    """What lines without a choice of their own get in one organisation."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="mapping_defaults"
    )
    #: Account code of sales lines; empty until chosen.
    sales_account_code = models.CharField(max_length=10, blank=True)
    #: Our tax code for lines without one; None: such a line fails.
    tax_code = models.ForeignKey(TaxCode, models.SET_NULL, null=True, blank=True)

    def __str__(self) -> str:
        return f"Defaults of {self.organisation}"
