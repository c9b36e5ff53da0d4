"""What was chosen for the former books: what of it fits others, and taking it over."""

from uuid import uuid4

import pytest
from django.utils import timezone

from factories import line, make_member
from tallystick.connections.models import Organisation
from tallystick.mapping.former import leave, offered, take_over
from tallystick.mapping.models import (
    AccountChoice,
    Direction,
    MappingDefaults,
    MethodAccount,
    Rounding,
    TaxMapping,
)
from tallystick.mapping.services import choose_account
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import AuditEntry, Role

SALES, PURCHASES = Direction.SALES, Direction.PURCHASES
ALL = {"VAT20 on sales", "VAT20 on purchases", "Default account on sales"}
ALL |= {"Default account on purchases"}


@pytest.fixture
def anew(mapped, make_mapped):
    """Books made anew for the same workspace: what `mapped` has, under other ids; nothing chosen."""
    organisation = Organisation.objects.create(
        workspace=mapped.workspace,
        tenant_id=uuid4(),
        name="Demo Company (UK)",
        currency="GBP",
        bound_at=timezone.now(),
        read_at=timezone.now(),
    )
    anew = make_mapped(organisation)
    anew.account("200", "Sales")
    anew.account("300", "Purchases", "EXPENSE", type="EXPENSE")
    anew.rate("OUTPUT2", "20")
    anew.rate("INPUT2", "20", "EXPENSE", "ASSET")
    return anew


def fitting(anew) -> set[str]:
    offer = offered(anew.organisation)
    return {one.what for one in offer.fitting} if offer else set()


def unfit(anew, what: str) -> str:
    """Why the choice does not fit; the others do."""
    offer = offered(anew.organisation)
    assert offer is not None
    (only,) = [one for one in offer.others if one.what == what]
    return only.why_not


def take(anew):
    return take_over(organisation=anew.organisation, actor=anew.owner)


def test_what_is_there_too_by_code_name_and_kind_is_taken_over_as_a_person_would_choose_it(
    mapped, anew
):
    mapped.choose(SALES, "freight", "200")
    mapped.round_by(Rounding.LINE)
    offer = take(anew)

    assert offer.former == mapped.organisation
    assert (len(offer.fitting), offer.others) == (6, ())
    mine = {"organisation": anew.organisation}
    taxes = TaxMapping.objects.filter(**mine).values_list("direction", "tax_type")
    assert set(taxes) == {("sales", "OUTPUT2"), ("purchases", "INPUT2")}
    accounts = AccountChoice.objects.filter(**mine).values_list("direction", "charge", "code")
    assert set(accounts) == {
        ("sales", "", "200"),
        ("sales", "freight", "200"),
        ("purchases", "", "300"),
    }
    assert MappingDefaults.objects.get(**mine).rounding == Rounding.LINE
    last = AuditEntry.objects.order_by("-pk").values_list("message", flat=True)[:7]
    assert "Took over 6 choices made for the former books, Demo Company (UK)" in last[0]
    assert "Chose 200 Sales for freight on sales in Demo Company (UK)." in last
    document = anew.document(line(tax_code="VAT20", quantity="3", unit_price="4.15"))
    assert anew.resolve(document)


def test_what_is_chosen_already_stays(mapped, anew):
    anew.account("210", "Shop takings")
    anew.choose(SALES, "", "210")
    assert fitting(anew) == ALL - {"Default account on sales"}

    take(anew)

    chosen = AccountChoice.objects.get(organisation=anew.organisation, direction=SALES)
    assert chosen.code == "210"


def test_an_archived_account_does_not_fit(mapped, anew):
    anew.organisation.accounts.filter(code="200").update(status="ARCHIVED")

    assert unfit(anew, "Default account on sales") == "200 Sales is archived in these books"
    assert fitting(anew) == ALL - {"Default account on sales"}


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"account_class": "LIABILITY"}, "200 Sales is of class liability in these books, not"),
        ({"name": "Shop takings"}, "200 is Shop takings in these books"),
        ({"code": "4000"}, "these books have no account with this code"),
        ({"system_account": "DEBTORS"}, "200 Sales cannot be used for that in these books"),
    ],
)
def test_an_account_that_is_another_does_not_fit(mapped, anew, values, why):
    anew.organisation.accounts.filter(code="200").update(**values)

    assert why in unfit(anew, "Default account on sales")
    take(anew)
    assert not AccountChoice.objects.filter(organisation=anew.organisation, direction=SALES)


@pytest.mark.parametrize(
    "values",
    [
        {"effective_rate": 15, "name": "OUTPUT2 15%"},
        {"effective_rate": 15},
        {"name": "Exempt"},
        {"status": "DELETED"},
        {"can_apply_to": ["EXPENSE"]},
    ],
    ids=["other country", "other percentage", "other name", "deleted", "other side"],
)
def test_a_tax_type_that_is_another_rate_there_does_not_fit(mapped, anew, values):
    anew.organisation.tax_rates.filter(tax_type="OUTPUT2").update(**values)

    why = "these books have no rate in use that is called so, on sales, of 20%"
    assert unfit(anew, "VAT20 on sales") == why
    assert fitting(anew) == ALL - {"VAT20 on sales"}


