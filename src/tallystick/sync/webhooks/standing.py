"""How deliveries stand: what the page and the command tell, each fact just looked up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.english import listed
from tallystick.sync.models import (
    DeliveryVerdict,
    LapseReason,
    Reading,
    RefusalReason,
    WebhookCategory,
    WebhookDelivery,
    WebhookEvent,
    WebhookLapse,
    WebhookRefusal,
)
from tallystick.sync.webhooks.bodies import LeftOut
from tallystick.sync.webhooks.categories import TOLD_OF
from tallystick.sync.webhooks.registration import Registration, registration
from tallystick.sync.webhooks.silence import open_silences
from tallystick.sync.webhooks.waiting import waiting_events

_DAY = timedelta(days=1)
#: Around a test of Xero's, which sends wrong signatures on purpose.
_AROUND_A_TEST = timedelta(minutes=2)
_SHOWN_LAPSES = 10


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    tone: str
    meaning: str


class Health(Enum):
    """How deliveries stand in one word; the value is title, tone, and what it means."""

    OFF = _Words(
        "Not set up",
        "",
        "No key is set here, so every delivery is refused. Changes in Xero are found when they are read, "
        "in their turn.",
    )
    UNHEARD = _Words(
        "Nothing has come yet",
        "info",
        "A key is set, and no delivery that it signs has ever come. Enter the address at Xero, and "
        "have Xero send its test.",
    )
    REFUSED = _Words(
        "Deliveries are refused",
        "danger",
        "Since the last good delivery one came with a signature that no key set here makes. Either Xero "
        "signs with another key, or somebody else tried. Changes in Xero are found when they are read.",
    )
    SILENT = _Words(
        "Deliveries are silent",
        "warning",
        "A reading found a change in Xero of which no delivery had told. See at Xero whether the webhook "
        "is enabled there, and whether the category below is chosen. What is read stands here all the same.",
    )
    TESTED = _Words(
        "Ready",
        "success",
        "Xero's test has come and was answered. No change has been told of yet.",
    )
    ARRIVING = _Words(
        "Deliveries arrive", "success", "Xero tells of changes, and they are fetched."
    )

    @property
    def is_heard(self) -> bool:
        """Tell whether anything of Xero's ever came, so that it need not be set up first of all."""
        return self not in (Health.OFF, Health.UNHEARD)

    @property
    def title(self) -> str:
        return self.value.title

    @property
    def tone(self) -> str:
        return self.value.tone

    @property
    def meaning(self) -> str:
        return self.value.meaning


