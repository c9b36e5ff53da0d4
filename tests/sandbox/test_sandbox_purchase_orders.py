"""Purchase orders."""

import pytest
from books_client import connect, line

UNKNOWN = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
def supplier(books):
    return {"ContactID": books.one("PUT", "Contacts", {"Name": "Tea Farm"})["ContactID"]}


def bought(**changes):
    return line(AccountCode="300", TaxType="INPUT2", **changes)


def order_body(supplier, **fields):
    return {"Contact": supplier, "Date": "2026-11-02", "LineItems": [bought()]} | fields


@pytest.fixture
def order(books, supplier):
    def make(**fields):
        return books.one("PUT", "PurchaseOrders", order_body(supplier, **fields))

    return make


def change(books, made, **fields):
    return books.one("POST", f"PurchaseOrders/{made['PurchaseOrderID']}", fields)


DELIVERY = {
    "DeliveryDate": "2026-11-20",
    "ExpectedArrivalDate": "2026-11-21",
    "DeliveryAddress": "1 Way\nBath",
    "AttentionTo": "Ann",
    "Telephone": "123",
    "DeliveryInstructions": "Back door",
    "Reference": "R1",
}


def test_an_order_is_made_numbered_totalled_and_read_by_id_and_number(books, order):
    made = order(**DELIVERY)
    [read] = books.get(f"PurchaseOrders/{made['PurchaseOrderID']}").json()["PurchaseOrders"]
    by_number = books.get("PurchaseOrders/po-0001").json()["PurchaseOrders"]

    assert by_number == [read]
    assert read == made | {"HasAttachments": False, "Attachments": []}
    assert (made["PurchaseOrderNumber"], made["Status"], made["Type"]) == (
        "PO-0001",
        "DRAFT",
        "PURCHASEORDER",
    )
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (10, 2, 12)
    assert (made["IsDiscounted"], made["TotalDiscount"]) == (False, 0)
    assert made["DeliveryDateString"] == "2026-11-20T00:00:00"
    assert made["ExpectedArrivalDate"] == "/Date(1795219200000+0000)/"
    assert {name: made[name] for name in ("AttentionTo", "Telephone", "Reference")} == {
        "AttentionTo": "Ann",
        "Telephone": "123",
        "Reference": "R1",
    }
    assert books.get("PurchaseOrders/none").status_code == 404


def test_what_was_never_sent_is_left_out(order):
    assert not (DELIVERY.keys() | {"BrandingThemeID"}) & order().keys()


def test_unit_prices_have_four_places_whatever_is_asked(books, order):
    made = order(LineItems=[bought(UnitAmount=0.12345, Quantity=100)])

    [read] = books.get("PurchaseOrders").json()["PurchaseOrders"]

    assert made["LineItems"][0]["UnitAmount"] == 0.1235
    assert read["LineItems"][0]["UnitAmount"] == 0.1235
    assert read["SubTotal"] == 12.35


def test_a_discount_is_summed(order):
    made = order(LineItems=[bought(Quantity=2, DiscountRate=10)])

    assert (made["IsDiscounted"], made["TotalDiscount"], made["SubTotal"]) == (True, 2, 18)


def test_the_list_is_always_a_page_with_lines_and_short_contacts(books, order, http):
    first, second = order(), order()
    http.post("/_sandbox/clock", json={"advance_seconds": 5})
    change(books, first, Reference="late")

    answer = books.get("PurchaseOrders").json()
    page = books.get("PurchaseOrders?page=2&pageSize=1").json()

    assert answer["pagination"] == {"page": 1, "pageSize": 100, "pageCount": 1, "itemCount": 2}
    assert [one["PurchaseOrderID"] for one in answer["PurchaseOrders"]] == [
        second["PurchaseOrderID"],
        first["PurchaseOrderID"],
    ]
    assert page["PurchaseOrders"] == answer["PurchaseOrders"][1:]
    listed = answer["PurchaseOrders"][0]
    assert len(listed["LineItems"]) == 1
    assert not {"SentToContact", "TotalDiscount", "Attachments"} & listed.keys()
    assert (listed["Contact"]["Name"], listed["Contact"]["ContactPersons"]) == ("Tea Farm", [])
    assert "IsSupplier" not in listed["Contact"]


