"""What Xero holds of an organisation's lists, as last read: accounts, tax rates, currencies, tracking.

What Xero lists no more stays, with the time at which that was noticed.
"""

from django.db import models

from tallystick.connections.models import Organisation


class Listed(models.Model):
    """A row of a list that Xero gives whole."""

    #: Since when Xero lists it no more; its status is then `DELETED`.
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Account(Listed):
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
    #: Payments may lie on it; bank accounts take them in any case.
    takes_payments = models.BooleanField(default=False)
    #: Of bank accounts only.
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "xero_id"], name="account_unique")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class TaxRate(Listed):
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


class Currency(Listed):
    """Mirror of a currency that the organisation keeps books in."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="currencies")
    code = models.CharField(max_length=3)

    class Meta:
        verbose_name_plural = "currencies"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="currency_unique")
        ]

    def __str__(self) -> str:
        return self.code


class TrackingCategory(Listed):
    """Mirror of a tracking category with its options."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="tracking_categories"
    )
    xero_id = models.UUIDField()
    name = models.CharField(max_length=100)
    status = models.CharField(max_length=20)
    #: Names of the active options.
    options = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "tracking categories"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "xero_id"], name="tracking_unique")
        ]

    def __str__(self) -> str:
        return self.name
