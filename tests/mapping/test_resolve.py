"""What can be sent, and every reason why not, before Xero is asked."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from factories import line, make_document, make_tax_code, make_workspace, owner_of
from tallystick.books.models import Document, TaxBasis
from tallystick.connections.models import Organisation
from tallystick.mapping.models import Account, TaxRate
from tallystick.mapping.problems import Problem, Unresolved
from tallystick.mapping.resolve import Resolver
from tallystick.mapping.services import (
    MappingRefused,
    choices_of,
    choose_default_tax_code,
    choose_sales_account,
    choose_tax_type,
)
from tallystick.workspaces.access import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    """UK books with a few accounts and rates; tax code VAT20 is mapped and 200 is for sales."""
    workspace = make_workspace(currency="GBP")
    organisation = Organisation.objects.create(
        workspace=workspace, tenant_id=uuid4(), name="Demo Company (UK)", currency="GBP"
    )
    _account(organisation, "200", "Sales")
    _account(organisation, "201", "Old sales", status="ARCHIVED")
    _account(organisation, "610", "Debtors", account_class="ASSET", system_account="DEBTORS")
    _account(organisation, "090", "Bank", type="BANK", account_class="ASSET")
    _account(organisation, "310", "Purchases", account_class="EXPENSE")
    _rate(organisation, "OUTPUT2", "20% (VAT on Income)", 20, ["REVENUE"])
    _rate(organisation, "RROUTPUT", "5% (VAT on Income)", 5, ["REVENUE"])
    _rate(organisation, "OUTPUT", "17.5%", Decimal("17.5"), ["REVENUE"], status="DELETED")
    code, owner = make_tax_code(workspace, "VAT20", "20"), owner_of(workspace)
    choose_tax_type(organisation=organisation, tax_code=code, tax_type="OUTPUT2", actor=owner)
    choose_sales_account(organisation=organisation, code="200", actor=owner)
    return organisation


def test_a_line_gets_the_default_account_and_the_mapped_tax_type(organisation):
    document = _document(organisation, line(tax_code="VAT20", quantity="2", unit_price="1.2345"))

    (draft,) = Resolver.of(organisation).check(document, _lines(document)).lines

    assert (draft.account_code, draft.tax_type) == ("200", "OUTPUT2")
    assert (draft.quantity, draft.unit_amount) == (Decimal(2), Decimal("1.2345"))


def test_a_lines_own_account_wins(organisation):
    _account(organisation, "260", "Other revenue")
    document = _document(organisation, line(tax_code="VAT20", account_code="260"))

    (draft,) = Resolver.of(organisation).check(document, _lines(document)).lines

    assert draft.account_code == "260"


def test_a_document_without_tax_needs_no_mapping(organisation):
    document = _document(organisation, line(), tax_basis=TaxBasis.NONE)

    (draft,) = Resolver.of(organisation).check(document, _lines(document)).lines

    assert draft.tax_type == "NONE"


def test_a_line_without_tax_code_gets_the_default_one(organisation):
    document = _document(organisation, line(unit_price="10"))
    assert _problem(organisation, document).code == "no_tax_code"
    vat = organisation.workspace.tax_codes.create(code="VAT0", name="None", rate=0)
    owner = owner_of(organisation.workspace)
    _rate(organisation, "ZERORATEDOUTPUT", "Zero", 0, ["REVENUE"])
    choose_tax_type(
        organisation=organisation, tax_code=vat, tax_type="ZERORATEDOUTPUT", actor=owner
    )
    choose_default_tax_code(organisation=organisation, tax_code=vat, actor=owner)

    (draft,) = Resolver.of(organisation).check(document, _lines(document)).lines

    assert draft.tax_type == "ZERORATEDOUTPUT"


@pytest.mark.parametrize(
    ("account", "why"),
    [
        ("999", "does not exist"),
        ("201", "is archived"),
        ("610", "cannot stand on invoice lines"),
        ("090", "cannot stand on invoice lines"),
    ],
)
def test_an_account_that_xero_would_refuse_is_named_with_its_line(organisation, account, why):
    document = _document(
        organisation, line(tax_code="VAT20", item_code="TEA", account_code=account)
    )

    problem = _problem(organisation, document)

    assert problem.message == (
        f"INV-1 was not sent: account {account} on line 1 (TEA) {why} in Demo Company (UK)."
    )


def test_a_tax_rate_that_does_not_fit_the_account_is_refused_here(organisation):
    document = _document(organisation, line(tax_code="VAT20", account_code="310"))

    problem = _problem(organisation, document)

    assert "20% (VAT on Income) cannot be used with account 310 Purchases" in problem.message


def test_a_tax_rate_deleted_in_xero_is_no_longer_used(organisation):
    TaxRate.objects.filter(tax_type="OUTPUT2").update(status="DELETED")
    document = _document(organisation, line(tax_code="VAT20"))

    problem = _problem(organisation, document)

    assert "20% (VAT on Income) is no longer in use" in problem.message


def test_a_locked_period_is_known_before_xero_is_asked(organisation):
    organisation.period_lock_date = date(2026, 11, 30)
    document = _document(organisation, line(tax_code="VAT20"))

    problem = _problem(organisation, document)

    assert "dated 02 Nov 2026" in problem.message
    assert "locked up to 30 Nov 2026" in problem.message
    assert problem.waits_for == "xero:lock"


def test_another_currency_is_named(organisation):
    document = _document(organisation, line(tax_code="VAT20"), currency="USD")

    assert _problem(organisation, document).code == "currency"


def test_totals_that_xero_would_make_otherwise_are_held_back(organisation):
    code = organisation.workspace.tax_codes.get(code="VAT20")
    owner = owner_of(organisation.workspace)
    choose_tax_type(organisation=organisation, tax_code=code, tax_type="RROUTPUT", actor=owner)
    document = _document(organisation, line(tax_code="VAT20", unit_price="10"))

    problem = _problem(organisation, document)

    assert problem.code == "totals"
    assert "here it is 12.00 GBP with 2.00 tax" in problem.message
    assert "Xero would make it 10.50 with 0.50 tax" in problem.message


def test_every_problem_of_a_document_is_told_at_once(organisation):
    make_tax_code(organisation.workspace, "NEW", "20")
    document = _document(
        organisation,
        line(tax_code="NEW"),
        line(tax_code="VAT20", account_code="999"),
        currency="USD",
    )

    with pytest.raises(Unresolved) as caught:
        Resolver.of(organisation).check(document, _lines(document))

    assert [problem.code for problem in caught.value.problems] == [
        "currency",
        "tax_not_mapped",
        "account",
    ]
    assert str(caught.value) == (
        "INV-1 was not sent: it is in USD, but Demo Company (UK) keeps its books in GBP; "
        "line 1 has tax code NEW, which has no tax mapping; "
        "account 999 on line 2 does not exist in Demo Company (UK)."
    )


def test_only_live_rates_and_accounts_can_be_chosen_and_only_by_those_who_may(organisation):
    owner = owner_of(organisation.workspace)
    code = organisation.workspace.tax_codes.get(code="VAT20")
    choices = choices_of(organisation)
    assert [rate.tax_type for rate in choices.tax_rates] == ["OUTPUT2", "RROUTPUT"]
    assert [account.code for account in choices.sales_accounts] == ["200"]

    with pytest.raises(MappingRefused):
        choose_tax_type(organisation=organisation, tax_code=code, tax_type="OUTPUT", actor=owner)
    with pytest.raises(MappingRefused):
        choose_sales_account(organisation=organisation, code="201", actor=owner)
    stranger = owner_of(make_workspace("Another"))
    with pytest.raises(NotAllowed):
        choose_sales_account(organisation=organisation, code="200", actor=stranger)


def _document(organisation: Organisation, *lines, **given) -> Document:
    return make_document(
        organisation.workspace, number="INV-1", lines=lines, **{"currency": "GBP", **given}
    )


def _lines(document: Document):
    return list(document.lines.select_related("tax_code").order_by("position"))


def _problem(organisation: Organisation, document: Document) -> Problem:
    with pytest.raises(Unresolved) as caught:
        Resolver.of(organisation).check(document, _lines(document))
    (problem,) = caught.value.problems
    return problem


def _account(organisation: Organisation, code: str, name: str, **given) -> None:
    values = {"type": "SALES", "account_class": "REVENUE", "status": "ACTIVE", **given}
    Account.objects.create(
        organisation=organisation, xero_id=uuid4(), code=code, name=name, **values
    )


def _rate(organisation, tax_type, name, rate, fits, status="ACTIVE") -> None:
    TaxRate.objects.create(
        organisation=organisation,
        tax_type=tax_type,
        name=name,
        effective_rate=rate,
        can_apply_to=fits,
        status=status,
    )
