import pytest
from books_client import UK, approved, connect, draft, line

from xero_sandbox.organisations.demo import organisation_id

ZERO_ID = "00000000-0000-0000-0000-000000000000"
BOTH = "accounting.invoices accounting.contacts accounting.settings.read"


def lock(http, day):
    http.post(f"/_sandbox/organisations/{UK}", json={"PeriodLockDate": day})


def test_a_created_invoice_comes_back_as_xero_shapes_it(books):
    answer = books.put(
        "Invoices",
        draft(
            "INV-7",
            Date="2026-09-14",
            DueDate="2026-10-14",
            Reference="PO 1",
            Url="https://a.example/7",
        ),
    )

    body = answer.json()
    assert list(body)[:4] == ["Id", "Status", "ProviderName", "DateTimeUTC"]
    assert body["Status"] == "OK"
    assert body["DateTimeUTC"].startswith("/Date(")
    assert "+0000" not in body["DateTimeUTC"]
    [invoice] = body["Invoices"]
    assert invoice["Date"] == "/Date(1789344000000+0000)/"
    assert invoice["DateString"] == "2026-09-14T00:00:00"
    assert (invoice["SubTotal"], invoice["TotalTax"], invoice["Total"]) == (10, 2, 12)
    assert invoice["Status"] == "DRAFT"
    assert invoice["CurrencyCode"] == "GBP"
    assert invoice["Url"] == "https://a.example/7"
    assert "StatusAttributeString" not in invoice
    assert len(invoice["Contact"]["Phones"]) == 4
    assert invoice["Contact"]["IsCustomer"] is True
    assert invoice["LineItems"][0]["ValidationErrors"] == []
    assert answer.headers["Xero-Correlation-Id"]


def test_one_bad_element_fails_the_batch_and_nothing_is_saved(books):
    answer = books.put("Invoices", {"Invoices": [draft("A"), draft("B", LineItems=[])]})

    assert answer.status_code == 400
    body = answer.json()
    assert (body["ErrorNumber"], body["Type"]) == (10, "ValidationException")
    assert body["Message"] == "A validation exception occurred"
    [element] = body["Elements"]
    assert element["InvoiceNumber"] == "B"
    assert element["InvoiceID"] == ZERO_ID
    assert element["ValidationErrors"] == [{"Message": "One or more line items must be specified"}]
    assert books.get("Invoices").json()["Invoices"] == []


def test_without_summarised_errors_the_good_ones_land(books):
    sent = {"Invoices": [draft("A"), draft("B", LineItems=[]), draft("C")]}

    answer = books.put("Invoices?summarizeErrors=false", sent)

    assert answer.status_code == 200
    found = answer.json()["Invoices"]
    assert [one["InvoiceNumber"] for one in found] == ["A", "B", "C"]
    assert [one["StatusAttributeString"] for one in found] == ["OK", "ERROR", "OK"]
    assert [one["HasErrors"] for one in found] == [False, True, False]
    assert found[1]["InvoiceID"] == ZERO_ID
    assert len(books.get("Invoices").json()["Invoices"]) == 2


def test_a_contact_made_for_a_refused_invoice_is_undone(books):
    sent = draft(LineItems=[], Contact={"Name": "Nobody"})

    [element] = books.put("Invoices?summarizeErrors=false", sent).json()["Invoices"]

    assert element["Contact"] == {"Name": "Nobody"}
    assert books.get("Contacts").json()["Contacts"] == []


def test_names_of_fields_are_read_in_any_case(books):
    sent = {"invoices": [{"type": "ACCREC", "contact": {"name": "Z"}, "lineitems": [line()]}]}

    assert books.put("Invoices", sent).status_code == 200


