"""What a person does on the screens: each goes by the rules of the API, and is seen through it."""

import html
import re

import pytest
from books_client import UK, approved, draft, line

ORG = f"/org/{UK}"


def press(http, path, **form):
    answer = http.post(f"{ORG}/{path}", data=form)
    assert answer.status_code == 303, alert_of(answer)
    return answer


def alert_of(answer):
    found = re.search(r'class="alert">(.*?)</p>', answer.text, re.DOTALL)
    return html.unescape(found[1]) if found else answer.text


def refused(http, path, **form):
    answer = http.post(f"{ORG}/{path}", data=form)
    assert answer.status_code == 409, answer.status_code
    return alert_of(answer)


def read(books, path):
    [element] = next(v for v in books.get(path).json().values() if isinstance(v, list))
    return element


def bank_of(books):
    accounts = books.get("Accounts").json()["Accounts"]
    return next(a["AccountID"] for a in accounts if a["Type"] == "BANK")


def pay(http, books, invoice, amount):
    form = {"amount": amount, "date": "2026-11-30", "account": bank_of(books), "reference": "REF 1"}
    return press(http, f"invoices/{invoice}/pay", **form)


def test_a_document_is_edited_line_by_line(http, books):
    [made] = books.create(draft("E-1", LineItems=[line(), line(Description="Coffee")]))
    tea, coffee = (one["LineItemID"] for one in made["LineItems"])
    ident = made["InvoiceID"]
    page = http.get(f"{ORG}/invoices/{ident}/edit").text
    assert tea in page

    press(
        http,
        f"invoices/{ident}/edit",
        number="E-1",
        reference="PO 9",
        date="2026-10-01",
        due_date="2026-12-01",
        **{"amounts": "Exclusive", "id-0": tea, "description-0": "Green tea", "quantity-0": "2"},
        **{"price-0": "1,000.50", "account-0": "200", "tax-0": "OUTPUT2"},
        **{"id-1": coffee, "description-1": "Coffee", "remove-1": "on"},
        **{"description-2": "Sugar", "quantity-2": "1", "price-2": "3", "account-2": "200"},
        **{"description-3": ""},
    )

    stored = read(books, f"Invoices/{ident}")
    assert [one["Description"] for one in stored["LineItems"]] == ["Green tea", "Sugar"]
    assert stored["LineItems"][0]["LineItemID"] == tea
    assert stored["SubTotal"] == 2004
    assert (stored["Reference"], stored["DateString"][:10]) == ("PO 9", "2026-10-01")


def test_a_refused_edit_keeps_what_was_typed(http, books):
    [made] = books.create(approved("E-2"))
    form = {"amounts": "Exclusive", "date": "2026-10-01", "description-0": "Kept text"}
    form["quantity-0"] = "1"

    answer = http.post(f"{ORG}/invoices/{made['InvoiceID']}/edit", data=form)

    assert answer.status_code == 409
    assert "Kept text" in answer.text
    assert read(books, "Invoices/E-2")["LineItems"][0]["Description"] == "Tea"


@pytest.mark.parametrize(("kind", "section"), [("accrec", "sales"), ("accpay", "bills")])
def test_a_person_writes_a_new_document(http, books, kind, section):
    assert http.get(f"{ORG}/new/{kind}").status_code == 200

    press(
        http,
        f"new/{kind}",
        contact="Walk-in",
        number="P-1",
        date="2026-10-01",
        amounts="NoTax",
        **{"description-0": "Something", "quantity-0": "1", "price-0": "5"},
    )

    assert "P-1" in http.get(f"{ORG}/{section}?tab=drafts").text
    assert read(books, "Invoices?page=1")["Contact"]["Name"] == "Walk-in"


def test_paying_in_parts_then_in_full_and_taking_one_back(http, books):
    [made] = books.create(approved("P-2"))
    ident = made["InvoiceID"]

    pay(http, books, ident, "5.00")
    part = read(books, f"Invoices/{ident}")
    assert (part["Status"], part["AmountDue"]) == ("AUTHORISED", 7)
    assert "exceeds the amount outstanding" in refused(
        http, f"invoices/{ident}/pay", amount="8", date="2026-11-30", account=bank_of(books)
    )
    assert refused(http, f"invoices/{ident}/void")

    pay(http, books, ident, "7")
    paid = read(books, f"Invoices/{ident}")
    assert (paid["Status"], paid["AmountDue"]) == ("PAID", 0)

    press(http, f"payments/{paid['Payments'][0]['PaymentID']}/delete")
    again = read(books, f"Invoices/{ident}")
    assert (again["Status"], again["AmountDue"]) == ("AUTHORISED", 5)
    assert again["AmountPaid"] == 7


def test_a_reconciled_payment_is_only_deleted_after_undoing_that(http, books):
    [made] = books.create(approved("P-3"))
    pay(http, books, made["InvoiceID"], "12")
    payment = books.get("Payments").json()["Payments"][0]["PaymentID"]
    assert "REF 1" in http.get(f"{ORG}/bank").text

    press(http, f"payments/{payment}/reconcile")
    assert read(books, f"Payments/{payment}")["IsReconciled"] is True
    assert "REF 1" in http.get(f"{ORG}/bank?tab=reconciled").text
    assert "reconciled with a Bank Statement" in refused(http, f"payments/{payment}/delete")

    press(http, f"payments/{payment}/unreconcile")
    press(http, f"payments/{payment}/delete")
    assert read(books, f"Payments/{payment}")["Status"] == "DELETED"


