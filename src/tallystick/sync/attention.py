"""What waits for a person: every failed, held or stuck link, grouped by its cause."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
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
from django.utils import timezone

from tallystick.books.lookups import AnyOf
from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.sync.models import (
    OPEN_STATES,
    PAUSED,
    STOPPED_STATES,
    WITH_RECORDS,
    Intent,
    Lane,
    Link,
    LinkState,
    is_long_queued,
    is_stuck,
)
from tallystick.sync.sums import AMOUNT, CURRENCY, SORT, Part, part_of_rows

_BETWEEN = "~"
#: A key of so many digits is none of the database's.
_DIGITS = 19


class Trouble(models.TextChoices):
    """The kinds of trouble, in the order in which a person should see to them."""

    ORPHANED = "orphaned", "Should be gone, still in Xero"
    DOUBLED = "doubled", "Twice in Xero"
    NUMBER_TAKEN = "number_taken", "Number taken in Xero"
    DRIFTED = "drifted", "Changed or removed in Xero"
    HELD = "held", "Questions only you can answer"
    FAILED = "failed", "Could not be sent"
    STUCK = "stuck", "On the way for too long"


#: Which trouble a problem's code is; for the others the link's state tells.
_BY_CODE: Mapping[str, Trouble] = {
    "doubled": Trouble.DOUBLED,
    "number_taken": Trouble.NUMBER_TAKEN,
    "differs": Trouble.DRIFTED,
    "settled": Trouble.DRIFTED,
    "gone_in_xero": Trouble.DRIFTED,
}


#: A page groups so many of the newest by their cause, and of what is stuck so many.
LOOKED_AT = 3_000
LOOKED_AT_STUCK = 500

#: Codes of the questions about what Xero's record says, or that it is gone: asking Xero again, which
#: Retry does, is no answer to them.
ABOUT_CONTENT = frozenset(code for code, kind in _BY_CODE.items() if kind == Trouble.DRIFTED)


@dataclass(frozen=True, slots=True)
class Cause:
    """What some links wait for, and by which they are found again; its text stands in addresses."""

    trouble: str
    #: Of the problem, and the key of what would release them; the latter tells apart, say, tax codes.
    code: str
    key: str

    def __str__(self) -> str:
        return _BETWEEN.join((self.trouble, self.code, self.key))

    @classmethod
    def read(cls, text: str) -> "Cause | None":
        """Return the cause of the text; None for a text that names none."""
        trouble, code, key = [*text.split(_BETWEEN, 2), "", ""][:3]
        return cls(trouble, code, key) if trouble in Trouble.values else None

    def condition(self) -> Q:
        """Return what holds of its links, as `troubled` annotates them."""
        holds = Q(trouble=self.trouble, code=self.code, cause=self.key)
        # Follows from the above; it is what lets an index be used.
        sort, _, number = self.key.partition(":")
        if sort == "party" and number.isascii() and number.isdigit() and len(number) < _DIGITS:
            return holds & (Q(waits_for=self.key) | Q(party=int(number)))
        return holds & Q(waits_for=self.key) if self.key else holds


@dataclass(frozen=True, slots=True)
class Group:
    """All links of one cause."""

    cause: Cause
    part: Part
    newest_at: datetime
    #: The newest few, their records loaded.
    links: list[Link]
    #: Those of all of them that each of the asked conditions holds of, by its name.
    fits: Mapping[str, Part]

    @property
    def newest(self) -> Link:
        return self.links[0]


def troubled(organisation: Organisation) -> QuerySet[Link]:
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
        *(When(problem_code=one, then=Value(each)) for one, each in _BY_CODE.items()),
        When(state=LinkState.HELD, then=Value(Trouble.HELD)),
        default=Value(Trouble.FAILED),
        output_field=CharField(),
    )
    # A customer's own trouble is that of its documents. Which document a payment waits for is
    # nothing that would tell causes apart.
    cause = Case(
        When(is_open, then=Value("")),
        When(party__isnull=False, then=Concat(Value("party:"), Cast("party_id", CharField()))),
        When(waits_for__startswith="document:", then=Value("")),
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


def why_nothing_goes(organisation: Organisation) -> str:
    """Return the told reason for which nothing is sent just now; empty where sending is free."""
    connection = Connection.objects.without_tokens().filter(organisation=organisation).first()
    if connection is None or connection.status != ConnectionStatus.CONNECTED:
        problem = connection.problem if connection else ""
        return problem or f"This workspace is not connected to {organisation}."
    lane = Lane.objects.filter(organisation=organisation, blocked_until__gt=timezone.now()).first()
    if lane is None or lane.blocked_until is None:
        return ""
    until = lane.blocked_until.astimezone(ZoneInfo(organisation.workspace.timezone))
    is_today = until.date() == timezone.now().astimezone(until.tzinfo).date()
    at = f"{until:%H:%M}" if is_today else f"{until:%H:%M} on {until:%d %b}"
    return f"{lane.blocked_reason} The next try is at {at}."


@dataclass(frozen=True, slots=True)
class Groups:
    """The causes by kind of trouble, the newest first, as far as they were looked at."""

    shown: list[Group]
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
    only: Cause | None = None,
    look_at: int | None = None,
    fits: Mapping[str, Q] = MappingProxyType({}),
) -> Groups:
    """Return the causes, each with its newest links, up to `shown`, and how many fit a condition.

    With `look_at` by so many of the newest links alone; their number has no end.
    """
    stuck = _is_stuck(organisation)
    links: QuerySet[Any] = _troubled(organisation, stuck)
    if only:
        links = links.filter(only.condition())
    beyond = _beyond(organisation, stuck, only, look_at) if look_at else None
    if look_at:
        # By their keys from here on, few as they are: with the conditions PostgreSQL looks through
        # all documents.
        bounded = links.filter(beyond) if beyond else links
        keys = list(bounded.order_by().values_list("pk", flat=True))
        links = _troubled(organisation, stuck).filter(AnyOf(F("pk"), keys))
    rows = _by_cause(links, fits)
    newest = {cause: max(row["newest"] for row in found) for cause, found in rows.items()}
    order = {trouble: place for place, trouble in enumerate(Trouble.values)}
    causes = sorted(newest, key=newest.__getitem__, reverse=True)
    causes.sort(key=lambda cause: order[cause.trouble])
    if more := max(0, len(causes) - at_most):
        causes = causes[:at_most]
        links = links.filter(
            code__in={cause.code for cause in causes}, cause__in={cause.key for cause in causes}
        )
    first = _newest_links(links, causes, shown)
    # Between the questions the last link of a cause may have gone.
    groups = [
        Group(
            cause,
            _as_told(part_of_rows(rows[cause]), beyond),
            newest[cause],
            first[cause],
            {name: _as_told(part_of_rows(_of(rows[cause], name)), beyond) for name in fits},
        )
        for cause in causes
        if cause in first
    ]
    return Groups(groups, more, is_bounded=beyond is not None)


def _by_cause(links: QuerySet[Link], fits: Mapping[str, Q]) -> dict[Cause, list[Mapping[str, Any]]]:
    """Return count, money and newest of each cause by currency and sort, in one query.

    And how many of these fit each condition, as `fits_NAME`.
    """
    columns: Any = ("trouble", "code", "cause")
    counted = {f"fits_{name}": Count("pk", filter=condition) for name, condition in fits.items()}
    rows = links.order_by().values(*columns, the_currency=CURRENCY, the_sort=SORT)
    by_cause: defaultdict[Cause, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows.annotate(
        newest=Max("changed_at"), count=Count("*"), the_total=Sum(AMOUNT), **counted
    ):
        by_cause[Cause(row["trouble"], row["code"], row["cause"])].append(row)
    return dict(by_cause)


def _of(rows: Iterable[Mapping[str, Any]], name: str) -> Iterator[Mapping[str, Any]]:
    """Return the rows of those that fit the condition of the name, without their money."""
    for row in rows:
        if count := row[f"fits_{name}"]:
            yield {"count": count, "the_sort": row["the_sort"], "the_currency": ""}


def _as_told(part: Part, beyond: Q | None) -> Part:
    return part if beyond is None else Part(part.count, is_capped=True)


def of_cause(organisation: Organisation, cause: Cause) -> QuerySet[Link]:
    """Return the links of one cause; of what is stuck as many as a page groups, the oldest."""
    stuck = _is_stuck(organisation)
    links = _troubled(organisation, stuck).filter(cause.condition())
    if stuck is None or cause.trouble != Trouble.STUCK:
        return links
    longest = list(_longest(organisation, stuck)[:LOOKED_AT_STUCK])
    return links.filter(AnyOf(F("pk"), longest))


def _beyond(
    organisation: Organisation, stuck: Q | None, only: Cause | None, count: int
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
    links: QuerySet[Link], causes: Iterable[Cause], shown: int
) -> dict[Cause, list[Link]]:
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
    found: defaultdict[Cause, list[Link]] = defaultdict(list)
    link: Any  # annotated
    loaded = links.filter(pk__in=keys).order_by("-changed_at", "-pk")
    for link in loaded.prefetch_related(*WITH_RECORDS):
        found[Cause(link.trouble, link.code, link.cause)].append(link)
    return dict(found)
