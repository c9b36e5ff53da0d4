"""How far each kind of an organisation's records has been read from Xero."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from tallystick.connections.models import Organisation


class PulledKind(models.TextChoices):
    """What is read from Xero, each by its own list there, in the order in which it is read."""

    ORGANISATION = "organisation", "Organisation"
    ACCOUNTS = "accounts", "Accounts"
    TAX_RATES = "tax_rates", "Tax rates"
    CURRENCIES = "currencies", "Currencies"
    TRACKING = "tracking", "Tracking"
    CONTACTS = "contacts", "Contacts"
    ITEMS = "items", "Items"
    INVOICES = "invoices", "Invoices and bills"
    CREDIT_NOTES = "credit_notes", "Credit notes"
    PAYMENTS = "payments", "Payments"
    OVERPAYMENTS = "overpayments", "Overpayments"
    PREPAYMENTS = "prepayments", "Prepayments"
    BANK_TRANSACTIONS = "bank_transactions", "Spend and receive money"


class Reading(models.Model):
    """One kind of one organisation: what is here of it, where a cycle stands, when the next is due.

    A cycle reads all that Xero changed since the cursor, page by page; the cursor moves at its end
    alone. Times are Xero's own where they are about what Xero changed, else the database's.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="readings", db_index=False
    )
    kind = models.CharField(max_length=20, choices=PulledKind.choices)
    #: The cursor: what Xero changed up to here is here, by Xero's clock.
    since = models.DateTimeField(null=True, blank=True)
    #: When all that Xero has was read for the first time, to the end.
    whole_at = models.DateTimeField(null=True, blank=True)
    #: The first import leaves out what is dated before.
    starts_on = models.DateField(null=True, blank=True)

    # The cycle under way; none where `begun_at` is None.
    begun_at = models.DateTimeField(null=True, blank=True)
    #: It reads all that Xero has, not only what was changed.
    is_whole = models.BooleanField(default=False)
    #: From when on it asks, by Xero's clock; None asks for all.
    asked_since = models.DateTimeField(null=True, blank=True)
    page = models.PositiveIntegerField(default=1)
    #: The time of Xero's first answer, and the newest change that it told of so far.
    until = models.DateTimeField(null=True, blank=True)
    newest = models.DateTimeField(null=True, blank=True)
    #: How many Xero counts, and how many of them were read, each time that they came.
    found = models.PositiveIntegerField(default=0)
    handled = models.PositiveIntegerField(default=0)
    #: How many of them were news.
    news = models.PositiveIntegerField(default=0)
    #: Very large books refuse the order by which nothing is passed over; then False.
    is_ordered = models.BooleanField(default=True)

    # What Xero counted and was not here at the end of a cycle: looked for again before it is told.
    short_since = models.DateTimeField(null=True, blank=True)
    short_of = models.PositiveIntegerField(null=True, blank=True)
    rounds = models.PositiveIntegerField(default=0)

    #: None: not planned.
    due_at = models.DateTimeField(null=True, blank=True)
    #: Why it is due out of turn; empty for the usual turn.
    due_why = models.CharField(max_length=200, blank=True)
    #: Nobody has it read on a schedule.
    is_by_hand = models.BooleanField(default=False)
    #: A person has stopped the first import for the time being.
    is_paused = models.BooleanField(default=False)
    #: Cycles in a row that brought no news: they come less often.
    quiet = models.PositiveIntegerField(default=0)
    #: When the last cycle ended, how many records it brought and how many of them were news.
    last_at = models.DateTimeField(null=True, blank=True)
    last_handled = models.PositiveIntegerField(default=0)
    last_news = models.PositiveIntegerField(default=0)
    #: Times in a row that Xero could not answer; sets the back-off.
    failures = models.PositiveIntegerField(default=0)
    #: Why Xero does not let us read it, and since when; empty where it does.
    off_reason = models.TextField(blank=True)
    off_at = models.DateTimeField(null=True, blank=True)
    #: What is not as it should be, in a sentence; empty where nothing is.
    alarm = models.TextField(blank=True)

    #: The nightly look at a part of everything, by id: which page is next, and when.
    slice_page = models.PositiveIntegerField(default=1)
    slice_due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind"], name="reading_unique")
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False, off_at__isnull=True, is_paused=False),
                name="reading_due",
            ),
            models.Index(
                fields=["slice_due_at"],
                condition=Q(slice_due_at__isnull=False, off_at__isnull=True, is_paused=False),
                name="reading_slice_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.organisation}"

    @property
    def is_under_way(self) -> bool:
        return self.begun_at is not None


def is_due() -> Q:
    """Return the condition that a reading has a cycle to begin or to go on with."""
    return Q(due_at__lte=Now(), off_at=None, is_paused=False)


def is_slice_due() -> Q:
    """Return the condition that a reading has its nightly part to read."""
    return Q(slice_due_at__lte=Now(), off_at=None, is_paused=False)
