"""The tax type of a line: which level wins, and why a lower one may not always stand in."""

from decimal import Decimal

import pytest

from factories import line, make_item, make_tax_code, make_template
from tallystick.books.models import Kind, TaxBasis
from tallystick.mapping.models import Direction
from tallystick.mapping.problems import Unresolved
from tallystick.mapping.resolve import Resolver
from tallystick.mirror.models import TaxRate


@pytest.fixture
def ladder(mapped):
    """Four codes of 0 %, each mapped to a tax type named after the level that shall bear it."""
    for level in ("LINE", "TEMPLATE", "ITEM", "DEFAULT"):
        mapped.rate(f"X{level}", "0")
        mapped.tax_code(level, "0", sales=f"X{level}")
    make_template(mapped.workspace, "Exports", tax_code="TEMPLATE")
    make_item(mapped.workspace, "TEA", tax_code="ITEM")
    mapped.default_tax_code(mapped.workspace.tax_codes.get(code="DEFAULT"))
    return mapped


@pytest.mark.parametrize(
    ("tax_code", "template", "item", "won"),
    [
        ("LINE", "Exports", "TEA", ("XLINE", "the line")),
        ("", "Exports", "TEA", ("XTEMPLATE", "the template")),
        ("", "", "TEA", ("XITEM", "the item")),
        ("", "", "COFFEE", ("XDEFAULT", "the workspace default")),
        ("", "", "", ("XDEFAULT", "the workspace default")),
    ],
)
def test_the_first_level_that_names_a_mapped_code_wins(ladder, tax_code, template, item, won):
    document = ladder.document(line(tax_code=tax_code, item_code=item), template=template)

    resolved = ladder.resolve(document)

    tax = resolved.why[0]["tax"]
    assert (tax["type"], tax["level"]) == (resolved.lines[0].tax_type, tax["level"]) == won


def test_a_level_that_is_not_mapped_is_passed_over_for_one_that_makes_the_same_tax(ladder):
    make_tax_code(ladder.workspace, "NEW", "0")
    document = ladder.document(line(tax_code="NEW", item_code="TEA"))

    tax = ladder.resolve(document).why[0]["tax"]

    assert (tax["type"], tax["level"]) == ("XITEM", "the item")
    assert tax["passed_over"] == ["line 1 (TEA) has tax code NEW, which has no tax mapping."]


def test_dead_rates_and_those_that_the_account_does_not_take_are_passed_over_too(ladder):
    TaxRate.objects.filter(tax_type="XLINE").update(status="DELETED")
    TaxRate.objects.filter(tax_type="XTEMPLATE").update(can_apply_to=["EXPENSE"])
    document = ladder.document(line(tax_code="LINE", item_code="TEA"), template="Exports")

    tax = ladder.resolve(document).why[0]["tax"]

    assert (tax["type"], tax["level"]) == ("XITEM", "the item")
    assert [told.partition(", ")[2] for told in tax["passed_over"]] == [
        "but XLINE 0% is no longer in use in Demo Company (UK).",
        "but XTEMPLATE 0% cannot be used with account 200 Sales in Demo Company (UK).",
    ]


def test_nothing_is_taxed_otherwise_in_silence(ladder):
    new = make_tax_code(ladder.workspace, "NEW20", "20")
    document = ladder.document(line(tax_code="NEW20", item_code="TEA"))

    problem = ladder.problem(document)

    assert problem.message == (
        "INV-1 was not sent: line 1 (TEA) has tax code NEW20, which has no tax mapping."
    )
    assert problem.remedy == "Choose what NEW20 is in Xero on sales under Settings, Tax mapping."
    assert (problem.screen, problem.waits_for) == ("tax-mapping", f"tax:{new.pk}:sales")


def test_a_code_added_while_a_round_is_judged_is_not_passed_over_in_silence(ladder):
    """The lists are read when they are first asked for, so they may differ by what came between."""
    ladder.default_tax_code(None)
    early, late = (
        ladder.document(line(tax_code="LINE"), number="INV-1"),
        ladder.document(line(item_code="COFFEE"), number="INV-2"),
    )
    resolver = Resolver.of(ladder.organisation)
    resolver.check(early, list(early.lines.all()))
    make_tax_code(ladder.workspace, "NEW20", "20")
    make_item(ladder.workspace, "COFFEE", tax_code="NEW20")
    ladder.default_tax_code(ladder.workspace.tax_codes.get(code="VAT20"))

    with pytest.raises(Unresolved, match="tax code NEW20 from the item, which has no tax mapping"):
        resolver.check(late, list(late.lines.all()))


