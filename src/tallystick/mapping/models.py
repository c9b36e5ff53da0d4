"""What our codes mean in one organisation: what a person has chosen of its accounts and tax rates."""

from django.db import models
from django.db.models.functions import Now

from tallystick.books.models import Charge, Kind, TaxCode
from tallystick.connections.models import Organisation


class Direction(models.TextChoices):
    """Xero taxes and books what is sold and what is bought by codes of their own."""

    SALES = "sales", "Sales"
    PURCHASES = "purchases", "Purchases"

    @classmethod
    def of(cls, kind: str) -> "Direction":
        """Return the direction of a kind of document."""
        return cls.PURCHASES if Kind(kind).is_purchase else cls.SALES


class AsChosen(models.Model):
    """What is chosen of Xero's lists, and what it was like then: so that a change there is seen."""

    #: As Xero called it; empty where it was chosen before this was kept, and was gone already.
    chosen_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    chosen_at = models.DateTimeField(null=True, db_default=Now())

    class Meta:
        abstract = True


class TaxMapping(AsChosen):
    """A person's choice: this tax code of ours is that tax type there, in this direction."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="tax_mappings")
    tax_code = models.ForeignKey(TaxCode, models.CASCADE, related_name="mappings")
    direction = models.CharField(max_length=10, choices=Direction.choices, default=Direction.SALES)
    tax_type = models.CharField(max_length=60)
    #: Percent, as Xero computed it then.
    chosen_rate = models.DecimalField(max_digits=9, decimal_places=4, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "tax_code", "direction"], name="tax_mapping_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tax_code} is {self.tax_type}"


class AccountChoice(AsChosen):
    """A person's choice: lines of this direction and charge go to that account."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="account_choices")
    direction = models.CharField(max_length=10, choices=Direction.choices)
    #: Empty: the default of the direction, for all that has no choice of its own.
    charge = models.CharField(max_length=10, choices=Charge.choices, blank=True, default="")
    code = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "direction", "charge"], name="account_choice_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.charge} on {self.code}"


class MethodAccount(AsChosen):
    """A person's choice: payments by this method lie on that account."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="method_accounts")
    #: As payments name it, compared without letter case; empty: for methods without a choice.
    method = models.CharField(max_length=40, blank=True)
    #: By Xero's id, for bank accounts may have no code.
    account_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "method"], name="method_account_unique")
        ]

    def __str__(self) -> str:
        return self.method or "Other methods"


class Rounding(models.TextChoices):
    """What is done where the source's total differs by a few cents from the sum of its lines."""

    HOLD = "hold", "Hold the document and ask"
    LINE = "line", "Add a rounding line"


class MappingDefaults(models.Model):
    """What documents without a choice of their own get in one organisation."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="mapping_defaults"
    )
    #: A rounding line goes to the account chosen for that charge.
    rounding = models.CharField(max_length=4, choices=Rounding.choices, default=Rounding.HOLD)

    def __str__(self) -> str:
        return f"Defaults of {self.organisation}"


class FormerAnswer(models.Model):
    """What was chosen for the former books was taken over for the organisation, or left.

    It is not offered again: what a person takes away afterwards, or never wanted, stays away.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    former = models.ForeignKey(Organisation, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "former"], name="former_answer_unique")
        ]

    def __str__(self) -> str:
        return f"{self.organisation} after {self.former}"
