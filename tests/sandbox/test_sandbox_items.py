import pytest
from books_client import UK, connect, draft, line

from xero_sandbox.organisations.demo import organisation_id

US = organisation_id("US")


def make(books, **fields):
    answer = books.put("Items", {"Code": "TEA", "Name": "Tea"} | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["Items"][0]


def test_demo_items_are_listed_with_codes_of_the_country(http):
    uk, us = connect(http, UK), connect(http, US)

    items = {item["Code"]: item for item in uk.get("Items").json()["Items"]}
    american = us.get("Items/GB1-White").json()["Items"][0]

    assert len(items) == 16
    assert items["GB1-White"]["SalesDetails"] == {
        "UnitPrice": 5.6,
        "AccountCode": "200",
        "TaxType": "OUTPUT2",
    }
    assert items["TSL - Black"]["IsTrackedAsInventory"] is True
    assert items["TSL - Black"]["PurchaseDetails"]["COGSAccountCode"] == "310"
    assert items["TSL - Black"]["QuantityOnHand"] == 0
    assert items["DevD"]["IsPurchased"] is False
    assert american["SalesDetails"]["AccountCode"] == "400"
    assert american["SalesDetails"]["TaxType"] == "TAX001"
    assert american["PurchaseDetails"]["AccountCode"] == "500"


def test_an_item_gets_its_tax_type_from_its_account_and_is_read_by_id_and_code(books):
    made = make(books, SalesDetails={"UnitPrice": 12.345, "AccountCode": "200"})

    by_id = books.get(f"Items/{made['ItemID']}").json()["Items"]
    by_code = books.get("Items/tea").json()["Items"]

    told = made["UpdatedDateUTC"].replace(")", "+0000)")
    assert by_id == by_code == [made | {"UpdatedDateUTC": told}]
    assert made["SalesDetails"] == {"UnitPrice": 12.35, "AccountCode": "200", "TaxType": "OUTPUT2"}
    assert made["UpdatedDateUTC"].endswith(")/")
    assert "+0000" not in made["UpdatedDateUTC"]


def test_prices_have_four_places_with_unitdp(books):
    body = {"Code": "TEA", "SalesDetails": {"UnitPrice": 1.2345}}
    books.put("Items?unitdp=4", body)

    long = books.get("Items/TEA?unitdp=4").json()["Items"][0]
    short = books.get("Items/TEA").json()["Items"][0]

    assert long["SalesDetails"]["UnitPrice"] == 1.2345
    assert short["SalesDetails"]["UnitPrice"] == 1.23


def test_put_refuses_a_code_that_exists_and_post_changes_that_item(books):
    made = make(books, Description="Leaves")

    message = books.errors("PUT", "Items", {"Code": "tea", "Name": "Other"})
    changed = books.post("Items", {"Items": [{"Code": "TEA", "Name": "Green tea"}]}).json()["Items"]
    renamed = books.post(f"Items/{made['ItemID']}", {"Code": "TEA2"}).json()["Items"][0]

    assert message == ["Price List Item with Code 'tea' already exists"]
    assert changed[0]["ItemID"] == made["ItemID"]
    assert (changed[0]["Name"], changed[0]["Description"]) == ("Green tea", "Leaves")
    assert renamed["Code"] == "TEA2"
    assert books.get("Items/TEA").status_code == 404


def test_an_unknown_item_id_in_a_batch_answers_404(books):
    sent = {"ItemID": "11111111-1111-1111-1111-111111111111", "Code": "X"}

    assert books.post("Items", {"Items": [sent]}).status_code == 404


def test_not_sold_drops_what_belongs_to_sales(books):
    make(books, Description="Leaves", SalesDetails={"UnitPrice": 2})

    changed = books.post("Items", {"Code": "TEA", "IsSold": False}).json()["Items"][0]

    assert changed["SalesDetails"] == {}
    assert "Description" not in changed


def test_a_batch_takes_five_hundred_items_and_no_more(books):
    items = [{"Code": f"C{number}"} for number in range(501)]

    full = books.put("Items", {"Items": items[:500]})
    over = books.put("Items", {"Items": items})

    assert len(full.json()["Items"]) == 500
    assert over.status_code == 400
    assert "500" in over.json()["Message"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Code": ""}, "A Code must be specified"),
        ({"Code": "x" * 31}, "The Code must not be longer than 30"),
        ({"Name": "x" * 51}, "The Name must not be longer than 50"),
        ({"SalesDetails": {"AccountCode": "nope"}}, "Account code 'nope' is not a valid code"),
        ({"SalesDetails": {"TaxType": "NOPE"}}, "The TaxType code 'NOPE' does not exist"),
        ({"InventoryAssetAccountCode": "200"}, "must be an account of type INVENTORY"),
        ({"InventoryAssetAccountCode": "630"}, "must have a COGSAccountCode"),
    ],
)
def test_an_item_that_breaks_a_rule_is_refused(books, fields, message):
    [found] = books.errors("PUT", "Items", {"Code": "TEA"} | fields)

    assert message in found


