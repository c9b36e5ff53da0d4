import pytest

from factories import make_document, make_item, make_party, make_workspace
from tallystick.books.models import Document, Item, Kind, Party, Status

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("inv-7", {"INV-7"}),
        ("order 9", {"INV-7"}),
        ("CAFE", {"INV-7", "INV-8"}),
        ("C-100", {"INV-7", "INV-8"}),
        ("%", set()),
        ("in", {"INV-7", "INV-8", "INV-9"}),
        ("ba", {"INV-9"}),
        ("-7", set()),
        ("  ", {"INV-7", "INV-8", "INV-9"}),
    ],
)
def test_a_search_finds_number_reference_and_party(text, found):
    workspace = make_workspace()
    cafe = make_party(workspace, "Harbour Cafe", number="C-100")
    make_document(workspace, party=cafe, number="INV-7", reference="Order 95")
    make_document(workspace, party=cafe, number="INV-8")
    make_document(workspace, party=make_party(workspace, "Bayside Ltd"), number="INV-9")

    documents = Document.objects.in_workspace(workspace).matching(text, workspace)

    assert {document.number for document in documents} == found


def test_reading_stays_within_the_workspace_and_the_kind():
    workspace = make_workspace()
    bill = make_document(workspace, kind=Kind.BILL)
    make_document(workspace, submitted=True)
    make_document(make_workspace(), kind=Kind.BILL)

    assert Document.objects.in_workspace(workspace).of_kind(Kind.BILL).get() == bill
    assert Document.objects.in_workspace(workspace).with_status(Status.SUBMITTED).count() == 1


def test_parties_and_items_are_found_by_part_of_name_or_key():
    workspace = make_workspace()
    cafe = make_party(workspace, "Harbour Cafe", number="C-100")
    widget = make_item(workspace, "ACME-WIDGET")
    make_party(workspace, "Bayside Ltd")
    make_item(workspace, "OTHER")

    assert Party.objects.in_workspace(workspace).matching("arbour").get() == cafe
    assert Party.objects.in_workspace(workspace).matching("c-10").get() == cafe
    assert Item.objects.in_workspace(workspace).matching("wid").get() == widget