def test_a_payment_raises_an_event_of_the_invoice(http, books, hook, receiver):
    [made] = books.create(approved("P-4"))
    receiver.wait_for(2)

    pay(http, books, made["InvoiceID"], "12")

    event = receiver.wait_for(3)[-1]
    assert (event["eventCategory"], event["eventType"]) == ("INVOICE", "UPDATE")
    assert event["resourceId"] == made["InvoiceID"]


def test_a_contact_is_renamed_archived_and_restored(http, books):
    [made] = books.create(draft("C-1"))
    ident = made["Contact"]["ContactID"]

    press(http, f"contacts/{ident}", name="Ann Archer-Smith", email="ann@example.com", number="A1")
    press(http, f"contacts/{ident}/archive")
    archived = read(books, f"Contacts/{ident}")
    refusal = refused(http, f"contacts/{ident}", name="Other", email="ann@example.com")
    press(http, f"contacts/{ident}/restore")

    assert (archived["Name"], archived["ContactStatus"]) == ("Ann Archer-Smith", "ARCHIVED")
    assert "archived contact" in refusal
    assert read(books, f"Contacts/{ident}")["ContactStatus"] == "ACTIVE"


def test_a_merged_contact_gives_its_documents_away_and_names_the_other(http, books, hook, receiver):
    [lost] = books.create(draft("M-1", Contact={"Name": "Twin"}))
    [kept] = books.create(draft("M-2", Contact={"Name": "Original"}))
    receiver.wait_for(4)
    loser, winner = lost["Contact"]["ContactID"], kept["Contact"]["ContactID"]

    press(http, f"contacts/{loser}/merge", into="original")

    merged = read(books, f"Contacts/{loser}")
    assert (merged["ContactStatus"], merged["MergedToContactID"]) == ("ARCHIVED", winner)
    assert read(books, "Invoices/M-1")["Contact"]["ContactID"] == winner
    assert {event["resourceId"] for event in receiver.wait_for(6)[4:]} == {loser, winner}
    assert "no other active contact" in refused(http, f"contacts/{winner}/merge", into="Nobody")


def test_a_role_changed_on_the_page_ends_what_it_allowed(http, books):
    press(http, "settings/people", person="adviser", role="read_only")

    assert books.put("Contacts", {"Name": "No"}).status_code == 403
    assert books.get("Contacts").status_code == 200


def test_a_person_removes_the_app(http, books):
    assert "Sandbox App" in http.get(f"{ORG}/settings").text

    press(http, "settings/apps", app="sandbox-client")

    answer = books.get("Contacts")
    assert (answer.status_code, answer.json()["Detail"]) == (403, "AuthenticationUnsuccessful")
    assert "No app is connected" in http.get(f"{ORG}/settings").text


def test_a_lock_date_is_set_and_taken_away(http, books):
    press(http, "settings/locks", period="2026-06-30", year="")
    locked = books.errors("PUT", "Invoices", draft(Date="2026-06-30"))
    press(http, "settings/locks", period="", year="")

    assert "period lock date, currently set at 30 June 2026" in locked[0]
    books.create(draft(Date="2026-06-30"))
    assert "is no date" in refused(http, "settings/locks", period="soon")


def test_a_webhook_is_registered_on_the_developers_page(http, receiver):
    page = "/developer/sandbox-client"
    saved = http.post(page, data={"url": receiver.url, "INVOICE": "on"})
    receiver.signing_key = re.search(r"<code>(.*?)</code>", http.get(page).text)[1]

    probed = http.post(f"{page}/probe")

    assert (saved.status_code, probed.status_code) == (303, 303)
    shown = http.get(page).text
    assert 'data-status="OK"' in shown
    assert receiver.url.split("?")[0] in shown
    [registered] = http.get("/_sandbox/webhooks").json()["webhooks"]
    assert registered["categories"] == ["INVOICE"]
    receiver.status = 500
    assert alert_of(http.post(f"{page}/probe")) == "Response not 200"
    assert http.post(f"{page}/remove").status_code == 303
    assert http.get("/_sandbox/webhooks").json()["webhooks"] == []


def test_somebody_elses_page_cannot_press_a_button(http, books):
    [made] = books.create(approved("X-1"))

    answer = http.post(
        f"{ORG}/invoices/{made['InvoiceID']}/void", headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert read(books, "Invoices/X-1")["Status"] == "AUTHORISED"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "contacts/none"),
        ("GET", "payments/none"),
        ("GET", "invoices/none/edit"),
        ("GET", "new/quote"),
        ("POST", "contacts/none/archive"),
        ("POST", "invoices/none/pay"),
    ],
)
def test_what_nobody_has_is_404(http, books, method, path):
    assert http.request(method, f"{ORG}/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/developer",
        "/developer/sandbox-client",
        *(f"{ORG}/{name}" for name in ("sales", "bills", "contacts", "bank", "settings")),
    ],
)
def test_every_page_of_a_new_sandbox_is_shown(http, path):
    assert http.get(path).status_code == 200