#: What a refusal comes from most likely, and what to do.
LIKELY: dict[RefusalReason, str] = {
    RefusalReason.NO_KEYS: "Set XERO_WEBHOOK_KEYS to the key that Xero shows with the webhook, and start "
    "Tallystick again.",
    RefusalReason.NO_SIGNATURE: "Xero signs whatever it sends: it was somebody else, or a proxy in between "
    "takes the header x-xero-signature away.",
    RefusalReason.WRONG_SIGNATURE: "The key at Xero is another one than those set here, as after it was made "
    "anew there, or a proxy in between changes what is sent. Compare the key with XERO_WEBHOOK_KEYS.",
    RefusalReason.TOO_LARGE: "It was not Xero that sent it.",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Deliveries of the last day that were refused for one reason."""

    reason: RefusalReason
    count: int
    last_at: datetime

    @property
    def likely(self) -> str:
        return LIKELY[self.reason]


@dataclass(frozen=True, slots=True)
class CategoryStanding:
    """What was told of one category of the organisation's records in the last day."""

    category: WebhookCategory
    told: int
    last_told_at: datetime | None
    silent_since: datetime | None
    #: When a reading of the same records is due in any case; None where none is planned.
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Untold:
    """Something that deliveries did not tell, in a sentence, and when it was made good."""

    words: str
    noticed_at: datetime
    #: When readings were made due over it; None where that is about to happen.
    swept_at: datetime | None
    #: Of a silence that is over.
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class WebhookStanding:
    """How deliveries stand for one workspace; what is not of its own organisation is of them all."""

    registration: Registration
    health: Health
    organisation: Organisation | None
    last_delivery_at: datetime | None
    last_test_at: datetime | None
    deliveries: int
    categories: Sequence[CategoryStanding]
    waiting: int
    waiting_since: datetime | None
    refused: Sequence[Refused]
    #: Wrong signatures about the time of a test of Xero's.
    refused_in_tests: int
    unreadable: int
    unknown_organisations: int
    untold: Sequence[Untold]

    @property
    def unplanned(self) -> str:
        """Name the categories that nothing but a delivery tells of; empty where all are read."""
        names = [one.category.label for one in self.categories if one.read_at is None]
        return listed([name[0].lower() + name[1:] for name in names])

    @property
    def needs_person(self) -> bool:
        return bool(self.registration.obstacle) or self.health in (Health.REFUSED, Health.SILENT)


def webhook_standing(organisation: Organisation | None) -> WebhookStanding:
    """Look up how deliveries stand; counts are of the last 24 hours."""
    entered = registration()
    taken, tests = (_newest(verdict) for verdict in (DeliveryVerdict.TAKEN, DeliveryVerdict.PROBE))
    recent = WebhookDelivery.objects.filter(at__gt=Now() - _DAY)
    silent = list(open_silences(organisation)) if organisation else []
    waiting = waiting_events(organisation) if organisation else WebhookEvent.objects.none()
    counted = waiting.order_by().aggregate(count=Count("pk"), since=Min("noticed_at"))
    refused = _refused()
    return WebhookStanding(
        registration=entered,
        health=_health(entered, taken, tests, is_silent=bool(silent)),
        organisation=organisation,
        last_delivery_at=taken,
        last_test_at=tests,
        deliveries=recent.filter(verdict=DeliveryVerdict.TAKEN).count(),
        categories=_categories(organisation, silent) if organisation else [],
        waiting=counted["count"],
        waiting_since=counted["since"],
        refused=_by_reason(refused.filter(~_in_a_test())),
        refused_in_tests=refused.filter(_in_a_test()).aggregate(sum=Sum("count"))["sum"] or 0,
        unreadable=recent.filter(verdict=DeliveryVerdict.UNREADABLE).count(),
        unknown_organisations=_left_out(recent, LeftOut.UNKNOWN_ORGANISATION),
        untold=[_untold(lapse) for lapse in _lapses(organisation)[:_SHOWN_LAPSES]],
    )


def _newest(verdict: DeliveryVerdict) -> datetime | None:
    found: datetime | None = WebhookDelivery.objects.filter(verdict=verdict).aggregate(
        at=Max("at")
    )["at"]
    return found


def _health(
    entered: Registration, taken: datetime | None, tests: datetime | None, *, is_silent: bool
) -> Health:
    if not entered.key_count:
        return Health.OFF
    heard = max(filter(None, (taken, tests)), default=None)
    # Only who knows of the header tries with a wrong one; anything else may come from anybody.
    since = _refused().filter(~_in_a_test(), reason=RefusalReason.WRONG_SIGNATURE)
    if heard is not None:
        since = since.filter(minute__gt=heard)
    if since.exists():
        return Health.REFUSED
    if heard is None:
        return Health.UNHEARD
    if is_silent:
        return Health.SILENT
    return Health.ARRIVING if taken else Health.TESTED


def _refused() -> QuerySet[WebhookRefusal]:
    return WebhookRefusal.objects.filter(minute__gt=Now() - _DAY)


def _in_a_test() -> Q:
    """Return the condition that a refused signature belongs to a test of Xero's."""
    tests = WebhookDelivery.objects.filter(
        verdict=DeliveryVerdict.PROBE,
        at__gt=OuterRef("minute") - _AROUND_A_TEST,
        at__lt=OuterRef("minute") + _AROUND_A_TEST,
    )
    return Q(Exists(tests), reason=RefusalReason.WRONG_SIGNATURE)


def _by_reason(rows: QuerySet[WebhookRefusal]) -> list[Refused]:
    summed = rows.values("reason").annotate(sum=Sum("count"), last=Max("minute")).order_by("-last")
    return [Refused(RefusalReason(row["reason"]), row["sum"], row["last"]) for row in summed]


def _left_out(rows: QuerySet[WebhookDelivery], reason: LeftOut) -> int:
    counts = rows.filter(left_out__has_key=reason.value).values_list("left_out", flat=True)
    return sum(left_out[reason.value] for left_out in counts)


def _categories(
    organisation: Organisation, silent: Sequence[WebhookLapse]
) -> list[CategoryStanding]:
    told = (
        WebhookEvent.objects.filter(organisation=organisation)
        .values("category")
        .annotate(told=Count("pk", filter=Q(noticed_at__gt=Now() - _DAY)), last=Max("noticed_at"))
        .order_by()
    )
    by_category = {row["category"]: row for row in told}
    readings = Reading.objects.filter(organisation=organisation, off_at=None)
    due = dict(readings.values_list("kind", "due_at"))
    since = {lapse.category: lapse.noticed_at for lapse in silent}
    return [
        CategoryStanding(
            category=category,
            told=by_category[category]["told"] if category in by_category else 0,
            last_told_at=by_category[category]["last"] if category in by_category else None,
            silent_since=since.get(category),
            read_at=due.get(of.kind),
        )
        for category, of in TOLD_OF.items()
    ]


def _lapses(organisation: Organisation | None) -> QuerySet[WebhookLapse]:
    """Return what was not told: of these books, or of any."""
    return WebhookLapse.objects.filter(
        Q(organisation=None) | Q(organisation=organisation, organisation__isnull=False)
    ).order_by("-noticed_at", "-pk")


def _untold(lapse: WebhookLapse) -> Untold:
    return Untold(_lapse_words(lapse), lapse.noticed_at, lapse.swept_at, lapse.ended_at)


def _lapse_words(lapse: WebhookLapse) -> str:
    words = _LAPSE_WORDS[LapseReason(lapse.reason)]
    first, last = lapse.first_sequence, lapse.last_sequence
    numbers = f"event {first}" if first == last else f"events {first} to {last}"
    return words.format(
        numbers=numbers if first is not None else "events without numbers",
        what=WebhookCategory(lapse.category).label.lower() if lapse.category else "",
    )


_LAPSE_WORDS: dict[LapseReason, str] = {
    LapseReason.GAP: "Xero's {numbers} did not arrive.",
    LapseReason.SHORT: "A delivery of Xero's {numbers} held fewer than that.",
    LapseReason.ANEW: "Xero began to number its events anew, so nobody can tell what is missing.",
    LapseReason.UNREAD: "A delivery with Xero's signature ({numbers}) could not be read whole. It is kept.",
    LapseReason.SILENCE: "A change among {what} was found of which no delivery had told.",
}
