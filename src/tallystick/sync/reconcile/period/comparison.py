"""Reconcile: ours against Xero's for a period and kinds, document by document and cent by cent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from tallystick.connections.clock import database_time
from tallystick.connections.models import Organisation
from tallystick.sync.links.record_kinds import RECORD_KINDS
from tallystick.sync.links.sync_rules import policy_of
from tallystick.sync.reconcile.period.document_sides import DOCUMENT_SIDES
from tallystick.sync.reconcile.period.freshness import Freshness, freshness_of
from tallystick.sync.reconcile.period.judging import (
    HERE_KEY,
    THERE_KEY,
    SidesOfKind,
    judged,
    keys_of_ours,
    keys_of_theirs,
)
from tallystick.sync.reconcile.period.settlement_sides import ALLOCATION_SIDES, PAYMENT_SIDES
from tallystick.sync.reconcile.period.words import (
    ASPECTS,
    COMPARED,
    REASONS,
    VERDICTS,
    Aspect,
    ComparedKind,
    Reason,
    Verdict,
)

PAGE_SIZE = 50
_AT_A_TIME = 2_000


@dataclass(slots=True)
class ComparedSum:
    """How many records have one verdict, and their money on each side, by currency."""

    verdict: Verdict
    count: int = 0
    here: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    there: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict.value,
            "count": self.count,
            "here": {code: str(amount) for code, amount in sorted(self.here.items())},
            "there": {code: str(amount) for code, amount in sorted(self.there.items())},
        }


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """One kind of record, compared."""

    kind: ComparedKind
    fresh: Freshness
    #: Of those verdicts that any record has, in their order.
    sums: Sequence[ComparedSum]

    @property
    def is_equal(self) -> bool:
        """All that stands on either side stands on both, alike; and all of it was seen."""
        return not self.fresh.gaps and not any(
            VERDICTS[one.verdict].is_difference for one in self.sums
        )

    @property
    def differing(self) -> int:
        """How many records do not agree, or are not known to."""
        return sum(one.count for one in self.sums if VERDICTS[one.verdict].is_difference)

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.name,
            "is_equal": self.is_equal,
            "differing": self.differing,
            "xero": self.fresh.to_json(),
            "sums": [one.to_json() for one in self.sums],
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """A period, compared: what of it agrees and what does not, kind by kind."""

    organisation: Organisation
    first: date
    last: date
    #: As of when ours is told; how fresh Xero's is, each kind says.
    at: datetime
    parts: Sequence[ComparedPart]

    @property
    def is_equal(self) -> bool:
        return all(part.is_equal for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        return {
            "organisation": self.organisation.name,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "at": self.at.isoformat(),
            "is_equal": self.is_equal,
            "kinds": [part.to_json() for part in self.parts],
        }


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One record with both its sides; what a side does not have is None."""

    verdict: Verdict
    reason: Reason
    aspects: Sequence[Aspect]
    day: date
    key: int
    here_id: int | None
    there_id: UUID | None
    link_id: int | None
    #: Of ours: the document itself, or that which a settlement is of.
    document_id: int | None
    document_kind: str | None
    state: str | None
    number_here: str | None
    number_there: str | None
    name_here: str | None
    name_there: str | None
    day_here: date | None
    day_there: date | None
    currency_here: str | None
    currency_there: str | None
    total_here: Decimal | None
    total_there: Decimal | None
    outstanding_here: Decimal | None
    outstanding_there: Decimal | None
    status_here: str | None
    status_there: str | None
    #: When Xero's side was read, by its clock.
    read_at: datetime | None

    @property
    def what(self) -> str:
        """In what the sides differ, such as `total, tax`."""
        return ", ".join(ASPECTS[one] for one in self.aspects)

    @property
    def why(self) -> str:
        return REASONS[self.reason]

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict.value,
            "reason": self.reason.value,
            "differs_in": [one.value for one in self.aspects],
            "here": self._side("here") if self.here_id else None,
            "there": self._side("there") if self.there_id else None,
        }

    def _side(self, side: str) -> dict[str, Any]:
        def said(name: str) -> Any:
            return getattr(self, f"{name}_{side}")

        total, left, day = said("total"), said("outstanding"), said("day")
        return {
            "id": str(self.there_id) if side == "there" else self.here_id,
            "number": said("number"),
            "name": said("name"),
            "date": day.isoformat() if day else None,
            "currency": said("currency"),
            "total": None if total is None else str(total),
            "outstanding": None if left is None else str(left),
            "status": said("status"),
        }


