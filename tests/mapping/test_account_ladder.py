"""The account of a line: the line, its item, its kind of charge, the default of the direction."""

import pytest

from factories import line
from tallystick.books.models import Charge, Item, Kind
from tallystick.mapping.models import Direction

SALES, PURCHASES = Direction.SALES, Direction.PURCHASES


@pytest.fixture
def accounts(mapped):
    """Accounts 210 to 230 for sales and 310 to 330 for purchases, by line, item and freight."""
    for name, digit in (("Line", 1), ("Item", 2), ("Freight", 3)):
        mapped.account(f"2{digit}0", name)
        mapped.account(f"3{digit}0", name, "EXPENSE", type="EXPENSE")
    Item.objects.create(
        workspace=mapped.workspace, code="TEA", account_code="220", purchase_account_code="320"
    )
    mapped.choose(SALES, Charge.FREIGHT, "230")
    mapped.choose(PURCHASES, Charge.FREIGHT, "330")
    return mapped


@pytest.mark.parametrize(
    ("account_code", "item_code", "charge", "won"),
    [
        ("?10", "TEA", Charge.FREIGHT, ("?10", "the line")),
        ("", "TEA", Charge.FREIGHT, ("?20", "the item")),
        ("", "", Charge.FREIGHT, ("?30", "freight")),
        ("", "", Charge.SHIPPING, ("?00", "the workspace default")),
        ("", "", Charge.GOODS, ("?00", "the workspace default")),
    ],
)
@pytest.mark.parametrize("kind", Kind)
def test_the_first_level_that_names_an_account_decides(
    accounts, kind, account_code, item_code, charge, won
):
    first = "3" if kind.is_purchase else "2"
    document = accounts.document(
        line(
            tax_code="VAT20",
            account_code=account_code.replace("?", first),
            item_code=item_code,
            charge=charge,
        ),
        kind=kind,
    )

    account = accounts.resolve(document).why[0]["account"]

    assert (account["code"], account["level"]) == (won[0].replace("?", first), won[1])


@pytest.mark.parametrize(
    ("code", "given", "why"),
    [
        ("999", None, "does not exist"),
        ("201", {"status": "ARCHIVED"}, "is archived"),
        ("610", {"system_account": "DEBTORS"}, "cannot stand on invoice lines"),
        ("090", {"type": "BANK"}, "cannot stand on invoice lines"),
    ],
)
def test_an_account_that_xero_would_refuse_is_named_with_its_line(mapped, code, given, why):
    if given:
        mapped.account(code, "Unfit", **given)
    document = mapped.document(line(tax_code="VAT20", item_code="TEA", account_code=code))

    problem = mapped.problem(document)

    assert problem.message == (
        f"INV-1 was not sent: account {code} on line 1 (TEA) {why} in Demo Company (UK)."
    )
    assert problem.remedy == (
        "Name another account on the line, or mend it in Xero; then press Retry."
    )
    assert (problem.screen, problem.waits_for) == ("xero", f"xero:account:{code}")


def test_a_chosen_account_that_died_sends_to_the_page_where_it_was_chosen(accounts):
    accounts.organisation.accounts.filter(code="230").update(status="ARCHIVED")
    document = accounts.document(line(tax_code="VAT20", charge=Charge.FREIGHT))

    problem = accounts.problem(document)

    assert "account 230 on line 1 is archived" in problem.message
    assert (problem.screen, problem.waits_for) == ("accounts", "account:sales:freight")


@pytest.mark.parametrize(
    ("charge", "what", "key"),
    [
        (Charge.GOODS, "purchases", "account:purchases:"),
        (Charge.FREIGHT, "freight", "account:purchases:freight"),
    ],
)
def test_no_account_at_all_says_which_choice_is_missing(mapped, charge, what, key):
    mapped.choose(PURCHASES, "", "")
    document = mapped.document(line(tax_code="VAT20", charge=charge), kind=Kind.BILL)

    problem = mapped.problem(document)

    assert problem.message == f"INV-1 was not sent: no account is chosen for {what}."
    assert (problem.screen, problem.waits_for) == ("accounts", key)
