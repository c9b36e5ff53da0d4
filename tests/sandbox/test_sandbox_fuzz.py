"""Whatever is sent, the answer is a 4xx of the right shape, never a 500 of the sandbox's own."""

import json
import socket
from collections.abc import Iterator

import httpx2
import pytest
from books_client import (
    Books,
    allocation,
    approved,
    client_of,
    connect,
    draft,
    line,
    note,
    payment,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xero_sandbox.server import Running, start

few = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    with start() as running:
        yield running


@pytest.fixture(scope="module")
def shared_http(shared: Running) -> Iterator[httpx2.Client]:
    with client_of(shared) as client:
        yield client


@pytest.fixture(scope="module")
def shared_books(shared_http: httpx2.Client) -> Books:
    return connect(shared_http)


words = st.sampled_from([
    "Status", "Date", "Total", "Contact.Name", "Reference", "InvoiceID", "==", "!=", ">", "<=",
    "&&", "||", "AND", "OR", "NOT", "!", "(", ")", ",", ".", '"DRAFT"', '"x\\"y"', "null", "true",
    "1", "-2.5", "99999999999999999999", "DateTime", "DateTime(2026,1,31)", 'guid("x")',
    '.Contains("a")', ".ToLower()", "'", '"', "\\", "é", "%",
])  # fmt: skip
expressions = st.one_of(
    st.lists(words, max_size=12).map(" ".join), st.text(max_size=40), st.lists(words).map("".join)
)


@few
@given(expressions)
def test_any_where(shared_books, text):
    answer = shared_books.get("Invoices", params={"where": text})

    assert answer.status_code in (200, 400, 404)
    if answer.status_code == 400:
        assert answer.json()["Type"] == "QueryParseException"


@few
@given(st.text(max_size=30), st.text(max_size=10), st.text(max_size=10), st.text(max_size=40))
def test_any_filter(shared_books, order, page, size, ids):
    params = {"order": order, "page": page, "pageSize": size, "IDs": ids, "searchTerm": ids}

    assert shared_books.get("Invoices", params=params).status_code in (200, 400)


def mutated(body):
    """Bodies near a good one: any field replaced by any JSON value."""
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["1e400", "-0", "/Date(9999999999999999)/", "0001-01-01", "9999-12-31"]),
    )
    values = st.one_of(
        scalars,
        st.lists(scalars, max_size=2),
        st.dictionaries(st.text(max_size=3), scalars, max_size=2),
    )
    names = sorted(body)
    return st.dictionaries(st.sampled_from(names), values, min_size=1, max_size=3).map(
        lambda changes: body | changes
    )


FULL_LINE = line(
    LineAmount=10, DiscountRate=0, DiscountAmount=0, TaxAmount=2, AccountID=None, LineItemID=None
)
FULL = draft(
    "F-1",
    Status="DRAFT",
    Date="2026-01-01",
    DueDate="2026-01-02",
    Reference="r",
    Url="https://a.example",
    CurrencyCode="GBP",
    CurrencyRate=1,
    LineAmountTypes="Exclusive",
    InvoiceID=None,
    BrandingThemeID=None,
    SentToContact=False,
    Total=12,
)
CONTACT = {
    "ContactID": None,
    "Name": "Ann",
    "ContactNumber": "1",
    "EmailAddress": "a@b.c",
    "ContactStatus": "ACTIVE",
    "Addresses": [],
    "Phones": [],
    "ContactPersons": [],
    "PaymentTerms": {},
}


def send(books, path, body, *, method="POST"):
    content = json.dumps(body)
    headers = {"Content-Type": "application/json"}
    answer = books.call(method, path, content=content.encode("utf-8"), headers=headers)
    assert answer.status_code in (200, 400, 404), (body, answer.text)
    if answer.status_code == 400:
        assert answer.json()["ErrorNumber"] in (10, 14, 17)


@few
@given(mutated(FULL))
def test_any_invoice(shared_books, body):
    send(shared_books, "Invoices", body)


@few
@given(mutated(FULL_LINE))
def test_any_line(shared_books, body):
    send(shared_books, "Invoices?unitdp=4", draft(LineItems=[body]))


@few
@given(mutated(CONTACT))
def test_any_contact(shared_books, body):
    send(shared_books, "Contacts", body)
    send(shared_books, "Invoices", draft(Contact=body))


