"""Sealed requests, and the attempts that they are made of."""

import uuid

from django.db import models
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.sync.models.links import Link
from tallystick.workspaces.models import User


class Batch(models.Model):
    """A sealed request to Xero, stored before it is sent; its members are its attempts."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="batches")
    #: One of `sync.engine.steps.PURPOSES`.
    purpose = models.CharField(max_length=24)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    method = models.CharField(max_length=6)
    path = models.CharField(max_length=400)
    query = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=100, default="application/json")
    #: The exact bytes, zlib-compressed; emptied once settled. `digest` stays.
    body = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    #: Fencing token of the lane that sealed it.
    fence = models.PositiveBigIntegerField()
    sealed_at = models.DateTimeField(db_default=Now())
    #: None while its outcome is unknown.
    settled_at = models.DateTimeField(null=True, blank=True)
    #: Sends of it that were never answered, so that Xero may still be at them; the first counts
    #: from the sealing on. 0: Xero has broken down over each, and a look shows what it did.
    under_way = models.PositiveIntegerField(default=1)
    #: Until when it is left alone, where a repeat brought no clear answer either.
    rests_until = models.DateTimeField(null=True, blank=True)

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


class AttemptOutcome(models.TextChoices):
    OPEN = "open", "Under way"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    HELD = "held", "Needs you"
    UNKNOWN = "unknown", "Asking again"
    WAITING = "waiting", "Waits for another"
    DROPPED = "dropped", "Not needed any more"


class Attempt(models.Model):
    """One try at one action for one link; the Sync log is made of these and only grows."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="attempts")
    link = models.ForeignKey(Link, models.CASCADE, related_name="attempts")
    batch = models.ForeignKey(
        Batch, models.SET_NULL, null=True, blank=True, related_name="attempts"
    )
    #: One of `sync.links.attempt_actions`.
    action = models.CharField(max_length=12)
    outcome = models.CharField(max_length=8, choices=AttemptOutcome.choices)
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
            models.Index(fields=["organisation", "action", "id"], name="attempt_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.outcome}"
