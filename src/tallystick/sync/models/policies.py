"""How each kind of record goes to an organisation, and who owns what."""

from django.db import models

from tallystick.books.models import Kind
from tallystick.connections.models import Organisation


class Trigger(models.TextChoices):
    ON_SUBMIT = "on_submit", "As soon as it is submitted"
    BY_HAND = "by_hand", "When somebody presses Sync now"
    SCHEDULE = "schedule", "Every day at a fixed time"


class SentAs(models.TextChoices):
    """What a new copy is in Xero; the values are Xero's own words."""

    DRAFT = "DRAFT", "Draft"
    SUBMITTED = "SUBMITTED", "Awaiting approval"
    AUTHORISED = "AUTHORISED", "Approved"


class WhenDraft(models.TextChoices):
    ASK = "ask", "Hold the payment and ask"
    APPROVE = "approve", "Approve the document, then pay it"


class WhenVoided(models.TextChoices):
    CANCEL = "cancel", "Cancel it here, too"
    ASK = "ask", "Ask what is to become of it"


class KindPolicy(models.Model):
    """How one kind of record goes to one organisation; without a row, as the defaults say."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="policies")
    #: A kind of document, or `payment`, which stands for payments and allocations alike.
    kind = models.CharField(max_length=24, choices=[*Kind.choices, ("payment", "Payment")])
    sent_as = models.CharField(max_length=10, choices=SentAs.choices, default=SentAs.DRAFT)
    trigger = models.CharField(max_length=10, choices=Trigger.choices, default=Trigger.ON_SUBMIT)
    #: In the organisation's zone, for the schedule.
    send_at = models.TimeField(null=True, blank=True)
    next_send_at = models.DateTimeField(null=True, blank=True)
    #: What is dated before is not sent.
    starts_on = models.DateField(null=True, blank=True)
    #: Put in front of our numbers in Xero.
    number_prefix = models.CharField(max_length=20, blank=True)
    attach_pdf = models.BooleanField(default=False)
    #: Of payments: what is done where their document is not approved in Xero.
    when_draft = models.CharField(max_length=8, choices=WhenDraft.choices, default=WhenDraft.ASK)
    #: Of documents: what is done here where somebody voids one in Xero.
    when_voided = models.CharField(
        max_length=8,
        choices=WhenVoided.choices,
        default=WhenVoided.CANCEL,
        db_default=WhenVoided.CANCEL,
    )

    class Meta:
        verbose_name_plural = "kind policies"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind"], name="kind_policy_unique")
        ]
        indexes = [
            models.Index(
                fields=["next_send_at"],
                condition=models.Q(next_send_at__isnull=False),
                name="kind_policy_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.organisation}"


class RecordTrigger(models.TextChoices):
    """When a party or item goes to Xero, new or changed."""

    BY_ITSELF = "by_itself", "By themselves, as soon as they are saved"
    BY_HAND = "by_hand", "When somebody presses Send to Xero"
    NEVER = "never", "Not at all"


class Owner(models.TextChoices):
    """Where the values that both sides have are changed."""

    TALLYSTICK = "tallystick", "Tallystick"
    XERO = "xero", "Xero"


class PhoneSlot(models.TextChoices):
    """Which of Xero's numbers our phone number is; the values are Xero's own words."""

    DEFAULT = "DEFAULT", "Phone"
    DDI = "DDI", "Direct dial"
    FAX = "FAX", "Fax"
    MOBILE = "MOBILE", "Mobile"
    NONE = "", "Do not sync"


class AddressSlot(models.TextChoices):
    """Which of Xero's addresses ours is; the values are Xero's own words."""

    BILLING = "POBOX", "Billing address"
    DELIVERY = "STREET", "Delivery address"
    NONE = "", "Do not sync"


class RecordPolicy(models.Model):
    """How parties, or items, go to one organisation; without a row, as the defaults say."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="record_policies")
    #: `party` or `item`, as `Link.kind` has it.
    kind = models.CharField(max_length=24, choices=[("party", "Party"), ("item", "Item")])
    trigger = models.CharField(
        max_length=10, choices=RecordTrigger.choices, default=RecordTrigger.BY_HAND
    )
    owner = models.CharField(max_length=10, choices=Owner.choices, default=Owner.TALLYSTICK)
    #: Of parties.
    phone_as = models.CharField(
        max_length=10, choices=PhoneSlot.choices, default=PhoneSlot.DEFAULT, blank=True
    )
    address_as = models.CharField(
        max_length=10, choices=AddressSlot.choices, default=AddressSlot.BILLING, blank=True
    )

    class Meta:
        verbose_name_plural = "record policies"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind"], name="record_policy_unique")
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.organisation}"