def test_orders_are_filtered_and_ordered_and_have_no_where(books, order, http):
    order(PurchaseOrderNumber="B")
    order(PurchaseOrderNumber="A", Date="2026-11-09", Status="AUTHORISED")

    def numbers(query, **options):
        answer = books.get(f"PurchaseOrders?{query}", **options).json()
        return [one["PurchaseOrderNumber"] for one in answer["PurchaseOrders"]]

    assert numbers("order=PurchaseOrderNumber%20ASC") == ["A", "B"]
    assert numbers("order=Date") == ["B", "A"]
    assert numbers("Status=AUTHORISED") == numbers("DateFrom=2026-11-03") == ["A"]
    assert numbers("DateTo=2026-11-02") == ["B"]
    assert numbers('where=Status=="DRAFT"&order=Date') == ["B", "A"]
    assert numbers("", headers={"If-Modified-Since": "2100-01-01T00:00:00"}) == []
    assert books.get("PurchaseOrders?DateTo=soon").status_code == 400


def test_put_refuses_a_number_that_exists_and_post_edits_its_order(books, supplier, order):
    made = order(PurchaseOrderNumber="P-1")

    [taken] = books.errors("PUT", "PurchaseOrders", order_body(supplier, PurchaseOrderNumber="p-1"))
    edited = books.one("POST", "PurchaseOrders", {"PurchaseOrderNumber": "P-1", "Reference": "R"})

    assert taken == "Order number must be unique"
    assert (edited["PurchaseOrderID"], edited["Reference"]) == (made["PurchaseOrderID"], "R")
    assert books.post("PurchaseOrders", {"PurchaseOrderID": UNKNOWN}).status_code == 404
    other = order()
    path = f"PurchaseOrders/{other['PurchaseOrderID']}"
    assert books.errors("POST", path, {"PurchaseOrderNumber": "P-1"}) == [taken]


def test_a_deleted_order_keeps_its_number_and_takes_no_change(books, supplier, order):
    made = order(PurchaseOrderNumber="P-1")
    assert change(books, made, Status="DELETED")["Status"] == "DELETED"
    gone = "Deleted PurchaseOrders cannot be updated"
    again = order_body(supplier, PurchaseOrderNumber="P-1")

    assert books.errors("POST", "PurchaseOrders", again) == [gone]
    path = f"PurchaseOrders/{made['PurchaseOrderID']}"
    assert books.errors("POST", path, {"Status": "DRAFT"}) == [gone]
    assert books.errors("PUT", "PurchaseOrders", again) == ["Order number must be unique"]


@pytest.mark.parametrize(
    ("way", "refused"),
    [
        (["DRAFT", "SUBMITTED", "DRAFT", "AUTHORISED", "BILLED", "AUTHORISED"], "DRAFT"),
        (["DRAFT", "BILLED"], "SUBMITTED"),
        (["SUBMITTED", "AUTHORISED"], "SUBMITTED"),
        (["AUTHORISED"], "DRAFT"),
    ],
)
def test_an_order_goes_through_its_statuses_and_no_others(books, order, way, refused):
    made = order(Status=way[0])

    reached = [change(books, made, Status=status)["Status"] for status in way[1:]]
    messages = books.errors(
        "POST", f"PurchaseOrders/{made['PurchaseOrderID']}", {"Status": refused}
    )

    assert reached == way[1:]
    assert messages == ["Purchase order not of valid status for modification"]
    assert change(books, made, Status="DELETED")["Status"] == "DELETED"


def test_a_new_order_cannot_be_deleted_and_a_status_must_exist(books, supplier):
    assert books.errors("PUT", "PurchaseOrders", order_body(supplier, Status="DELETED")) == [
        "Purchase order not of valid status for creation"
    ]
    assert books.errors("PUT", "PurchaseOrders", order_body(supplier, Status="PAID")) == [
        "The Status PAID is not valid."
    ]


def test_only_approved_and_billed_orders_are_marked_as_sent(books, order):
    made = order(SentToContact=True)
    approved = change(books, made, Status="AUTHORISED", SentToContact=True)
    billed = change(books, made, Status="BILLED", SentToContact=False)

    assert made["SentToContact"] is False
    assert made["Warnings"] == [
        {"Message": "Only AUTHORISED and BILLED purchase orders may have SentToContact updated."}
    ]
    assert (approved["SentToContact"], billed["SentToContact"]) == (True, False)
    assert "Warnings" not in approved


def test_an_order_never_makes_or_edits_a_contact(books, supplier):
    def refused(**contact):
        return books.errors("PUT", "PurchaseOrders", order_body(contact))

    before = books.get("Contacts").json()["Contacts"]
    named = books.one(
        "PUT", "PurchaseOrders", order_body({"Name": "tea farm", "EmailAddress": "a@b.example"})
    )

    assert "could not be found" in refused(Name="Nobody")[0]
    assert "could not be found" in refused(ContactID=UNKNOWN)[0]
    assert "must contain at least 1" in refused(EmailAddress="a@b.example")[0]
    assert named["Contact"]["ContactID"] == supplier["ContactID"]
    assert books.get("Contacts").json()["Contacts"] == before
    books.post(f"Contacts/{supplier['ContactID']}", {"ContactStatus": "ARCHIVED"})
    assert "archived" in refused(**supplier)[0]