@dataclass(frozen=True, slots=True)
class RowsPage:
    """One page of rows; `before` and `after` are cursors for the address, empty where nothing is."""

    rows: Sequence[ComparedRow]
    before: str
    after: str


def compare_period(
    organisation: Organisation, first: date, last: date, kinds: Iterable[str] = tuple(COMPARED)
) -> Comparison:
    """Compare all that is dated in the period; a record counts once, by our day where we have it.

    Raises KeyError for a kind that is not compared.
    """
    at = database_time()
    parts = [_part(organisation, COMPARED[name], first, last) for name in kinds]
    return Comparison(organisation, first, last, at, parts)


def rows_of(
    organisation: Organisation,
    kind: str,
    first: date,
    last: date,
    *,
    verdicts: Sequence[Verdict] = (),
) -> Iterator[ComparedRow]:
    """Yield every row of these verdicts, the newest first; they are never all in memory."""
    which = COMPARED[kind]
    where = "WHERE split_part(fate, ':', 1) = ANY(%(verdicts)s)" if verdicts else ""
    text = (
        f"{judged(_sides_of(which))} SELECT {_ROW} FROM judged {where} ORDER BY day DESC, key DESC"  # noqa: S608 - our own text
    )
    given = _given(organisation, which, first, last) | {"verdicts": list(verdicts)}
    with connection.chunked_cursor() as cursor:
        cursor.execute(text, given)
        while rows := cursor.fetchmany(_AT_A_TIME):
            yield from map(_row, rows)


def page_of_rows(
    organisation: Organisation,
    kind: str,
    first: date,
    last: date,
    query: Mapping[str, str],
    *,
    verdicts: Sequence[Verdict] = (),
    size: int = PAGE_SIZE,
) -> RowsPage:
    """Return the page that `after` or `before` in the address names, the newest rows first.

    Without verdicts it costs the same whatever the period holds: the keys of the page are found
    along the indexes on the day, and only its rows are judged.
    """
    which = COMPARED[kind]
    backward = "before" in query
    cursor = _read_cursor(query.get("before") or query.get("after") or "")
    given = _given(organisation, which, first, last) | {"verdicts": list(verdicts)}
    find = _rows_with if verdicts else _rows_along
    rows = find(_sides_of(which), given, cursor, backward=backward, size=size + 1)
    more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
    if not rows:
        return RowsPage(rows, "", "")
    has_before = more if backward else cursor is not None
    has_after = cursor is not None if backward else more
    return RowsPage(
        rows,
        _cursor_of(rows[0]) if has_before else "",
        _cursor_of(rows[-1]) if has_after else "",
    )


_ROW = (
    "split_part(fate, ':', 1), split_part(fate, ':', 2), aspects, day, key, here_id, there_id, link_id,"
    " document_id, document_kind, state, number_here, number_there, name_here, name_there, day_here, day_there,"
    " currency_here, currency_there, total_here, total_there, outstanding_here, outstanding_there,"
    " status_here, status_there, read_at"
)
_SUMS = """
    SELECT split_part(fate, ':', 1), currency_here, currency_there,
           count(*), sum(total_here), sum(total_there)
    FROM judged GROUP BY 1, 2, 3"""


def _row(values: Sequence[Any]) -> ComparedRow:
    verdict, reason, aspects, *rest = values
    return ComparedRow(Verdict(verdict), Reason(reason), tuple(map(Aspect, aspects)), *rest)


def _part(organisation: Organisation, kind: ComparedKind, first: date, last: date) -> ComparedPart:
    sums: dict[Verdict, ComparedSum] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"{judged(_sides_of(kind))} {_SUMS}", _given(organisation, kind, first, last)
        )
        for verdict, currency_here, currency_there, count, here, there in cursor.fetchall():
            one = sums.setdefault(Verdict(verdict), ComparedSum(Verdict(verdict)))
            one.count += count
            if here is not None:
                one.here[currency_here] += here
            if there is not None:
                one.there[currency_there or ""] += there
    ordered = [sums[verdict] for verdict in Verdict if verdict in sums]
    return ComparedPart(kind, freshness_of(organisation, kind, first), ordered)


def _sides_of(kind: ComparedKind) -> SidesOfKind:
    if kind.is_document:
        return DOCUMENT_SIDES
    return PAYMENT_SIDES if kind.name == "payment" else ALLOCATION_SIDES


