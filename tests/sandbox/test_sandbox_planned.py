"""Quotes, repeating invoices and linked transactions."""

import pytest
from books_client import approved, connect, draft, line

UNKNOWN = "11111111-1111-1111-1111-111111111111"


def quote_body(**fields):
    return {"Contact": {"Name": "Ann Archer"}, "Date": "2026-11-02", "LineItems": [line()]} | fields


def quote(books, **fields):
    answer = books.put("Quotes", quote_body(**fields))
    assert answer.status_code == 200, answer.text
    return answer.json()["Quotes"][0]


def template_body(**fields):
    schedule = {
        "Period": 1,
        "Unit": "MONTHLY",
        "DueDate": 10,
        "DueDateType": "OFFOLLOWINGMONTH",
        "StartDate": "2026-01-31",
    }
    return draft(Schedule=schedule, **fields)


def template(books, **fields):
    answer = books.put("RepeatingInvoices", template_body(**fields))
    assert answer.status_code == 200, answer.text
    return answer.json()["RepeatingInvoices"][0]


def test_a_quote_is_made_numbered_totalled_and_read_back(books):
    made = quote(books, Title="Tea", Terms="Soon", ExpiryDate="2026-12-01")

    read = books.get(f"Quotes/{made['QuoteID']}").json()

    assert read["Quotes"] == [made]
    assert read["SummarizeErrors"] is True
    assert (made["QuoteNumber"], made["Status"], made["Title"]) == ("QU-0001", "DRAFT", "Tea")
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (10, 2, 12)
    assert made["LineAmountTypes"] == "EXCLUSIVE"
    assert made["ExpiryDate"] == "/Date(1796083200000)/"
    assert made["ExpiryDateString"] == "2026-12-01T00:00:00"
    assert set(made["Contact"]) == {"ContactID", "Name", "EmailAddress", "FirstName", "LastName"}


def test_quotes_are_filtered_paged_without_pagination_and_have_no_where(books):
    quote(books, QuoteNumber="A")
    second = quote(books, QuoteNumber="B", Date="2026-11-09", Status="SENT", Contact={"Name": "Bo"})

    def numbers(query):
        answer = books.get(f"Quotes?{query}").json()
        assert "pagination" not in answer
        return [one["QuoteNumber"] for one in answer["Quotes"]]

    assert numbers("order=QuoteNumber") == ["A", "B"]
    assert numbers("DateFrom=2026-11-03") == numbers("Status=SENT") == ["B"]
    assert numbers(f"ContactID={second['Contact']['ContactID']}") == ["B"]
    assert numbers("QuoteNumber=a&where=ignored") == ["A"]
    assert numbers("page=2") == []
    assert books.get("Quotes?DateTo=soon").status_code == 400


def test_a_quote_goes_through_its_statuses_and_no_others(books):
    path = f"Quotes/{quote(books)['QuoteID']}"

    [refused] = books.errors("POST", path, {"Status": "INVOICED"})
    reached = [
        books.post(path, {"Status": status}).json()["Quotes"][0]["Status"]
        for status in ("SENT", "ACCEPTED", "INVOICED", "DELETED")
    ]
    [ended] = books.errors("POST", path, {"Title": "x"})

    assert "cannot become INVOICED" in refused
    assert reached == ["SENT", "ACCEPTED", "INVOICED", "DELETED"]
    assert "DELETED" in ended
    told = books.get(f"{path}/History").json()["HistoryRecords"]
    assert [one["Changes"] for one in told][-3:] == ["Accepted", "Sent", "Created"]


def test_quote_numbers_are_unique_and_post_finds_by_number(books):
    made = quote(books, QuoteNumber="Q-1")

    [taken] = books.errors("PUT", "Quotes", quote_body(QuoteNumber="q-1"))
    changed = books.post("Quotes", {"QuoteNumber": "Q-1", "Summary": "S"}).json()["Quotes"][0]

    assert taken == "Quote number must be unique"
    assert (changed["QuoteID"], changed["Summary"]) == (made["QuoteID"], "S")
    assert books.post("Quotes", {"QuoteID": UNKNOWN}).status_code == 404


def test_a_quote_has_a_pdf(books):
    path = f"Quotes/{quote(books)['QuoteID']}/pdf"

    assert b"QUOTE QU-0001" in books.get(path, headers={"Accept": "application/pdf"}).content


def test_a_repeating_invoice_knows_when_it_comes_next(http, books):
    made = template(books, Reference="Rent")
    # The clock of the test starts today; the schedule began on the last day of January.

    read = books.get(f"RepeatingInvoices/{made['RepeatingInvoiceID']}").json()

    assert read["RepeatingInvoices"] == [made]
    assert made["ID"] == made["RepeatingInvoiceID"]
    assert made["Schedule"]["StartDate"] == "/Date(1769817600000+0000)/"
    assert made["Schedule"]["NextScheduledDate"].endswith("+0000)/")
    assert (made["Status"], made["Total"], made["Reference"]) == ("DRAFT", 12, "Rent")


