import pytest
from books_client import UK, approved, bill, connect, draft, line, note, payment

EXCEEDS = "Payment amount exceeds the amount outstanding on this document"
NOT_AUTHORISED = "Payments can only be made against Authorised documents"


def invoice_of(books, number):
    return books.one("GET", f"Invoices/{number}")


def amounts(invoice):
    return invoice["Status"], invoice["AmountDue"], invoice["AmountPaid"]


def test_a_part_payment_leaves_the_invoice_approved_and_the_rest_makes_it_paid(books):
    [made] = books.create(approved("P-1"))

    first = books.one("PUT", "Payments", payment(made, 5, Reference="cheque 1"))
    part_paid = invoice_of(books, "P-1")
    books.one("PUT", "Payments", payment(made, 7, Date="2026-10-09"))
    paid = invoice_of(books, "P-1")

    assert amounts(part_paid) == ("AUTHORISED", 7, 5)
    assert part_paid["Payments"] == [
        {
            "PaymentID": first["PaymentID"],
            "Date": "/Date(1790899200000+0000)/",
            "Amount": 5,
            "Reference": "cheque 1",
            "CurrencyRate": 1,
            "HasAccount": False,
            "HasValidationErrors": False,
        }
    ]
    assert "FullyPaidOnDate" not in part_paid
    assert amounts(paid) == ("PAID", 0, 12)
    assert paid["FullyPaidOnDate"] == "/Date(1791504000000+0000)/"


def test_a_payment_answers_with_its_account_and_the_whole_document(books):
    [made] = books.create(approved("P-1"))

    paid = books.one("PUT", "Payments", payment(made))

    assert paid["PaymentType"] == "ACCRECPAYMENT"
    assert (paid["Status"], paid["IsReconciled"], paid["HasAccount"]) == ("AUTHORISED", False, True)
    assert paid["Account"]["Code"] == "090"
    assert paid["Account"]["Name"] == "Business Bank Account"
    assert amounts(paid["Invoice"]) == ("PAID", 0, 12)
    assert len(paid["Invoice"]["LineItems"]) == 1
    assert "Payments" not in paid["Invoice"]
    found = books.one("GET", f"Payments/{paid['PaymentID']}")
    [shown] = found["Invoice"]["Payments"]
    assert (found["Account"], shown["PaymentID"]) == (paid["Account"], paid["PaymentID"])


@pytest.mark.parametrize(
    ("status", "amount", "messages"),
    [
        ("AUTHORISED", 12.01, [EXCEEDS]),
        ("AUTHORISED", 0, ["The Amount of a payment must be greater than zero."]),
        ("DRAFT", 12, [NOT_AUTHORISED]),
        ("SUBMITTED", 12, [NOT_AUTHORISED]),
        ("VOIDED", 12, [NOT_AUTHORISED]),
        ("PAID", 12, [NOT_AUTHORISED, EXCEEDS]),
    ],
)
def test_only_what_is_outstanding_on_an_approved_document_can_be_paid(
    books, status, amount, messages
):
    first = {"VOIDED": "AUTHORISED", "PAID": "AUTHORISED"}.get(status, status)
    [made] = books.create(draft("P-1", Status=first, DueDate="2026-12-31"))
    if status == "VOIDED":
        books.one("POST", "Invoices", {"InvoiceID": made["InvoiceID"], "Status": "VOIDED"})
    if status == "PAID":
        books.one("PUT", "Payments", payment(made))

    assert books.errors("PUT", "Payments", payment(made, amount)) == messages


@pytest.mark.parametrize(
    ("account", "message"),
    [
        ({"Code": "200"}, "Account type is invalid for making a payment to/from"),
        ({"Code": "nope"}, "Account could not be found."),
        ({}, "Account could not be found."),
    ],
)
def test_money_moves_on_bank_accounts_and_those_enabled_for_payments(books, account, message):
    [made] = books.create(approved("P-1"))

    refused = books.errors("PUT", "Payments", payment(made, Account=account))
    taken = books.one("PUT", "Payments", payment(made, Account={"Code": "881"}))

    assert refused == [message]
    assert taken["Account"]["Name"] == "Owner A Funds Introduced"