def test_deleting_answers_204_and_spares_what_stands_on_a_document(books):
    make(books)
    make(books, Code="USED", SalesDetails={"UnitPrice": 3, "AccountCode": "200"})
    books.create(draft(LineItems=[{"ItemCode": "USED", "Description": "x"}]))

    gone = books.call("DELETE", "Items/TEA")
    kept = books.call("DELETE", "Items/USED")

    assert (gone.status_code, gone.content) == (204, b"")
    assert books.get("Items/TEA").status_code == 404
    assert kept.status_code == 400
    assert "used on a document" in kept.text


def test_items_are_filtered_ordered_and_never_paged(books):
    where = "where=IsTrackedAsInventory==true AND SalesDetails.UnitPrice>=40&order=Code DESC&page=9"

    found = books.get(f"Items?{where}").json()

    assert [item["Code"] for item in found["Items"]] == [
        "TSS - Black",
        "TSM - Black",
        "TSL - Black",
    ]
    assert "pagination" not in found
    assert books.get("Items?where=Colour==1").json()["Type"] == "QueryParseException"


def test_an_item_fills_what_a_line_lacks_and_nothing_else(books):
    details = {"UnitPrice": 7.5, "AccountCode": "260", "TaxType": "ZERORATEDOUTPUT"}
    item = make(books, Description="Leaves", SalesDetails=details)

    [made] = books.create(
        draft(
            LineItems=[
                {"ItemCode": "TEA", "Quantity": 2},
                line(ItemCode="tea", Description="My own"),
            ]
        )
    )

    filled, own = made["LineItems"]
    assert (filled["Description"], filled["UnitAmount"], filled["LineAmount"]) == (
        "Leaves",
        7.5,
        15,
    )
    assert (filled["AccountCode"], filled["TaxType"]) == ("260", "ZERORATEDOUTPUT")
    assert filled["ItemCode"] == "TEA"
    assert filled["Item"] == {"ItemID": item["ItemID"], "Name": "Tea", "Code": "TEA"}
    assert (own["Description"], own["UnitAmount"], own["AccountCode"]) == ("My own", 10, "200")


def test_a_bill_takes_the_purchase_side_of_an_item(books):
    [bill] = books.create(
        draft(Type="ACCPAY", LineItems=[{"ItemCode": "GB1-White"}, {"ItemCode": "TSL - Black"}])
    )

    [plain, tracked] = bill["LineItems"]
    assert (plain["UnitAmount"], plain["AccountCode"], plain["TaxType"]) == (4.2, "300", "INPUT2")
    assert tracked["AccountCode"] == "630"  # stock, not an expense


def test_an_unknown_item_code_is_refused(books):
    assert books.errors("PUT", "Invoices", draft(LineItems=[line(ItemCode="nope")])) == [
        "Item code 'nope' is not valid"
    ]


def test_writing_items_needs_the_settings_scope_unless_switched(http):
    books = connect(http, scope="accounting.invoices accounting.settings.read")

    refused = books.put("Items", {"Code": "TEA"})
    read = books.get("Items")
    http.post("/_sandbox/switches", json={"items_write_scope": "invoices"})
    allowed = books.put("Items", {"Code": "TEA"})

    assert refused.status_code == 401
    assert refused.json()["Detail"] == "AuthorizationUnsuccessful"
    assert (read.status_code, allowed.status_code) == (200, 200)
