"""What may be chosen, by whom, and what each choice announces."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from factories import make_member, make_workspace, owner_of
from tallystick.books.models import Charge
from tallystick.mapping.models import (
    AccountChoice,
    Direction,
    MappingDefaults,
    MethodAccount,
    Rounding,
    TaxMapping,
)
from tallystick.mapping.services import (
    MappingRefused,
    choices_of,
    choose_account,
    choose_sales_account,
    choose_tax_type,
)
from tallystick.mapping.signals import mended
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import AuditEntry, Role

SALES, PURCHASES = Direction.SALES, Direction.PURCHASES


@pytest.fixture
def announced() -> Iterator[list[str]]:
    heard: list[str] = []

    def listen(keys: list[str], **_: object) -> None:
        heard.extend(keys)

    mended.connect(listen)
    yield heard
    mended.disconnect(listen)


def test_rates_are_offered_where_they_fit(mapped):
    mapped.rate("CAPEX", "20", "ASSET")
    mapped.rate("OLD", "17.5", status="DELETED")

    rates = choices_of(mapped.organisation).tax_rates

    assert [rate.tax_type for rate in rates[SALES]] == ["CAPEX", "NONE", "OUTPUT2"]
    assert [rate.tax_type for rate in rates[PURCHASES]] == ["CAPEX", "INPUT2", "NONE"]


def test_accounts_are_offered_by_direction_and_charge(mapped):
    mapped.account("090", "Bank", "ASSET", type="BANK")
    mapped.account("201", "Old sales", status="ARCHIVED")
    mapped.account("610", "Debtors", "ASSET", system_account="DEBTORS")
    mapped.account("630", "Inventory", "ASSET", type="INVENTORY")
    rounding = mapped.account("860", "Rounding", "LIABILITY", system_account="ROUNDING")
    mapped.account("970", "Funds", "EQUITY")

    choices = choices_of(mapped.organisation)

    def codes(direction: Direction, charge: Charge) -> list[str]:
        return [account.code for account in choices.accounts[direction, charge]]

    assert codes(SALES, Charge.GOODS) == ["200"]
    assert codes(PURCHASES, Charge.GOODS) == ["300", "630"]
    assert codes(SALES, Charge.FREIGHT) == ["200", "300", "630", "970"]
    assert codes(PURCHASES, Charge.ROUNDING) == ["200", "300", "630", "860", "970"]
    assert choices.rounding_account == rounding


def test_payments_lie_on_banks_and_on_accounts_that_take_them(mapped):
    mapped.account("", "Till", "ASSET", type="BANK")
    mapped.account("880", "Drawings", "EQUITY", takes_payments=True)
    mapped.account("091", "Old bank", "ASSET", type="BANK", status="ARCHIVED")

    offered = choices_of(mapped.organisation).payment_accounts

    assert [account.name for account in offered] == ["Drawings", "Till"]


def test_the_books_own_currency_comes_first(mapped):
    for code in ("USD", "EUR", "GBP"):
        mapped.currency(code)

    assert choices_of(mapped.organisation).currencies == ["GBP", "EUR", "USD"]


def test_what_is_not_offered_is_refused(mapped):
    code = mapped.workspace.tax_codes.get(code="VAT20")
    with pytest.raises(MappingRefused, match="no active tax rate INPUT2 for sales"):
        mapped.map(code, "INPUT2", SALES)
    with pytest.raises(MappingRefused, match="no active account 300 for lines without"):
        mapped.choose(SALES, Charge.GOODS, "300")
    with pytest.raises(MappingRefused, match="no active account 999 for freight on purchases"):
        mapped.choose(PURCHASES, Charge.FREIGHT, "999")
    with pytest.raises(MappingRefused, match="no such active account that takes payments"):
        mapped.pay_by("card", uuid4())
    with pytest.raises(MappingRefused, match="belongs to another workspace"):
        mapped.default_tax_code(_code_elsewhere())


def test_only_those_who_may_choose(mapped):
    code = mapped.workspace.tax_codes.get(code="VAT20")
    who = {"organisation": mapped.organisation}
    for actor in (
        owner_of(make_workspace("Another")),
        make_member(mapped.workspace, Role.BOOKKEEPER),
    ):
        with pytest.raises(NotAllowed):
            choose_sales_account(code="200", actor=actor, **who)
        with pytest.raises(NotAllowed):
            choose_tax_type(tax_code=code, tax_type="OUTPUT2", actor=actor, **who)
        with pytest.raises(NotAllowed):
            choose_account(direction=SALES, charge="", code="", actor=actor, **who)
        mapped.owner = actor
        with pytest.raises(NotAllowed):
            mapped.pay_by("card", None)
        with pytest.raises(NotAllowed):
            mapped.round_by(Rounding.LINE)
        with pytest.raises(NotAllowed):
            mapped.default_tax_code(None)


def test_each_choice_announces_what_waited_for_it(mapped, announced):
    code = mapped.workspace.tax_codes.get(code="VAT20")
    till = mapped.account("", "Till", "ASSET", type="BANK")

    mapped.map(code, "OUTPUT2")
    mapped.map(code, "INPUT2", PURCHASES)
    mapped.choose(SALES, Charge.FREIGHT, "200")
    mapped.choose(PURCHASES, "", "300")
    mapped.pay_by(" Card ", till.xero_id)
    mapped.pay_by("", till.xero_id)
    mapped.round_by(Rounding.LINE)
    mapped.default_tax_code(code)

    assert announced == [
        f"tax:{code.pk}:sales",
        f"tax:{code.pk}:purchases",
        "account:sales:freight",
        "account:purchases:*",
        "method:card",
        "method:*",
        "rounding",
        "tax-default",
    ]


def test_a_choice_replaces_the_one_before_and_can_be_taken_away(mapped, announced):
    code = mapped.workspace.tax_codes.get(code="VAT20")
    till, bank = (mapped.account("", name, "ASSET", type="BANK") for name in ("Till", "Bank"))
    mapped.account("260", "Other")
    mapped.choose(SALES, "", "260")
    mapped.pay_by("card", till.xero_id)
    mapped.pay_by("CARD", bank.xero_id)
    assert AccountChoice.objects.get(direction=SALES).code == "260"
    assert MethodAccount.objects.get().account_id == bank.xero_id
    announced.clear()

    mapped.choose(SALES, "", "")
    mapped.pay_by("Card", None)
    mapped.map(code, "")

    assert not AccountChoice.objects.filter(direction=SALES).exists()
    assert not MethodAccount.objects.exists()
    assert [one.direction for one in TaxMapping.objects.all()] == [PURCHASES]
    assert announced == []


def test_every_choice_is_written_down_with_who_made_it(mapped):
    mapped.round_by(Rounding.LINE)

    entry = AuditEntry.objects.latest("pk")
    assert entry.actor == mapped.owner
    assert entry.message == (
        'Chose "add a rounding line" for totals that differ by cents in Demo Company (UK).'
    )
    assert MappingDefaults.objects.get().rounding == Rounding.LINE


def _code_elsewhere():
    return make_workspace("Third").tax_codes.create(code="X", name="X", rate=0)
