"""What differs from Xero's interface description is noted with the request, or refused."""

import json
from importlib.resources import files
from typing import Any

import pytest
from books_client import UK, allocation, approved, client_of, connect, draft, note, payment
from hypothesis import given, settings
from hypothesis import strategies as st

from xero_sandbox.description.corrections import CORRECTIONS
from xero_sandbox.description.judging import faults_of
from xero_sandbox.description.table import description
from xero_sandbox.messages import Request
from xero_sandbox.server import start

ID = "297c2dc5-cc47-4afd-8ec8-74990b8761e9"
ASKS = {"accept": "application/json", "xero-tenant-id": UK}
SENDS = ASKS | {"content-type": "application/json"}
INVOICES = "Invoices?summarizeErrors=false&unitdp=4"


def judged(method: str, path: str, body: Any = None, **headers: str | None) -> list[str]:
    """Judge a request that is good but for what is given; a header of None is not sent."""
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    merged = (ASKS if body is None else SENDS) | given
    content = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )
    sent = {name: text for name, text in merged.items() if text is not None}
    return faults_of(Request(method, f"/api.xro/2.0/{path}", sent, content))


def invoice(**changes: Any) -> dict[str, Any]:
    return {"Invoices": [draft("A-1", **{"Date": "2026-10-01", "CurrencyCode": "GBP"} | changes)]}