@few
@given(mutated(FULL | {"Status": "AUTHORISED", "RoundingAmount": 0, "SubTotal": 10}))
def test_any_approved_invoice(shared_books, body):
    send(shared_books, "Invoices", body)


@few
@given(mutated(note(CurrencyCode="EUR", CurrencyRate=1.2, CreditNoteID=None)))
def test_any_credit_note(shared_books, body):
    send(shared_books, "CreditNotes", body)


accepts = st.sampled_from(
    ["application/json", "text/xml", "*/*", ";q=", "; q = ", "0.5", "1", ".", ",", ";", "é", " "]
)


@few
@given(st.lists(accepts, max_size=8).map("".join))
def test_any_accept(shared_books, text):
    headers = {"Accept": text.strip().encode("latin-1")}

    answer = shared_books.get("Currencies", headers=headers)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(("text/xml", "application/json"))


@few
@given(st.data())
def test_any_payment_and_allocation(shared_books, data):
    euro = {"CurrencyCode": "EUR", "CurrencyRate": 1.2}
    [invoice] = shared_books.create(approved(**euro))
    credit = shared_books.one("PUT", "CreditNotes", note(**euro))
    paid = payment(invoice, 1, CurrencyRate=1.1, BankAmount=None, IsReconciled=False)
    batch = {"Account": paid["Account"], "Date": "2026-10-02", "Payments": [paid]}

    send(shared_books, "Payments", data.draw(mutated(paid)))
    send(shared_books, "BatchPayments", data.draw(mutated(batch)), method="PUT")
    path = f"CreditNotes/{credit['CreditNoteID']}/Allocations"
    send(shared_books, path, data.draw(mutated(allocation(invoice, 1))), method="PUT")
    made = shared_books.one("PUT", "Payments", payment(invoice, 1))
    send(shared_books, f"Payments/{made['PaymentID']}", data.draw(mutated({"Status": "DELETED"})))


@few
@given(
    st.binary(max_size=80),
    st.sampled_from(
        ["application/json", "text/xml", "application/x-www-form-urlencoded", "image/png", ""]
    ),
)
def test_any_body(shared_http, shared_books, body, kind):
    headers = {"Content-Type": kind}
    answer = shared_books.call("PUT", "Invoices", content=body, headers=headers)
    token = shared_http.post(
        "/connect/token",
        content=body,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        auth=("sandbox-client", "sandbox-secret"),
    )
    control = shared_http.post("/_sandbox/faults", content=body)

    assert answer.status_code == 400
    assert token.status_code == 400
    assert control.status_code == 400


@few
@given(
    st.dictionaries(
        st.sampled_from(["grant_type", "code", "refresh_token", "redirect_uri", "client_id"]),
        st.one_of(st.text(max_size=10), st.sampled_from(["authorization_code", "refresh_token"])),
    ),
    st.text(max_size=20),
)
def test_any_token_request(shared_http, form, authorization):
    for headers in ({}, {"Authorization": b"Basic x" + authorization.encode().hex().encode()}):
        answer = shared_http.post("/connect/token", data=form, headers=headers)
        assert answer.status_code == 400
        assert set(answer.json()) == {"error"}


@few
@given(
    st.dictionaries(
        st.sampled_from(["client_id", "scope", "state", "redirect_uri"]), st.text(max_size=20)
    )
)
def test_any_consent(shared_http, changes):
    query = {
        "response_type": "code",
        "client_id": "sandbox-client",
        "redirect_uri": "http://localhost/cb",
        "scope": "openid",
        "state": "s",
    } | changes
    path = "/identity/connect/authorize"

    assert shared_http.get(path, params=query).status_code in (200, 400)
    denied = shared_http.post(path, params=query, data={"decision": "deny"})
    assert denied.status_code in (302, 400)


@pytest.mark.parametrize(
    "raw",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"BREW /api.xro/2.0/Invoices HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"POST /connect/token HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /connect/token HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST /connect/token HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n",
        b"GET /\xff\xfe?\xff HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET //evil.example HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nConnection: close\r\n\r\n",
    ],
)
def test_any_bytes(shared, raw):
    with socket.create_connection(("127.0.0.1", shared.port), timeout=5) as connection:
        connection.sendall(raw)
        status = int(connection.recv(4096).split()[1])

    assert 400 <= status < 500 or status in (501, 505)