def _given(
    organisation: Organisation, kind: ComparedKind, first: date, last: date
) -> dict[str, Any]:
    fresh = freshness_of(organisation, kind, first)
    return {
        "organisation": organisation.pk,
        "workspace": organisation.workspace_id,
        "kind": kind.name,
        "type": kind.xero_type,
        "endpoint": kind.endpoint,
        "first": first,
        "last": last,
        "starts_on": policy_of(organisation, RECORD_KINDS[kind.name].sync_rule).starts_on,
        "read_at": fresh.read_at,
        "read_from": fresh.starts_on,
        "is_whole": fresh.is_whole,
    }


def _rows_with(
    kind: SidesOfKind,
    given: dict[str, Any],
    cursor: tuple[date, int] | None,
    *,
    backward: bool,
    size: int,
) -> list[ComparedRow]:
    """Return the next rows of some verdicts: all from the cursor on are judged to find them."""
    sign, order = (">", "ASC") if backward else ("<", "DESC")
    beyond = f"AND (day, key) {sign} (%(day)s, %(key)s)" if cursor else ""
    days = "true"
    if cursor:
        given |= {"day": cursor[0], "key": cursor[1]}
        days = f"{{}} {sign}= %(day)s"
    text = f"""
        {judged(kind, ours=days.format(kind.here_day), theirs=days.format(kind.there_day))}
        SELECT {_ROW} FROM judged
        WHERE split_part(fate, ':', 1) = ANY(%(verdicts)s) {beyond}
        ORDER BY day {order}, key {order} LIMIT %(size)s"""  # noqa: S608 - our own text
    return _fetched(text, given | {"size": size})


def _rows_along(
    kind: SidesOfKind,
    given: dict[str, Any],
    cursor: tuple[date, int] | None,
    *,
    backward: bool,
    size: int,
) -> list[ComparedRow]:
    """Return the next rows of any verdict.

    1. The keys of ours; if they fill the page, no later day of Xero's is of interest.
    2. The keys of Xero's that belong to none of ours.
    3. Both together in order, and of these the rows.
    """
    sign, order = (">", "ASC") if backward else ("<", "DESC")
    given |= {"size": size, "day": None, "key": None, "end": None}
    beyond = "true"
    if cursor:
        given |= {"day": cursor[0], "key": cursor[1]}
        beyond = f"{{day}} {sign}= %(day)s AND ({{day}}, {{key}}) {sign} (%(day)s, %(key)s)"
    ordered = f" ORDER BY day {order}, key {order} LIMIT %(size)s"
    where = beyond.format(day=kind.here_day, key=HERE_KEY)
    ours = _keys(keys_of_ours(kind, where) + ordered, given)
    where = beyond.format(day=kind.there_day, key=THERE_KEY)
    if len(ours) == size:
        given["end"] = ours[-1][0]
        where += f" AND {kind.there_day} {'<' if backward else '>'}= %(end)s"
    theirs = _keys(keys_of_theirs(kind, where) + ordered, given)
    keys = sorted([*ours, *theirs], reverse=not backward)[:size]
    given |= {
        "here": [key // 2 for _, key in keys if key % 2 == 0],
        "there": [key // 2 for _, key in keys if key % 2],
    }
    text = f"""
        {judged(kind, ours="here.id = ANY(%(here)s)", theirs="there.id = ANY(%(there)s)")}
        SELECT {_ROW} FROM judged ORDER BY day {order}, key {order}"""  # noqa: S608 - our own text
    return _fetched(text, given)


def _keys(text: str, given: Mapping[str, Any]) -> list[tuple[date, int]]:
    with connection.cursor() as cursor:
        cursor.execute(text, given)
        return [(day, key) for day, key in cursor.fetchall()]


def _fetched(text: str, given: Mapping[str, Any]) -> list[ComparedRow]:
    with connection.cursor() as cursor:
        cursor.execute(text, given)
        return list(map(_row, cursor.fetchall()))


def _cursor_of(row: ComparedRow) -> str:
    return f"{row.day.isoformat()}~{row.key}"


def _read_cursor(text: str) -> tuple[date, int] | None:
    """Return where to go on; what cannot be read begins anew."""
    day, _, key = text.partition("~")
    try:
        return date.fromisoformat(day), min(int(key), 2**63 - 1)
    except ValueError:
        return None
