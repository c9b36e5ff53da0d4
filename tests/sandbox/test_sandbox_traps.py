"""What trips readers of changes up can be set: each mistake of facts 13 has its trap."""

import pytest
from books_client import approved, connect, draft, line, payment

NAMES = [f"INV-{number}" for number in range(1, 7)]


@pytest.fixture
def fault(http):
    def add(action, **wanted):
        answer = http.post("/_sandbox/faults", json={"action": action, **wanted})
        assert answer.status_code == 201, answer.text

    return add


def page_of(books, number, **options):
    answer = books.get(f"Invoices?page={number}&pageSize=2", **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names_of(answer):
    return [one["InvoiceNumber"] for one in answer["Invoices"]]


def order(http, books, ids, at="2026-10-01T10:00:00"):
    answer = http.post(
        f"/_sandbox/organisations/{books.organisation}/touch",
        json={"resource": "Invoices", "ids": ids, "at": at},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["touched"]


@pytest.fixture
def six(http, books):
    """Six drafts, each changed a second after the one before; by their numbers their ids."""
    made = {one["InvoiceNumber"]: one["InvoiceID"] for one in books.create(*map(draft, NAMES))}
    for second, ident in enumerate(made.values()):
        order(http, books, [ident], f"2026-10-01T10:00:0{second}")
    return made


def test_a_record_changed_between_two_pages_shifts_its_neighbour_over_the_edge(books, six, fault):
    first_page = {"query": "re:(.*&)?page=1(&.*)?"}
    fault("touch", match=first_page, resource="Invoices", ids=[six["INV-1"]])

    first, second, third = (names_of(page_of(books, number)) for number in (1, 2, 3))

    assert (first, second) == (["INV-1", "INV-2"], ["INV-4", "INV-5"])
    assert third == ["INV-6", "INV-1"]  # and INV-3 was on no page at all
    assert names_of(page_of(books, 1)) == ["INV-2", "INV-3"]


def test_touching_what_is_not_there_is_refused_and_touches_nothing(http, books, six):
    before = page_of(books, 1)["Invoices"]
    unknown = "00000000-0000-0000-0000-000000000001"

    answer = http.post(
        f"/_sandbox/organisations/{books.organisation}/touch",
        json={"resource": "Invoices", "ids": [six["INV-1"], unknown]},
    )

    assert answer.status_code == 404
    assert answer.json() == {"error": f"Invoices has no record {unknown}."}
    assert page_of(books, 1)["Invoices"] == before


@pytest.mark.parametrize(
    ("query", "strikes"),
    [
        ("page=1", True),
        ("page=1&pageSize=2", True),
        ("pageSize=2&page=1", True),
        ("pageSize=2&page=1&order=InvoiceNumber", True),
        ("page=10", False),
        ("page=2&pageSize=1", False),
        ("pageSize=1", False),
    ],
)
def test_the_pattern_for_the_first_page_minds_no_order(http, books, fault, query, strikes):
    fault("status", match={"query": "re:(.*&)?page=1(&.*)?"}, status=500)

    assert (books.get(f"Invoices?{query}").status_code == 500) == strikes


def test_many_change_in_the_same_second(http, books, six):
    assert order(http, books, list(six.values()), "2026-10-02T08:00:00.250") == 6

    page = page_of(books, 1)

    assert {one["UpdatedDateUTC"] for one in page["Invoices"]} == {"/Date(1790928000250+0000)/"}
    assert {one["UpdatedDateUTCString"] for one in page["Invoices"]} == {"2026-10-02T08:00:00Z"}
    assert page["pagination"]["itemCount"] == 6


@pytest.mark.parametrize(
    ("plural", "field"),
    [
        ("Contacts", "ContactID"),
        ("Payments", "PaymentID"),
        ("Items", "ItemID"),
        ("Accounts", "AccountID"),
    ],
)
def test_every_dated_list_can_be_touched(http, books, plural, field):
    [invoice] = books.create(approved("A"))
    assert books.put("Payments", payment(invoice)).status_code == 200
    elements = books.get(plural).json()[plural]
    chosen = elements[-1][field]

    answer = http.post(
        f"/_sandbox/organisations/{books.organisation}/touch",
        json={"resource": plural, "ids": [chosen]},
    )

    assert answer.json() == {"touched": 1}
    since = {"If-Modified-Since": "2026-10-02T08:00:01"}
    order_at = {"resource": plural, "ids": [one[field] for one in elements if one[field] != chosen]}
    http.post(
        f"/_sandbox/organisations/{books.organisation}/touch",
        json=order_at | {"at": "2026-10-02T08:00:00"},
    )
    assert [one[field] for one in books.get(plural, headers=since).json()[plural]] == [chosen]


def test_a_bank_transaction_is_touched_where_its_date_is_stored(http):
    banking = connect(http, scope="openid accounting.banktransactions accounting.contacts")
    spent = {"Type": "SPEND", "Contact": {"Name": "Ann Archer"}, "BankAccount": {"Code": "090"}}
    lines = [line(AccountCode="420", TaxType="INPUT2")]
    made = banking.one("PUT", "BankTransactions", spent | {"LineItems": lines})
    ident = made["BankTransactionID"]
    wanted = {"resource": "BankTransactions", "ids": [ident], "at": "2026-10-02T08:00:00"}

    http.post(f"/_sandbox/organisations/{banking.organisation}/touch", json=wanted)

    read = banking.one("GET", f"BankTransactions/{ident}")
    assert read["UpdatedDateUTC"] == "/Date(1790928000000+0000)/"


def test_a_record_without_its_date_and_with_a_null(books, six, fault):
    fault(
        "rewrite",
        match={"path": "*/Invoices"},
        records=[six["INV-2"]],
        omit=["UpdatedDateUTC", "UpdatedDateUTCString"],
        set={"Contact": None, "Status": "RETIRED"},
    )

    first, second = page_of(books, 1)["Invoices"]

    assert "UpdatedDateUTC" in first
    assert "UpdatedDateUTC" not in second
    assert (second["Contact"], second["Status"]) == (None, "RETIRED")


def test_a_rewritten_record_is_so_in_xml_too(books, six, fault):
    fault("rewrite", match={"path": "*/Invoices"}, records=[six["INV-2"]], omit=["InvoiceNumber"])

    text = books.get("Invoices?page=1", headers={"Accept": "*/*"}).text

    assert "<InvoiceNumber>INV-1<" in text
    assert "<InvoiceNumber>INV-2<" not in text


def test_a_rewriting_without_records_is_of_all(books, six, fault):
    fault("rewrite", match={"path": "*/Invoices"}, omit=["InvoiceNumber"])

    assert all("InvoiceNumber" not in one for one in page_of(books, 1)["Invoices"])


def test_a_change_that_moves_no_date_and_tells_nobody(http, books, six, hook):
    before = books.one("GET", f"Invoices/{six['INV-1']}")
    url = f"/_sandbox/organisations/{books.organisation}/change_quietly"
    events = len(http.get("/_sandbox/webhooks/sandbox-client/events").json()["events"])

    answer = http.post(
        url,
        json={
            "resource": "Invoices",
            "element": {"InvoiceID": six["INV-1"], "Reference": "after all"},
        },
    )

    assert answer.status_code == 200, answer.text
    after = books.one("GET", f"Invoices/{six['INV-1']}")
    assert (before.get("Reference", ""), after["Reference"]) == ("", "after all")
    assert after["UpdatedDateUTC"] == before["UpdatedDateUTC"]
    assert len(http.get("/_sandbox/webhooks/sandbox-client/events").json()["events"]) == events


def test_what_a_quiet_change_may_not_do_is_said(http, books, six):
    url = f"/_sandbox/organisations/{books.organisation}/change_quietly"
    element = {"InvoiceID": six["INV-1"], "DueDate": "2026-12-31", "Status": "PAID"}

    refused = http.post(url, json={"resource": "Invoices", "element": element})
    unknown = http.post(url, json={"resource": "Invoices", "element": {"InvoiceID": "x"}})
    nothing = http.post(url, json={"resource": "Wishes", "element": element})

    assert "ValidationException" in refused.json()["error"]
    assert (refused.status_code, unknown.status_code, nothing.status_code) == (400, 404, 400)
    assert books.one("GET", f"Invoices/{six['INV-1']}")["Status"] == "DRAFT"


def test_one_resource_is_forbidden_and_the_others_are_not(books, six, fault):
    fault("forbid", match={"path": "/api.xro/2.0/Payments*"})

    answer = books.get("Payments")

    assert (answer.status_code, answer.json()["Detail"]) == (403, "AuthorizationUnsuccessful")
    assert books.get("Invoices").status_code == 200


def test_an_error_in_the_middle_of_a_list(books, six, fault):
    fault("status", match={"path": "*/Invoices", "query": "*page=2*"}, status=500)

    answers = [books.get(f"Invoices?page={number}&pageSize=2") for number in (1, 2, 3)]

    assert [answer.status_code for answer in answers] == [200, 500, 200]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"action": "touch", "ids": []}, "resource is one of"),
        ({"action": "touch", "resource": "Invoices", "ids": "all"}, "ids is a list"),
        ({"action": "rewrite", "omit": "Total"}, "omit is a list"),
        ({"action": "rewrite", "set": []}, "set is an object"),
        ({"action": "forbid", "match": {"query": "re:("}}, "query is not a regular expression"),
    ],
)
def test_a_trap_that_cannot_be_read_is_refused_in_words(http, wanted, words):
    answer = http.post("/_sandbox/faults", json=wanted)

    assert answer.status_code == 400
    assert words in answer.json()["error"]


@pytest.mark.parametrize("wanted", [{"ids": "x"}, {"ids": [], "at": "soon"}, {"resource": "X"}])
def test_a_touch_that_cannot_be_read_is_refused_in_words(http, books, wanted):
    url = f"/_sandbox/organisations/{books.organisation}/touch"

    answer = http.post(url, json={"resource": "Invoices", **wanted})

    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)