def test_put_with_a_taken_number_is_refused_and_post_updates(books):
    [first] = books.create(draft("INV-1", Reference="one"))

    refused = books.errors("PUT", "Invoices", draft("inv-1"))
    updated = books.post("Invoices", draft("INV-1", Reference="two")).json()["Invoices"][0]

    assert refused == ["Invoice # must be unique."]
    assert updated["InvoiceID"] == first["InvoiceID"]
    assert updated["Reference"] == "two"
    assert len(books.get("Invoices").json()["Invoices"]) == 1


def test_numbers_are_unique_within_one_batch_too(books):
    found = books.put(
        "Invoices?summarizeErrors=false", {"Invoices": [draft("D"), draft("D")]}
    ).json()["Invoices"]

    assert [one["StatusAttributeString"] for one in found] == ["OK", "ERROR"]


def test_bills_may_share_a_number_and_post_never_matches_them_by_it(books):
    bill = draft("B-1", Type="ACCPAY", LineItems=[line(AccountCode="300", TaxType="INPUT2")])

    first = books.post("Invoices", bill).json()["Invoices"][0]
    second = books.post("Invoices", bill).json()["Invoices"][0]

    assert first["InvoiceID"] != second["InvoiceID"]


def test_missing_sales_numbers_are_given_by_the_organisation(books):
    books.create(draft("INV-0002"))

    made = [books.create(draft())[0]["InvoiceNumber"] for _ in range(2)]

    assert made == ["INV-0001", "INV-0003"]


def test_a_voided_number_stays_taken(books):
    [invoice] = books.create(approved("V-1"))
    books.post(f"Invoices/{invoice['InvoiceID']}", {"Status": "VOIDED"})

    assert books.errors("PUT", "Invoices", draft("V-1")) == ["Invoice # must be unique."]
    assert books.errors("POST", "Invoices", draft("V-1")) == [
        "Invoice not of valid status for modification"
    ]


@pytest.mark.parametrize(("reusable", "status"), [(True, 200), (False, 400)])
def test_reuse_of_a_deleted_number_is_a_switch(http, books, reusable, status):
    http.post("/_sandbox/switches", json={"deleted_numbers_reusable": reusable})
    [invoice] = books.create(draft("D-1"))
    books.post(f"Invoices/{invoice['InvoiceID']}", {"Status": "DELETED"})

    assert books.put("Invoices", draft("D-1")).status_code == status


TRANSITIONS = {
    "DRAFT": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
    "SUBMITTED": {"SUBMITTED", "DRAFT", "AUTHORISED", "DELETED"},
    "AUTHORISED": {"AUTHORISED", "VOIDED"},
    "PAID": set(),
    "VOIDED": set(),
    "DELETED": set(),
}


def in_status(books, status):
    start = {"VOIDED": "AUTHORISED", "DELETED": "DRAFT", "PAID": "AUTHORISED"}.get(status, status)
    lines = [line(UnitAmount=0)] if status == "PAID" else [line()]
    [made] = books.create(draft(Status=start, DueDate="2026-12-31", LineItems=lines))
    if status in ("VOIDED", "DELETED"):
        made = books.post(f"Invoices/{made['InvoiceID']}", {"Status": status}).json()["Invoices"][0]
    assert made["Status"] == status
    return made["InvoiceID"]


@pytest.mark.parametrize("before", TRANSITIONS)
def test_every_status_change_is_allowed_or_refused_as_xero_does(books, before):
    for after in TRANSITIONS:
        ident = in_status(books, before)

        answer = books.post(f"Invoices/{ident}", {"InvoiceID": ident, "Status": after})

        stored = books.get(f"Invoices/{ident}").json()["Invoices"][0]["Status"]
        if after in TRANSITIONS[before]:
            assert (answer.status_code, stored) == (200, after)
        else:
            assert (answer.status_code, stored) == (400, before)
            assert "Invoice not of valid status for modification" in answer.text


def test_a_refused_status_is_echoed_as_asked_for(books):
    [invoice] = books.create(approved("S-1"))
    sent = {"InvoiceID": invoice["InvoiceID"], "Status": "DELETED"}

    [element] = books.post("Invoices?summarizeErrors=false", sent).json()["Invoices"]

    assert element["Status"] == "DELETED"
    assert element["InvoiceID"] == invoice["InvoiceID"]
    assert element["Total"] == 12
    assert element["StatusAttributeString"] == "ERROR"


