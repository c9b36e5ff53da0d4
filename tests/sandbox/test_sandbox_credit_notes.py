import pytest
from books_client import UK, connect, line, note

ZERO_ID = "00000000-0000-0000-0000-000000000000"
LOCKED = "The document date cannot be before the period lock date, currently set at 31 January 2026"


def purchase(**changes):
    lines = [line(AccountCode="300", TaxType="INPUT2")]
    return note(**({"Type": "ACCPAYCREDIT", "LineItems": lines} | changes))


def test_a_created_credit_note_comes_back_as_xero_shapes_it(books):
    made = books.one("PUT", "CreditNotes", note(Reference="returned", LineAmountTypes="Inclusive"))

    assert made["CreditNoteID"] == made["ID"]
    assert (made["CreditNoteNumber"], made["Type"]) == ("CN-0001", "ACCRECCREDIT")
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (8.33, 1.67, 10)
    assert (made["RemainingCredit"], made["Allocations"], made["Payments"]) == (10, [], [])
    assert (made["Status"], made["Reference"]) == ("AUTHORISED", "returned")
    assert made["Contact"]["ContactStatus"] == "ACTIVE"
    for path in (f"CreditNotes/{made['CreditNoteID']}", "CreditNotes/cn-0001"):
        found = books.one("GET", path)
        assert (found["CreditNoteID"], found["Total"]) == (made["CreditNoteID"], 10)


def test_sales_numbers_are_unique_and_purchase_numbers_free(books):
    books.one("PUT", "CreditNotes", note(CreditNoteNumber="CN-0001"))

    taken = books.errors("PUT", "CreditNotes", note(CreditNoteNumber="cn-0001"))
    given = books.one("PUT", "CreditNotes", note())
    free = [books.one("PUT", "CreditNotes", purchase(CreditNoteNumber="X"))["CreditNoteNumber"]]
    free.append(books.one("PUT", "CreditNotes", purchase())["CreditNoteNumber"])
    free.append(books.one("PUT", "CreditNotes", purchase(CreditNoteNumber="X"))["CreditNoteNumber"])

    assert taken == ["Credit Note # must be unique."]
    assert given["CreditNoteNumber"] == "CN-0002"
    assert free == ["X", "", "X"]


def test_post_finds_a_note_by_id_or_sales_number_and_updates_it(books):
    made = books.one("POST", "CreditNotes", note(CreditNoteNumber="N-1", Status="DRAFT"))
    ident = made["CreditNoteID"]

    by_number = books.one("POST", "CreditNotes", note(CreditNoteNumber="n-1", Status="SUBMITTED"))
    by_id = books.one("POST", "CreditNotes", {"CreditNoteID": ident, "Status": "AUTHORISED"})
    at_path = books.one("POST", f"CreditNotes/{ident}", {"Reference": "late"})
    unknown = books.errors("POST", "CreditNotes", note(CreditNoteID=ZERO_ID[:-1] + "1"))

    assert {one["CreditNoteID"] for one in (by_number, by_id, at_path)} == {ident}
    assert (at_path["Status"], at_path["Reference"]) == ("AUTHORISED", "late")
    assert unknown == ["An existing Credit Note with the specified CreditNoteID could not be found"]
    assert books.post(f"CreditNotes/{ZERO_ID[:-1]}1", {"Reference": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("DRAFT", "DELETED", None),
        ("DRAFT", "VOIDED", "Invoice not of valid status for modification"),
        ("AUTHORISED", "VOIDED", None),
        ("AUTHORISED", "DELETED", "Invoice not of valid status for modification"),
        ("AUTHORISED", "DRAFT", "Invoice not of valid status for modification"),
        ("AUTHORISED", "NONSENSE", "The Status NONSENSE is not valid."),
    ],
)
def test_a_note_takes_the_statuses_of_an_invoice(books, before, after, message):
    made = books.one("PUT", "CreditNotes", note(Status=before))
    sent = {"CreditNoteID": made["CreditNoteID"], "Status": after}

    if message:
        assert books.errors("POST", "CreditNotes", sent) == [message]
    else:
        assert books.one("POST", "CreditNotes", sent)["Status"] == after


def test_a_note_keeps_the_rules_of_documents(books, http):
    http.post(f"/_sandbox/organisations/{UK}", json={"PeriodLockDate": "2026-01-31"})

    refused = [
        books.errors("PUT", "CreditNotes", note(**changes))
        for changes in (
            {"Type": "ACCREC"},
            {"LineItems": [line(DiscountRate=5)]},
            {"LineItems": []},
            {"LineItems": [line(UnitAmount=-1)]},
            {"Contact": None},
            {"CurrencyCode": "JPY"},
            {"Date": "2026-01-31"},
        )
    ]

    assert refused == [
        ["Credit note not of valid type for creation"],
        ["Discounts can only be applied to sales invoices and quotes."],
        ["One or more line items must be specified"],
        ["The document total must be greater than or equal to zero."],
        ["A Contact must be specified for this type of transaction"],
        ["Organisation is not subscribed to currency JPY"],
        [LOCKED],
    ]


def test_lists_give_lines_only_by_page_and_filter_by_their_fields(books):
    for number, amount in (("N-2", 2), ("N-1", 1), ("N-3", 3)):
        lines = [line(UnitAmount=amount, TaxType="NONE")]
        books.one("PUT", "CreditNotes", note(CreditNoteNumber=number, LineItems=lines))
    books.one("PUT", "CreditNotes", purchase())

    def numbers(query):
        found = books.get(f"CreditNotes?{query}").json()["CreditNotes"]
        return [one["CreditNoteNumber"] for one in found]

    bare = books.get("CreditNotes").json()
    assert "pagination" not in bare
    assert {len(one["LineItems"]) for one in bare["CreditNotes"]} == {0}
    assert "ContactStatus" not in bare["CreditNotes"][0]["Contact"]
    paged = books.get("CreditNotes?page=1&pageSize=3").json()
    assert paged["pagination"]["itemCount"] == 4
    assert {len(one["LineItems"]) for one in paged["CreditNotes"]} == {1}
    assert numbers('where=Type=="ACCRECCREDIT"&order=CreditNoteNumber') == ["N-1", "N-2", "N-3"]
    assert numbers("where=RemainingCredit>2 AND Total<4") == ["N-3"]
    assert numbers('where=Type=="ACCPAYCREDIT" AND Contact.Name=="ann archer"') == [""]
    assert books.get("CreditNotes?where=Nonsense==1").json()["ErrorNumber"] == 16


def test_unit_prices_of_notes_follow_unitdp(books):
    lines = [line(UnitAmount=1.2345, Quantity=2, TaxType="NONE")]

    made = books.one("PUT", "CreditNotes?unitdp=4", note(LineItems=lines))

    path = f"CreditNotes/{made['CreditNoteID']}"
    shown = {
        query: books.one("GET", query)["LineItems"][0]["UnitAmount"]
        for query in (path, f"{path}?unitdp=4", "CreditNotes?page=1")
    }
    assert shown == {path: 1.23, f"{path}?unitdp=4": 1.2345, "CreditNotes?page=1": 1.23}
    assert made["Total"] == 2.47


def test_notes_need_the_scope_of_invoices(http):
    reader = connect(http, scope="accounting.payments accounting.invoices.read")

    assert reader.get("CreditNotes").status_code == 200
    assert reader.put("CreditNotes", note()).status_code == 401
