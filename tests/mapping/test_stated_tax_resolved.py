"""Tax as the source states it goes to Xero; by which tax type is decided as for every other line."""

from decimal import Decimal

import pytest

from factories import line, make_item
from tallystick.books.documents import edit_document
from tallystick.books.inputs import DocumentInput
from tallystick.books.models import TaxBasis, TaxCode
from tallystick.mirror.models import TaxRate
from tallystick.xero.drafts import to_body


def code(mapped, name: str) -> TaxCode:
    return TaxCode.objects.get(workspace=mapped.workspace, code=name)


def test_stated_tax_is_sent_and_no_other_line_says_what_tax_it_bears(mapped):
    document = mapped.document(
        line("Frame", unit_price="58.95", tax_code="VAT20", tax="9.82"),
        line("Tea", tax_code="VAT20"),
        tax_basis=TaxBasis.INCLUSIVE,
    )

    stated, computed = mapped.resolve(document).lines

    assert (stated.tax_amount, stated.tax_type) == (Decimal("9.82"), "OUTPUT2")
    assert b"TaxAmount" not in to_body("LineItems", [computed])


def test_a_code_mapped_to_another_rate_stops_stated_tax_too(mapped):
    document = mapped.document(line(tax_code="VAT20", tax="1.99"))
    TaxRate.objects.filter(tax_type="OUTPUT2").update(effective_rate=Decimal(15))

    problem = mapped.problem(document)

    assert problem.code == "totals"
    assert "bears 20% of tax here by VAT20" in problem.message


def test_a_level_passed_over_must_make_what_the_lines_own_code_would(mapped):
    mapped.tax_code("VAT15", "15")
    mapped.rate("RROUTPUT", "15")
    mapped.map(mapped.tax_code("OLD15", "15"), "RROUTPUT")
    make_item(mapped.workspace, "TEA", tax_code="OLD15")
    make_item(mapped.workspace, "CUP", tax_code="VAT20")
    fits = mapped.document(line(item_code="TEA", tax_code="VAT15", tax="1.49"), number="A")
    misfits = mapped.document(line(item_code="CUP", tax_code="VAT15", tax="1.49"), number="B")

    assert mapped.resolve(fits).lines[0].tax_type == "RROUTPUT"
    assert mapped.problem(misfits).code == "tax_not_mapped"


def test_a_line_without_code_takes_the_default_and_nobody_is_asked_to_add_its_tax(mapped):
    document = mapped.document(line(tax="1.99"))
    mapped.default_tax_code(code(mapped, "VAT20"))

    (draft,) = mapped.resolve(document).lines

    assert (draft.tax_type, draft.tax_amount) == ("OUTPUT2", Decimal("1.99"))


@pytest.mark.parametrize(
    ("tax_code", "stated", "other", "said"),
    [
        ("VAT20", "0", "ZERO", "bears no tax as its source states it, but OUTPUT2 20%"),
        ("ZERO", "2.00", "VAT20", "bears 2.00 GBP of tax as its source states it, but NONE 0%"),
    ],
)
def test_a_rate_that_says_the_contrary_of_the_source_stops_until_another_code_is_chosen(
    mapped, tax_code, stated, other, said
):
    mapped.tax_code("ZERO", "0", sales="NONE")
    document = mapped.document(line(tax_code=tax_code, tax=stated))

    problem = mapped.problem(document)
    assert (problem.code, said in problem.message) == ("stated_tax", True), problem.message
    assert "choose the tax code that the line is taxed by, or untick" in problem.remedy
    total = document.total
    given = DocumentInput(
        party_number=document.party.number,
        issued_on=document.issued_on,
        due_on=document.due_on,
        currency="GBP",
        lines=(line(tax_code=other),),
    )
    edit_document(workspace=mapped.workspace, actor=None, document_id=document.pk, document=given)
    document.refresh_from_db()

    (draft,) = mapped.resolve(document).lines
    assert (draft.tax_amount, document.total) == (None, total)


def test_of_a_small_sum_no_tax_is_rounding(mapped):
    document = mapped.document(line(unit_price="0.03", tax_code="VAT20", tax="0"))

    (draft,) = mapped.resolve(document).lines

    assert draft.tax_amount == 0
