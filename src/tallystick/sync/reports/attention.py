"""What waits for a person: every failed, held or stuck link, grouped by its cause."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    ExpressionWrapper,
    F,
    Max,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Concat, RowNumber

from tallystick.books.lookups import AnyOf
from tallystick.connections.models import Organisation
from tallystick.mapping.broken_choices import broken_choices
from tallystick.mapping.wait_keys import WaitSort, record_of, wait_key, waiting_on_sort
from tallystick.sync.engine.lane_blocks import why_nothing_goes
from tallystick.sync.links.problems import PROBLEMS, Trouble
from tallystick.sync.links.record_sums import AMOUNT, CURRENCY, KIND, RecordSum, sum_of_rows
from tallystick.sync.models import (
    OPEN_STATES,
    PAUSED,
    STOPPED_STATES,
    WITH_RECORDS,
    Intent,
    Link,
    LinkState,
    is_long_queued,
    is_stuck,
)

_BETWEEN = "~"


#: A page groups so many of the newest by their cause, and of what is stuck so many.
LOOKED_AT = 3_000
LOOKED_AT_STUCK = 500


@dataclass(frozen=True, slots=True)
class TroubleCause:
    """What some links wait for, and by which they are found again; its text stands in addresses."""

    trouble: str
    #: Of the problem, and the key of what would release them; the latter tells apart, say, tax codes.
    code: str
    key: str

    def __str__(self) -> str:
        return _BETWEEN.join((self.trouble, self.code, self.key))

    @classmethod
    def read(cls, text: str) -> "TroubleCause | None":
        """Return the cause of the text; None for a text that names none."""
        trouble, code, key = [*text.split(_BETWEEN, 2), "", ""][:3]
        return cls(trouble, code, key) if trouble in Trouble.values else None

    def condition(self) -> Q:
        """Return what holds of its links, as `troubled` annotates them."""
        holds = Q(trouble=self.trouble, code=self.code, cause=self.key)
        # Follows from the above; it is what lets an index be used.
        if party := record_of(self.key, WaitSort.PARTY):
            return holds & (Q(waits_for=self.key) | Q(party=party))
        return holds & Q(waits_for=self.key) if self.key else holds


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """All links of one cause."""

    cause: TroubleCause
    part: RecordSum
    newest_at: datetime
    #: The newest few, their records loaded.
    links: list[Link]
    #: Those of all of them that each of the asked conditions holds of, by its name.
    fits: Mapping[str, RecordSum]

    @property
    def newest(self) -> Link:
        return self.links[0]


def troubled_links(organisation: Organisation) -> QuerySet[Link]:
    """Return the links that wait for a person, each with `trouble`, `code` and `cause`."""
    return _troubled(organisation, _is_stuck(organisation))


def _troubled(organisation: Organisation, stuck: Q | None) -> QuerySet[Link]:
    is_open = Q(state__in=OPEN_STATES)
    # What is stuck is hardly ever there; without it all is told by one index.
    code = Case(
        When(PAUSED, then=Value("paused")),
        When(is_open, then=F("state")),
        default=F("problem_code"),
        output_field=CharField(),
    )
    trouble = Case(
        When(is_open, then=Value(Trouble.STUCK)),
        When(intent=Intent.RETRACT, then=Value(Trouble.ORPHANED)),
        *(
            When(problem_code=one, then=Value(row.trouble))
            for one, row in PROBLEMS.items()
            if row.trouble
        ),
        When(state=LinkState.HELD, then=Value(Trouble.HELD)),
        default=Value(Trouble.FAILED),
        output_field=CharField(),
    )
    # A customer's own trouble is that of its documents. Which document a payment waits for is
    # nothing that would tell causes apart.
    cause = Case(
        When(is_open, then=Value("")),
        When(
            party__isnull=False,
            then=Concat(Value(wait_key(WaitSort.PARTY, "")), Cast("party_id", CharField())),
        ),
        When(waiting_on_sort(WaitSort.DOCUMENT), then=Value("")),
        default=F("waits_for"),
        output_field=CharField(),
    )
    links = _waiting(organisation, stuck).annotate(code=code if stuck else F("problem_code"))
    return links.annotate(trouble=trouble, cause=cause)


def count_of(organisation: Organisation, *, at_most: int | None = None) -> int:
    """Return how many links wait for a person; counting stops at `at_most`."""
    links = Link.objects.filter(organisation=organisation)
    stuck = _is_stuck(organisation)
    # One by one: for an "or" of both PostgreSQL would go through all links.
    conditions = [Q(state__in=STOPPED_STATES), *([stuck] if stuck else [])]
    count = sum(links.filter(condition)[:at_most].count() for condition in conditions)
    return count if at_most is None else min(count, at_most)


def count_with_choices(organisation: Organisation, *, at_most: int) -> int:
    """Return the same with what is chosen of Xero's lists and can be used there no more."""
    count = count_of(organisation, at_most=at_most)
    return min(at_most, count + len(broken_choices(organisation))) if count < at_most else count