def test_a_rate_of_ones_own_is_found_by_its_name_under_another_tax_type(mapped, anew):
    mapped.rate("TAX001", "5")
    mapped.tax_code("VAT5", "5", sales="TAX001")
    anew.rate("TAX001", "12")
    anew.organisation.tax_rates.create(
        tax_type="TAX002",
        name="tax001  5%",
        effective_rate=5,
        can_apply_to=["REVENUE"],
        status="ACTIVE",
    )

    take(anew)

    mapping = TaxMapping.objects.get(organisation=anew.organisation, tax_code__code="VAT5")
    assert mapping.tax_type == "TAX002"


def test_payments_lie_on_the_account_of_the_same_code_or_of_the_same_name(mapped, anew):
    card = mapped.account("610", "Card clearing", "ASSET", type="CURRENT", takes_payments=True)
    till = mapped.account("", "Till", "ASSET", type="BANK", currency="GBP")
    euro = mapped.account("", "Euro", "ASSET", type="BANK", currency="EUR")
    for method, account in (("Card", card), ("Cash", till), ("", euro)):
        mapped.pay_by(method, account.xero_id)
    new_card = anew.account("610", "Card clearing", "ASSET", type="CURRENT", takes_payments=True)
    anew.account("", "Till", "ASSET", type="BANK", currency="GBP", status="ARCHIVED")
    new_till = anew.account("", "Till", "ASSET", type="BANK", currency="GBP")
    anew.account("", "Euro", "ASSET", type="BANK", currency="GBP")

    why = "Euro is a bank account in GBP in these books, not a bank account in EUR"
    assert unfit(anew, "Other payments") == why
    take(anew)

    chosen = MethodAccount.objects.filter(organisation=anew.organisation)
    assert set(chosen.values_list("method", "account_id")) == {
        ("Card", new_card.xero_id),
        ("Cash", new_till.xero_id),
    }


def test_what_is_gone_from_the_former_books_is_named_and_not_guessed(mapped, anew):
    mapped.organisation.accounts.filter(code="200").delete()
    mapped.organisation.tax_rates.filter(tax_type="OUTPUT2").delete()

    for what in ("Default account on sales", "VAT20 on sales"):
        assert unfit(anew, what) == "it was gone from the former books"


def test_of_several_books_those_bound_last_count_that_have_choices(mapped, anew, make_mapped):
    def books(name: str, **given):
        values = {"workspace": mapped.workspace, "tenant_id": uuid4(), **given}
        return Organisation.objects.create(name=name, **values)

    later = books("Later", bound_at=timezone.now())
    assert offered(anew.organisation).former == mapped.organisation

    make_mapped(later).account("200", "Sales")
    make_mapped(later).choose(SALES, "", "200")

    assert offered(anew.organisation).former == later
    assert fitting(anew) == {"Default account on sales"}


def test_nothing_is_offered_before_the_lists_are_read_nor_where_nothing_fits(mapped, anew):
    mapped.round_by(Rounding.LINE)
    Organisation.objects.filter(pk=anew.organisation.pk).update(read_at=None)
    anew.organisation.refresh_from_db()
    assert offered(anew.organisation) is None

    mapped.round_by(Rounding.HOLD)
    anew.organisation.read_at = timezone.now()
    anew.organisation.accounts.all().delete()
    anew.organisation.tax_rates.all().delete()
    assert offered(anew.organisation) is None


def test_the_first_books_of_a_workspace_and_those_of_others_offer_nothing(mapped):
    mapped.organisation.read_at = timezone.now()

    assert offered(mapped.organisation) is None


def test_a_second_press_changes_nothing_and_what_is_taken_away_stays_away(mapped, anew):
    take(anew)
    choose_account(
        organisation=anew.organisation, direction=SALES, charge="", code="", actor=anew.owner
    )
    before = AuditEntry.objects.count()

    assert offered(anew.organisation) is None
    assert take(anew) is None
    assert AuditEntry.objects.count() == before
    assert not AccountChoice.objects.filter(organisation=anew.organisation, direction=SALES)


def test_what_is_left_is_not_offered_again_and_nothing_is_chosen(mapped, anew):
    assert leave(organisation=anew.organisation, actor=anew.owner) is not None

    assert offered(anew.organisation) is None
    assert not TaxMapping.objects.filter(organisation=anew.organisation).exists()
    assert "Left the choices made for" in AuditEntry.objects.latest("pk").message


@pytest.mark.parametrize("act", [take_over, leave])
def test_who_may_not_choose_may_not_answer(mapped, anew, act):
    bookkeeper = make_member(mapped.workspace, Role.BOOKKEEPER)

    with pytest.raises(NotAllowed):
        act(organisation=anew.organisation, actor=bookkeeper)

    assert offered(anew.organisation) is not None