def test_repeating_invoices_are_filtered_changed_and_deleted(books):
    ident = template(books)["RepeatingInvoiceID"]
    template(books, Type="ACCPAY", LineItems=[line(AccountCode="400", TaxType="INPUT2")])

    bills = books.get('RepeatingInvoices?where=Type=="ACCPAY"').json()["RepeatingInvoices"]
    authorised = books.post(f"RepeatingInvoices/{ident}", {"Status": "AUTHORISED"})
    body = {"RepeatingInvoiceID": ident, "Status": "DELETED"}
    deleted = books.post("RepeatingInvoices", body).json()["RepeatingInvoices"]

    assert len(bills) == 1
    assert authorised.json()["RepeatingInvoices"][0]["Status"] == "AUTHORISED"
    assert deleted[0]["Status"] == "DELETED"


def test_a_schedule_that_makes_no_sense_is_refused(books):
    body = template_body() | {"Schedule": {"Period": 0, "Unit": "DAILY"}}

    messages = " ".join(books.errors("PUT", "RepeatingInvoices", body))

    assert "Period" in messages
    assert "WEEKLY or MONTHLY" in messages
    assert "DueDateType" in messages


def expense(books, status="AUTHORISED"):
    items = [line(AccountCode="400", TaxType="INPUT2")]
    body = approved(Type="ACCPAY", LineItems=items) | {"Status": status}
    return books.create(body)[0]


def link(books, bill, **fields):
    body = {
        "SourceTransactionID": bill["InvoiceID"],
        "SourceLineItemID": bill["LineItems"][0]["LineItemID"],
    }
    answer = books.put("LinkedTransactions", body | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["LinkedTransactions"][0]


def test_a_linked_transaction_follows_its_bill_and_its_invoice(books):
    bill, [sale] = expense(books, "DRAFT"), books.create(draft())
    made = link(books, bill)
    path = f"LinkedTransactions/{made['LinkedTransactionID']}"

    def status():
        return books.get(path).json()["LinkedTransactions"][0]["Status"]

    seen = [status()]
    books.post(f"Invoices/{bill['InvoiceID']}", {"Status": "AUTHORISED"})
    seen.append(status())
    target = {
        "ContactID": sale["Contact"]["ContactID"],
        "TargetTransactionID": sale["InvoiceID"],
        "TargetLineItemID": sale["LineItems"][0]["LineItemID"],
    }
    assert books.post(path, target).status_code == 200
    seen.append(status())
    approval = {"Status": "AUTHORISED", "DueDate": "2026-12-31"}
    books.post(f"Invoices/{sale['InvoiceID']}", approval)
    seen.append(status())

    assert seen == ["DRAFT", "APPROVED", "ONDRAFT", "BILLED"]
    assert books.call("DELETE", path).status_code == 400


def test_links_are_filtered_and_deleted(books):
    bill = expense(books)
    made = link(books, bill)

    found = books.get(f"LinkedTransactions?SourceTransactionID={bill['InvoiceID']}&page=1").json()
    none = books.get("LinkedTransactions?Status=BILLED").json()["LinkedTransactions"]
    gone = books.call("DELETE", f"LinkedTransactions/{made['LinkedTransactionID']}")

    assert found["LinkedTransactions"] == [made]
    assert none == []
    assert (gone.status_code, gone.content) == (204, b"")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"SourceLineItemID": UNKNOWN},
            "The SourceLineItemID and SourceTransactionID do not match",
        ),
        ({"ContactID": UNKNOWN}, "could not be found"),
        ({"TargetTransactionID": UNKNOWN}, "is not the id of a sales invoice"),
    ],
)
def test_a_link_that_does_not_fit_is_refused(books, fields, message):
    bill = expense(books)
    body = {
        "SourceTransactionID": bill["InvoiceID"],
        "SourceLineItemID": bill["LineItems"][0]["LineItemID"],
    }

    [found] = books.errors("PUT", "LinkedTransactions", body | fields)

    assert message in found


def test_the_contact_of_a_link_is_the_one_of_its_invoice(books):
    bill, [sale] = expense(books), books.create(draft(Contact={"Name": "Bo"}))
    body = {
        "SourceTransactionID": bill["InvoiceID"],
        "SourceLineItemID": bill["LineItems"][0]["LineItemID"],
        "ContactID": bill["Contact"]["ContactID"],
        "TargetTransactionID": sale["InvoiceID"],
    }

    assert books.errors("PUT", "LinkedTransactions", body) == [
        "The ContactID and the TargetTransaction ContactID do not match"
    ]


def test_planned_documents_need_the_scope_of_invoices(http):
    books = connect(http, scope="accounting.settings")

    for plural in ("Quotes", "RepeatingInvoices", "LinkedTransactions"):
        assert books.get(plural).status_code == 401