@dataclass(frozen=True, slots=True)
class CauseGroups:
    """The causes by kind of trouble, the newest first, as far as they were looked at."""

    shown: list[CauseGroup]
    #: How many more causes there are.
    more: int
    #: There are more links than were looked at, the newest: each cause may hold up more than its
    #: part says, and some causes are not among these.
    is_bounded: bool


def groups_of(
    organisation: Organisation,
    *,
    shown: int = 10,
    at_most: int = 100,
    only: TroubleCause | None = None,
    look_at: int | None = None,
    fits: Mapping[str, Q] = MappingProxyType({}),
) -> CauseGroups:
    """Return the causes, each with its newest links, up to `shown`, and how many fit a condition.

    With `look_at` by so many of the newest links alone; their number has no end.
    """
    links, beyond = _links_to_group(organisation, only, look_at)
    rows = _by_cause(links, fits)
    newest = {cause: max(row["newest"] for row in found) for cause, found in rows.items()}
    causes = _in_order(newest)
    if more := max(0, len(causes) - at_most):
        causes = causes[:at_most]
        links = links.filter(
            code__in={cause.code for cause in causes}, cause__in={cause.key for cause in causes}
        )
    first = _newest_links(links, causes, shown)
    # Between the questions the last link of a cause may have gone.
    groups = [
        CauseGroup(
            cause,
            _as_told(sum_of_rows(rows[cause]), beyond),
            newest[cause],
            first[cause],
            {name: _as_told(sum_of_rows(_of(rows[cause], name)), beyond) for name in fits},
        )
        for cause in causes
        if cause in first
    ]
    return CauseGroups(groups, more, is_bounded=beyond is not None)


def _links_to_group(
    organisation: Organisation, only: TroubleCause | None, look_at: int | None
) -> tuple[QuerySet[Any], Q | None]:
    """Return what is grouped, and the condition of those looked at where there are more."""
    stuck = _is_stuck(organisation)
    links: QuerySet[Any] = _troubled(organisation, stuck)
    if only:
        links = links.filter(only.condition())
    if not look_at:
        return links, None
    beyond = _beyond(organisation, stuck, only, look_at)
    # By their keys from here on, few as they are: with the conditions PostgreSQL looks through
    # all documents.
    bounded = links.filter(beyond) if beyond else links
    keys = list(bounded.order_by().values_list("pk", flat=True))
    return _troubled(organisation, stuck).filter(AnyOf(F("pk"), keys)), beyond


def _in_order(newest: Mapping[TroubleCause, datetime]) -> list[TroubleCause]:
    """Return the causes by their kind of trouble, the newest first."""
    order = {trouble: place for place, trouble in enumerate(Trouble.values)}
    causes = sorted(newest, key=newest.__getitem__, reverse=True)
    return sorted(causes, key=lambda cause: order[cause.trouble])