@pytest.mark.parametrize("status", ["PAID", "VOIDED", "DELETED", "OPEN"])
def test_a_new_invoice_cannot_begin_at_its_end(books, status):
    assert books.put("Invoices", draft(Status=status)).status_code == 400


def test_a_void_keeps_number_totals_and_amount_due(books):
    [invoice] = books.create(approved("V-2"))

    voided = books.post(f"Invoices/{invoice['InvoiceID']}", {"Status": "VOIDED"}).json()

    [voided] = voided["Invoices"]
    assert (voided["InvoiceNumber"], voided["Total"], voided["AmountDue"]) == ("V-2", 12, 12)


def test_lines_are_kept_changed_added_and_dropped_by_their_id(books):
    lines = [line(Description="one"), line(Description="two"), line(Description="three")]
    [invoice] = books.create(draft("L-1", LineItems=lines))
    one, two, _three = (item["LineItemID"] for item in invoice["LineItems"])
    changes = [
        {"LineItemID": one},
        {"LineItemID": two, "Quantity": 3},
        line(Description="four"),
    ]

    sent = {"InvoiceID": invoice["InvoiceID"], "LineItems": changes}
    [updated] = books.post("Invoices", sent).json()["Invoices"]

    found = [(item["Description"], item["Quantity"]) for item in updated["LineItems"]]
    assert found == [("one", 1), ("two", 3), ("four", 1)]
    assert [item["LineItemID"] for item in updated["LineItems"]][:2] == [one, two]
    assert updated["SubTotal"] == 50


def test_an_update_without_lines_leaves_them_alone(books):
    [invoice] = books.create(draft("L-2"))

    sent = {"InvoiceID": invoice["InvoiceID"], "Reference": "changed"}
    [updated] = books.post("Invoices", sent).json()["Invoices"]

    assert updated["LineItems"] == invoice["LineItems"]
    assert updated["Reference"] == "changed"


def test_an_unknown_id_in_a_batch_answers_the_whole_request_with_404(books):
    sent = [draft("X-1"), {"InvoiceID": organisation_id("nothing"), "Reference": "x"}]

    answer = books.post("Invoices?summarizeErrors=false", {"Invoices": sent})

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.content == b""
    assert books.get("Invoices").json()["Invoices"] == []


def test_an_approved_invoice_needs_due_date_account_and_amounts(books):
    bare = draft(Status="AUTHORISED", LineItems=[{"Description": "only words"}])

    messages = books.errors("PUT", "Invoices", bare)

    assert "The DueDate must be specified." in messages
    assert "A line item must have a Quantity and a UnitAmount." in messages
    assert "A line item must have an AccountCode or AccountID." in messages


def test_a_draft_line_needs_only_words(books):
    [invoice] = books.create(draft(LineItems=[{"Description": "only words"}]))

    assert invoice["Total"] == 0
    assert "UnitAmount" not in invoice["LineItems"][0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"AccountCode": "610"}, "Account code '610' is not a valid code for this document."),
        ({"AccountCode": "090"}, "Account code '090' is not a valid code for this document."),
        (
            {"TaxType": "NOPE"},
            "The TaxType code NOPE does not exist or cannot be used for this type of transaction",
        ),
        (
            {"TaxType": "OUTPUT"},
            "The TaxType code OUTPUT does not exist or cannot be used for this type of transaction",
        ),
        (
            {"TaxType": "INPUT2"},
            "The TaxType code 'INPUT2' cannot be used with account code '200'.",
        ),
        ({"Description": ""}, "A line item must have a Description."),
        ({"ItemCode": "TEA"}, "Item code 'TEA' is not valid"),
        ({"LineAmount": 11}, "The line total 11.00 does not match the expected line total 10.00"),
    ],
)
def test_a_bad_line_is_refused_in_xeros_words(books, changes, message):
    assert message in books.errors("PUT", "Invoices", draft(LineItems=[line(**changes)]))


