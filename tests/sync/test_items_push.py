"""Items go to Xero and come from there; lines name the items that Xero has, and cost the same."""

from decimal import Decimal
from typing import Any

import pytest
from bookkeeper import Bookkeeper

from factories import line
from tallystick import xero
from tallystick.books.errors import InvalidRecord
from tallystick.books.inputs import ItemInput
from tallystick.books.items import create_item, edit_item
from tallystick.books.models import Document, Item
from tallystick.connections.client import client_for
from tallystick.mirror.models import MirroredItem
from tallystick.sync.acts.changing_record_rules import save_record_policy
from tallystick.sync.acts.sending_records import NotSent, send_record
from tallystick.sync.models import Link, LinkState, Owner, PulledKind, RecordTrigger
from tallystick.sync.pull.schedule import make_due
from tallystick.sync.reports.record_sides import side_of
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(books: Books) -> Books:
    """Books whose consent lets items be written."""
    books.sandbox.post("/_sandbox/switches", {"items_write_scope": "invoices"})
    return books


def rule(books: Books, trigger: str = RecordTrigger.BY_ITSELF, **more: Any) -> None:
    save_record_policy(
        organisation=books.organisation, kind="item", actor=books.owner, trigger=trigger, **more
    )


GIVEN: dict[str, Any] = {
    "code": "WIDGET",
    "name": "Widget",
    "description": "A widget of oak",
    "unit_price": Decimal("12.5"),
    "purchase_price": Decimal("7.25"),
    "tax_code": "VAT20",
    "account_code": "200",
    "purchase_account_code": "300",
}


def make(books: Books, **given: Any) -> Item:
    item = ItemInput(**{**GIVEN, **given})
    return create_item(workspace=books.workspace, actor=books.owner, item=item)


def edit(books: Books, item: Item, **given: Any) -> Item:
    item.refresh_from_db()
    values = {name: getattr(item, name) for name in GIVEN}
    values |= {"tax_code": item.tax_code.code if item.tax_code else ""} | given
    return edit_item(
        workspace=books.workspace, actor=books.owner, item_id=item.pk, item=ItemInput(**values)
    )


def there(books: Books, *codes: str) -> list[xero.Item]:
    return client_for(books.organisation).items_by_code(codes)


def pull(books: Books) -> None:
    make_due(books.organisation, [PulledKind.ITEMS], why="test")
    books.work()


def line_there(bookkeeper: Bookkeeper, books: Books, document: Document) -> dict[str, Any]:
    found = bookkeeper.read(f"Invoices/{books.link(document).xero_id}")
    [only] = found["Invoices"][0]["LineItems"]
    return dict(only)


def test_a_new_item_goes_by_itself_and_a_change_of_it_follows(books: Books):
    rule(books)
    item = make(books)
    books.work()

    [made] = there(books, "WIDGET")
    assert made.sales
    assert made.purchase
    assert (made.name, made.description) == ("Widget", "A widget of oak")
    sales = (made.sales.unit_price, made.sales.account_code, made.sales.tax_type)
    assert sales == (Decimal("12.50"), "200", "OUTPUT2")
    bought = (made.purchase.unit_price, made.purchase.account_code, made.purchase.tax_type)
    assert bought == (Decimal("7.25"), "300", "INPUT2")
    link = books.link(item)
    assert (link.kind, str(link.xero_id), link.state) == ("item", made.item_id, LinkState.SYNCED)

    edit(books, item, unit_price=Decimal("13.1234"))
    books.work()

    [changed] = there(books, "WIDGET")
    assert changed.sales
    assert changed.purchase
    assert (changed.sales.unit_price, changed.sales.account_code) == (Decimal("13.1234"), "200")
    assert changed.purchase.unit_price == Decimal("7.25")
    calls = books.sandbox.calls()
    assert (calls["PUT Items"], calls["POST Items"]) == (1, 1)


def test_without_a_rule_items_stay_here_and_lines_name_none(books: Books, bookkeeper: Bookkeeper):
    item = make(books)
    bookkeeper.write("PUT", "Items", {"Code": "WIDGET"})
    pull(books)
    document = books.submit("INV-1", lines=[line(item_code="WIDGET", tax_code="VAT20")])
    books.work()

    assert not Link.objects.filter(item=item).exists()
    assert "ItemCode" not in line_there(bookkeeper, books, document)
    with pytest.raises(NotSent, match="do not go to"):
        send_record(workspace=books.workspace, actor=books.owner, record=item)


