"""Which tax code a line bears that names none: its template's, its item's, the workspace default.

It is decided when the document is made and kept on its lines, so that what changes there later
does not change what was made before. Lines that got none by then are given one by a person alone,
for their document comes to another total with it.
"""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import cast

from django.db import transaction

from tallystick.books import signals
from tallystick.books.models import Document, Item, Line, Status, TaxBasis, TaxCode, TaxLevel
from tallystick.books.tax_codes import default_tax_code
from tallystick.money import Basis, Totals, document_totals, line_tax
from tallystick.workspaces import audit
from tallystick.workspaces.models import User, Workspace


class TaxLadder:
    """The levels below the line itself; read once for many lines."""

    def __init__(self, workspace: Workspace, item_codes: Collection[str]) -> None:
        """Name the items of the lines that will be asked about."""
        named = {code for code in item_codes if code}
        items = Item.objects.in_workspace(workspace).filter(code__in=named, tax_code__isnull=False)
        self._of_items = {item.code: item.tax_code for item in items.select_related("tax_code")}
        self._default = default_tax_code(workspace)

    def below(self, template: TaxCode | None, item_code: str) -> tuple[TaxCode | None, TaxLevel]:
        """Return the tax code and who names it; nobody: none, as of the line."""
        if template:
            return template, TaxLevel.TEMPLATE
        if item := self._of_items.get(item_code):
            return item, TaxLevel.ITEM
        if self._default:
            return self._default, TaxLevel.DEFAULT
        return None, TaxLevel.LINE


def rate_of(line: Line) -> Decimal:
    """Return the line's rate in percent."""
    return line.tax_code.rate if line.tax_code else Decimal(0)


def basis_of(document: Document) -> Basis:
    """Return how the document's line amounts stand to tax, in the words of `money`."""
    return cast(Basis, TaxBasis(document.tax_basis).value)


def totals_of(document: Document, lines: Iterable[Line]) -> Totals:
    """Return what the lines come to, each with the tax that it bears, computed or stated.

    Of the document only how amounts stand to tax is asked.
    """
    return document_totals([(line.amount, line.tax) for line in lines], basis_of(document))


def with_missing_tax(workspace: Workspace, documents: Sequence[Document]) -> list[Document]:
    """Return those whose lines lack a tax code that a level names now, with it; nothing is saved.

    Their lines must have been fetched, with tax codes and template; they hold the new sums.
    """
    bare = [line for each in documents for line in each.lines.all() if _lacks_code(line)]
    ladder = TaxLadder(workspace, {line.item_code for line in bare})
    return [each for each in documents if _give_codes(each, ladder)]


@transaction.atomic
def add_missing_tax(
    *, workspace: Workspace, actor: User | None, document_ids: Sequence[int]
) -> list[int]:
    """Give lines without a tax code the one that a level names now; return the documents changed.

    They come to other sums, as their next revision; what is submitted is announced as edited.
    What is cancelled, or lacks no code that is named, stays as it is.
    """
    wanted = Document.objects.in_workspace(workspace).filter(pk__in=document_ids)
    list(wanted.locked().values_list("pk", flat=True))
    standing = wanted.exclude(status=Status.CANCELLED).select_related("template__tax_code")
    documents = list(standing.prefetch_related("lines__tax_code").order_by("pk"))
    before = {each.pk: each.total for each in documents}
    changed = with_missing_tax(workspace, documents)
    for each in changed:
        each.revision += 1
    Line.objects.bulk_update(
        [line for each in changed for line in each.lines.all()],
        ["tax_code", "tax_level", "tax"],
        batch_size=500,
    )
    sums = ["subtotal", "tax", "total", "revision"]
    Document.objects.bulk_update(changed, sums, batch_size=500)
    audit.record_each(
        workspace=workspace,
        actor=actor,
        action="document.edited",
        subject=Document,
        messages={
            each.pk: f"{each.number} bears {each.tax:,} of tax now: it comes to {each.total:,} "
            f"instead of {before[each.pk]:,} {each.currency} (revision {each.revision})."
            for each in changed
        },
    )
    submitted = [each.pk for each in changed if each.status == Status.SUBMITTED]
    if submitted:
        signals.documents_edited.send(sender=Document, workspace=workspace, document_ids=submitted)
    return [each.pk for each in changed]


def _give_codes(document: Document, ladder: TaxLadder) -> bool:
    """Put codes on lines that lack one, and the sums on the document; tell whether there was any."""
    template = document.template.tax_code if document.template else None
    given = False
    for line in document.lines.all():
        code, level = ladder.below(template, line.item_code) if _lacks_code(line) else (None, "")
        if code:
            line.tax_code, line.tax_level = code, level
            if not line.tax_is_stated:
                line.tax = line_tax(line.amount, code.rate, basis_of(document))
            given = True
    if given:
        totals = totals_of(document, document.lines.all())
        document.subtotal, document.tax = totals.subtotal, totals.tax
        document.total = totals.total + document.rounding
    return given


def _lacks_code(line: Line) -> bool:
    return line.tax_code_id is None and line.quantity is not None