def test_an_archived_account_is_refused(http):
    australia = connect(http, organisation_id("AU"))
    lines = [line(AccountCode="473", TaxType="INPUT")]

    messages = australia.errors("PUT", "Invoices", draft(LineItems=lines))

    assert messages == [
        (
            "Account code '473' has been archived, or has been deleted. "
            "Each line item must reference a valid account."
        )
    ]


def test_an_unknown_account_is_a_warning_on_a_draft_and_an_error_later(books):
    lines = [line(AccountCode="476")]

    [made] = books.put("Invoices?summarizeErrors=false", draft("W-1", LineItems=lines)).json()[
        "Invoices"
    ]
    refused = books.errors("PUT", "Invoices", approved("W-2", LineItems=lines))

    assert made["StatusAttributeString"] == "WARNING"
    assert made["Warnings"] == [
        {
            "Message": "Account code '476' has been removed as it does not match a "
            "recognised account."
        }
    ]
    assert "AccountCode" not in made["LineItems"][0]
    assert refused == ["Account code '476' is not a valid code for this document."]


def test_the_tax_type_defaults_to_the_accounts(books):
    bare = {"Description": "x", "UnitAmount": 100, "AccountCode": "200"}

    [invoice] = books.create(draft(LineItems=[bare]))

    assert invoice["LineItems"][0]["TaxType"] == "OUTPUT2"
    assert invoice["TotalTax"] == 20


def test_currencies_must_be_subscribed_to(http, books):
    refused = books.errors("PUT", "Invoices", draft(CurrencyCode="JPY"))
    http.post(f"/_sandbox/organisations/{UK}", json={"Currencies": ["JPY"]})
    [made] = books.create(draft(CurrencyCode="JPY", CurrencyRate=190.5))

    assert refused == ["Organisation is not subscribed to currency JPY"]
    assert (made["CurrencyCode"], made["CurrencyRate"]) == ("JPY", 190.5)


@pytest.mark.parametrize(("day", "status"), [("2026-03-31", 400), ("2026-04-01", 200)])
def test_nothing_is_written_on_or_before_the_lock_date(http, books, day, status):
    lock(http, "2026-03-31")

    answer = books.put("Invoices", draft(Date=day))

    assert answer.status_code == status
    if status == 400:
        assert (
            "The document date cannot be before the period lock date, currently set at 31 March 2026"
            in answer.text
        )


def test_a_document_in_a_locked_period_can_neither_move_nor_be_voided(http, books):
    [invoice] = books.create(approved("K-1", Date="2026-03-30"))
    lock(http, "2026-03-31")

    moved = books.post(f"Invoices/{invoice['InvoiceID']}", {"Date": "2026-05-01"})
    voided = books.post(f"Invoices/{invoice['InvoiceID']}", {"Status": "VOIDED"})

    assert (moved.status_code, voided.status_code) == (400, 400)


@pytest.mark.parametrize("url", ["https://go.XERO.com/x", "ftp://a.example", "not a url"])
def test_the_link_back_must_be_an_address_outside_xero(books, url):
    assert books.put("Invoices", draft(Url=url)).status_code == 400


def test_a_zero_total_is_paid_the_moment_it_is_approved(books):
    [invoice] = books.create(approved(LineItems=[line(UnitAmount=0)]))

    assert invoice["Status"] == "PAID"


def test_a_negative_total_cannot_be_approved(books):
    assert books.put("Invoices", approved(LineItems=[line(UnitAmount=-5)])).status_code == 400


def test_a_sent_total_that_differs_is_ignored_or_refused_by_switch(http, books):
    sent = draft(Total=999)

    ignored = books.put("Invoices", sent)
    http.post("/_sandbox/switches", json={"total_mismatch": "error"})

    assert ignored.json()["Invoices"][0]["Total"] == 12
    assert books.errors("PUT", "Invoices", sent) == [
        "The invoice total does not equal the sum of the lines."
    ]


