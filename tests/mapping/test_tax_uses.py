"""What uses each tax code, and when the mapping of taxes is complete."""

import pytest

from factories import line, make_item, make_template
from tallystick.books.documents import cancel_documents
from tallystick.books.models import Kind
from tallystick.mapping import tax_uses as room
from tallystick.mapping.models import Direction
from tallystick.mapping.tax_uses import tax_mapping_gaps, tax_uses
from tallystick.mapping.unchosen import unchosen
from tallystick.mirror.models import TaxRate

SALES, PURCHASES = Direction.SALES, Direction.PURCHASES


def gaps(mapped) -> list[str]:
    return [one.message for one in tax_mapping_gaps(mapped.organisation)]


def test_each_use_is_counted(mapped):
    code = mapped.tax_code("VAT5", "5")
    make_item(mapped.workspace, "BEANS", tax_code="VAT5")
    make_template(mapped.workspace, "Exports", tax_code="VAT5")
    mapped.default_tax_code(code)
    mapped.document(line(tax_code="VAT5"), line(tax_code="VAT5"))
    mapped.document(line(tax_code="VAT5"), number="B-1", kind=Kind.BILL)
    gone = mapped.document(line(tax_code="VAT5"), number="INV-2")
    cancel_documents(workspace=mapped.workspace, document_ids=[gone.pk], actor=mapped.owner)

    uses = tax_uses(mapped.workspace)[code.pk]

    assert uses.told == (
        "1 item, 1 template, 1 document on sales, 1 document on purchases, default"
    )


def test_of_documents_the_newest_are_looked_at_and_it_says_so(mapped, monkeypatch):
    monkeypatch.setattr(room, "NEWEST", 1)
    code = mapped.tax_code("VAT5", "5")
    mapped.document(line(tax_code="VAT5"))
    mapped.document(line(tax_code="VAT5"), number="INV-2")

    told = tax_uses(mapped.workspace)[code.pk].told

    assert told == "1 document on sales (of the newest 1 of each kind)"


def test_a_code_that_nothing_uses_is_no_gap(mapped):
    mapped.tax_code("VAT5", "5")

    assert gaps(mapped) == []


@pytest.mark.parametrize(
    ("kind", "side"), [(Kind.SALES_INVOICE, "sales"), (Kind.SUPPLIER_CREDIT_NOTE, "purchases")]
)
def test_a_side_that_documents_use_needs_a_rate_of_its_own(mapped, kind, side):
    mapped.rate("FIVE", "5", "REVENUE", "EXPENSE")
    code = mapped.tax_code("VAT5", "5")
    mapped.map(code, "FIVE", PURCHASES if side == "sales" else SALES)
    assert gaps(mapped) == []
    mapped.document(line(tax_code="VAT5"), kind=kind)

    assert gaps(mapped) == [f"No tax rate is chosen for VAT5 on {side}."]
    assert f"No tax rate is chosen for VAT5 on {side}." in [
        one.message for one in unchosen(mapped.organisation)
    ]
    mapped.map(code, "FIVE", Direction(side))
    assert gaps(mapped) == []


def test_what_items_name_needs_a_rate_on_one_side(mapped):
    mapped.rate("FIVE", "5", "REVENUE", "EXPENSE")
    code = mapped.tax_code("VAT5", "5")
    make_item(mapped.workspace, "BEANS", tax_code="VAT5")
    assert gaps(mapped) == ["No tax rate is chosen for VAT5."]

    mapped.map(code, "FIVE", PURCHASES)

    assert gaps(mapped) == []


@pytest.mark.parametrize(
    ("change", "happened"),
    [
        ({"status": "ARCHIVED"}, "Xero archived tax rate OUTPUT2 20%"),
        ({"can_apply_to": ["EXPENSE"]}, "Xero does not take tax rate OUTPUT2 20% there any more"),
    ],
    ids=["archived", "unfit"],
)
def test_a_rate_that_cannot_be_used_any_more_is_a_gap(mapped, change, happened):
    mapped.document(line(tax_code="VAT20"))
    assert gaps(mapped) == []

    TaxRate.objects.filter(tax_type="OUTPUT2").update(**change)

    assert gaps(mapped) == [f"{happened}, which is chosen for VAT20 on sales."]


def test_a_rate_that_is_gone_is_a_gap(mapped):
    mapped.document(line(tax_code="VAT20"))
    TaxRate.objects.filter(tax_type="OUTPUT2").delete()

    assert len(gaps(mapped)) == 1
