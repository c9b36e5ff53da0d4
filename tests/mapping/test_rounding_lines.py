"""A source's total that differs by cents from its lines: a question, or a line of its own."""

from decimal import Decimal

import pytest

from factories import line
from tallystick.books.models import Charge, Kind, TaxBasis
from tallystick.mapping.models import Direction, Rounding
from tallystick.mirror.models import TaxRate


@pytest.fixture
def rounding(mapped):
    """Rounding lines are switched on and go to Xero's own account for them."""
    mapped.account("860", "Rounding", "LIABILITY", type="CURRLIAB", system_account="ROUNDING")
    for direction in Direction:
        mapped.choose(direction, Charge.ROUNDING, "860")
    mapped.round_by(Rounding.LINE)
    return mapped


def test_unless_chosen_otherwise_the_document_is_held_with_a_question(mapped):
    document = mapped.document(line(tax_code="VAT20"), total="12.01")

    problem = mapped.problem(document)

    assert problem.is_question
    assert problem.message == (
        "INV-1 was not sent: its source says 12.01 GBP, which is +0.01 beside the sum of its lines."
    )
    assert (problem.screen, problem.waits_for) == ("accounts", "rounding")


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("total", ["12.10", "11.97"])
def test_a_line_makes_up_the_difference(rounding, kind, total):
    document = rounding.document(line(tax_code="VAT20"), kind=kind, total=total)

    resolved = rounding.resolve(document)

    added = resolved.lines[-1]
    assert (added.description, added.quantity) == ("Rounding", Decimal(1))
    assert added.unit_amount == Decimal(total) - Decimal("12.00")
    assert (added.account_code, added.tax_type) == ("860", "NONE")
    assert resolved.why[-1]["position"] == 2
    assert resolved.why[-1]["account"]["level"] == "rounding"


@pytest.mark.parametrize("basis", TaxBasis)
def test_on_every_basis_the_line_bears_no_tax(rounding, basis):
    sums = {TaxBasis.EXCLUSIVE: "12.03", TaxBasis.INCLUSIVE: "10.03", TaxBasis.NONE: "10.03"}
    document = rounding.document(line(tax_code="VAT20"), tax_basis=basis, total=sums[basis])

    assert rounding.resolve(document).lines[-1].unit_amount == Decimal("0.03")


def test_where_there_is_no_plain_rate_of_zero_another_live_one_that_fits_is_taken(rounding):
    TaxRate.objects.filter(tax_type="NONE").update(status="DELETED")
    rounding.rate("AZERO", "0", "EXPENSE")
    rounding.rate("BZERO", "0", "LIABILITY", status="DELETED")
    rounding.rate("CTEN", "10", "LIABILITY")
    rounding.rate("DZERO", "0", "LIABILITY")
    document = rounding.document(line(tax_code="VAT20"), total="12.01")

    assert rounding.resolve(document).lines[-1].tax_type == "DZERO"


def test_without_any_rate_of_zero_the_account_is_to_be_changed(rounding):
    TaxRate.objects.filter(tax_type="NONE").update(can_apply_to=["REVENUE"])

    problem = rounding.problem(rounding.document(line(tax_code="VAT20"), total="12.01"))

    assert "has no tax rate of 0 % for the rounding account 860 Rounding" in problem.message


def test_without_an_account_for_it_the_choice_is_asked_for(rounding):
    rounding.choose(Direction.SALES, Charge.ROUNDING, "")

    problem = rounding.problem(rounding.document(line(tax_code="VAT20"), total="12.01"))

    assert problem.message == (
        "INV-1 was not sent: it needs a rounding line of 0.01 GBP, but no account is chosen for "
        "rounding."
    )
    assert not problem.is_question
    assert (problem.screen, problem.waits_for) == ("accounts", "account:sales:rounding")


def test_a_rounding_account_that_died_is_named(rounding):
    rounding.organisation.accounts.filter(code="860").update(status="ARCHIVED")

    problem = rounding.problem(rounding.document(line(tax_code="VAT20"), total="12.01"))

    assert "the rounding account 860 cannot be used any more in Demo" in problem.message
