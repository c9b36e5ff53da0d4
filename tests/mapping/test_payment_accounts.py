"""The account that a payment lies on, by its method, and the days on which none may be booked."""

from datetime import date

import pytest

from factories import line, make_allocation, make_party, make_payment
from tallystick.books.models import Kind, Payment
from tallystick.mapping.problems import Unresolved
from tallystick.mapping.resolve import Resolver

BANK = {"account_class": "ASSET", "type": "BANK"}


@pytest.fixture
def paid(mapped):
    """A payment of 12.00 by card on INV-1."""
    mapped.currency("USD")
    return make_payment(mapped.document(line(tax_code="VAT20"), submitted=True), method="Card")


@pytest.mark.parametrize("method", ["card", "CARD", " Card "])
def test_methods_are_compared_without_letter_case(mapped, paid, method):
    till = mapped.account("", "Till", **BANK)
    mapped.pay_by(method, till.xero_id)

    assert _resolver(mapped).check_payment(paid) == till
    assert _resolver(mapped).payment_account("cArD", paid.document) == till


def test_the_account_without_a_method_serves_all_others(mapped, paid):
    till, bank = mapped.account("", "Till", **BANK), mapped.account("090", "Bank", **BANK)
    mapped.pay_by("cash", till.xero_id)
    mapped.pay_by("", bank.xero_id)

    assert _resolver(mapped).check_payment(paid) == bank
    assert _resolver(mapped).payment_account("", paid.document) == bank
    assert _resolver(mapped).payment_account("cash", paid.document) == till


def test_an_account_that_takes_payments_need_not_be_a_bank(mapped, paid):
    clearing = mapped.account("880", "Clearing", "EQUITY", takes_payments=True)
    mapped.pay_by("card", clearing.xero_id)

    assert _resolver(mapped).check_payment(paid) == clearing


@pytest.mark.parametrize(
    ("method", "told", "key"),
    [
        ("Card", "payments by Card", "method:card"),
        ("", "payments without a method", "method:"),
    ],
)
def test_a_method_without_account_asks_for_one(mapped, paid, method, told, key):
    paid.method = method

    (problem,) = _problems(mapped, paid)

    assert problem.message == (
        f"Payment of 12.00 GBP on INV-1 was not sent: no account is chosen for {told}."
    )
    assert (problem.screen, problem.waits_for) == ("payment-methods", key)


def test_every_cause_is_told_at_once(mapped, paid):
    account = mapped.account("700", "Loan", "LIABILITY", takes_payments=True)
    mapped.pay_by("card", account.xero_id)
    changed = mapped.organisation.accounts.filter(code="700")
    changed.update(status="ARCHIVED", takes_payments=False, currency="EUR")
    mapped.organisation.period_lock_date = date(2026, 11, 30)

    problems = _problems(mapped, paid)

    head = "Payment of 12.00 GBP on INV-1 was not sent: "
    chosen = "the account 700 Loan chosen for payments by Card"
    assert [problem.message.removeprefix(head) for problem in problems] == [
        f"{chosen} is archived in Demo Company (UK).",
        f"{chosen} takes no payments in Demo Company (UK).",
        f"{chosen} is in EUR, and INV-1 is in GBP.",
        "it was made on 10 Nov 2026, and Demo Company (UK) is locked up to 30 Nov 2026.",
    ]


def test_an_account_that_is_gone_from_xero_is_told(mapped, paid):
    account = mapped.account("700", "Loan", **BANK)
    mapped.pay_by("card", account.xero_id)
    account.delete()

    (problem,) = _problems(mapped, paid)

    assert "chosen for payments by Card no longer exists in Demo" in problem.message


@pytest.mark.parametrize(
    ("document_currency", "account_currency", "fits"),
    [("USD", "USD", True), ("USD", "GBP", True), ("USD", "", True), ("GBP", "USD", False)],
)
def test_the_account_is_in_the_books_currency_or_in_the_documents(
    mapped, paid, document_currency, account_currency, fits
):
    paid.document.currency = document_currency
    account = mapped.account("091", "Dollars", currency=account_currency, **BANK)
    mapped.pay_by("card", account.xero_id)

    if fits:
        assert _resolver(mapped).check_payment(paid) == account
    else:
        assert "is in USD, and INV-1 is in GBP" in _problems(mapped, paid)[0].message


def test_an_allocation_on_a_locked_day_is_told(mapped):
    party = make_party(mapped.workspace)
    invoice = mapped.document(line(tax_code="VAT20"), party=party, submitted=True)
    note = mapped.document(
        line(tax_code="VAT20"),
        party=party,
        kind=Kind.SALES_CREDIT_NOTE,
        number="CN-1",
        submitted=True,
    )
    allocation = make_allocation(note, invoice, "5.00", allocated_on=date(2026, 11, 12))
    _resolver(mapped).check_allocation(allocation)
    mapped.organisation.end_of_year_lock_date = date(2026, 11, 12)

    with pytest.raises(Unresolved, match="from CN-1 to INV-1 was not sent: it is dated 12 Nov"):
        _resolver(mapped).check_allocation(allocation)


def _resolver(mapped) -> Resolver:
    return Resolver.of(mapped.organisation)


def _problems(mapped, payment: Payment):
    with pytest.raises(Unresolved) as caught:
        _resolver(mapped).check_payment(payment)
    return caught.value.problems