def with_line(**changes: Any) -> dict[str, Any]:
    lines = invoice()["Invoices"][0]["LineItems"]
    return invoice(LineItems=[*lines, lines[0] | changes])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", INVOICES, invoice()),
        ("PUT", INVOICES, with_line(Quantity=1.5, Tracking=[{"Name": "Region", "Option": "N"}])),
        ("POST", f"Payments/{ID}", {"Status": "DELETED"}),
        (
            "PUT",
            f"CreditNotes/{ID}/Allocations",
            {"Allocations": [allocation({"InvoiceID": ID}, 1)]},
        ),
        ("PUT", "Payments", {"Payments": [payment({"InvoiceID": ID})]}),
        ("PUT", "Accounts", {"Code": "201", "Name": "Tea", "Type": "REVENUE"}),
        ("PUT", f"Invoices/{ID}/Attachments/a%2Fb.pdf?IncludeOnline=true", b"%PDF"),
        ("GET", f"Invoices?IDs={ID},{ID}&Statuses=DRAFT,PAID&page=1&includeArchived=True", None),
        ("GET", f"Invoices/{ID}/Attachments/{ID}", None),
        ("GET", f"Reports/AgedPayablesByContact?contactId={ID}&date=2026-10-01", None),
        ("GET", "Contacts/no-id", None),
        ("DELETE", f"CreditNotes/{ID}/Allocations/{ID}", None),
    ],
)
def test_a_request_as_described_has_no_fault(method, path, body):
    assert judged(method, path, body) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "faults"),
    [
        ("GET", "invoices", None, ["path: GET /api.xro/2.0/invoices is no operation"]),
        ("PATCH", "Invoices", None, ["path: PATCH /api.xro/2.0/Invoices is no operation"]),
        ("GET", "Payments/none", None, ["path PaymentID: 'none' is no id"]),
        ("GET", "Payments?unitdp=4", None, ["query unitdp: there is no such parameter"]),
        ("GET", "Payments?pagesize=9", None, ["query pagesize: there is no such parameter (pageSize?)"]),
        ("GET", "Payments?page=first", None, ["query page: 'first' is no whole number"]),
        ("GET", "Payments?page=1&page=2", None, ["query page: is there more than once"] * 2),
        ("GET", "Invoices?summaryOnly=1", None, ["query summaryOnly: '1' is neither true nor false"]),
        ("GET", f"Invoices?IDs={ID},7", None, ["query IDs: '7' is no id"]),
        ("GET", "Quotes?DateFrom=1.10.2026", None, ["query DateFrom: '1.10.2026' is no date"]),
        (
            "GET",
            "PurchaseOrders?Status=PAID",
            None,
            ["query Status: 'PAID' is none of DRAFT, SUBMITTED, AUTHORISED, BILLED, DELETED"],
        ),
        ("GET", "Reports/AgedPayablesByContact", None, ["query contactId: is missing"]),
        ("PUT", INVOICES, None, ["body: is missing"]),
        ("DELETE", f"Items/{ID}", {"ItemID": ID}, ["body: none is taken here"]),
        ("PUT", INVOICES, [], ["body: [] is no object"]),
        ("PUT", INVOICES, invoice()["Invoices"][0] | {"LineItems": []}, None),
        ("PUT", INVOICES, {"Invoices": {}}, ["body Invoices: {} is no list"]),
        ("PUT", INVOICES, {"Invoices": [[]]}, ["body Invoices[0]: [] is no object"]),
        (
            "PUT",
            INVOICES,
            invoice(Duedate="2026-12-31"),
            ["body Invoices[0].Duedate: Invoice has no such field (DueDate?)"],
        ),
        ("PUT", INVOICES, with_line(Quantity="x"), ["body Invoices[0].LineItems[1].Quantity: 'x' is no number"]),
        ("PUT", INVOICES, with_line(UnitAmount=True), ["body Invoices[0].LineItems[1].UnitAmount: true is no number"]),
        ("PUT", INVOICES, with_line(Description=7), ["body Invoices[0].LineItems[1].Description: 7 is no text"]),
        ("PUT", INVOICES, with_line(ItemCode=None), ["body Invoices[0].LineItems[1].ItemCode: null is no text"]),
        ("PUT", INVOICES, invoice(Date="1 Oct"), ["body Invoices[0].Date: '1 Oct' is no date"]),
        ("PUT", INVOICES, invoice(InvoiceID="7"), ["body Invoices[0].InvoiceID: '7' is no id"]),
        ("PUT", INVOICES, invoice(SentToContact="yes"), ["body Invoices[0].SentToContact: 'yes' is neither true nor false"]),
        ("PUT", INVOICES, invoice(LineAmountTypes="None"), ["body Invoices[0].LineAmountTypes: 'None' is none of Exclusive, Inclusive, NoTax"]),
        ("PUT", INVOICES, invoice(AmountDue=1), ["body Invoices[0].AmountDue: is read-only"]),
        ("PUT", INVOICES, invoice(HasErrors=False), ["body Invoices[0].HasErrors: is read-only"]),
        ("PUT", "Contacts", {"Contacts": [{"Name": "n", "ContactNumber": "7" * 51}]}, [f"body Contacts[0].ContactNumber: '{'7' * 51}' has more than 50 characters"]),
        ("PUT", "Accounts", {"Code": "12345678901"}, ["body Code: '12345678901' has more than 10 characters"]),
        ("PUT", f"CreditNotes/{ID}/Allocations", {"Allocations": [{"Amount": 1}]}, ["body Allocations[0].Date: is missing", "body Allocations[0].Invoice: is missing"]),
        ("POST", f"Payments/{ID}", {"Payments": [{"Status": "DELETED"}]}, ["body Payments: PaymentDelete has no such field", "body Status: is missing"]),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_place(method, path, body, faults):
    found = judged(method, path, body)

    if faults is None:  # one object where a list in an envelope is described
        assert found[0] == "body Type: Invoices has no such field"
        assert len(found) == len(body)
    else:
        assert found == faults


@pytest.mark.parametrize(
    ("method", "path", "headers", "faults"),
    [
        ("GET", "Invoices", {"accept": None}, ["header Accept: asks neither for JSON nor for XML"]),
        ("GET", "Invoices", {"accept": "*/*"}, ["header Accept: asks neither for JSON nor for XML"]),
        ("GET", "Invoices", {"xero_tenant_id": None}, ["header xero-tenant-id: is missing"]),
        ("GET", "Invoices", {"idempotency_key": "k"}, ["header Idempotency-Key: is not offered here"]),
        ("GET", "TaxRates", {"if_modified_since": "2026-10-01T00:00:00"}, ["header If-Modified-Since: is not offered here"]),
        ("GET", "Invoices", {"if_modified_since": "2026-10-01T00:00:00"}, []),
        ("GET", "Invoices", {"if_modified_since": "yesterday"}, ["header If-Modified-Since: 'yesterday' is no date with time"]),
        ("DELETE", f"CreditNotes/{ID}/Allocations/{ID}", {"idempotency_key": "k"}, ["header Idempotency-Key: is not offered here"]),
    ],
)  # fmt: skip
def test_each_fault_of_a_header_is_named(method, path, headers, faults):
    assert judged(method, path, **headers) == faults


def test_a_body_has_its_kind_and_can_be_read():
    long_key = judged("PUT", INVOICES, invoice(), idempotency_key="k" * 129)

    assert [one.rpartition(" has ")[2] for one in long_key] == ["more than 128 characters"]
    assert judged("PUT", INVOICES, b"{") == [
        "body: is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    ]
    assert judged("PUT", INVOICES, b"x=1", content_type="text/plain") == [
        "header Content-Type: 'text/plain' is neither JSON nor XML"
    ]
    assert judged("PUT", INVOICES, b"<Invoices/>", content_type="application/xml") == []
    assert judged("PUT", f"Invoices/{ID}/Attachments/a.pdf", b"%PDF", content_type=None) == [
        "header Content-Type: is missing"
    ]


def test_of_very_many_faults_the_first_are_told():
    body = invoice(LineItems=[{"Quantity": "x"}] * 30)

    found = judged("PUT", INVOICES, body)

    assert found[19:] == [
        "body Invoices[0].LineItems[19].Quantity: 'x' is no number",
        "and 10 more",
    ]


FIELDS = sorted({name for schema in description().schemas.values() for name in schema.fields})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(
    st.sampled_from([one for one in description().operations if one.body]),
    st.sampled_from([ID, "%2F", "a.pdf"]),
    st.text(max_size=30),
    VALUES,
)
def test_whatever_is_sent_is_judged_in_sentences(operation, ident, query, value):
    path = operation.path.removeprefix("/api.xro/2.0/")
    for name in operation.ids:
        path = path.replace(f"{{{name}}}", ident)

    found = judged(operation.method, f"{path}?{query}", value, if_modified_since=query)

    assert all(": " in fault or " more" in fault for fault in found)
    assert any(fault.startswith("header If-Modified-Since: ") for fault in found[:19]) or (
        len(found) > 19
    )


def test_hostile_bodies_are_judged_too():
    note: dict[str, Any] = {}
    for _ in range(250):
        note = {"Allocations": [{"CreditNote": note}]}
    nonsense = {f"Nonsense {n}": 1 for n in range(20_000)}

    assert judged("PUT", "CreditNotes", {"CreditNotes": [note]})[0].startswith("body")
    assert judged("PUT", INVOICES, nonsense)[-1] == "and 19980 more"
    long = judged("PUT", INVOICES, {"x" * 1_000_000: "y" * 1_000_000})
    assert long == [f"body {'x' * 60}…: Invoices has no such field"]
    assert judged("PUT", INVOICES, b'{"Invoices": "\\ud800"}')[0].startswith("body: is not JSON")


def test_connections_are_judged_and_what_is_not_described_is_not():
    def faults(target: str) -> list[str]:
        return faults_of(Request("GET", target, {"accept": "application/json"}))

    assert faults(f"/connections?authEventId={ID}") == []
    assert faults("/connections?authEventId=7") == ["query authEventId: '7' is no id"]
    assert faults("/identity/connect/authorize?nonsense=1") == []


def test_off_looks_at_nothing_and_note_keeps_what_is_wrong_with_the_request(http, books):
    books.get("Payments?unitdp=4")
    http.post("/_sandbox/switches", json={"strict_requests": "note"})

    answers = [books.get(path).status_code for path in ("Payments?unitdp=4", "Payments?page=1")]

    assert answers == [200, 200]
    noted = [one["invalid"] for one in http.get("/_sandbox/requests?kind=api").json()["requests"]]
    assert noted == [[], ["query unitdp: there is no such parameter"], []]


def test_invalid_requests_are_found_by_filter_and_by_who_sent_them(http, books):
    http.post("/_sandbox/switches", json={"strict_requests": "note"})
    for agent in ("One", "Two"):
        books.get("Payments?unitdp=4", headers={"User-Agent": agent})
    books.get("Payments", headers={"User-Agent": "One"})
    books.get("Nonsense", headers={"User-Agent": "One"})

    def found(query: str) -> list[tuple[str, str]]:
        rows = http.get(f"/_sandbox/requests?{query}").json()["requests"]
        return [(row["user_agent"], row["path"].rpartition("/")[2]) for row in rows]

    assert found("invalid=true") == [("One", "Payments"), ("Two", "Payments"), ("One", "Nonsense")]
    assert found("invalid=true&user_agent=Two") == [("Two", "Payments")]
    assert found("invalid=false&user_agent=One") == [("One", "Payments")]


def test_a_request_that_a_fault_cuts_is_judged_too(http, books):
    http.post("/_sandbox/switches", json={"strict_requests": "note"})
    http.post("/_sandbox/faults", json={"action": "status", "status": 503, "match": {}})

    assert books.get("Payments?unitdp=4").status_code == 503

    assert len(http.get("/_sandbox/requests?invalid=true").json()["requests"]) == 1


def test_refuse_answers_400_in_words_and_nothing_is_done(http, books):
    http.post("/_sandbox/switches", json={"strict_requests": "refuse"})

    odd = books.put("Invoices", {"Invoices": [approved("R-1", DueDates="2026-12-31")]})
    good = books.put("Invoices", {"Invoices": [approved("R-2")]})

    assert odd.status_code == 400
    assert odd.json()["Detail"] == (
        "Not as Xero's interface description 16.1.0 has it: "
        "body Invoices[0].DueDates: Invoice has no such field (DueDate?)."
    )
    assert good.status_code == 200
    held = [one["InvoiceNumber"] for one in books.get("Invoices?page=1").json()["Invoices"]]
    assert "R-2" in held
    assert "R-1" not in held
    assert books.get("Nonsense").status_code == 400


def test_a_sandbox_that_was_started_strict_stays_so_after_a_reset():
    with start(strict_requests="refuse") as running, client_of(running) as http:
        before = connect(http).get("Payments?unitdp=4").status_code
        http.post("/_sandbox/snapshots/kept")
        http.post("/_sandbox/switches", json={"strict_requests": "off"})
        between = connect(http).get("Payments?unitdp=4").status_code
        http.post("/_sandbox/reset")

        assert (before, between) == (400, 200)
        assert connect(http).get("Payments?unitdp=4").status_code == 400
        http.post("/_sandbox/switches", json={"strict_requests": "off"})
        http.post("/_sandbox/snapshots/kept/restore")
        assert connect(http).get("Payments?unitdp=4").status_code == 400


def test_ids_of_requests_go_on_after_a_reset(http, books):
    books.get("Payments")
    [last] = [one["id"] for one in http.get("/_sandbox/requests?kind=api").json()["requests"]]

    http.post("/_sandbox/reset")
    connect(http).get("Payments")

    rows = http.get(f"/_sandbox/requests?after={last}").json()["requests"]
    assert [row["route"] for row in rows] == ["/api.xro/2.0/Payments"]


def test_what_the_description_lacks_can_be_sent_and_no_correction_lies_idle():
    body = note(Type="ACCREC", RoundingAmount=0.05, SubTotal=10, TotalTax=2, Total=12.05)

    assert judged("PUT", f"{INVOICES}&allowBackorders=true", {"Invoices": [body]}) == []
    stated = json.loads((files("xero_sandbox.description") / "xero_openapi.json").read_text())
    for correction in CORRECTIONS:
        assert correction.holds != _stated(stated, correction.place), correction


def _stated(stated: dict[str, Any], place: str) -> Any:
    """What the description says of a correction's place, as far as the correction goes."""
    if "?" in place:
        home, _, name = place.partition("?")
        [operation] = [
            one for one in stated["operations"] if f"{one['method']} {one['path']}" == home
        ]
        return operation["query"].get(name)
    schema, _, name = place.partition(".")
    homes = stated["schemas"].values() if schema == "*" else [stated["schemas"][schema]]
    found = [one["fields"][name] for one in homes if name in one.get("fields", {})]
    read_only = {one.get("readOnly", False) for one in found}
    return {"readOnly": read_only.pop()} if len(read_only) == 1 else None


def test_the_licence_names_the_version_of_the_table():
    text = (files("xero_sandbox.description") / "LICENSE-Xero-OpenAPI").read_text()

    assert f"version {description().version} (" in text
    assert "MIT License" in text
