"""What uses each tax code of ours, and whether each that is used has a rate in Xero.

A code is in use where an item, a template or the default names it, or a line of a document does.
Of documents the newest of each kind are looked at: a workspace may have a million lines.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import Count

from tallystick.books.models import Document, DocumentTemplate, Item, Kind, Line, Status, TaxCode
from tallystick.books.tax_codes import default_tax_code, tax_codes_of
from tallystick.connections.models import Organisation
from tallystick.english import counted
from tallystick.mapping.choices import fits
from tallystick.mapping.chosen_records import ChosenRecord, chosen_records
from tallystick.mapping.known import Known, is_in_use
from tallystick.mapping.models import Direction
from tallystick.mapping.problems import TAX_MAPPING
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.workspaces.models import Workspace

#: Of each kind of document so many are looked at, those with the latest dates.
NEWEST = 1_000


@dataclass(slots=True)
class TaxUses:
    """How often a tax code is named."""

    items: int = 0
    templates: int = 0
    is_default: bool = False
    #: Documents by direction, of the newest.
    documents: Counter[Direction] = field(default_factory=Counter)
    #: Older documents were not looked at.
    is_bounded: bool = False

    @property
    def told(self) -> str:
        """Such as `3 items, 1 template, 124 invoices and credits`; empty for an unused one."""
        parts = [
            counted(self.items, "item") if self.items else "",
            counted(self.templates, "template") if self.templates else "",
            *(f"{counted(count, 'document')} on {one}" for one, count in self.documents.items()),
            "default" if self.is_default else "",
        ]
        told = ", ".join(filter(None, parts))
        return f"{told} (of the newest {NEWEST:,} of each kind)" if self.is_bounded else told

    @property
    def is_used(self) -> bool:
        return bool(self.items or self.templates or self.is_default or self.documents)


@dataclass(frozen=True, slots=True)
class TaxGap:
    """A tax code that is in use, and has no rate in use in Xero where it needs one."""

    tax_code: TaxCode
    #: None: it is named by no document yet, and has a rate on neither side.
    direction: Direction | None
    #: What Xero did to the rate that is chosen; empty where none is.
    happened: str = ""

    @property
    def message(self) -> str:
        where = (
            f"{self.tax_code.code} on {self.direction}" if self.direction else self.tax_code.code
        )
        if self.happened:
            return f"{self.happened}, which is chosen for {where}."
        return f"No tax rate is chosen for {where}."

    @property
    def screen(self) -> str:
        return TAX_MAPPING


def tax_uses(workspace: Workspace) -> Mapping[int, TaxUses]:
    """Return what uses each tax code, by primary key; one that nothing uses is absent."""
    found: defaultdict[int, TaxUses] = defaultdict(TaxUses)
    for model, attribute in ((Item, "items"), (DocumentTemplate, "templates")):
        rows = model._default_manager.filter(workspace=workspace).exclude(tax_code=None)
        for pk, count in rows.order_by().values_list("tax_code").annotate(Count("pk")):
            setattr(found[pk], attribute, count)
    if default := default_tax_code(workspace):
        found[default.pk].is_default = True
    for kind in Kind:
        rows, is_bounded = _in_documents(workspace, kind)
        for pk, count in rows:
            found[pk].documents[Direction.of(kind)] += count
            found[pk].is_bounded |= is_bounded
    return dict(found)


def tax_mapping_gaps(organisation: Organisation) -> list[TaxGap]:
    """Return every tax code in use without a rate that its direction can bear; by code.

    None: the mapping is complete, and what needs a complete one may be switched on.
    """
    uses = tax_uses(organisation.workspace)
    known = Known(organisation)
    chosen = {one.key: one for one in chosen_records(organisation, known)}
    return [
        gap
        for code in tax_codes_of(organisation.workspace)
        if code.pk in uses
        for gap in _gaps_of(code, uses[code.pk], known, chosen)
    ]


def _gaps_of(
    code: TaxCode, uses: TaxUses, known: Known, chosen: Mapping[str, ChosenRecord]
) -> Iterator[TaxGap]:
    lacking = [one for one in Direction if not _has_rate(known, code, one)]
    for direction in lacking:
        if uses.documents[direction]:
            yield _gap(code, direction, chosen)
    if not uses.documents.total() and len(lacking) == len(Direction):
        yield TaxGap(code, None)


def _has_rate(known: Known, code: TaxCode, direction: Direction) -> bool:
    rate = known.tax_rates.get(known.tax_types.get((code.pk, direction), ""))
    return rate is not None and is_in_use(rate) and fits(rate, direction)


def _gap(code: TaxCode, direction: Direction, chosen: Mapping[str, ChosenRecord]) -> TaxGap:
    standing = chosen.get(wait_key(WaitSort.TAX_MAPPING, code.pk, direction))
    return TaxGap(code, direction, standing.happened if standing else "")


def _in_documents(workspace: Workspace, kind: Kind) -> tuple[list[tuple[int, int]], bool]:
    """Return how many of the newest documents name each code; and whether there are older ones."""
    documents = Document.objects.filter(workspace=workspace, kind=kind)
    live = documents.exclude(status=Status.CANCELLED).order_by("-issued_on", "-pk")
    keys = list(live.values_list("pk", flat=True)[: NEWEST + 1])
    lines = Line.objects.filter(document__in=keys[:NEWEST]).exclude(tax_code=None).order_by()
    rows = lines.values_list("tax_code").annotate(Count("document", distinct=True))
    return list(rows), len(keys) > NEWEST
