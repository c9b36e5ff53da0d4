"""Links: what of ours is paired with what of Xero's, and how each stands."""

from collections.abc import Sequence
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from tallystick.books.models import (
    Allocation,
    Document,
    Item,
    Party,
    Payment,
)
from tallystick.connections.models import Organisation
from tallystick.importing.models import Import
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
    #: Its copy is there and is to be approved.
    APPROVE = "approve", "Approve"
    RETRACT = "retract", "Retract"


#: States in which the engine still has something to do by itself.
OPEN_STATES = (LinkState.QUEUED, LinkState.SENDING)
#: States in which a person has to do something.
STOPPED_STATES = (LinkState.FAILED, LinkState.HELD)
#: Links whose next try is put off, for Xero broke off too often over them or over their customer.
PAUSED = models.Q(state=LinkState.QUEUED, not_before__gt=Now())


#: What Xero calls a copy that nobody has approved yet, and one that is no more.
DRAFTS = frozenset({"DRAFT", "SUBMITTED"})
GONE = frozenset({"DELETED", "VOIDED"})
#: Links whose copy stands in Xero, by what Xero last said of it, whatever is wished for it here.
IN_XERO = models.Q(xero_id__isnull=False) & ~models.Q(xero_status__in=GONE)

#: The records of ours that a link can stand for, by the name of its field.
RECORD_FIELDS = ("document", "party", "payment", "allocation", "item")
#: Links of documents and of what settles them, not of the parties and items that they name.
OF_DOCUMENTS = models.Q(party=None, item=None)
#: What is loaded with links whose records are worked on.
WITH_RECORDS = (
    "organisation",
    "document__party",
    "party",
    "item",
    "payment__document__party",
    "allocation__document__party",
    "allocation__credit_note",
)


def _has_only(name: str) -> models.Q:
    """Return the condition that a link stands for the record in this field and no other."""
    return models.Q(*((f"{one}__isnull", one != name) for one in RECORD_FIELDS))


def is_stuck() -> models.Q:
    """Return the condition that a link has been on its way for longer than anything should be."""
    return models.Q(state__in=OPEN_STATES) & is_long_queued()


def is_long_queued() -> models.Q:
    """Return the same of a link that is known to be on its way."""
    return models.Q(queued_at__lt=Now() - timedelta(minutes=settings.STUCK_MINUTES))


class LinkQuerySet(models.QuerySet["Link"]):
    def due(self, organisation_id: int) -> Self:
        """Links the engine may work on now; those queued first come first."""
        due = self.filter(
            organisation=organisation_id, state=LinkState.QUEUED, not_before__lte=Now()
        )
        return due.order_by("not_before", "pk")

    def stuck(self) -> Self:
        """Links that have been on their way for longer than anything should be."""
        return self.filter(is_stuck())

    def paused(self) -> Self:
        """Links whose next try is put off."""
        return self.filter(PAUSED)

    def with_records(self) -> Self:
        """The same with all their records, of which each link has only one kind.

        Documents, which are most, in the same query; the others in their own, made where there are
        any: a join of them all takes PostgreSQL longer to plan than to run.
        """
        joined = self.select_related("organisation", "document__party")
        return joined.prefetch_related(*WITH_RECORDS)

    def loaded_in_order(self, keys: Sequence[int]) -> "list[Link]":
        """Return the links of these keys, in their order, with all their records."""
        found = {link.pk: link for link in self.filter(pk__in=keys).with_records()} if keys else {}
        return [found[key] for key in keys if key in found]