@pytest.mark.parametrize(
    ("contact", "message"),
    [
        (None, "A Contact must be specified for this type of transaction"),
        (
            {},
            (
                "The Contact must contain at least 1 of the following elements to identify the "
                "contact: Name, ContactID, ContactNumber"
            ),
        ),
        (
            {"ContactID": "8f6e4b0e-0d4c-4a55-9d0a-0b6a5f6b7c8d"},
            "The contact with the specified ContactID or ContactNumber could not be found.",
        ),
        (
            {"ContactNumber": "C-404"},
            "The contact with the specified ContactID or ContactNumber could not be found.",
        ),
    ],
)
def test_a_contact_must_be_named_and_exist(books, contact, message):
    assert books.errors("PUT", "Invoices", draft(Contact=contact)) == [message]


def test_a_bare_name_finds_the_contact_in_any_case_or_makes_one(books):
    first, second, other = books.create(
        draft(Contact={"Name": "Zoë Quill"}),
        draft(Contact={"Name": "ZOE QUILL"}),
        draft(Contact={"Name": "Zoe Quill Ltd"}),
    )

    assert first["Contact"]["ContactID"] == second["Contact"]["ContactID"]
    assert second["Contact"]["Name"] == "Zoë Quill"
    assert other["Contact"]["ContactID"] != first["Contact"]["ContactID"]


def test_a_name_beside_a_contact_id_renames_the_contact(books):
    [invoice] = books.create(draft(Contact={"Name": "Before"}))
    ident = invoice["Contact"]["ContactID"]

    books.create(draft(Contact={"ContactID": ident, "Name": "After"}))

    assert books.get(f"Contacts/{ident}").json()["Contacts"][0]["Name"] == "After"


def test_an_archived_contact_takes_no_new_documents(books):
    [invoice] = books.create(draft(Contact={"Name": "Old"}))
    ident = invoice["Contact"]["ContactID"]
    books.post("Contacts", {"ContactID": ident, "ContactStatus": "ARCHIVED"})

    for contact in ({"ContactID": ident}, {"Name": "old"}):
        [message] = books.errors("PUT", "Invoices", draft(Contact=contact))
        assert message.startswith(
            "The contact with the specified contact details has been archived"
        )


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (b"", 17),
        (b"{}", 17),
        (b'{"Invoices": []}', 17),
        (b"[]", 14),
        (b"{", 14),
        (b"\xff\xfe", 14),
        (b'{"Invoices": [1]}', 14),
        (b'{"Invoices": {"a": 1}}', 14),
        (b'{"Type": "ACCREC", "Date": "2026-01-01 00:00:00"}', 14),
        (b'{"Type": "ACCREC", "LineItems": [{"Quantity": "many"}]}', 14),
        (b'{"Type": "ACCREC", "Reference": "\\ud800"}', 14),
        (b'{"Type": "ACCREC", "Total": NaN}', 14),
        (b"[" * 100000, 14),
    ],
)
def test_what_cannot_be_read_has_an_error_number(books, body, number):
    answer = books.call(
        "POST", "Invoices", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.json()["ErrorNumber"] == number
    assert "Elements" not in answer.json()


def test_one_organisation_never_sees_anothers_documents(http, books):
    [invoice] = books.create(draft("ONLY-UK"))
    other = connect(http, organisation_id("NZ"))

    assert other.get(f"Invoices/{invoice['InvoiceID']}").status_code == 404
    assert other.get("Invoices/ONLY-UK").status_code == 404
    assert other.get("Invoices").json()["Invoices"] == []


def test_a_number_with_a_slash_can_be_read(books):
    books.create(draft("2026/1"))

    assert books.get("Invoices/2026%2F1").json()["Invoices"][0]["InvoiceNumber"] == "2026/1"
