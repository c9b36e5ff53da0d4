"""What a push would do now: each document's fate, the calls, the bytes, the quota after.

Nothing is sent, no call is made, nothing is written; the database itself sees to the last.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tallystick.connections.models import ApiCall, Organisation
from tallystick.sync.engine.lane_blocks import why_nothing_goes
from tallystick.sync.links.record_sums import RecordSum
from tallystick.sync.models import OPEN_STATES, Link, LinkState
from tallystick.sync.preview.fates import Fate, RecordFate
from tallystick.sync.preview.recording_hands import RecordingHands
from tallystick.sync.rounds.push_round import begin_round, work_round

#: A plan of so many records is made while a page is drawn.
QUICK = 50
#: So many records of each fate are told one by one.
LISTED = 100
#: Xero's own limit a day, and for how long what it said of the rest holds.
_DAY = timedelta(hours=24)

#: What calls are for, by the engine's names for them, in the order of a round.
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "batch.ask": "Settle requests whose outcome is unknown",
        "organisation.read": "Read accounts, tax rates and other lists",
        "list.read": "Read one of Xero's lists",
        "pull.read": "Read what changed in Xero",
        "duplicates.look": "Look at second copies",
        "stray_invoices": "Delete second copies of invoices and bills",
        "stray_credit_notes": "Delete second copies of credit notes",
        "stray_payments": "Delete second payments",
        "contacts.ask": "Look for customers",
        "contacts.namesakes": "Look for contacts of the same name",
        "create_contacts": "Make customers",
        "ask": "Ask what Xero has already",
        "create_invoices": "Create invoices and bills",
        "create_credit_notes": "Create credit notes",
        "update_invoices": "Write invoices and bills anew",
        "update_credit_notes": "Write credit notes anew",
        "look": "Look at what is to be approved or removed",
        "settlements.look": "Look at payments that are to be deleted",
        "approve_invoices": "Approve invoices and bills",
        "approve_credit_notes": "Approve credit notes",
        "settlements.ask": "Look at what payments and credits stand on",
        "create_payments": "Record payments",
        "create_allocations": "Set credits against invoices",
        "attach_invoices": "Attach PDFs to invoices and bills",
        "attach_credit_notes": "Attach PDFs to credit notes",
        "retract_invoices": "Remove invoices and bills",
        "retract_credit_notes": "Remove credit notes",
        "retract_payments": "Delete payments",
        "retract_allocations": "Take credits off",
    }
)


@dataclass(frozen=True, slots=True)
class CallSum:
    """Calls of one kind: what they are for, how many, and the bytes of their bodies."""

    name: str
    words: str
    count: int
    bytes: int


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """One record's fate; `message` and `remedy` where it stops."""

    link: Link
    fate: Fate
    message: str = ""
    remedy: str = ""
    screen: str = ""


@dataclass(frozen=True, slots=True)
class PushPlan:
    """What pressing Sync now would do, together with what is on its way already."""

    organisation: Organisation
    calls: list[CallSum]
    #: Records by their fate; a fate of none is absent.
    parts: Mapping[Fate, RecordSum]
    #: The first of each fate, those that stop first.
    told: list[PlannedRecord]
    #: Calls that Xero allows today, as its newest answer said; None while nobody knows.
    day_remaining: int | None
    #: For what told reason nothing is sent just now; empty where sending is free.
    held_up: str
    #: Some bytes are an estimate, those of many PDFs.
    is_estimate: bool = False
    made_at: datetime = field(default_factory=timezone.now)

    @property
    def call_count(self) -> int:
        return sum(one.count for one in self.calls)

    @property
    def byte_count(self) -> int:
        return sum(one.bytes for one in self.calls)

    @property
    def remaining_after(self) -> int | None:
        """Calls left today once all is sent; 0 where today's do not reach, see `short_by`."""
        return None if self.day_remaining is None else max(0, self.day_remaining - self.call_count)

    @property
    def short_by(self) -> int:
        """How many calls more it takes than are left today: they go once Xero's limit resets."""
        return 0 if self.day_remaining is None else max(0, self.call_count - self.day_remaining)

    @property
    def count(self) -> int:
        return sum(part.count for part in self.parts.values())

    @property
    def untold(self) -> int:
        """Records that are counted but not told one by one."""
        return self.count - len(self.told)


