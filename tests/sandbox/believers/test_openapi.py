"""What the stand-in answers is what Xero's interface description promises, field by field."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from books_client import Books, client_of, connect, draft, note
from example_calls import CALLS, quoted, repeated
from interface import ACCOUNTING, FOLDER, Operation, Schemas, offered, read
from interface_flaws import FLAWS
from operations_page import rendered
from webhook_receiver import Receiver

from xero_sandbox.identity.scopes import GRANULAR
from xero_sandbox.organisations.demo import organisation_id
from xero_sandbox.server import start

if not FOLDER.is_dir():
    pytest.skip("needs Xero's interface description beside the project", allow_module_level=True)

PAGE = Path(__file__).parents[3] / "docs" / "sandbox-operations.md"
SPEC = read("xero_accounting.yaml")
OPERATIONS = {operation.id: operation for operation in offered(SPEC, ACCOUNTING)}
WRITES = sorted(
    name
    for name, operation in OPERATIONS.items()
    if operation.method in ("PUT", "POST") and "400" in operation.answers
)
_NO_BODY = {"emailInvoice"}
_BYTES = {name for name in OPERATIONS if name.endswith("AttachmentByFileName")}


@pytest.fixture(scope="module")
def schemas():
    return Schemas(SPEC, FLAWS)


@pytest.fixture(scope="module")
def everything():
    """The UK demo company through a token with every scope."""
    with start() as running, client_of(running) as http:
        yield connect(http, scope=" ".join(GRANULAR))


def test_every_operation_that_is_offered_is_called_here():
    assert sorted(OPERATIONS) == sorted(CALLS)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_the_answer_is_as_described(schemas, everything: Books, name):
    operation = OPERATIONS[name]

    answer = CALLS[name](everything)

    sent = answer.request
    assert (sent.method, answer.is_success) == (operation.method, True), answer.text
    assert operation.route.match(sent.url.raw_path.decode().split("?")[0]) is not None
    schema = operation.schema(answer.status_code, SPEC["components"])
    if schema is None:
        assert "json" not in answer.headers.get("Content-Type", "")
    else:
        assert schemas.mistakes(answer.json(), schema) == []


def refused_by(books: Books, operation: Operation) -> dict:
    """The error that half a body earns."""
    path = operation.path.removeprefix("/")
    made = CALLS[operation.id](books).request.url.path if "{" in path else f"{ACCOUNTING}/{path}"
    answer = books.call(
        operation.method,
        made.removeprefix(f"{ACCOUNTING}/"),
        content=b'{"Invoices": [',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 400, answer.text
    return answer.json()


@pytest.mark.parametrize("name", [name for name in WRITES if name not in _NO_BODY | _BYTES])
def test_a_refusal_is_as_described(schemas, everything, name):
    refusal = refused_by(everything, OPERATIONS[name])

    schema = OPERATIONS[name].schema(400, SPEC["components"])
    assert (refusal["ErrorNumber"], refusal["Type"]) == (14, "PostDataInvalidException")
    assert schemas.mistakes(refusal, schema) == []


@pytest.mark.parametrize(
    ("plural", "body"),
    [
        ("Invoices", draft(Status="AUTHORISED")),
        ("Contacts", {"Name": "x" * 256}),
        ("ContactGroups", {"Name": ""}),
        ("CreditNotes", note(LineItems=[])),
        ("Payments", {"Amount": 1}),
        ("BatchPayments", {"Payments": []}),
        ("BankTransactions", {"Type": "RECEIVE"}),
        ("BankTransfers", {"Amount": 0}),
        ("Items", {"Name": "no code"}),
        ("PaymentServices", {"PaymentServiceName": "x"}),
        ("PurchaseOrders", {"Status": "DELETED"}),
        ("Quotes", quoted(LineItems=[{"AccountCode": "none"}], Status="SENT")),
        ("RepeatingInvoices", repeated(Schedule={})),
        ("ManualJournals", {"Narration": "Nothing", "JournalLines": []}),
        ("LinkedTransactions", {"SourceTransactionID": str(uuid.uuid4())}),
        ("Accounts", {"Code": "200", "Name": "Sales", "Type": "REVENUE"}),
        ("TaxRates", {"Name": "Mine"}),
        ("TrackingCategories", {"Name": "Region"}),
    ],
)
def test_a_validation_error_names_its_elements_as_described(schemas, everything, plural, body):
    answer = everything.put(plural, body)

    refusal = answer.json()
    assert (answer.status_code, refusal["Type"]) == (400, "ValidationException")
    assert refusal["Elements"][0]["ValidationErrors"][0]["Message"]
    assert schemas.mistakes(refusal, {"$ref": "#/components/schemas/Error"}) == []


@pytest.mark.parametrize("country", ["AU", "NZ", "US", "Global"])
@pytest.mark.parametrize("plural", ["Organisation", "Accounts", "TaxRates", "Items", "Currencies"])
def test_every_demo_company_is_as_described(schemas, everything, country, plural):
    found = everything.http.get("/_sandbox/organisations").json()["organisations"]
    [ident] = [one["id"] for one in found if one["name"] == f"Demo Company ({country})"]
    books = connect(everything.http, ident)
    names = {"Organisation": "getOrganisations"}

    answer = books.get(plural).json()

    schema = OPERATIONS[names.get(plural, f"get{plural}")].schema(200, SPEC["components"])
    assert schemas.mistakes(answer, schema) == []


def test_1099_reports_are_as_described(schemas, everything):
    books = connect(everything.http, organisation_id("US"), scope=" ".join(GRANULAR))

    answer = books.get("Reports/TenNinetyNine").json()

    schema = OPERATIONS["getReportTenNinetyNine"].schema(200, SPEC["components"])
    assert len(answer["Reports"]) == 2
    assert schemas.mistakes(answer, schema) == []


def test_connections_and_tokens_are_as_described(everything):
    spec = read("xero-identity.yaml")
    schemas = Schemas(spec)
    http, tokens = everything.http, everything.tokens
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    listed = {operation.id: operation for operation in offered(spec, "")}["getConnections"]

    connections = http.get("/connections", headers=bearer).json()
    removed = http.delete(f"/connections/{uuid.uuid4()}", headers=bearer)

    assert connections
    assert schemas.mistakes(connections, listed.schema(200, spec["components"])) == []
    without_scope = {name: value for name, value in tokens.items() if name != "scope"}
    assert schemas.mistakes(without_scope, {"$ref": "#/components/schemas/AccessToken"}) == []
    assert removed.status_code == 404


def test_webhooks_are_as_described():
    schemas = Schemas(read("xero-webhooks.yaml"))
    with Receiver() as receiver, start() as running, client_of(running) as http:
        books = connect(http)
        hook = http.post("/_sandbox/webhooks", json={"url": receiver.url, "probe": False}).json()
        receiver.signing_key = hook["signing_key"]
        http.post(f"/_sandbox/webhooks/{hook['client_id']}/probe")
        receiver.forget()

        books.create(draft("W-1"))
        books.one("PUT", "CreditNotes", note())
        receiver.wait_for(3)

    for body in map(json.loads, receiver.bodies):
        assert schemas.mistakes(body, {"$ref": "#/components/schemas/WebhookEvent"}) == []
        for event in body["events"]:
            if event["eventCategory"] == "CREDITNOTE":
                alone = body | {"events": [event]}
                schema = {"$ref": "#/components/schemas/CreditNoteWebhookEvent"}
                assert schemas.mistakes(alone, schema) == []


def test_a_flaw_is_named_only_while_the_description_has_it():
    for flaw in FLAWS:
        schema, _, field = flaw.field.partition(".")
        assert SPEC["components"]["schemas"][schema]["properties"].get(field) != flaw.holds


def test_the_page_of_operations_is_true():
    assert PAGE.read_text() == rendered(SPEC), (
        "Write it anew: python tests/sandbox/believers/operations_page.py > docs/sandbox-operations.md"
    )