@pytest.mark.parametrize("level", ["the template", "the item", "the workspace default"])
def test_a_code_named_later_that_taxes_what_was_made_without_is_a_question(mapped, level):
    make_template(mapped.workspace, "Exports")
    make_item(mapped.workspace, "TEA")
    document = mapped.document(line(item_code="TEA"), template="Exports")
    vat = mapped.workspace.tax_codes.get(code="VAT20")
    named = {
        "the template": mapped.workspace.document_templates,
        "the item": mapped.workspace.items,
    }
    if level in named:
        named[level].update(tax_code=vat)
    else:
        mapped.default_tax_code(vat)

    problem = mapped.problem(document)

    assert (problem.code, problem.is_question, problem.waits_for) == (
        "made_untaxed", True, "tax-default",
    )  # fmt: skip
    assert problem.message == (
        "INV-1 was not sent: line 1 (TEA) was entered without a tax code and bears no tax. With "
        f"VAT20, which {level} names now, 2.00 GBP are added as tax."
    )


def test_no_code_at_all_names_the_line_and_its_item(ladder):
    ladder.default_tax_code(None)
    document = ladder.document(line(item_code="COFFEE"))

    problem = ladder.problem(document)

    assert problem.message == (
        "INV-1 was not sent: line 1 (COFFEE) has no tax mapping, for neither the line nor its "
        "item has a tax code."
    )
    assert (problem.screen, problem.waits_for) == ("tax-mapping", "tax-default")


def test_a_code_from_elsewhere_than_the_line_says_from_where(ladder):
    ladder.default_tax_code(None)
    make_tax_code(ladder.workspace, "NEW", "0")
    make_item(ladder.workspace, "COFFEE", tax_code="NEW")

    problem = ladder.problem(ladder.document(line(item_code="COFFEE")))

    assert "line 1 (COFFEE) has tax code NEW from the item, which has" in problem.message


def test_sales_and_purchases_are_mapped_apart(mapped):
    reduced = mapped.tax_code("VAT5", "5", sales="OUTPUT2")
    mapped.rate("RRINPUT", "5", "EXPENSE")
    bill = mapped.document(line(tax_code="VAT5"), kind=Kind.BILL)

    problem = mapped.problem(bill)
    mapped.map(reduced, "RRINPUT", Direction.PURCHASES)

    assert problem.waits_for == f"tax:{reduced.pk}:purchases"
    assert "on purchases" in problem.remedy
    assert mapped.resolve(bill).lines[0].tax_type == "RRINPUT"


def test_a_document_without_tax_needs_no_mapping(mapped):
    document = mapped.document(line(), tax_basis=TaxBasis.NONE)

    resolved = mapped.resolve(document)

    assert resolved.lines[0].tax_type == "NONE"
    assert resolved.why[0]["tax"]["level"] == "the document"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"status": "DELETED"}, "OUTPUT2 20% is no longer in use in Demo Company (UK)"),
        (
            {"can_apply_to": ["EXPENSE"]},
            "OUTPUT2 20% cannot be used with account 200 Sales in Demo Company (UK)",
        ),
        ({"tax_type": "GONE"}, "OUTPUT2 is no longer in use in Demo Company (UK)"),
    ],
)
def test_a_rate_that_cannot_be_used_is_told_with_the_line(mapped, changed, why):
    TaxRate.objects.filter(tax_type="OUTPUT2").update(**changed)

    problem = mapped.problem(mapped.document(line(tax_code="VAT20")))

    assert problem.message == f"INV-1 was not sent: line 1 has tax code VAT20, but {why}."
    assert problem.remedy == "Choose another for VAT20 on sales under Settings, Tax mapping."


def test_the_tax_of_inclusive_lines_is_compared_as_it_is_taken_out(mapped):
    document = mapped.document(
        line(tax_code="VAT20", unit_price="541.25"), tax_basis=TaxBasis.INCLUSIVE
    )

    assert mapped.resolve(document).lines[0].unit_amount == Decimal("541.25")