def words_of(name: str) -> str:
    """Return what calls of the engine's name are for."""
    return _WORDS[name]


def plan_push(
    organisation: Organisation, *, on_record: Callable[[int], None] | None = None
) -> PushPlan:
    """Return what would be sent now; `on_record` is told how many records are planned so far."""
    with _looking_only():
        hands, tally = RecordingHands(organisation), _FateTally()
        for count, one in enumerate(_work_through(hands), start=1):
            tally.add(one)
            if on_record:
                on_record(count)
        return PushPlan(
            organisation=organisation,
            calls=_calls_of(hands),
            parts=tally.parts(),
            told=tally.told(),
            day_remaining=_day_remaining(organisation),
            held_up=why_nothing_goes(organisation),
            is_estimate=hands.is_estimate,
        )


def calls_at_once(organisation: Organisation) -> int | None:
    """Return the plan's number of calls; None where so much goes that a page would wait for it."""
    if len(links_going(organisation)[: QUICK + 1]) > QUICK:
        return None
    with _looking_only():
        # No PDF is made: of bytes nothing is told.
        hands = RecordingHands(organisation, pdfs_made=0)
        deque(_work_through(hands), maxlen=0)
        return sum(one.count for one in _calls_of(hands))


def _work_through(hands: RecordingHands) -> Iterator[RecordFate]:
    """Yield what would become of each record, round by round, until nothing more moves."""
    begin_round(hands)
    yield from hands.take_fates()
    before = -1
    while before < hands.progress:
        before = hands.progress
        work_round(hands)
        yield from hands.take_fates()
    left = Link.objects.loaded_in_order(hands.left())
    yield from (RecordFate(link, Fate.LEFT) for link in left)


def _calls_of(hands: RecordingHands) -> list[CallSum]:
    return [
        CallSum(name, words, hands.costs[name].calls, hands.costs[name].bytes)
        for name, words in _WORDS.items()
        if hands.costs[name].calls
    ]


def links_going(organisation: Organisation) -> QuerySet[Link, int]:
    """Return the keys of the links that a plan looks at, in no order."""
    links = Link.objects.filter(
        organisation=organisation, state__in=[*OPEN_STATES, LinkState.WAITING]
    )
    return links.order_by().values_list("pk", flat=True)


@dataclass(slots=True)
class _FateTally:
    """Adds outcomes up as they come; keeps the first of each fate only."""

    kinds: dict[Fate, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    totals: dict[Fate, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    first: dict[Fate, list[PlannedRecord]] = field(default_factory=lambda: defaultdict(list))

    def add(self, one: RecordFate) -> None:
        link = one.link
        self.kinds[one.fate][link.kind] += 1
        totals: Any = self.totals[one.fate]
        totals[link.currency] += link.total or 0
        if len(self.first[one.fate]) < LISTED:
            self.first[one.fate].append(_told(one))

    def parts(self) -> dict[Fate, RecordSum]:
        sums: Any = self.totals
        return {
            fate: RecordSum(kinds.total(), dict(sums[fate]), dict(kinds))
            for fate, kinds in self.kinds.items()
        }

    def told(self) -> list[PlannedRecord]:
        return [one for fate in _ORDER for one in self.first.get(fate, ())]


_ORDER = sorted(Fate, key=lambda fate: fate not in (Fate.STOPPED, Fate.LEFT))


def _told(one: RecordFate) -> PlannedRecord:
    problem = one.verdict.problem if one.verdict else None
    message = one.verdict.message if one.verdict else ""
    if problem is None:
        return PlannedRecord(one.link, one.fate, message)
    return PlannedRecord(one.link, one.fate, message, problem.remedy, problem.screen)


def _day_remaining(organisation: Organisation) -> int | None:
    told = ApiCall.objects.filter(organisation=organisation, day_remaining__isnull=False)
    newest = told.order_by("-pk").first()
    if newest is None or newest.at < timezone.now() - _DAY:
        return None
    return newest.day_remaining


@contextmanager
def _looking_only() -> Iterator[None]:
    """Let the database refuse every write in the block, and show one moment all through it."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
