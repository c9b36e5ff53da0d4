"""Every list that readers of changes ask, asked as they do: newest first, since, a page at a time."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from books_client import approved, bill, connect, line, note, payment

SCOPE = (
    "accounting.invoices accounting.payments accounting.contacts accounting.banktransactions "
    "accounting.settings"
)
BEGAN = datetime(2026, 10, 1, 10, tzinfo=UTC)
#: The resource, and the field of its ids.
PAGED = {
    "Contacts": "ContactID",
    "Invoices": "InvoiceID",
    "CreditNotes": "CreditNoteID",
    "Payments": "PaymentID",
    "Prepayments": "PrepaymentID",
    "Overpayments": "OverpaymentID",
    "BankTransactions": "BankTransactionID",
}
DATED = [name for name in PAGED if name != "Contacts"]


def money(kind, day, **changes):
    body = {"Type": kind, "Contact": {"Name": "Ann Archer"}, "BankAccount": {"Code": "090"}}
    return body | {"Date": day, "LineItems": [line()]} | changes


@pytest.fixture
def banking(http):
    return connect(http, scope=SCOPE)


@pytest.fixture
def three(http, banking):
    """Three records of each sort, dated three days and changed at three seconds; by sort their ids."""
    for number in (1, 2, 3):
        day = f"2026-09-0{number}"
        contact = {"Name": f"Party {number}"}
        made = banking.create(approved(f"A-{number}", Contact=contact, Date=day))
        banking.one("PUT", "CreditNotes", note(Date=day, Contact=contact))
        banking.one("PUT", "Payments", payment(made[0], Date=day))
        for kind in ("RECEIVE-PREPAYMENT", "RECEIVE-OVERPAYMENT"):
            banking.one("PUT", "BankTransactions", money(kind, day, Contact=contact))
    # Each prepayment and overpayment is a bank transaction as well.
    ids = {}
    for plural, name in PAGED.items():
        elements = banking.get(plural).json()[plural]
        elements.sort(key=lambda one: one.get("Date", one.get("Name")))
        ids[plural] = [one[name] for one in elements]
        for number, ident in enumerate(ids[plural]):
            at = (BEGAN + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S")
            wanted = {"resource": plural, "ids": [ident], "at": at}
            url = f"/_sandbox/organisations/{banking.organisation}/touch"
            assert http.post(url, json=wanted).json() == {"touched": 1}
    return ids


def ask(books, plural, query, since=None):
    headers = {"If-Modified-Since": since} if since else {}
    answer = books.get(f"{plural}?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return [one[PAGED[plural]] for one in body[plural]], body


@pytest.mark.parametrize("plural", PAGED)
def test_pages_go_from_the_newest_to_the_oldest_and_count_all(banking, three, plural):
    wanted = three[plural][::-1]
    size = len(wanted) - 1

    query = f"pageSize={size}&order=UpdatedDateUTC DESC"
    first, body = ask(banking, plural, f"page=1&{query}")
    second, _ = ask(banking, plural, f"page=2&{query}")
    third, past = ask(banking, plural, f"page=3&{query}")

    assert (first, second, third) == (wanted[:-1], wanted[-1:], [])
    count = {"pageSize": size, "pageCount": 2, "itemCount": len(wanted)}
    assert body["pagination"] == {"page": 1, **count}
    assert past["pagination"] == {"page": 3, **count}


@pytest.mark.parametrize("plural", PAGED)
def test_since_a_second_are_those_after_it(banking, three, plural):
    # All but the first have changed after that second, and none after the last.
    found, body = ask(banking, plural, "page=1&pageSize=1000", since="2026-10-01T10:00:00")
    none, _ = ask(banking, plural, "page=1", since="2026-10-01T11:00:00")

    assert found == three[plural][1:]
    assert body["pagination"]["itemCount"] == len(found)
    assert none == []


@pytest.mark.parametrize("plural", [*PAGED, "Items", "Accounts"])
def test_the_envelope_tells_when_it_was_asked(http, banking, three, plural):
    before = datetime.fromisoformat(http.get("/_sandbox/clock").json()["now"]).timestamp()

    body = banking.get(f"{plural}?page=1").json()

    at = int(re.fullmatch(r"/Date\((\d+)\)/", body["DateTimeUTC"])[1]) / 1000
    assert before - 0.01 <= at <= before + 5


@pytest.mark.parametrize("plural", DATED)
def test_days_can_be_asked_for_and_ordered_by(banking, three, plural):
    query = "page=1&where=Date>=DateTime(2026,9,2)&order=Date DESC"

    _, body = ask(banking, plural, query)

    days = [one["Date"] for one in body[plural]]
    assert days == sorted(days, reverse=True)
    assert set(days) == {"/Date(1788307200000+0000)/", "/Date(1788393600000+0000)/"}


@pytest.mark.parametrize("plural", PAGED)
def test_ids_choose_where_xero_has_them_and_are_ignored_elsewhere(banking, three, plural):
    chosen = three[plural][1]

    found, _ = ask(banking, plural, f"IDs={chosen}")

    takes_ids = plural in ("Contacts", "Invoices")
    assert sorted(found) == ([chosen] if takes_ids else sorted(three[plural]))


@pytest.mark.parametrize("plural", [name for name in PAGED if name not in ("Contacts", "Invoices")])
def test_what_only_contacts_and_invoices_take_is_ignored_elsewhere(banking, three, plural):
    bare, _ = ask(banking, plural, "")

    found, body = ask(banking, plural, "summaryOnly=true&searchTerm=nothing")

    assert found == bare
    assert "pagination" not in body


@pytest.mark.parametrize("plural", PAGED)
def test_very_large_books_answer_a_reader_of_changes(http, banking, three, plural):
    http.post("/_sandbox/switches", json={"high_volume_records": 1})
    ask(banking, plural, "page=1&pageSize=1000&order=UpdatedDateUTC DESC")
    ask(banking, plural, "page=1&pageSize=1000", since="2026-10-01T10:00:00")

    refusing = plural in ("Contacts", "Invoices", "Payments", "BankTransactions")
    assert banking.get(plural).status_code == (400 if refusing else 200)


def test_items_come_whole_whatever_page_is_asked_for(http, banking):
    items = banking.get("Items").json()["Items"]
    oldest, newest = items[0]["ItemID"], items[-1]["ItemID"]
    url = f"/_sandbox/organisations/{banking.organisation}/touch"
    for at, ids in (("2026-10-01T10:00:00", [one["ItemID"] for one in items]),
                    ("2026-10-01T10:00:01", [newest]), ("2026-10-01T09:00:00", [oldest])):  # fmt: skip
        http.post(url, json={"resource": "Items", "ids": ids, "at": at})

    answer = banking.get("Items?page=7&pageSize=2&order=UpdatedDateUTC DESC").json()
    since = banking.get("Items", headers={"If-Modified-Since": "2026-10-01T10:00:00"}).json()

    found = [one["ItemID"] for one in answer["Items"]]
    assert (found[0], found[-1], len(found)) == (newest, oldest, len(items))
    assert "pagination" not in answer
    assert [one["ItemID"] for one in since["Items"]] == [newest]


def test_bills_and_sales_are_one_list(banking):
    banking.create(approved("A"), bill("B"))

    _, body = ask(banking, "Invoices", "page=1&pageSize=1000")

    assert {one["Type"] for one in body["Invoices"]} == {"ACCREC", "ACCPAY"}