def test_a_payment_is_of_exactly_one_document_that_exists(books):
    [made] = books.create(approved("P-1"))
    credit = books.one("PUT", "CreditNotes", note())
    whole = payment(made)
    bare = {name: value for name, value in whole.items() if name != "Invoice"}
    both = whole | {"CreditNote": {"CreditNoteID": credit["CreditNoteID"]}}
    nobody = whole | {"Invoice": {"InvoiceID": credit["CreditNoteID"]}}

    refused = [books.errors("PUT", "Payments", body) for body in (bare, both, nobody)]
    by_number = books.one("PUT", "Payments", bare | {"Invoice": {"InvoiceNumber": "p-1"}})

    assert refused == [
        ["This payment is not applied."],
        ["Payment is applied to more than one document."],
        ["An existing Invoice with the specified InvoiceID could not be found"],
    ]
    assert by_number["Invoice"]["Status"] == "PAID"


def test_a_refused_payment_in_a_batch_says_so_and_the_others_stand(books):
    [made] = books.create(approved("P-1"))
    sent = {"Payments": [payment(made, 10), payment(made, 5), payment(made, 2)]}

    refused = books.put("Payments", sent)
    found = books.put("Payments?summarizeErrors=false", sent)

    assert refused.status_code == 400
    assert [one["HasValidationErrors"] for one in found.json()["Payments"]] == [False, True, False]
    assert found.json()["Payments"][1]["PaymentID"] == "00000000-0000-0000-0000-000000000000"
    assert found.json()["Payments"][1]["ValidationErrors"] == [{"Message": EXCEEDS}]
    assert amounts(invoice_of(books, "P-1")) == ("PAID", 0, 12)


def test_post_takes_one_payment(books):
    [made] = books.create(approved("P-1"))

    several = books.post("Payments", {"Payments": [payment(made, 1), payment(made, 1)]})
    one = books.post("Payments", payment(made, 1))

    assert (several.status_code, one.status_code) == (400, 200)
    assert one.json()["Payments"][0]["Amount"] == 1


def test_deleting_a_payment_gives_the_invoice_back_as_it_was(books):
    [made] = books.create(approved("P-1"))
    paid = books.one("PUT", "Payments", payment(made))
    path = f"Payments/{paid['PaymentID']}"

    deleted = books.one("POST", path, {"Payments": [{"Status": "DELETED"}]})
    again = books.errors("POST", path, {"Status": "DELETED"})

    assert deleted["Status"] == "DELETED"
    assert amounts(deleted["Invoice"]) == ("AUTHORISED", 12, 0)
    invoice = invoice_of(books, "P-1")
    assert "Payments" not in invoice
    assert "FullyPaidOnDate" not in invoice
    assert again == ["The payment has been deleted already."]


def test_a_payment_cannot_be_changed_nor_deleted_when_it_is_reconciled(books, http):
    [made] = books.create(approved("P-1"))
    paid = books.one("PUT", "Payments", payment(made))
    path = f"Payments/{paid['PaymentID']}"

    changed = books.errors("POST", path, {"Amount": 5})
    http.post(f"/_sandbox/{path.lower()}", json={"reconciled": True})
    deleted = books.errors("POST", path, {"Status": "DELETED"})

    assert changed == ["A payment cannot be changed: the only Status it takes is DELETED."]
    assert deleted == ["A payment that is reconciled cannot be deleted."]
    assert books.one("GET", path)["IsReconciled"] is True


def test_no_payment_is_made_or_deleted_on_a_locked_day(books, http):
    [made] = books.create(approved("P-1", Date="2026-11-01"))
    paid = books.one("PUT", "Payments", payment(made, 1))
    http.post(f"/_sandbox/organisations/{UK}", json={"PeriodLockDate": "2026-10-02"})
    locked = (
        "The document date cannot be before the period lock date, currently set at 2 October 2026"
    )

    assert books.errors("PUT", "Payments", payment(made, 1)) == [locked]
    path = f"Payments/{paid['PaymentID']}"
    assert books.errors("POST", path, {"Status": "DELETED"}) == [locked]
    assert books.put("Payments", payment(made, 1, Date="2026-10-03")).status_code == 200


