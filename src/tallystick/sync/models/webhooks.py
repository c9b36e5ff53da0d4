"""What Xero has delivered: each delivery, the changes it told of, and where deliveries failed us.

Nothing here is the truth about any record: that is the mirror. All of it may be forgotten, and is
after a while (`sync.webhooks.forgetting`).
"""

from django.db import models
from django.db.models.functions import Now

from tallystick.connections.models import Organisation


class WebhookCategory(models.TextChoices):
    """What Xero tells changes of, in its own words; payments, items and lists are not among them."""

    CONTACT = "CONTACT", "Contacts"
    INVOICE = "INVOICE", "Invoices and bills"
    CREDITNOTE = "CREDITNOTE", "Credit notes"
    PREPAYMENT = "PREPAYMENT", "Prepayments"
    OVERPAYMENT = "OVERPAYMENT", "Overpayments"


class DeliveryVerdict(models.TextChoices):
    """What a rightly signed delivery was."""

    TAKEN = "taken", "Taken in"
    #: Without events: Xero tries whether anybody is here.
    PROBE = "probe", "Xero's own test"
    #: Kept as it came.
    UNREADABLE = "unreadable", "Could not be read"


class WebhookDelivery(models.Model):
    """One delivery with a right signature; doubled ones get a row each."""

    at = models.DateTimeField(db_default=Now())
    verdict = models.CharField(max_length=10, choices=DeliveryVerdict.choices)
    #: Xero numbers the events of all organisations in one row; None where it did not say.
    first_sequence = models.BigIntegerField(null=True, blank=True)
    last_sequence = models.BigIntegerField(null=True, blank=True)
    #: Events in it, and how many of them nobody had told before.
    event_count = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(default=0)
    #: How many were left out by the reason, one of `sync.webhooks.bodies.LeftOut`.
    left_out = models.JSONField(default=dict)
    #: Why it could not be read; empty otherwise.
    problem = models.CharField(max_length=200, blank=True)
    #: Its bytes, zlib-compressed, where it could not be read.
    raw = models.BinaryField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(fields=["at"], name="webhook_delivery_at"),
            models.Index(fields=["last_sequence"], name="webhook_delivery_sequence"),
        ]

    def __str__(self) -> str:
        return f"Delivery of {self.at:%d %b %Y %H:%M:%S}"


class EventEnd(models.TextChoices):
    """What became of an event."""

    FETCHED = "fetched", "Fetched"
    #: Read already, at that time or later.
    NOT_NEWER = "not_newer", "Known already"
    #: Asked for by its id, and not among what Xero gave.
    MISSING = "missing", "Not there"
    #: Xero would not give it by its id: a reading of its kind is due instead.
    LEFT_TO_READING = "left_to_reading", "Left to the reading"


class WebhookEvent(models.Model):
    """One record of one organisation has changed, as a delivery told; to be fetched."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="webhook_events")
    category = models.CharField(max_length=12, choices=WebhookCategory.choices)
    #: Xero's id of the record.
    resource_id = models.UUIDField()
    #: When it changed, by Xero's clock.
    event_at = models.DateTimeField()
    noticed_at = models.DateTimeField(db_default=Now())
    #: None while it waits.
    done_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=16, choices=EventEnd.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "category", "resource_id", "event_at"],
                name="webhook_event_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["organisation", "noticed_at"],
                condition=models.Q(done_at__isnull=True),
                name="webhook_event_waiting",
            ),
            models.Index(fields=["noticed_at"], name="webhook_event_noticed"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.resource_id}"


class RefusalReason(models.TextChoices):
    """Why a delivery was refused."""

    NO_KEYS = "no_keys", "no key is set here"
    NO_SIGNATURE = "no_signature", "it bore no signature"
    WRONG_SIGNATURE = "wrong_signature", "no key that is set here makes its signature"
    TOO_LARGE = "too_large", "it was larger than any delivery of Xero's"


class WebhookRefusal(models.Model):
    """How many deliveries of one minute were refused for one reason; nothing of them is kept."""

    minute = models.DateTimeField()
    reason = models.CharField(max_length=16, choices=RefusalReason.choices)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["minute", "reason"], name="webhook_refusal_once")
        ]

    def __str__(self) -> str:
        return f"{self.count} refused: {self.get_reason_display()}"


class LapseReason(models.TextChoices):
    """By what we know that deliveries have failed us."""

    GAP = "gap", "Numbers are missing between deliveries"
    SHORT = "short", "A delivery held fewer events than it numbers"
    ANEW = "anew", "Xero's numbers began anew"
    UNREAD = "unread", "A delivery could not be read, or not whole"
    SILENCE = "silence", "A change was found that no delivery had told of"


class WebhookLapse(models.Model):
    """Something was not told, or told so that we could not take it: readings make it good."""

    reason = models.CharField(max_length=8, choices=LapseReason.choices)
    #: Whose books; None where any may be meant.
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="webhook_lapses"
    )
    #: Of a silence.
    category = models.CharField(max_length=12, choices=WebhookCategory.choices, blank=True)
    #: The numbers that are missing.
    first_sequence = models.BigIntegerField(null=True, blank=True)
    last_sequence = models.BigIntegerField(null=True, blank=True)
    noticed_at = models.DateTimeField(db_default=Now())
    #: When readings were made due over it; None while that waits.
    swept_at = models.DateTimeField(null=True, blank=True)
    #: Of a silence: when deliveries told of that category again.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(swept_at__isnull=True),
                name="webhook_lapse_unswept",
            ),
            models.Index(fields=["noticed_at"], name="webhook_lapse_noticed"),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()


class WebhookWatch(models.Model):
    """How far what was delivered has been looked through; one row at most."""

    #: Every number up to here has arrived, or was noticed as missing; None before the first.
    counted_to = models.BigIntegerField(null=True, blank=True)
    #: The delivery that the present numbering began with.
    counted_from = models.PositiveBigIntegerField(default=0)
    #: Deliveries up to this moment were looked at for what they could not tell.
    looked_at = models.DateTimeField(null=True, blank=True)
    #: When readings of every organisation were last made due over a lapse.
    sweep_began_at = models.DateTimeField(null=True, blank=True)
    #: Up to which organisation that has come; None where it is through.
    sweep_to = models.PositiveBigIntegerField(null=True, blank=True)
    #: Up to which organisation the look for silence has come.
    silence_to = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"Counted to {self.counted_to}"
