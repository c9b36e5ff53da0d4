"""Links, attempts, batches and lanes: what there is to do, what was done, and who is at it."""

import uuid
from typing import Self

from django.db import models
from django.db.models.functions import Now

from tallystick.books.models import Document, Party
from tallystick.connections.models import Organisation
from tallystick.workspaces.models import User


class LinkState(models.TextChoices):
    """The one visible state of a record on its way; waiting is a record without a link."""

    WAITING = "waiting", "Not sent"
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SYNCED = "synced", "In Xero"
    FAILED = "failed", "Failed"
    HELD = "held", "Needs you"
    EXCLUDED = "excluded", "Not synced"
    RETRACTED = "retracted", "Removed from Xero"


class Intent(models.TextChoices):
    """What the engine is to bring about for a queued link."""

    PUSH = "push", "Push"
    RETRACT = "retract", "Retract"


#: States in which the engine still has something to do by itself.
OPEN_STATES = (LinkState.QUEUED, LinkState.SENDING)


class LinkQuerySet(models.QuerySet["Link"]):
    def due(self, organisation_id: int) -> Self:
        """Links the engine may work on now; those queued first come first."""
        due = self.filter(
            organisation=organisation_id, state__in=OPEN_STATES, not_before__lte=Now()
        )
        return due.order_by("not_before", "pk")


class Link(models.Model):
    """The pairing of one local record with one record of one organisation, and its sync state."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="links")
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="links"
    )
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="links")
    state = models.CharField(max_length=12, choices=LinkState.choices, default=LinkState.QUEUED)
    intent = models.CharField(max_length=8, choices=Intent.choices, default=Intent.PUSH)
    xero_id = models.UUIDField(null=True, blank=True)
    xero_number = models.CharField(max_length=255, blank=True)
    #: Xero's own word: DRAFT, SUBMITTED, AUTHORISED, PAID, VOIDED, DELETED.
    xero_status = models.CharField(max_length=20, blank=True)
    #: Revision of the document that Xero has.
    sent_revision = models.PositiveIntegerField(null=True, blank=True)
    #: Why the link is failed or held: {"code", "message", "remedy", "screen", "details"}.
    problem = models.JSONField(null=True, blank=True)
    #: What would release it, such as `tax:VAT20` or `account`; empty where only a person can.
    waits_for = models.CharField(max_length=100, blank=True)
    not_before = models.DateTimeField(db_default=Now())
    tries = models.PositiveIntegerField(default=0)
    queued_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(db_default=Now())
    synced_at = models.DateTimeField(null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(document__isnull=False, party__isnull=True)
                | models.Q(document__isnull=True, party__isnull=False),
                name="link_has_one_record",
            ),
            models.UniqueConstraint(fields=["organisation", "document"], name="link_document"),
            models.UniqueConstraint(fields=["organisation", "party"], name="link_party"),
            models.UniqueConstraint(
                fields=["organisation", "xero_id"],
                condition=models.Q(xero_id__isnull=False),
                name="link_xero_record",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "not_before", "id"],
                condition=models.Q(state__in=OPEN_STATES),
                name="link_due",
            ),
            models.Index(fields=["organisation", "state", "id"], name="link_state"),
            models.Index(fields=["organisation", "queued_at"], name="link_run"),
        ]

    def __str__(self) -> str:
        return f"{self.document or self.party}: {self.get_state_display()}"


class Batch(models.Model):
    """A sealed request to Xero, stored before it is sent; its members are its attempts."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="batches")
    #: `create_contacts`, `create_invoices` or `retract_invoices`.
    purpose = models.CharField(max_length=24)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    method = models.CharField(max_length=6)
    path = models.CharField(max_length=100)
    query = models.CharField(max_length=200, blank=True)
    #: The exact bytes, zlib-compressed; emptied once settled. `digest` stays.
    body = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    #: Fencing token of the lane that sealed it.
    fence = models.PositiveBigIntegerField()
    sealed_at = models.DateTimeField(db_default=Now())
    #: None while its outcome is unknown.
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        indexes = [
            models.Index(
                fields=["organisation", "id"],
                condition=models.Q(settled_at__isnull=True),
                name="batch_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.key}"


class Outcome(models.TextChoices):
    OPEN = "open", "Under way"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    HELD = "held", "Needs you"
    UNKNOWN = "unknown", "Asking again"
    DROPPED = "dropped", "Not needed any more"


class Attempt(models.Model):
    """One try at one action for one link; the Sync log is made of these and only grows."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="attempts")
    link = models.ForeignKey(Link, models.CASCADE, related_name="attempts")
    batch = models.ForeignKey(
        Batch, models.SET_NULL, null=True, blank=True, related_name="attempts"
    )
    #: `resolve`, `ask`, `create`, `retract`, `queue`, `retry`, `cancel`.
    action = models.CharField(max_length=12)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    message = models.TextField(blank=True)
    #: The person who asked for it; None where the engine did.
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    correlation_id = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "id"], name="attempt_log"),
            models.Index(fields=["organisation", "outcome", "id"], name="attempt_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.outcome}"


class Lane(models.Model):
    """The right to write to one organisation: at most one holder, by lease, with a fencing token."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="lane")
    #: Host, process and thread of the holder; for people.
    holder = models.CharField(max_length=200, blank=True)
    #: Grows by one with each holder; every write checks that it is still the newest.
    fence = models.PositiveBigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    #: Nothing is sent before (limit, outage); with the reason for the screen.
    blocked_until = models.DateTimeField(null=True, blank=True)
    blocked_reason = models.TextField(blank=True)
    #: Failed rounds in a row; sets the back-off.
    failures = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"Lane of {self.organisation}"
