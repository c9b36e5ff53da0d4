"""What waits for a person: every failed, held or stuck link, grouped by its cause."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Case, CharField, Count, F, Max, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import Cast, Concat, RowNumber
from django.utils import timezone

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
    is_stuck,
)
from tallystick.sync.sums import AMOUNT, CURRENCY, SORT, Part, part_of_rows

_BETWEEN = "~"


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
        return Q(trouble=self.trouble, code=self.code, cause=self.key)


@dataclass(frozen=True, slots=True)
class Group:
    """All links of one cause."""

    cause: Cause
    part: Part
    newest_at: datetime
    #: The newest few, their records loaded.
    links: list[Link]

    @property
    def newest(self) -> Link:
        return self.links[0]


def troubled(organisation: Organisation) -> QuerySet[Link]:
    """Return the links that wait for a person, each with `trouble`, `code` and `cause`."""
    stuck = _is_stuck(organisation)
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
    return _waiting(organisation, _is_stuck(organisation)).order_by()[:at_most].count()


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


def groups_of(
    organisation: Organisation, *, shown: int = 10, at_most: int = 100, only: Cause | None = None
) -> tuple[list[Group], int]:
    """Return the causes by kind of trouble, the newest first, and how many more there are.

    Each with its newest links, up to `shown`.
    """
    links = troubled(organisation)
    if only:
        links = links.filter(only.condition())
    columns: Any = ("trouble", "code", "cause")
    by = links.order_by().values(*columns, the_currency=CURRENCY, the_sort=SORT)
    rows = by.annotate(count=Count("*"), the_total=Sum(AMOUNT), newest=Max("changed_at"))
    by_cause: defaultdict[Cause, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_cause[Cause(row["trouble"], row["code"], row["cause"])].append(row)
    newest = {cause: max(row["newest"] for row in found) for cause, found in by_cause.items()}
    order = {trouble: place for place, trouble in enumerate(Trouble.values)}
    causes = sorted(by_cause, key=newest.__getitem__, reverse=True)
    causes.sort(key=lambda cause: order[cause.trouble])
    first = _newest_links(links, causes[:at_most], shown)
    # Between the two questions the last link of a cause may have gone.
    groups = [
        Group(cause, part_of_rows(by_cause[cause]), newest[cause], first[cause])
        for cause in causes[:at_most]
        if cause in first
    ]
    return groups, max(0, len(causes) - at_most)


def _is_stuck(organisation: Organisation) -> Q | None:
    """Return the condition of what is on its way for too long; None where nothing is.

    Nor is anything where nothing is free to go, which is told by itself.
    """
    stuck = Link.objects.stuck().filter(organisation=organisation)
    return is_stuck() if stuck.exists() and not why_nothing_goes(organisation) else None


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
