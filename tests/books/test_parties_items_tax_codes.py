"""Parties, items and tax codes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from factories import line, make_document, make_tax_code, make_workspace, owner_of
from tallystick.books.errors import InvalidRecord, NotFound
from tallystick.books.inputs import ItemInput, PartyInput, TaxCodeInput
from tallystick.books.items import create_item, edit_item
from tallystick.books.parties import create_party, edit_party, walk_in_party
from tallystick.books.tax_codes import create_tax_code, edit_tax_code
from tallystick.workspaces.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return make_workspace()


def test_a_party_without_a_number_gets_one_made_from_its_name(workspace):
    cafe = PartyInput(name=" Café Röd ", email="hello@cafe.example")

    first = create_party(workspace=workspace, actor=owner_of(workspace), party=cafe)
    second = create_party(workspace=workspace, actor=None, party=cafe)

    assert (first.name, first.number, second.number) == ("Café Röd", "CAFE-ROD", "CAFE-ROD-2")
    assert AuditEntry.objects.last().message == "Café Röd (CAFE-ROD-2) was added."


def test_a_party_is_changed_in_its_own_workspace_only(workspace):
    cafe = PartyInput(name="Cafe", number="C1")
    party = create_party(workspace=workspace, actor=None, party=cafe)
    renamed = replace(cafe, name="Harbour Cafe", is_supplier=True)

    edit_party(workspace=workspace, actor=None, party_id=party.pk, party=renamed)
    with pytest.raises(NotFound):
        edit_party(workspace=make_workspace(), actor=None, party_id=party.pk, party=cafe)

    party.refresh_from_db()
    assert (party.name, party.is_supplier) == ("Harbour Cafe", True)


@pytest.mark.parametrize(
    ("party", "field"),
    [
        (PartyInput(name=" ", number="X"), "name"),
        (PartyInput(name="Cafe", number="C1"), "number"),
        (PartyInput(name="Cafe", number="9" * 51), "number"),
        (PartyInput(name="Ca\0fe"), "name"),
    ],
)
def test_a_party_that_cannot_be_kept_names_the_field(workspace, party, field):
    create_party(workspace=workspace, actor=None, party=PartyInput(name="First", number="C1"))

    with pytest.raises(InvalidRecord) as caught:
        create_party(workspace=workspace, actor=None, party=party)

    assert [problem.field for problem in caught.value.problems] == [field]


def test_the_walk_in_party_is_made_once(workspace):
    create_party(workspace=workspace, actor=None, party=PartyInput(name="x", number="WALK-IN"))

    party = walk_in_party(workspace)

    assert party == walk_in_party(workspace)
    assert (party.name, party.number) == ("Walk-in customer", "WALK-IN-2")


def test_item_codes_are_compared_exactly(workspace):
    lower = ItemInput(code="85123a", unit_price=Decimal("2.55"))
    create_item(workspace=workspace, actor=None, item=lower)
    create_item(workspace=workspace, actor=None, item=replace(lower, code="85123A"))

    with pytest.raises(InvalidRecord, match="Another item has it"):
        create_item(workspace=workspace, actor=None, item=lower)


def test_an_item_is_changed_and_takes_only_a_known_tax_code(workspace):
    item = create_item(workspace=workspace, actor=None, item=ItemInput(code="A"))
    make_tax_code(workspace, "GST")
    taxed = ItemInput(code="A", name="Apple", tax_code="GST")

    edited = edit_item(workspace=workspace, actor=None, item_id=item.pk, item=taxed)
    with pytest.raises(InvalidRecord, match="Tax code “VAT”"):
        edit_item(
            workspace=workspace, actor=None, item_id=item.pk, item=replace(taxed, tax_code="VAT")
        )

    assert edited.tax_code.code == "GST"


@pytest.mark.parametrize("rate", ["-1", "100.5", "NaN", "1.23456"])
def test_a_tax_rate_is_a_percentage(workspace, rate):
    with pytest.raises(InvalidRecord, match="Rate"):
        make_tax_code(workspace, "ODD", rate)


def test_a_rate_that_documents_bear_stays(workspace):
    tax_code = make_tax_code(workspace, "GST", "12.5")
    new = TaxCodeInput(code="GST", name="GST", rate=Decimal(15))
    edit_tax_code(workspace=workspace, actor=None, tax_code_id=tax_code.pk, tax_code=new)
    make_document(workspace, lines=[line(tax_code="GST")])

    with pytest.raises(InvalidRecord, match="Add a new code instead"):
        edit_tax_code(
            workspace=workspace,
            actor=None,
            tax_code_id=tax_code.pk,
            tax_code=replace(new, rate=Decimal(16)),
        )
    with pytest.raises(InvalidRecord, match="Another tax code has it"):
        create_tax_code(workspace=workspace, actor=None, tax_code=new)
