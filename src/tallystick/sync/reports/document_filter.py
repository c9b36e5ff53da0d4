"""Which documents a list shows, read from its address and kept there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from tallystick.books.given_values import amount_in, key_in
from tallystick.books.lookups import AnyOf
from tallystick.books.models import Document, DocumentQuerySet, Kind, Party, Status
from tallystick.books.search import found_by
from tallystick.connections.models import Organisation
from tallystick.sync.models import Link
from tallystick.sync.reports.narrowing import (
    PERIODS,
    STATES,
    DaySpan,
    IndexStretch,
    NarrowedRows,
    day_in,
    days_within,
    kept_by_all,
    one_of,
    shortest_of,
    stretch_of,
    text_in,
)
from tallystick.sync.reports.state_filters import in_state, links_in_state, shows_word
from tallystick.workspaces.models import Workspace

#: Orders that an index carries: a column of the list to a field.
SORTS = {"issued": "issued_on", "number": "number"}


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """One list's filter; whatever cannot be read counts as not given."""

    q: str = ""
    state: str = ""
    status: str = ""
    period: str = ""
    since: date | None = None
    until: date | None = None
    party: Party | None = None
    sort: str = "-issued"

    @classmethod
    def of(cls, query: Mapping[str, str], workspace: Workspace) -> Self:
        sort = query.get("sort", "")
        return cls(
            q=query.get("q", "").strip()[:100],
            state=one_of(query.get("state", ""), STATES),
            status=one_of(query.get("status", ""), Status.values),
            period=one_of(query.get("period", ""), PERIODS),
            since=day_in(query.get("since", "")),
            until=day_in(query.get("until", "")),
            party=_party(query.get("party", ""), workspace),
            sort=sort if sort.removeprefix("-") in SORTS else "-issued",
        )

    @property
    def text(self) -> str:
        return text_in(self.q)

    @property
    def is_narrowed(self) -> bool:
        given = (self.q, self.state, self.status, self.period, self.since, self.until, self.party)
        return any(given)

    @property
    def sort_field(self) -> str:
        return SORTS[self.sort.removeprefix("-")]

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def period_words(self) -> str:
        """What the chip of the period says."""
        return DaySpan(self.period, self.since, self.until).words

    def documents(
        self, workspace: Workspace, kind: Kind, organisation: Organisation | None, *, today: date
    ) -> DocumentQuerySet:
        """Return what the list holds, in no order; `today` is a day of the workspace's zone."""
        return self.narrowed(workspace, kind, organisation, today=today).rows

    def narrowed(
        self, workspace: Workspace, kind: Kind, organisation: Organisation | None, *, today: date
    ) -> NarrowedRows[DocumentQuerySet]:
        """Return the same, and how it is best gone through."""
        if self.state and self.status == Status.DRAFT:  # a draft shows none of the words
            return NarrowedRows(Document.objects.none())
        ours = Document.objects.in_workspace(workspace).of_kind(kind)
        stretches = [stretch_of(ours, condition) for condition in self._conditions(today)]
        if self.state and organisation is not None:
            links = links_in_state(organisation, self.state, [kind]).filter(document__isnull=False)
            keys = links.values_list("document_id", flat=True)
            stretches.append(IndexStretch(shows_word(self.state, organisation), keys))
        elif self.state:
            ours = in_state(ours, self.state, None)
        found = found_by(self.q, workspace, [kind]) if self.text else None
        if found is not None:
            return NarrowedRows(kept_by_all(ours.filter(AnyOf(F("pk"), found)), stretches, None))
        is_joint = bool(self.text) or len(stretches) > 1
        short = shortest_of(stretches) if is_joint else None
        rows = kept_by_all(ours, stretches, short)
        rows = rows.matching(self.text, workspace) if self.text else rows
        return NarrowedRows(rows, is_long=bool(self.text) and short is None)

    def _conditions(self, today: date) -> Iterator[Q]:
        """Yield each condition that an index of documents knows alone."""
        since, until = DaySpan(self.period, self.since, self.until).bounds(today)
        if self.party:
            yield Q(party=self.party)
        if self.status:
            yield Q(status=self.status)
        if since or until:
            yield days_within("issued_on", since, until)
        amount = amount_in(self.q)
        if amount is not None:
            yield Q(total=amount)

    @property
    def asks_records(self) -> bool:
        """Whether more is asked for than the documents' links tell."""
        return bool(self.q or self.status or self.party)

    def links(
        self,
        workspace: Workspace,
        kind: Kind,
        organisation: Organisation | None,
        *,
        today: date,
        state: str = "",
    ) -> QuerySet[Link] | None:
        """Return the links of the same documents; None where no state is asked for.

        They bear what the list is ordered and counted by, so that a state that hardly any document
        is in is found as quickly as one that all are in. With more than state and days each link's
        document is looked at in its turn: a subquery of one value is what PostgreSQL does not make
        a join of all with all of. `state` is one of those that show the word; without it all of
        them are meant.
        """
        if organisation is None or not self.state:
            return None
        found = links_in_state(organisation, self.state, [kind], exactly=state)
        since, until = DaySpan(self.period, self.since, self.until).bounds(today)
        found = found.filter(days_within("day", since, until), document__isnull=False)
        if not self.asks_records:
            return found
        documents = Document.objects.filter(pk=OuterRef("document"))
        given = {"party": self.party, "status": self.status}
        documents = documents.filter(**{name: value for name, value in given.items() if value})
        if self.text:
            documents = documents.matching(self.text, workspace)
        return found.filter(document=Subquery(documents.values("pk")[:1]))


def _party(key: str, workspace: Workspace) -> Party | None:
    pk = key_in(key)
    return None if pk is None else Party.objects.in_workspace(workspace).filter(pk=pk).first()
