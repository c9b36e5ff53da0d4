import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs

import httpx2
import pytest

from tallystick.xero import (
    AccessTokenExpired,
    AllocationDraft,
    BadRequest,
    ContactDraft,
    Hosts,
    IdempotencyKeyReused,
    NotFound,
    OutcomeUnknown,
    UnexpectedAnswer,
    XeroClient,
    connections,
    delete_connection,
    seal_attachment,
    seal_create_allocation,
    seal_create_contacts,
    seal_create_credit_notes,
    seal_create_invoices,
    seal_create_payments,
    seal_delete_allocation,
    seal_delete_payment,
    seal_status_changes,
)

REMOVED = {"IsDeleted": True, "Invoice": [{"InvoiceID": "i-1"}]}  # as Xero's description has it
HOSTS = Hosts.all_at("https://xero.test/")
ZERO = "00000000-0000-0000-0000-000000000000"


def an_answer(**lists: list[dict]) -> httpx2.Response:
    headers = {
        "X-DayLimit-Remaining": "4321",
        "X-MinLimit-Remaining": "59",
        "X-AppMinLimit-Remaining": "9999",
        "Xero-Correlation-Id": "corr-1",
    }
    return httpx2.Response(200, json={"Id": "x", "Status": "OK"} | lists, headers=headers)


