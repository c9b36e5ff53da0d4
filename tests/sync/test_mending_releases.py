"""Whatever mends a failure releases all that waited for it, by itself, told with count and money."""

from decimal import Decimal

import pytest

from factories import line, make_item, make_party, make_tax_code, make_template, owner_of
from tallystick.books.documents import edit_document
from tallystick.books.inputs import DocumentInput, ItemInput, PartyInput, TemplateInput
from tallystick.books.items import edit_item
from tallystick.books.models import Charge, Kind, TaxBasis
from tallystick.books.parties import edit_party
from tallystick.books.templates import edit_template
from tallystick.mapping.models import Direction, Rounding
from tallystick.mapping.services import (
    choose_account,
    choose_default_tax_code,
    choose_method_account,
    choose_rounding,
    choose_tax_type,
)
from tallystick.sync.acts.decisions import add_tax, totals_with_tax
from tallystick.sync.models import LinkState
from tallystick.sync.reports.waiting_sums import WaitingSum, released_by
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def codes(books: Books) -> Books:
    """The books with a code of 0 % beside VAT20, both mapped."""
    zero = make_tax_code(books.workspace, "VAT0", "0")
    books.choose_everything()
    choose_tax_type(tax_code=zero, tax_type="ZERORATEDOUTPUT", **chosen(books))
    return books


def chosen(books: Books) -> dict[str, object]:
    return {"organisation": books.organisation, "actor": books.owner}


def code(books: Books, name: str):
    return books.workspace.tax_codes.get(code=name)


def default(books: Books, name: str):
    """Choose the default tax code; returns what that released."""
    return released_by(
        lambda: choose_default_tax_code(tax_code=code(books, name), **chosen(books)),
        books.organisation,
    )


def test_a_default_without_tax_sends_what_waited_and_tells_how_much(codes: Books):
    documents = [codes.submit(f"INV-{n}", lines=[line(unit_price="52")]) for n in range(3)]
    codes.work()
    assert codes.problem(documents[0])["code"] == "no_tax_code"

    released = default(codes, "VAT0")
    codes.work()

    assert released == WaitingSum(documents=3, totals={"GBP": Decimal("156.00")})
    assert {codes.link(one).state for one in documents} == {LinkState.SYNCED}
    assert {Decimal(str(one["total"])) for one in codes.live()} == {Decimal(52)}


@pytest.mark.parametrize("basis", [TaxBasis.EXCLUSIVE, TaxBasis.INCLUSIVE])
def test_a_default_with_tax_asks_and_one_press_ends_it(codes: Books, basis: TaxBasis):
    documents = [
        codes.submit(f"INV-{n}", lines=[line(unit_price="60")], tax_basis=basis) for n in range(2)
    ]
    codes.work()

    released = default(codes, "VAT20")
    links = [codes.link(one).pk for one in documents]

    assert released == WaitingSum()
    assert {codes.link(one).state for one in documents} == {LinkState.HELD}
    assert codes.problem(documents[0])["message"] == (
        "INV-0 was not sent: line 1 was entered without a tax code and bears no tax. With VAT20, "
        "which the workspace default names now, "
        + ("12.00 GBP are added as tax." if basis == "exclusive" else "10.00 GBP are tax.")
    )
    total = Decimal(72) if basis == TaxBasis.EXCLUSIVE else Decimal(60)
    assert totals_with_tax(codes.workspace, links) == {"GBP": 2 * total}
    codes.retry(*documents)
    codes.work()
    assert codes.invoices() == [], "another total never goes out in silence"

    press = {"workspace": codes.workspace, "actor": codes.owner, "link_ids": links}
    assert (add_tax(**press), add_tax(**press)) == (2, 0)
    codes.work()

    assert {codes.link(one).state for one in documents} == {LinkState.SYNCED}
    for document in documents:
        document.refresh_from_db()
        assert document.total == total == Decimal(str(codes.copy(document)["total"]))


def test_after_a_default_with_tax_one_without_keeps_the_totals(codes: Books):
    document = codes.submit("INV-1", lines=[line()])
    codes.work()
    default(codes, "VAT20")

    released = default(codes, "VAT0")
    codes.work()

    assert released.documents == 1
    assert Decimal(str(codes.copy(document)["total"])) == Decimal(10)


def test_editing_the_line_keeps_the_total_of_one_document(codes: Books):
    document = codes.submit("INV-1", lines=[line()])
    codes.work()
    default(codes, "VAT20")
    given = DocumentInput(
        party_number=document.party.number,
        issued_on=document.issued_on,
        due_on=document.due_on,
        currency="GBP",
        lines=(line(tax_code="VAT0"),),
    )

    edit_document(
        workspace=codes.workspace, actor=codes.owner, document_id=document.pk, document=given
    )
    codes.work()

    assert Decimal(str(codes.copy(document)["total"])) == Decimal(10)


def test_what_is_made_after_the_default_goes_out_with_its_tax(codes: Books):
    default(codes, "VAT20")

    document = codes.submit("V-1", lines=[line("Tea")])
    codes.work()

    assert document.total == Decimal(12)
    assert codes.copy(document)["total"] in (12, 12.0, "12.00")
    why = codes.link(document).state
    assert why == LinkState.SYNCED