def test_one_of_the_code_in_xero_is_linked_and_never_doubled(books: Books, bookkeeper: Bookkeeper):
    theirs = {"Code": "WIDGET", "Name": "Theirs", "SalesDetails": {"UnitPrice": 99}}
    made = bookkeeper.write("PUT", "Items", theirs)
    rule(books)
    item = make(books)
    books.work()

    assert str(books.link(item).xero_id) == made["ItemID"]
    [found] = there(books, "WIDGET")
    assert found.sales
    assert found.sales.unit_price == Decimal(99)
    assert books.sandbox.calls()["POST Items"] == 0


def test_lines_name_the_item_and_come_to_the_same(books: Books, bookkeeper: Bookkeeper):
    rule(books)
    make(books)
    document = books.submit(
        "INV-1",
        lines=[
            line(
                "Other text",
                item_code="WIDGET",
                tax_code="VAT20",
                quantity="3",
                unit_price="4.15",
                account_code="260",
            )
        ],
    )
    books.work()

    named = line_there(bookkeeper, books, document)
    assert named["ItemCode"] == "WIDGET"
    assert (named["Description"], named["AccountCode"]) == ("Other text", "260")
    assert (Decimal(str(named["UnitAmount"])), named["TaxType"]) == (Decimal("4.15"), "OUTPUT2")
    assert books.copy(document)["total"] == str(document.total) == "14.94"


def test_an_item_that_xero_has_no_more_is_left_out_and_told(books: Books, bookkeeper: Bookkeeper):
    rule(books)
    item = make(books)
    books.work()
    pull(books)
    bookkeeper.delete(f"Items/{books.link(item).xero_id}")
    pull(books)
    assert MirroredItem.objects.get(code="WIDGET").gone_at is not None

    document = books.submit("INV-1", lines=[line(item_code="WIDGET", tax_code="VAT20")])
    books.work()

    assert books.link(document).state == LinkState.SYNCED
    assert "ItemCode" not in line_there(bookkeeper, books, document)
    side = side_of(item)
    assert side is not None
    assert side.is_gone


def test_a_refused_item_fails_on_its_own_and_is_mended(books: Books):
    rule(books)
    wrong = make(books, code="W" * 31)
    right = make(books, code="RIGHT")
    books.work()

    assert books.link(right).state == LinkState.SYNCED
    assert books.link(wrong).state == LinkState.FAILED
    assert books.problem(wrong)["remedy"]

    edit(books, wrong, code="SHORT")
    books.work()
    assert books.link(wrong).state == LinkState.SYNCED


def test_items_of_xero_come_in_where_it_owns_them(books: Books, bookkeeper: Bookkeeper):
    mine = make(books, code="MINE", name="Before")
    bookkeeper.write("PUT", "Items", {"Code": "MINE", "Name": "Theirs"})
    new = {
        "Code": "NEW",
        "Name": "New",
        "Description": "Made there",
        "SalesDetails": {"UnitPrice": 3.5, "AccountCode": "200"},
    }
    bookkeeper.write("PUT", "Items", new)
    rule(books, RecordTrigger.BY_HAND, owner=Owner.XERO)
    pull(books)

    found = Item.objects.get(workspace=books.workspace, code="NEW")
    assert (found.name, found.description) == ("New", "Made there")
    assert (found.unit_price, found.account_code) == (Decimal("3.5"), "200")
    mine.refresh_from_db()
    assert mine.name == "Theirs"
    with pytest.raises(InvalidRecord, match="change it in Xero"):
        edit(books, found, unit_price=Decimal(4))
    edit(books, found, tax_code="VAT20")
    count = Item.objects.count()

    bookkeeper.write(
        "POST", "Items", {"Code": "NEW", "SalesDetails": {"UnitPrice": 4.25, "AccountCode": "200"}}
    )
    pull(books)
    found.refresh_from_db()
    assert found.unit_price == Decimal("4.25")
    assert Item.objects.count() == count


@pytest.mark.parametrize("verb", ["PUT", "POST"])
@pytest.mark.parametrize("has_landed", [True, False])
def test_an_unknown_outcome_of_an_item_is_settled_to_one(books: Books, verb: str, has_landed: bool):
    rule(books)
    item = make(books)
    if verb == "POST":
        books.work()
        edit(books, item, unit_price=Decimal(20))
    books.sandbox.fault(
        "cut_after" if has_landed else "cut_before", method=verb, path="*/Items", times=1
    )
    books.drain()
    books.come_through(dead_key=True)

    [found] = there(books, "WIDGET")
    price = Decimal(20) if verb == "POST" else Decimal("12.5")
    assert found.sales
    assert found.sales.unit_price == price
    assert (books.link(item).state, str(books.link(item).xero_id)) == (
        LinkState.SYNCED,
        found.item_id,
    )