def keeping(requests: list[httpx2.Request], answer: Callable[[httpx2.Request], httpx2.Response]):
    def handle(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return answer(request)

    return handle


def test_every_call_names_its_organisation_and_asks_for_json(client_answering):
    requests: list[httpx2.Request] = []
    client = client_answering(keeping(requests, lambda _: an_answer(Accounts=[{"Code": "200"}])))

    [account] = client.accounts()

    assert account.code == "200"
    [request] = requests
    assert str(request.url) == "https://xero.test/api.xro/2.0/Accounts"
    assert request.headers["xero-tenant-id"] == "tenant-1"
    assert request.headers["Authorization"] == "Bearer a-very-secret-access-token"
    assert request.headers["Accept"] == "application/json"
    assert "Idempotency-Key" not in request.headers


def test_a_call_is_reported_with_what_it_cost_and_what_is_left(client_answering, calls):
    answer = an_answer(TaxRates=[])

    client_answering(answer).tax_rates()

    [call] = calls
    assert (call.method, call.endpoint, call.status, call.error) == ("GET", "TaxRates", 200, None)
    assert (call.day_remaining, call.minute_remaining, call.app_minute_remaining) == (
        4321,
        59,
        9999,
    )
    assert call.correlation_id == "corr-1"
    assert call.idempotency_key is None
    assert (call.request_bytes, call.response_bytes) == (0, len(answer.content))
    assert call.at.utcoffset() is not None
    assert call.milliseconds >= 0


def test_a_call_that_our_own_code_breaks_off_is_reported_too(client_answering, calls):
    def interrupt(request: httpx2.Request) -> httpx2.Response:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client_answering(interrupt).accounts()

    assert [call.error for call in calls] == ["Interrupted"]


def test_the_organisation_is_read_alone(client_answering):
    client = client_answering(an_answer(Organisations=[{"Name": "Demo", "BaseCurrency": "NZD"}]))

    assert client.organisation().base_currency == "NZD"


def test_an_answer_without_the_list_asked_for_is_never_an_empty_list(client_answering):
    client = client_answering(an_answer(Other=[]))

    with pytest.raises(UnexpectedAnswer, match="list asked for is missing"):
        client.invoices_by_number(["INV-1"])


def test_a_404_is_never_an_empty_list(client_answering):
    client = client_answering(httpx2.Response(404, html="<html></html>"))

    with pytest.raises(NotFound):
        client.invoices_by_id(["i-1"])


def test_invoices_are_asked_for_by_number_with_everything_in_them(client_answering):
    requests: list[httpx2.Request] = []
    client = client_answering(
        keeping(requests, lambda _: an_answer(Invoices=[{"InvoiceID": "i-1", "Url": "u"}]))
    )

    [invoice] = client.invoices_by_number(["INV-1", "INV-2", "INV-1"])

    assert invoice.url == "u"
    assert parse_qs(requests[0].url.query.decode()) == {
        "InvoiceNumbers": ["INV-1,INV-2"],
        "includeArchived": ["true"],
        "page": ["1"],
        "pageSize": ["1000"],
        "unitdp": ["4"],
    }


def test_asking_for_nothing_makes_no_call(client_answering, calls):
    client = client_answering(an_answer())

    assert client.invoices_by_number([]) == []
    assert client.contacts_by_number([]) == []
    assert calls == []


def test_a_long_answer_is_read_page_by_page_and_each_record_kept_once(client_answering, calls):
    def page(request: httpx2.Request) -> httpx2.Response:
        number = int(request.url.params["page"])
        listed = [{"InvoiceID": "moved"}, {"InvoiceID": f"i-{number}"}]
        pagination = {"page": number, "pageSize": 1000, "pageCount": 3, "itemCount": 6}
        return an_answer(Invoices=listed, pagination=pagination)

    found = client_answering(page).invoices_by_id(["i-1", "i-2", "i-3"])

    assert [invoice.invoice_id for invoice in found] == ["moved", "i-1", "i-2", "i-3"]
    assert len(calls) == 3


def test_contacts_are_found_by_name_whatever_is_in_it(client_answering):
    requests: list[httpx2.Request] = []
    client = client_answering(keeping(requests, lambda _: an_answer(Contacts=[])))

    client.contacts_by_name("Fish & Chips + more")
    client.contacts_by_name('The 7" Shop')

    assert requests[0].url.params["where"] == 'Name=="Fish & Chips + more"'
    assert requests[1].url.params["searchTerm"] == 'The 7" Shop'


def test_good_elements_land_though_others_are_refused(client_answering):
    client = client_answering(
        an_answer(
            Invoices=[
                {"InvoiceID": "i-1", "InvoiceNumber": "A", "StatusAttributeString": "OK"},
                {
                    "InvoiceID": ZERO,
                    "InvoiceNumber": "B",
                    "StatusAttributeString": "ERROR",
                    "HasErrors": True,
                    "ValidationErrors": [{"Message": "One."}, {"Message": "Two."}],
                    "LineItems": [{}, {"ValidationErrors": [{"Description": "Two."}]}],
                    "Contact": {"Name": "Ann", "ValidationErrors": [{"Message": "Three."}]},
                },
                {
                    "InvoiceID": "i-3",
                    "StatusAttributeString": "WARNING",
                    "Warnings": [{"Message": "Look."}],
                },
                {"InvoiceID": ZERO, "StatusAttributeString": "ERROR"},
            ]
        )
    )

    answer = client.send(seal_create_invoices([]), "key-1")

    good, bad, warned, silent = answer.documents
    assert (good.ok, good.record.invoice_id, good.errors) == (True, "i-1", ())
    assert (bad.ok, bad.record.exists_in_xero, bad.record.invoice_number) == (False, False, "B")
    assert bad.errors == ("One.", "Three.", "Line 2: Two.")
    assert (warned.ok, warned.warnings) == (True, ("Look.",))
    assert (silent.ok, silent.errors) == (False, ("Xero refused this without saying why.",))
    assert answer.contacts == ()
    assert answer.correlation_id == "corr-1"


def test_a_sealed_write_goes_out_byte_for_byte_each_time(client_answering, calls):
    requests: list[httpx2.Request] = []
    client = client_answering(keeping(requests, lambda _: an_answer(Invoices=[])))
    sealed = seal_status_changes("Invoices", [("i-1", "DELETED")])

    client.send(sealed, "key-1")
    client.send(sealed, "key-1")

    for request in requests:
        assert request.method == "POST"
        assert request.url.raw_path == b"/api.xro/2.0/Invoices?" + sealed.query.encode()
        assert request.content == sealed.body
        assert request.headers["Content-Type"] == "application/json"
        assert request.headers["Idempotency-Key"] == "key-1"
    assert [call.idempotency_key for call in calls] == ["key-1", "key-1"]
    assert calls[0].request_bytes == len(sealed.body)


def test_a_removal_goes_out_without_body_and_without_key(client_answering, calls):
    requests: list[httpx2.Request] = []
    client = client_answering(
        keeping(requests, lambda _: httpx2.Response(200, json={"AllocationId": "x-1"} | REMOVED))
    )

    answer = client.send(seal_delete_allocation("n-1", "x-1"), "key-1")

    [request], [call] = requests, calls
    assert (request.method, request.content) == ("DELETE", b"")
    assert request.url.path == "/api.xro/2.0/CreditNotes/n-1/Allocations/x-1"
    assert not {"Idempotency-Key", "Content-Type"} & set(request.headers)
    assert (call.endpoint, call.idempotency_key) == ("CreditNotes/Allocations", None)
    [removed] = answer.allocations
    assert (removed.ok, removed.record.allocation_id) == (True, "x-1")


@pytest.mark.parametrize("status", [204, 404])
def test_an_allocation_that_is_not_there_any_more_is_removed(client_answering, status):
    client = client_answering(httpx2.Response(status))

    [removed] = client.send(seal_delete_allocation("n-1", "x-1"), "key-1").allocations

    assert (removed.ok, removed.record.is_deleted) == (True, True)


@pytest.mark.parametrize(
    "answer",
    [httpx2.Response(200, text="<html>"), httpx2.Response(200, json={}), httpx2.Response(500)],
)
def test_a_removal_that_xero_does_not_confirm_is_unknown(client_answering, answer):
    with pytest.raises(OutcomeUnknown):
        client_answering(answer).send(seal_delete_allocation("n-1", "x-1"), "key-1")


def test_a_file_goes_out_under_its_own_content_type_and_no_name_is_logged(client_answering, calls):
    requests: list[httpx2.Request] = []
    client = client_answering(
        keeping(requests, lambda _: an_answer(Attachments=[{"FileName": "Ann.pdf"}]))
    )

    client.send(seal_attachment("Invoices", "i-1", "Ann.pdf", b"%PDF", "application/pdf"), "key-1")

    [request], [call] = requests, calls
    assert request.headers["Content-Type"] == "application/pdf"
    assert request.headers["Idempotency-Key"] == "key-1"
    assert call.endpoint == "Invoices/Attachments"


def test_a_success_without_the_list_that_was_written_is_unknown(client_answering):
    for sealed in (
        seal_delete_payment("p-1"),
        seal_create_credit_notes([]),
        seal_attachment("Invoices", "i-1", "a.pdf", b"x", "application/pdf"),
    ):
        with pytest.raises(OutcomeUnknown, match="list asked for is missing"):
            client_answering(an_answer(Contacts=[])).send(sealed, "key-1")


def test_errors_of_all_that_a_payment_names_are_told_once(client_answering):
    payment = {
        "PaymentID": ZERO,
        "HasValidationErrors": True,
        "ValidationErrors": [{"Message": "One."}, {"Message": "Two."}],
        "Invoice": {"InvoiceID": "i-1", "ValidationErrors": [{"Message": "Two."}]},
        "CreditNote": {"ValidationErrors": [{"Message": "Three."}]},
        "Account": {"Code": "200", "ValidationErrors": [{"Description": "Four."}]},
        "Warnings": [{"Message": "Look."}],
    }
    silent = {"PaymentID": "p-2", "HasValidationErrors": True}
    client = client_answering(an_answer(Payments=[payment, silent]))

    first, second = client.send(seal_create_payments([]), "key-1").payments

    assert (first.ok, first.errors) == (False, ("One.", "Two.", "Three.", "Four."))
    assert first.warnings == ("Look.",)
    assert (second.ok, second.errors) == (False, ("Xero refused this without saying why.",))


def test_errors_of_allocations_and_of_credit_notes_are_told_where_they_are(client_answering):
    draft = AllocationDraft(invoice_id="i-1", amount=Decimal(1), allocated_on=date(2026, 9, 14))
    bad = {
        "Amount": 1,
        "ValidationErrors": [],
        "Invoice": {"ValidationErrors": [{"Message": "Paid off."}]},
        "CreditNote": {"ValidationErrors": [{"Message": "Draft."}]},
    }
    good = {"Amount": 1.00, "Invoice": {"InvoiceID": "i-1"}, "ValidationErrors": []}
    client = client_answering(an_answer(Allocations=[bad, good]))
    note = {
        "CreditNoteID": "n-1",
        "StatusAttributeString": "WARNING",
        "LineItems": [{}, {"Warnings": [{"Message": "Gone."}]}],
    }

    refused, made = client.send(seal_create_allocation("n-1", draft), "key-1").allocations
    answer = client_answering(an_answer(CreditNotes=[note])).send(
        seal_create_credit_notes([]), "key-1"
    )

    assert (refused.ok, refused.errors) == (False, ("Paid off.", "Draft."))
    # Xero's own description shows no id in this answer.
    assert (made.ok, made.record.allocation_id) == (True, "")
    [warned] = answer.documents
    assert (warned.ok, warned.record.record_id) == (True, "n-1")
    assert warned.warnings == ("Line 2: Gone.",)


def test_a_refused_request_tells_what_is_wrong_with_whatever_an_element_names(client_answering):
    part = {"ValidationErrors": [{"Message": "No."}]}
    elements = [{"Invoice": part}, {"CreditNote": part}, {"Account": part}, {"Contact": part}]

    with pytest.raises(BadRequest) as caught:
        client_answering(httpx2.Response(400, json={"Elements": elements})).accounts()

    assert caught.value.elements == (("No.",),) * 4


def test_credit_notes_and_payments_are_asked_for_with_everything_in_them(client_answering):
    requests: list[httpx2.Request] = []
    client = client_answering(keeping(requests, lambda _: an_answer(CreditNotes=[], Payments=[])))
    first, last = date(2026, 1, 31), date(2026, 2, 1)
    days = "Date>=DateTime(2026,1,31) AND Date<=DateTime(2026,2,1)"

    client.credit_notes_by_number(["CN-1", "CN-2", "CN-1"])
    client.credit_notes_by_id(["n-1"])
    client.credit_notes_between(first, last, "ACCPAYCREDIT")
    client.payments_by_id(["p-1", "p-2"])
    client.payments_between(first, last)

    paged = {"page": "1", "pageSize": "1000"}
    assert [dict(request.url.params) for request in requests] == [
        {"where": 'CreditNoteNumber=="CN-1" OR CreditNoteNumber=="CN-2"', "unitdp": "4"} | paged,
        {"where": 'CreditNoteID==guid("n-1")', "unitdp": "4"} | paged,
        {"where": f'Type=="ACCPAYCREDIT" AND {days}', "order": "CreditNoteID", "unitdp": "4"}
        | paged,
        {"where": 'PaymentID==guid("p-1") OR PaymentID==guid("p-2")'} | paged,
        {"where": days, "order": "PaymentID"} | paged,
    ]


def test_a_number_that_no_filter_can_hold_is_picked_out_of_a_wider_answer(client_answering):
    requests: list[httpx2.Request] = []
    notes = [{"CreditNoteID": n, "CreditNoteNumber": n} for n in ('7" DISC A', '17" disc a', "x")]
    client = client_answering(keeping(requests, lambda _: an_answer(CreditNotes=notes)))

    [note] = client.credit_notes_by_number(['7" disc á'])

    assert note.number == '7" DISC A'
    assert requests[0].url.params["where"] == (
        'CreditNoteNumber!=null AND CreditNoteNumber.Contains(" disc á")'
    )


def test_one_credit_note_is_read_whole_and_its_id_is_not_logged(client_answering, calls):
    requests: list[httpx2.Request] = []
    client = client_answering(
        keeping(requests, lambda _: an_answer(CreditNotes=[{"CreditNoteID": "n-1"}]))
    )

    assert client.credit_note("n-1").record_id == "n-1"
    assert requests[0].url.raw_path == b"/api.xro/2.0/CreditNotes/n-1?unitdp=4"
    assert calls[0].endpoint == "CreditNotes"
    with pytest.raises(UnexpectedAnswer, match="0 credit notes"):
        client_answering(an_answer(CreditNotes=[])).credit_note("n-1")


def test_contacts_are_created_with_an_answer_for_each(client_answering):
    def create(request: httpx2.Request) -> httpx2.Response:
        drafts = json.loads(request.content)["Contacts"]
        made = [draft | {"ContactID": f"c-{n}"} for n, draft in enumerate(drafts)]
        return an_answer(Contacts=[contact | {"StatusAttributeString": "OK"} for contact in made])

    elements = client_answering(create).create_contacts(
        [ContactDraft(name="Ann", contact_number="1"), ContactDraft(name="Bob")], "key"
    )

    assert [element.record.name for element in elements] == ["Ann", "Bob"]
    assert elements[0].record.contact_number == "1"
    assert all(element.ok for element in elements)


@pytest.mark.parametrize("key", ["", "k" * 129])
def test_a_key_that_xero_would_not_take_is_refused_before_anything_is_sent(
    client_answering, calls, key
):
    with pytest.raises(ValueError, match="1 to 128"):
        client_answering(an_answer()).send(seal_create_contacts([]), key)

    assert calls == []


def test_a_refused_request_lists_what_xero_said_about_each_element(client_answering):
    refusal = {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
        "Elements": [
            {"ValidationErrors": [{"Message": "Invoice # must be unique."}]},
            {"LineItems": [{"ValidationErrors": [{"Message": "Account must be valid."}]}]},
        ],
    }

    with pytest.raises(BadRequest) as caught:
        client_answering(httpx2.Response(400, json=refusal)).accounts()

    assert caught.value.kind == "ValidationException"
    assert caught.value.elements == (("Invoice # must be unique.",), ("Account must be valid.",))
    assert "Invoice # must be unique." in str(caught.value)


@pytest.mark.parametrize("key", ["Message", "Detail", "detail"])
def test_a_key_used_for_something_else_is_told_apart(client_answering, key):
    refusal = {"Type": None, key: "Idempotency Key: k is used with a different request."}

    with pytest.raises(IdempotencyKeyReused, match="changed nothing"):
        client_answering(httpx2.Response(400, json=refusal)).send(seal_create_invoices([]), "k")


def test_connections_are_listed_without_naming_an_organisation(pool_answering, calls):
    requests: list[httpx2.Request] = []
    listed = [
        {
            "id": "n-1",
            "authEventId": "e-1",
            "tenantId": "t-1",
            "tenantType": "ORGANISATION",
            "tenantName": "Demo",
            "createdDateUtc": "2019-12-07T18:46:19.5165400",
            "updatedDateUtc": "2019-12-07T18:46:19.5187330",
        }
    ]
    http = pool_answering(keeping(requests, lambda _: httpx2.Response(200, json=listed)))

    [found] = connections(http, HOSTS, "token", auth_event_id="e-1", on_call=calls.append)

    assert (found.connection_id, found.tenant_id, found.tenant_name) == ("n-1", "t-1", "Demo")
    assert found.updated_at is not None
    assert found.created_at is not None
    assert found.updated_at > found.created_at
    assert str(requests[0].url) == "https://xero.test/connections?authEventId=e-1"
    assert "xero-tenant-id" not in requests[0].headers
    assert calls[0].endpoint == "connections"


def test_a_connection_is_deleted_by_its_own_id(pool_answering):
    requests: list[httpx2.Request] = []
    http = pool_answering(keeping(requests, lambda _: httpx2.Response(204)))

    delete_connection(http, HOSTS, "token", "n-1")

    assert requests[0].method == "DELETE"
    assert requests[0].url.path == "/connections/n-1"


class Tokens:
    """Two access tokens, the second for when the first is rejected."""

    def current(self) -> str:
        return "old"

    def instead_of(self, rejected_token: str) -> str:
        return {"old": "new"}[rejected_token]


def test_a_rejected_token_is_replaced_once_and_the_same_write_made_again(pool_answering, calls):
    requests: list[httpx2.Request] = []

    def refuse_old(request: httpx2.Request) -> httpx2.Response:
        old = request.headers["Authorization"] == "Bearer old"
        return httpx2.Response(401) if old else an_answer(Invoices=[])

    http = pool_answering(keeping(requests, refuse_old))
    client = XeroClient(http, HOSTS, Tokens(), "tenant-1", calls.append)

    client.send(seal_create_invoices([]), "key-1")

    first, second = requests
    assert first.content == second.content
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert [call.error for call in calls] == ["AccessTokenExpired", None]


def test_a_token_rejected_twice_is_not_tried_a_third_time(pool_answering, calls):
    http = pool_answering(httpx2.Response(401))
    client = XeroClient(http, HOSTS, Tokens(), "tenant-1", calls.append)

    with pytest.raises(AccessTokenExpired):
        client.accounts()

    assert len(calls) == 2