class Run(models.Model):
    """What one press of Sync now, or one import, set going: looked at and undone as a whole."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="runs")
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(db_default=Now())
    #: Nobody pressed it: it is what went out by itself as this import was submitted.
    of_import = models.ForeignKey(
        Import, models.SET_NULL, null=True, blank=True, related_name="runs"
    )
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="run_newest")]

    def __str__(self) -> str:
        return f"Sync of {self.started_at:%d %b %Y %H:%M}"


class Link(models.Model):
    """The pairing of one local record with one record of one organisation, and its sync state."""

    # Each of the indexes of several columns begins with it.
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="links", db_index=False
    )
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="links"
    )
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="links")
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="links"
    )
    allocation = models.ForeignKey(
        Allocation, models.PROTECT, null=True, blank=True, related_name="links"
    )
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="links")
    state = models.CharField(max_length=12, choices=LinkState.choices, default=LinkState.QUEUED)
    intent = models.CharField(max_length=8, choices=Intent.choices, default=Intent.PUSH)
    xero_id = models.UUIDField(null=True, blank=True)
    xero_number = models.CharField(max_length=255, blank=True)
    #: Xero's own word: DRAFT, SUBMITTED, AUTHORISED, PAID, VOIDED, DELETED.
    xero_status = models.CharField(max_length=20, blank=True)
    #: Revision of the record that is on its way in an open batch, and that Xero has.
    sealed_revision = models.PositiveIntegerField(null=True, blank=True)
    sent_revision = models.PositiveIntegerField(null=True, blank=True)
    #: The document's PDF is still to be put beside its copy.
    wants_pdf = models.BooleanField(default=False)
    #: What changed of a party or item is still to be written to its record in Xero.
    wants_update = models.BooleanField(default=False, db_default=models.Value(False))
    #: Number or id of the record in Xero that a person says is this one; checked, then dropped.
    claim = models.CharField(max_length=255, blank=True)
    #: A person has chosen ours over what stands in Xero, up to this revision.
    forced_revision = models.PositiveIntegerField(null=True, blank=True)
    #: Since when a person has left it as Xero has it, which is not what we have.
    kept_at = models.DateTimeField(null=True, blank=True)
    #: Ids of live copies that a person has left to Xero: never taken for ours again.
    let_go = models.JSONField(
        default=list, blank=True, db_default=models.Value([], models.JSONField())
    )
    #: Why the link is failed or held: {"code", "message", "remedy", "screen", "details"}.
    problem = models.JSONField(null=True, blank=True)
    #: What would release it, such as `tax:VAT20` or `account`; empty where only a person can.
    waits_for = models.CharField(max_length=100, blank=True)
    #: Ids of further copies in Xero that bear our marker and are not to be there.
    strays = models.JSONField(default=list, blank=True)
    #: The run that set it going last; None where submitting itself did.
    run = models.ForeignKey(
        Run, models.SET_NULL, null=True, blank=True, related_name="links", db_index=False
    )
    not_before = models.DateTimeField(db_default=Now())
    tries = models.PositiveIntegerField(default=0)
    queued_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(db_default=Now())
    synced_at = models.DateTimeField(null=True, blank=True)
    # Copies of what lists are ordered, grouped and summed by, kept by triggers of the database
    # (migration 0009), so that of a million links only those that are shown are looked up.
    #: A document's kind, or `party`, `payment`, `allocation`, `item`.
    kind = models.CharField(max_length=24, default="", editable=False)
    #: The record's day; none of a party.
    day = models.DateField(null=True, editable=False)
    #: A document's number.
    number = models.CharField(max_length=255, default="", editable=False)
    #: Its money; none of a party.
    currency = models.CharField(max_length=3, default="", editable=False)
    total = models.DecimalField(max_digits=18, decimal_places=2, null=True, editable=False)
    #: The problem's code; empty where there is none.
    problem_code = models.CharField(max_length=100, default="", editable=False)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=reduce(or_, map(_has_only, RECORD_FIELDS)),
                name="link_has_one_record",
            ),
            models.UniqueConstraint(fields=["organisation", "document"], name="link_document"),
            models.UniqueConstraint(fields=["organisation", "party"], name="link_party"),
            models.UniqueConstraint(fields=["organisation", "payment"], name="link_payment"),
            models.UniqueConstraint(fields=["organisation", "allocation"], name="link_allocation"),
            models.UniqueConstraint(fields=["organisation", "item"], name="link_item"),
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
            models.Index(
                fields=["organisation", "state", "kind", "day", "document"],
                include=["payment", "currency", "total"],
                name="link_listed",
            ),
            models.Index(
                fields=["organisation", "state", "kind", "number", "document"],
                condition=models.Q(document__isnull=False),
                name="link_numbered",
            ),
            models.Index(
                fields=["organisation", "changed_at", "id"],
                include=[
                    *("problem_code", "waits_for", "state", "intent", "kind"),
                    *("party", "currency", "total"),
                ],
                condition=models.Q(state__in=STOPPED_STATES),
                name="link_stopped",
            ),
            models.Index(
                fields=["organisation", "kind"],
                include=["currency", "total"],
                condition=models.Q(xero_id__isnull=False, xero_status__in=["DRAFT", "SUBMITTED"]),
                name="link_to_approve",
            ),
            models.Index(
                fields=["organisation", "queued_at"],
                include=["kind"],
                condition=models.Q(state__in=OPEN_STATES),
                name="link_under_way",
            ),
            models.Index(
                fields=["organisation", "queued_at"], include=["kind", "state"], name="link_queued"
            ),
            models.Index(fields=["run"], condition=models.Q(run__isnull=False), name="link_of_run"),
            models.Index(
                fields=["organisation", "id"],
                condition=~models.Q(strays=[]),
                name="link_strays",
            ),
            models.Index(
                fields=["organisation", "id"],
                condition=models.Q(wants_pdf=True),
                name="link_wants_pdf",
            ),
            models.Index(
                fields=["organisation", "id"],
                condition=models.Q(wants_update=True),
                name="link_wants_update",
            ),
            models.Index(
                fields=["organisation", "waits_for"],
                include=["state", "problem_code", "document", "party", "currency", "total"],
                condition=~models.Q(waits_for=""),
                name="link_awaiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record}: {self.get_state_display()}"

    @property
    def is_in_xero(self) -> bool:
        """Its copy stands in Xero, by what Xero last said of it; see IN_XERO."""
        return self.xero_id is not None and self.xero_status not in GONE

    @property
    def is_withdrawn(self) -> bool:
        """Its record was cancelled or deleted here."""
        return self.record.is_withdrawn

    @property
    def record(self) -> Document | Party | Payment | Allocation | Item:
        """The local record that the link stands for."""
        for name in RECORD_FIELDS:
            if getattr(self, f"{name}_id") is not None:
                found: Document | Party | Payment | Allocation | Item = getattr(self, name)
                return found
        raise ValueError(f"Link {self.pk} stands for nothing.")


class Snapshot(models.Model):
    """A record as we last sent it and as Xero then had it; by these drift is told.

    Both are zlib-compressed JSON, written and read by `sync.links.contents`.
    """

    link = models.OneToOneField(Link, models.CASCADE, primary_key=True, related_name="snapshot")
    revision = models.PositiveIntegerField()
    sent = models.BinaryField()
    came_back = models.BinaryField()
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.link_id} revision {self.revision}"
