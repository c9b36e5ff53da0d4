import json
from urllib.parse import parse_qs

import httpx2
import pytest
from answering import ZERO, an_answer, keeping

from tallystick.xero import (
    AccessTokenExpired,
    BadRequest,
    ContactDraft,
    Hosts,
    IdempotencyKeyReused,
    NotFound,
    UnexpectedAnswer,
    XeroClient,
    connections,
    delete_connection,
    seal_create_contacts,
    seal_create_invoices,
    seal_status_changes,
)

HOSTS = Hosts.all_at("https://xero.test/")


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


@pytest.mark.parametrize(
    ("said", "left"), [("-3", 0), ("0", 0), ("12", 12), ("9" * 5000, None), ("soon", None)]
)
def test_calls_left_are_never_below_nought(client_answering, calls, said, left):
    answer = an_answer(TaxRates=[])
    answer.headers["X-DayLimit-Remaining"] = said

    client_answering(answer).tax_rates()

    assert calls[0].day_remaining == left


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

    with pytest.raises(UnexpectedAnswer) as caught:
        client.invoices_by_number(["INV-1"])

    assert caught.value.detail == "the list asked for is missing"


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
    assert caught.value.elements == (
        ("Invoice # must be unique.",),
        ("Line 1: Account must be valid.",),
    )
    assert "Invoice # must be unique." in str(caught.value)


def test_a_refused_request_that_names_no_element_says_it_of_the_request(client_answering):
    told = "A Contact must be specified for this type of transaction"
    refusal = {"ErrorNumber": 10, "Type": "ValidationException", "Message": told}

    with pytest.raises(BadRequest) as caught:
        client_answering(httpx2.Response(400, json=refusal)).accounts()

    assert caught.value.said == (told,)


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