def _by_cause(
    links: QuerySet[Link], fits: Mapping[str, Q]
) -> dict[TroubleCause, list[Mapping[str, Any]]]:
    """Return count, money and newest of each cause by currency and kind, in one query.

    And how many of these fit each condition, as `fits_NAME`.
    """
    columns: Any = ("trouble", "code", "cause")
    counted = {f"fits_{name}": Count("pk", filter=condition) for name, condition in fits.items()}
    rows = links.order_by().values(*columns, the_currency=CURRENCY, the_kind=KIND)
    by_cause: defaultdict[TroubleCause, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows.annotate(
        newest=Max("changed_at"), count=Count("*"), the_total=Sum(AMOUNT), **counted
    ):
        by_cause[TroubleCause(row["trouble"], row["code"], row["cause"])].append(row)
    return dict(by_cause)


def _of(rows: Iterable[Mapping[str, Any]], name: str) -> Iterator[Mapping[str, Any]]:
    """Return the rows of those that fit the condition of the name, without their money."""
    for row in rows:
        if count := row[f"fits_{name}"]:
            yield {"count": count, "the_kind": row["the_kind"], "the_currency": ""}


def _as_told(part: RecordSum, beyond: Q | None) -> RecordSum:
    return part if beyond is None else RecordSum(part.count, is_capped=True)


def of_cause(organisation: Organisation, cause: TroubleCause) -> QuerySet[Link]:
    """Return the links of one cause; of what is stuck as many as a page groups, the oldest."""
    stuck = _is_stuck(organisation)
    links = _troubled(organisation, stuck).filter(cause.condition())
    if stuck is None or cause.trouble != Trouble.STUCK:
        return links
    longest = list(_longest(organisation, stuck)[:LOOKED_AT_STUCK])
    return links.filter(AnyOf(F("pk"), longest))


def _beyond(
    organisation: Organisation, stuck: Q | None, only: TroubleCause | None, count: int
) -> Q | None:
    """Return the condition of the newest so many that stopped and the longest stuck of so many.

    None where there are no more than that. Each goes by the order of an index.
    """
    stopped = _troubled(organisation, None)
    newest = _newer(stopped.filter(only.condition()) if only else stopped, count)
    if stuck is None:
        return newest
    # Named one by one, so that an index leads to them.
    longest = list(_longest(organisation, stuck)[: LOOKED_AT_STUCK + 1])
    if newest is None and len(longest) <= LOOKED_AT_STUCK:
        return None
    is_stopped = Q(state__in=STOPPED_STATES)
    return (is_stopped & newest if newest else is_stopped) | Q(
        AnyOf(F("pk"), longest[:LOOKED_AT_STUCK])
    )


def _longest(organisation: Organisation, stuck: Q) -> QuerySet[Link, int]:
    """Return the keys of what is stuck, queued the longest first."""
    links = Link.objects.filter(stuck, organisation=organisation).order_by("queued_at")
    return links.values_list("pk", flat=True)


def _newer(stopped: QuerySet[Link], count: int) -> Q | None:
    newest = stopped.order_by("-changed_at", "-pk").values_list("changed_at", "pk")
    edge = newest[count : count + 1].first()
    if edge is None:
        return None
    at, pk = edge
    return Q(changed_at__gte=at) & (Q(changed_at__gt=at) | Q(pk__gt=pk))


def _is_stuck(organisation: Organisation) -> Q | None:
    """Return the condition of what is on its way for too long; None where nothing is.

    Nor is anything where nothing is free to go, which is told by itself.
    """
    # The one queued first tells for all, however many are on their way.
    under_way = Link.objects.filter(organisation=organisation, state__in=OPEN_STATES)
    late = ExpressionWrapper(is_long_queued(), output_field=BooleanField())
    first = under_way.filter(queued_at__isnull=False).order_by("queued_at").annotate(late=late)
    is_late = first.values_list("late", flat=True).first()
    return is_stuck() if is_late and not why_nothing_goes(organisation) else None


def _waiting(organisation: Organisation, stuck: Q | None) -> QuerySet[Link]:
    stopped = Q(state__in=STOPPED_STATES)
    return Link.objects.filter(stopped | stuck if stuck else stopped, organisation=organisation)


def _newest_links(
    links: QuerySet[Link], causes: Iterable[TroubleCause], shown: int
) -> dict[TroubleCause, list[Link]]:
    place = Window(
        RowNumber(),
        partition_by=[F("trouble"), F("code"), F("cause")],
        order_by=[F("changed_at").desc(), F("pk").desc()],
    )
    # Their keys first: only the few that are shown are looked up whole.
    newest = links.annotate(place=place).filter(place__lte=shown)
    wanted = {(cause.trouble, cause.code, cause.key) for cause in causes}
    keys = [
        pk
        for pk, *cause in newest.values_list("pk", "trouble", "code", "cause")
        if tuple(cause) in wanted
    ]
    found: defaultdict[TroubleCause, list[Link]] = defaultdict(list)
    link: Any  # annotated
    loaded = links.filter(pk__in=keys).order_by("-changed_at", "-pk")
    for link in loaded.prefetch_related(*WITH_RECORDS):
        found[TroubleCause(link.trouble, link.code, link.cause)].append(link)
    return dict(found)
