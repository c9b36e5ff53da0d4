"""The workspace's default tax code: on documents from the start, and on older ones when asked for."""

from decimal import Decimal

import pytest

from factories import line, make_document, make_item, make_tax_code, make_workspace, owner_of
from tallystick.books.documents import cancel_documents
from tallystick.books.models import TaxBasis, TaxLevel
from tallystick.books.signals import documents_edited
from tallystick.books.tax_codes import set_default_tax_code
from tallystick.books.taxing import add_missing_tax
from tallystick.workspaces.models import AuditEntry, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    workspace = make_workspace()
    make_tax_code(workspace, "GST", "15")
    make_tax_code(workspace, "ZERO", "0")
    return workspace


def choose(workspace: Workspace, code: str) -> None:
    set_default_tax_code(workspace=workspace, tax_code=workspace.tax_codes.get(code=code))


def add(workspace: Workspace, *documents) -> list[int]:
    keys = [document.pk for document in documents]
    return add_missing_tax(workspace=workspace, actor=owner_of(workspace), document_ids=keys)


def test_lines_that_nobody_gives_a_code_bear_the_default_from_the_start(workspace):
    make_item(workspace, "CHART", tax_code="ZERO")
    choose(workspace, "GST")

    document = make_document(workspace, lines=[line(), line(item_code="CHART")])

    levels = [(one.tax_code.code, one.tax_level) for one in document.lines.order_by("position")]
    assert levels == [("GST", TaxLevel.DEFAULT), ("ZERO", TaxLevel.ITEM)]
    assert (document.tax, document.total) == (Decimal("1.50"), Decimal("21.50"))


@pytest.mark.parametrize(
    ("stated", "tax"), [("10.00", "0.00"), ("11.50", "1.50"), ("11.55", "1.50"), ("9.95", "0.00")]
)
def test_a_stated_total_tells_whether_there_is_room_for_the_default(workspace, stated, tax):
    choose(workspace, "GST")

    document = make_document(workspace, total=stated)

    assert (document.tax, document.total) == (Decimal(tax), Decimal(stated))
    assert document.lines.get().tax == document.tax
    assert (document.lines.get().tax_code is None) == (not document.tax)


def test_what_was_made_before_stays_until_the_tax_is_added(workspace):
    document = make_document(workspace, submitted=True)
    choose(workspace, "GST")
    document.refresh_from_db()
    assert document.total == Decimal("10.00")
    announced: list[int] = []
    documents_edited.connect(
        listener := lambda document_ids, **_: announced.extend(document_ids), weak=True
    )

    changed = add(workspace, document)
    again = add(workspace, document)

    assert listener
    document.refresh_from_db()
    assert (changed, again, announced) == ([document.pk], [], [document.pk])
    assert (document.tax, document.total, document.revision) == (
        Decimal("1.50"), Decimal("11.50"), 2,
    )  # fmt: skip
    assert document.lines.get().tax_level == TaxLevel.DEFAULT
    told = AuditEntry.objects.filter(action="document.edited").values_list("message", flat=True)
    assert told.get() == (
        f"{document.number} bears 1.50 of tax now: it comes to 11.50 instead of 10.00 NZD "
        "(revision 2)."
    )


def test_tax_inside_the_prices_leaves_the_total(workspace):
    document = make_document(
        workspace, tax_basis=TaxBasis.INCLUSIVE, lines=[line(unit_price="11.50")]
    )
    choose(workspace, "GST")

    add(workspace, document)

    document.refresh_from_db()
    assert (document.subtotal, document.tax, document.total) == (
        Decimal("10.00"), Decimal("1.50"), Decimal("11.50"),
    )  # fmt: skip


def test_the_cents_of_the_source_stay_and_so_do_cancelled_documents(workspace):
    rounded = make_document(workspace, total="10.03")
    cancelled = make_document(workspace, submitted=True)
    cancel_documents(workspace=workspace, document_ids=[cancelled.pk], actor=None)
    choose(workspace, "GST")

    assert add(workspace, rounded, cancelled) == [rounded.pk]

    rounded.refresh_from_db()
    assert (rounded.rounding, rounded.total) == (Decimal("0.03"), Decimal("11.53"))


def test_another_workspaces_documents_are_not_touched(workspace):
    elsewhere = make_document(make_workspace("Elsewhere"))
    choose(workspace, "GST")

    assert add(workspace, elsewhere) == []
