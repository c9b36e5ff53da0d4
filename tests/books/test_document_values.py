"""What a document may say besides its figures: charges, tracking, rate, stated total, template."""

from decimal import Decimal

import pytest

from factories import (
    line,
    make_document,
    make_party,
    make_tax_code,
    make_template,
    make_workspace,
    owner_of,
)
from tallystick.books.errors import InvalidRecord, NotFound
from tallystick.books.inputs import ItemInput, PartyInput, TemplateInput
from tallystick.books.items import create_item
from tallystick.books.models import Charge, DocumentTemplate, Kind
from tallystick.books.parties import create_party
from tallystick.books.templates import create_template, edit_template
from tallystick.workspaces.models import AuditEntry


def test_a_line_keeps_its_charge_and_tracking(workspace):
    pairs = [("Region", "North"), (" Cost centre ", "Shop")]

    document = make_document(
        workspace, lines=[line(), line("Post", charge=Charge.FREIGHT, tracking=pairs)]
    )

    goods, post = document.lines.order_by("position")
    assert (goods.charge, goods.tracking) == ("", [])
    assert (post.charge, post.tracking) == (
        "freight",
        [["Region", "North"], ["Cost centre", "Shop"]],
    )


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"charge": "postage"}, "charge", "Choose one of the kinds"),
        ({"tracking": [("Region", " ")]}, "tracking", "Enter both"),
        ({"tracking": [("", "North")]}, "tracking", "Enter both"),
        ({"tracking": [("Region", "x" * 101)]}, "tracking", "100 characters"),
        ({"tracking": [("A", "1"), ("B", "2"), ("C", "3")]}, "tracking", "at most 2"),
        ({"tracking": [("A", "1"), ("A", "2")]}, "tracking", "each category once"),
    ],
)
def test_a_bad_charge_or_tracking_is_refused_with_its_line(workspace, values, field, said):
    with pytest.raises(InvalidRecord, match=said) as caught:
        make_document(workspace, lines=[line(), line(**values)])

    assert [(each.line, each.field) for each in caught.value.problems] == [(2, field)]


def test_a_document_keeps_rate_template_and_whether_it_is_handed_on(workspace):
    exports = make_template(workspace, "Exports")

    document = make_document(
        workspace, currency="USD", currency_rate="0.591234", template="Exports", do_not_sync=True
    )

    document.refresh_from_db()
    assert (document.currency_rate, document.template) == (Decimal("0.591234"), exports)
    assert document.do_not_sync


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"currency_rate": "0.0000001"}, "currency_rate"),
        ({"currency_rate": "-1"}, "currency_rate"),
        ({"currency_rate": "1.2345678"}, "currency_rate"),
        ({"template": "Imports"}, "template"),
        ({"total": "10.11"}, "total"),
        ({"total": "9.89"}, "total"),
        ({"total": "10.001"}, "total"),
        ({"total": "NaN"}, "total"),
    ],
)
def test_a_bad_rate_template_or_total_is_refused(workspace, values, field):
    make_template(make_workspace(), "Imports")

    with pytest.raises(InvalidRecord) as caught:
        make_document(workspace, **values)

    assert [each.field for each in caught.value.problems] == [field]


@pytest.mark.parametrize(
    ("stated", "rounding"), [("", "0"), ("10", "0"), ("10.10", "0.10"), ("9.9", "-0.10")]
)
def test_a_stated_total_a_little_off_becomes_the_rounding(workspace, stated, rounding):
    document = make_document(workspace, total=stated)

    document.refresh_from_db()
    assert document.rounding == Decimal(rounding)
    assert (document.subtotal, document.total) == (10, 10 + Decimal(rounding))


def test_a_template_is_known_by_its_name_once_in_a_workspace(workspace):
    gst = make_tax_code(workspace, "GST", "15")
    given = TemplateInput(name=" Exports ", tax_code="GST")
    template = create_template(workspace=workspace, actor=owner_of(workspace), template=given)
    make_template(make_workspace(), "Exports")

    assert (template.name, template.tax_code) == ("Exports", gst)
    with pytest.raises(InvalidRecord, match="Another template has it"):
        create_template(workspace=workspace, actor=None, template=given)
    with pytest.raises(InvalidRecord, match="Choose an existing tax code"):
        make_template(workspace, "Imports", tax_code="VAT")
    assert AuditEntry.objects.filter(action="template.created").first().actor is not None


def test_a_template_is_changed_in_its_own_workspace_only(workspace):
    template = make_template(workspace, "Exports")
    renamed = TemplateInput(name="Abroad")

    edit_template(workspace=workspace, actor=None, template_id=template.pk, template=renamed)
    with pytest.raises(NotFound):
        edit_template(
            workspace=make_workspace(), actor=None, template_id=template.pk, template=renamed
        )

    assert DocumentTemplate.objects.get(workspace=workspace).name == "Abroad"


def test_an_item_keeps_its_accounts_and_a_party_whether_it_is_handed_on(workspace):
    shirt = ItemInput(code="SHIRT", account_code="200", purchase_account_code="300")
    item = create_item(workspace=workspace, actor=None, item=shirt)
    party = create_party(
        workspace=workspace, actor=None, party=PartyInput(name="Cash sale", do_not_sync=True)
    )

    assert (item.account_code, item.purchase_account_code) == ("200", "300")
    assert party.do_not_sync
    with pytest.raises(InvalidRecord, match="50 characters"):
        create_item(
            workspace=workspace,
            actor=None,
            item=ItemInput(code="HAT", purchase_account_code="x" * 51),
        )


def test_two_suppliers_may_number_alike_but_one_may_not_twice(workspace):
    paper, ink = make_party(workspace, "Paper Ltd"), make_party(workspace, "Ink Ltd")
    make_document(workspace, kind=Kind.BILL, number="7", party=paper)
    make_document(workspace, kind=Kind.BILL, number="7", party=ink)

    with pytest.raises(InvalidRecord, match="a bill of Ink Ltd with it is here already"):
        make_document(workspace, kind=Kind.BILL, number="7", party=ink)


def test_texts_are_as_wide_as_ours_and_not_as_those_of_other_books(workspace):
    wide = {"description": "d" * 20_000, "item_code": "i" * 255, "account_code": "a" * 50}
    item = ItemInput(code="i" * 255, account_code="a" * 50, purchase_account_code="p" * 50)

    kept = make_document(workspace, lines=[line(**wide)], do_not_sync=True).lines.get()
    made = create_item(workspace=workspace, actor=None, item=item)

    assert {name: getattr(kept, name) for name in wide} == wide
    assert (made.code, made.account_code) == (item.code, item.account_code)


@pytest.mark.parametrize(
    ("field", "longest"), [("description", 20_000), ("item_code", 255), ("account_code", 50)]
)
def test_what_does_not_fit_is_refused_and_not_cut(workspace, field, longest):
    with pytest.raises(InvalidRecord, match=f"Shorten it to {longest} characters") as caught:
        make_document(workspace, lines=[line(**{field: "x" * (longest + 1)})])

    assert [(each.line, each.field) for each in caught.value.problems] == [(1, field)]