def test_bills_and_refunds_have_payment_types_of_their_own(books):
    [owed] = books.create(bill("B-1"))
    sale = books.one("PUT", "CreditNotes", note())
    purchase = note(Type="ACCPAYCREDIT", LineItems=[line(AccountCode="300", TaxType="INPUT2")])
    owing = books.one("PUT", "CreditNotes", purchase)
    refund = {"Account": {"Code": "090"}, "Date": "2026-10-02", "Amount": 12}

    kinds = [books.one("PUT", "Payments", payment(owed))["PaymentType"]]
    for credit in (sale, owing):
        made = books.one(
            "PUT", "Payments", refund | {"CreditNote": {"CreditNoteID": credit["CreditNoteID"]}}
        )
        kinds.append(made["PaymentType"])

    assert kinds == ["ACCPAYPAYMENT", "ARCREDITPAYMENT", "APCREDITPAYMENT"]
    shown = made["Invoice"]
    assert (shown["Type"], shown["InvoiceID"]) == ("ACCPAYCREDIT", owing["CreditNoteID"])
    refunded = books.one("GET", f"CreditNotes/{sale['CreditNoteID']}")
    assert (refunded["Status"], refunded["RemainingCredit"]) == ("PAID", 0)
    assert len(refunded["Payments"]) == 1


def test_lists_of_payments_are_filtered_ordered_paged_and_short(books):
    made = books.create(approved("P-1"), approved("P-2"), bill("P-3"))
    for invoice, day in zip(made, ("2026-10-03", "2026-10-01", "2026-10-02"), strict=True):
        books.one("PUT", "Payments", payment(invoice, Date=day, Reference=f"ref {day}"))

    def days(query):
        found = books.get(f"Payments?{query}").json()["Payments"]
        return [one["Reference"][-2:] for one in found]

    page = books.get("Payments?order=Date&page=2&pageSize=2").json()
    assert page["pagination"] == {"page": 2, "pageSize": 2, "pageCount": 2, "itemCount": 3}
    assert page["Payments"][0]["Invoice"]["InvoiceNumber"] == "P-1"
    assert page["Payments"][0]["Invoice"]["LineItems"] == []
    assert page["Payments"][0]["Account"] == {
        "AccountID": page["Payments"][0]["Account"]["AccountID"],
        "Code": "090",
    }
    assert days("order=Date") == ["01", "02", "03"]
    assert days('where=PaymentType=="ACCPAYPAYMENT"') == ["02"]
    assert days("where=Date>=DateTime(2026,10,02)&order=Date DESC") == ["03", "02"]
    ident = made[1]["InvoiceID"]
    assert days(f'where=Invoice.InvoiceID==guid("{ident}")') == ["01"]
    assert days('where=Account.Code=="090" AND Invoice.InvoiceNumber=="p-3"') == ["02"]


def test_a_deleted_payment_is_read_as_a_change(books, http):
    [made] = books.create(approved("P-1"))
    paid = books.one("PUT", "Payments", payment(made))
    http.post("/_sandbox/clock", json={"advance_seconds": 600})
    since = http.get("/_sandbox/clock").json()["now"][:19]
    http.post("/_sandbox/clock", json={"advance_seconds": 1})

    before = books.get("Payments", headers={"If-Modified-Since": since}).json()["Payments"]
    books.one("POST", f"Payments/{paid['PaymentID']}", {"Status": "DELETED"})
    after = books.get("Payments", headers={"If-Modified-Since": since}).json()["Payments"]
    invoices = books.get("Invoices", headers={"If-Modified-Since": since}).json()["Invoices"]

    assert before == []
    assert [one["Status"] for one in after] == ["DELETED"]
    assert [one["InvoiceNumber"] for one in invoices] == ["P-1"]


def test_payments_need_their_scope(http, books):
    reader = connect(http, scope="accounting.invoices accounting.payments.read")

    assert reader.get("Payments").status_code == 200
    assert reader.put("Payments", {}).status_code == 401