def test_a_refused_batch_says_which_and_good_ones_can_stay(books, supplier):
    bodies = [order_body(supplier), order_body(supplier, LineItems=[])]

    answer = books.put("PurchaseOrders?summarizeErrors=false", {"PurchaseOrders": bodies}).json()

    good, bad = answer["PurchaseOrders"]
    assert (good["StatusAttributeString"], bad["StatusAttributeString"]) == ("OK", "ERROR")
    assert bad["ValidationErrors"] == [{"Message": "One or more line items must be specified"}]
    assert (bad["PurchaseOrderID"], bad["HasErrors"]) == (
        "00000000-0000-0000-0000-000000000000",
        True,
    )
    assert len(books.get("PurchaseOrders").json()["PurchaseOrders"]) == 1


def test_lines_are_kept_changed_and_dropped_by_their_ids(books, order):
    made = order(LineItems=[bought(), bought(Description="Milk")])
    kept = made["LineItems"][1]["LineItemID"]

    changed = change(books, made, LineItems=[{"LineItemID": kept, "Quantity": 3}])

    [only] = changed["LineItems"]
    assert (only["LineItemID"], only["Description"], only["Quantity"]) == (kept, "Milk", 3)
    assert changed["SubTotal"] == 30


def test_an_empty_list_of_lines_and_an_empty_contact_change_nothing(books, order):
    made = order()

    changed = change(books, made, AttentionTo="Peter Parker", LineItems=[], Contact={})

    assert changed["LineItems"] == made["LineItems"]
    assert changed["Contact"] == made["Contact"]
    assert changed["AttentionTo"] == "Peter Parker"


def test_an_order_has_papers(books, order):
    made = order(Status="AUTHORISED")
    path = f"PurchaseOrders/{made['PurchaseOrderID']}"
    books.call(
        "PUT",
        f"{path}/Attachments/a.txt",
        content=b"hello",
        headers={"Content-Type": "text/plain"},
    )
    change(books, made, Status="BILLED")

    told = books.get(f"{path}/History").json()["HistoryRecords"]
    [read] = books.get(path).json()["PurchaseOrders"]

    assert [one["Changes"] for one in told] == ["Billed", "Attached a file", "Approved", "Created"]
    assert (read["HasAttachments"], read["Attachments"][0]["FileName"]) == (True, "a.txt")
    pdf = books.get(f"{path}/pdf", headers={"Accept": "application/pdf"})
    assert b"PURCHASE ORDER PO-0001" in pdf.content


def test_what_stands_on_an_order_is_not_deleted(books, order):
    account = {"Code": "X1", "Name": "Parties", "Type": "EXPENSE"}
    path = f"Accounts/{books.one('PUT', 'Accounts', account)['AccountID']}"
    order(LineItems=[bought() | {"AccountCode": "X1"}])

    assert books.call("DELETE", path).status_code == 400


def test_a_merged_contact_gives_its_orders_away(books, order, supplier, http):
    books.one("PUT", "Contacts", {"Name": "Milk Farm"})
    made = order()

    merging = f"/org/{books.organisation}/contacts/{supplier['ContactID']}/merge"
    http.post(merging, data={"into": "Milk Farm"})

    [read] = books.get(f"PurchaseOrders/{made['PurchaseOrderID']}").json()["PurchaseOrders"]
    assert read["Contact"]["Name"] == "Milk Farm"


def test_orders_stay_out_of_ledger_and_webhooks(hook, books, order, http):
    def counted():
        events = http.get(f"/_sandbox/webhooks/{hook['client_id']}/events").json()["events"]
        return len(events), http.get(f"/_sandbox/postings?organisation={books.organisation}").text

    order()
    before = counted()
    order(Status="AUTHORISED")

    assert before == counted() == (1, "")


def test_orders_follow_scope_and_role(http, books, supplier):
    reading = connect(http, scope="accounting.invoices.read")
    reader = connect(http, person="read_only", scope="accounting.invoices")

    assert reading.get("PurchaseOrders").status_code == 200
    assert reading.put("PurchaseOrders", order_body(supplier)).status_code == 401
    assert reader.put("PurchaseOrders", order_body(supplier)).status_code == 403
