"""Who is at an organisation, what looks through Xero found, and the workers' sign of life."""

from django.db import models
from django.db.models.functions import Now

from tallystick.connections.models import Organisation


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
    #: When what Xero has from us is looked through next, out of the readings' turn.
    check_due_at = models.DateTimeField(null=True, blank=True)
    #: Why it is due out of turn, for its report; empty for the usual turn.
    check_reason = models.CharField(max_length=200, blank=True)
    #: What the look under way has found so far; see `sync.reconcile.check_tally`.
    check_state = models.JSONField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["check_due_at"], name="lane_check_due")]

    def __str__(self) -> str:
        return f"Lane of {self.organisation}"


class Check(models.Model):
    """One look through what Xero has from us, held against our links; the newest is shown."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="checks")
    at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=200, blank=True)
    #: Records that Xero has changed since the check before, and allocations of changed credit notes.
    looked_at = models.PositiveIntegerField()
    #: Ours that our links did not know, and that they know again now.
    relinked = models.PositiveIntegerField()
    #: Withdrawn here and standing there; they are being removed.
    orphans = models.PositiveIntegerField()
    #: Second copies of one document; they are being removed.
    strays = models.PositiveIntegerField()
    #: Bearing a marker of ours that this database does not know: [{"id", "number", "url"}].
    unknown = models.JSONField(default=list)
    #: Ours among them that were compared field by field; None in reports from before there was that.
    compared = models.PositiveIntegerField(null=True)
    #: Of these, what says something else than what we left there; and what a person has kept so.
    differing = models.PositiveIntegerField(default=0, db_default=0)
    kept = models.PositiveIntegerField(default=0, db_default=0)
    #: Deleted, voided or removed there while it stands here.
    gone = models.PositiveIntegerField(default=0, db_default=0)
    #: Ours that were not compared: how many by the reason, one of `check_tally.WhyUncompared`.
    uncompared = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="check_newest")]

    def __str__(self) -> str:
        return f"Check of {self.organisation} at {self.at:%d %b %Y %H:%M}"


class Pulse(models.Model):
    """When workers last gave a sign of life; a gap means a standstill, or an older database."""

    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.at:%d %b %Y %H:%M:%S}"
