"""Lines without a tax code of their own bear the template's, else the item's, from the start."""

from decimal import Decimal

import pytest

from factories import line, make_document, make_item, make_tax_code, make_template, make_workspace
from tallystick.books.models import TaxBasis, TaxLevel
from tallystick.workspaces.models import Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    workspace = make_workspace()
    make_tax_code(workspace, "GST", "15")
    make_tax_code(workspace, "ZERO", "0")
    make_item(workspace, "WIDGET", tax_code="GST")
    make_template(workspace, "Exports", tax_code="ZERO")
    return workspace


def test_the_item_names_it(workspace: Workspace):
    document = make_document(workspace, lines=[line(item_code="WIDGET"), line()])

    taxed, bare = document.lines.order_by("position")
    assert (taxed.tax_code.code, taxed.tax_level, taxed.tax) == ("GST", TaxLevel.ITEM, 1.5)
    assert (bare.tax_code, bare.tax_level) == (None, TaxLevel.LINE)
    assert (document.tax, document.total) == (Decimal("1.50"), Decimal("21.50"))


def test_the_template_goes_before_the_item_and_the_line_before_both(workspace: Workspace):
    lines = [line(item_code="WIDGET"), line(item_code="WIDGET", tax_code="GST")]

    document = make_document(workspace, template="Exports", lines=lines)

    levels = [(one.tax_code.code, one.tax_level) for one in document.lines.order_by("position")]
    assert levels == [("ZERO", TaxLevel.TEMPLATE), ("GST", TaxLevel.LINE)]
    assert document.tax == Decimal("1.50")


def test_a_document_without_tax_bears_none_whatever_the_item_says(workspace: Workspace):
    document = make_document(workspace, lines=[line(item_code="WIDGET")], tax_basis=TaxBasis.NONE)

    assert document.tax == 0