def _item_gets_code(books: Books) -> None:
    item = books.workspace.items.get(code="RIG")
    given = ItemInput(code="RIG", name="Rig", tax_code="VAT0")
    edit_item(workspace=books.workspace, actor=books.owner, item_id=item.pk, item=given)


def _template_gets_code(books: Books) -> None:
    template = books.workspace.document_templates.get()
    given = TemplateInput(name=template.name, tax_code="VAT0")
    edit_template(
        workspace=books.workspace, actor=books.owner, template_id=template.pk, template=given
    )


def _item_gets_account(books: Books) -> None:
    item = books.workspace.items.get(code="RIG")
    given = ItemInput(code="RIG", name="Rig", account_code="200")
    edit_item(workspace=books.workspace, actor=books.owner, item_id=item.pk, item=given)


def _another_rate(books: Books) -> None:
    choose_tax_type(tax_code=code(books, "VAT20"), tax_type="OUTPUT2", **chosen(books))


def _no_sales_account(books: Books) -> None:
    choose_account(direction=Direction.SALES, charge="", code="", **chosen(books))


def _sales_account(books: Books) -> None:
    choose_account(direction=Direction.SALES, charge="", code="200", **chosen(books))


def _wrong_rate(books: Books) -> None:
    choose_tax_type(tax_code=code(books, "VAT20"), tax_type="RROUTPUT", **chosen(books))


def _round_by_line(books: Books) -> None:
    choose_account(direction=Direction.SALES, charge=Charge.ROUNDING, code="860", **chosen(books))
    choose_rounding(rounding=Rounding.LINE, **chosen(books))


def _nothing(books: Books) -> None:
    pass


TAXED = [line(tax_code="VAT20")]


@pytest.mark.parametrize(
    ("before", "given", "cause", "mend"),
    [
        (_nothing, {"lines": [line(item_code="RIG")]}, "no_tax_code", _item_gets_code),
        (_nothing, {"lines": [line()], "template": "Exports"}, "no_tax_code", _template_gets_code),
        (
            _no_sales_account,
            {"lines": [line(item_code="RIG", tax_code="VAT20")]},
            "no_account",
            _item_gets_account,
        ),
        (_no_sales_account, {"lines": TAXED}, "no_account", _sales_account),
        (_wrong_rate, {"lines": TAXED}, "totals", _another_rate),
        (_nothing, {"total": "14.97"}, "rounding", _round_by_line),
    ],
)
def test_each_choice_releases_what_waited_for_it(codes: Books, before, given, cause, mend):
    make_item(codes.workspace, "RIG")
    make_template(codes.workspace, "Exports")
    before(codes)
    documents = [codes.submit(f"INV-{n}", **given) for n in range(2)]
    other = codes.submit("INV-OTHER", lines=[line(tax_code="VAT20", account_code="999")])
    codes.work()
    assert {codes.problem(one)["code"] for one in documents} == {cause}

    released = released_by(lambda: mend(codes), codes.organisation)
    codes.work()

    assert (released.documents, released.totals) == (
        2, {"GBP": sum(one.total for one in documents)},
    )  # fmt: skip
    assert {codes.link(one).state for one in documents} == {LinkState.SYNCED}
    assert codes.link(other).state == LinkState.FAILED


def test_what_still_lacks_something_is_not_told_as_gone(codes: Books):
    _no_sales_account(codes)
    document = codes.submit("INV-1", lines=[line()])
    codes.work()
    assert codes.problem(document)["code"] == "no_account"

    released = released_by(lambda: _sales_account(codes), codes.organisation)

    assert released == WaitingSum()
    assert codes.problem(document)["code"] == "no_tax_code", "the next cause is told at once"
    assert default(codes, "VAT0").documents == 1


def test_a_customer_that_xero_refused_is_tried_again_when_it_is_edited(codes: Books):
    party = make_party(codes.workspace, "Odd Mail", number="C9")
    party.email = "no-address"
    party.save()
    document = codes.submit("INV-1", party)
    codes.work()
    assert codes.problem(document)["waits_for"] == f"party:{party.pk}"

    released = released_by(
        lambda: edit_party(
            workspace=codes.workspace,
            actor=owner_of(codes.workspace),
            party_id=party.pk,
            party=PartyInput(name="Odd Mail", number="C9", email="odd@mail.example"),
        ),
        codes.organisation,
    )
    codes.work()

    assert released.documents == 1
    assert codes.link(document).state == LinkState.SYNCED


def test_a_method_that_gets_its_account_releases_its_payments(codes: Books):
    from factories import make_payment

    choose_method_account(method="", account_id=None, **chosen(codes))
    codes.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice = codes.submit("INV-1")
    codes.work()
    payment = make_payment(invoice, "5.00", method="Card")
    codes.work()
    assert codes.problem(payment)["code"] == "no_payment_account"

    released = released_by(
        lambda: choose_method_account(
            method="card", account_id=codes.account("090").xero_id, **chosen(codes)
        ),
        codes.organisation,
    )
    codes.work()

    assert (released.payments, released.totals) == (1, {"GBP": Decimal("5.00")})
    assert codes.link(payment).state == LinkState.SYNCED
