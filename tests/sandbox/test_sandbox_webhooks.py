import json
import re
import time

import pytest
from books_client import NZ, UK, approved, client_of, connect, draft
from webhook_receiver import APP, Receiver, register

from xero_sandbox.server import start

HOUR, DAY = 3600, 86_400


@pytest.fixture
def running_sandbox():
    """One for each test, as what is on its way to a receiver must not meet the next test."""
    with start() as running:
        yield running


def deliver(http, **manners):
    answer = http.post("/_sandbox/webhooks/delivery", json=manners)
    assert answer.status_code == 200, answer.text


def advance(http, seconds):
    assert http.post("/_sandbox/clock", json={"advance_seconds": seconds}).status_code == 200


def status_of(http):
    return http.get("/_sandbox/webhooks").json()["webhooks"][0]


def wait_for_status(http, status, attempts=0):
    """Wait for the status, after so many failed attempts at least."""
    deadline = time.monotonic() + 10
    while status_of(http)["status"] != status or status_of(http)["attempts"] < attempts:
        assert time.monotonic() < deadline, status_of(http)
        time.sleep(0.01)


def test_intent_to_receive_sends_good_and_bad_signatures_with_no_events(http, books, receiver):
    registered = register(http, receiver)

    assert (registered["status"], registered["report"]) == ("OK", "")
    assert len(receiver.bodies) == len(receiver.refused) == 2
    assert json.loads(receiver.bodies[0])["events"] == []
    assert b'"firstEventSequence": 0,' in receiver.bodies[0]


@pytest.mark.parametrize(
    ("misbehaviour", "report"),
    [
        ({"status": 200}, "Response to incorrectly signed payload not 401"),
        ({"status": 500}, "Response not 200"),
        ({"status": 202}, "Response not 200"),
        ({"body": b"thanks"}, "Response contains a body"),
        ({"cookie": True}, "Response contains cookies"),
    ],
)
def test_a_receiver_that_misbehaves_fails_with_the_portals_words(
    http, books, receiver, misbehaviour, report
):
    for name, value in misbehaviour.items():
        setattr(receiver, name, value)

    registered = register(http, receiver)

    assert (registered["status"], registered["report"]) == ("INTENT", report)


def test_an_address_where_nobody_listens_is_reported(http, books, receiver):
    answer = http.post("/_sandbox/webhooks", json={"url": "http://127.0.0.1:1/none"})

    assert answer.json()["status"] == "INTENT"
    assert "No response" in answer.json()["report"]


@pytest.mark.parametrize("wanted", [{"url": "ftp://a"}, {"url": "/x"}, {"categories": ["PAYMENT"]}])
def test_a_webhook_that_cannot_be_is_refused_in_words(http, receiver, wanted):
    answer = http.post("/_sandbox/webhooks", json={"url": receiver.url} | wanted)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_apps_own_writes_come_back_as_events(http, books, hook, receiver):
    [made] = books.create(draft("W-1", Contact={"Name": "New Party"}))

    events = receiver.wait_for(2)

    by_category = {event["eventCategory"]: event for event in events}
    assert by_category["CONTACT"]["resourceId"] == made["Contact"]["ContactID"]
    invoice = by_category["INVOICE"]
    assert invoice["resourceId"] == made["InvoiceID"]
    assert invoice["resourceUrl"].endswith(f"/api.xro/2.0/Invoices/{made['InvoiceID']}")
    assert (invoice["tenantId"], invoice["tenantType"]) == (UK, "ORGANISATION")
    assert invoice["eventType"] == "CREATE"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", invoice["eventDateUtc"])


def test_voiding_and_archiving_are_updates(http, books, hook, receiver):
    [made] = books.create(approved("W-2"))
    receiver.wait_for(2)
    receiver.forget()

    books.post(f"Invoices/{made['InvoiceID']}", {"Status": "VOIDED"})
    books.post(f"Contacts/{made['Contact']['ContactID']}", {"ContactStatus": "ARCHIVED"})

    events = receiver.wait_for(2)
    assert [event["eventType"] for event in events] == ["UPDATE", "UPDATE"]
    assert [event["eventCategory"] for event in events] == ["INVOICE", "CONTACT"]


def test_what_a_person_does_on_a_screen_is_told_too(http, books, hook, receiver):
    [made] = books.create(approved("W-3"))
    receiver.wait_for(2)

    http.post(f"/org/{UK}/invoices/{made['InvoiceID']}/void")

    assert receiver.wait_for(3)[-1]["eventType"] == "UPDATE"


def test_only_categories_asked_for_and_organisations_connected_are_told(http, books, receiver):
    register(http, receiver, categories=["CONTACT"])
    receiver.forget()

    books.create(draft("W-4", Contact={"Name": "Told"}))
    receiver.wait_for(1)
    advance(http, 1)
    http.delete(
        f"/connections/{_connection(http, books)}",
        headers={"Authorization": f"Bearer {books.tokens['access_token']}"},
    )
    connect(http, NZ).create(
        draft("W-5", Contact={"Name": "Elsewhere"}, LineItems=[{"Description": "x"}])
    )

    events = receiver.wait_for(2)
    assert [event["tenantId"] for event in events] == [UK, NZ]
    assert {event["eventCategory"] for event in events} == {"CONTACT"}


def _connection(http, books):
    token = books.tokens["access_token"]
    return http.get("/connections", headers={"Authorization": f"Bearer {token}"}).json()[0]["id"]


def test_what_is_refused_is_not_told_though_the_good_beside_it_is(http, books, hook, receiver):
    refused = {"Type": "ACCREC", "Contact": {"Name": "Refused"}}
    assert books.put("Invoices", {"Invoices": [draft("W-6"), refused]}).status_code == 400
    [last] = books.create(draft("W-7", Contact={"Name": "Fine"}))

    events = receiver.wait_for(4)

    [kept] = books.get("Invoices?InvoiceNumbers=W-6").json()["Invoices"]
    stored = [kept["Contact"]["ContactID"], kept["InvoiceID"]]
    stored += [last["Contact"]["ContactID"], last["InvoiceID"]]
    assert [event["resourceId"] for event in events] == stored


def test_events_are_numbered_and_share_bodies(http, books, hook, receiver):
    deliver(http, held=True)
    books.create(*[draft(f"N-{number}") for number in range(4)])
    deliver(http, held=False)

    receiver.wait_for(5)

    [body] = receiver.bodies
    content = json.loads(body)
    assert (content["firstEventSequence"], content["lastEventSequence"]) == (1, 5)
    assert re.fullmatch(r"[A-Z]{20}", content["entropy"])


def test_a_failing_receiver_is_tried_at_once_then_every_quarter_of_an_hour(
    http, books, hook, receiver
):
    receiver.status = 500
    books.create(draft("R-1", Contact={"Name": "Late"}))
    # The wait begins when the second has failed, not when it has arrived.
    wait_for_status(http, "RETRYING", attempts=2)

    advance(http, 899)
    receiver.status = None
    time.sleep(0.1)
    assert len(receiver.bodies) == 2
    advance(http, 2)
    receiver.wait_for_bodies(3)

    wait_for_status(http, "OK")
    first, _, third = (json.loads(body)["events"] for body in receiver.bodies)
    assert first == third


def test_after_a_day_it_is_disabled_and_what_it_missed_follows_when_it_is_willing(
    http, books, hook, receiver
):
    receiver.status = 503
    books.create(draft("R-2", Contact={"Name": "Patient"}))
    receiver.wait_for_bodies(2)
    wait_for_status(http, "RETRYING")
    advance(http, DAY + HOUR)
    wait_for_status(http, "DISABLED")
    connect(http).create(draft("R-3", Contact={"Name": "Patient"}))
    receiver.forget()
    receiver.status = None

    assert http.post(f"/_sandbox/webhooks/{APP}/probe").json()["status"] == "OK"

    events = receiver.wait_for(3)
    assert [event["eventCategory"] for event in events] == ["CONTACT", "INVOICE", "INVOICE"]


def test_a_receiver_slower_than_five_seconds_has_failed(http, books, hook, receiver, monkeypatch):
    with Receiver() as other:
        other.signing_key = receiver.signing_key
        other.took = lambda body, signature: (time.sleep(5.3), 200)[1]
        answer = http.post("/_sandbox/webhooks", json={"url": other.url}, timeout=30).json()

    assert answer["report"] == "Response not within 5 seconds"


def test_duplicates_reordering_and_loss_come_on_demand(http, books, hook, receiver):
    deliver(http, duplicate=100)
    books.create(draft("M-1", Contact={"Name": "Twice"}))
    receiver.wait_for_bodies(2)
    assert receiver.bodies[0] == receiver.bodies[1]

    deliver(http, duplicate=0, reorder=100, held=True)
    receiver.forget()
    books.create(draft("M-2", Contact={"Name": "Twice"}), draft("M-3", Contact={"Name": "Twice"}))
    deliver(http, held=False)
    receiver.wait_for(2)
    assert [json.loads(body)["firstEventSequence"] for body in receiver.bodies] == [4, 3]

    deliver(http, reorder=0, lose=100)
    receiver.forget()
    books.create(draft("M-4", Contact={"Name": "Twice"}))
    while _states(http)[-1] == "WAITING":
        time.sleep(0.01)
    assert (_states(http)[-1], receiver.bodies) == ("LOST", [])

    deliver(http, lose=0)
    http.post(f"/_sandbox/webhooks/{APP}/repeat", json={"from": 5})
    assert len(receiver.wait_for(1)) == 1


def _states(http):
    return [e["state"] for e in http.get(f"/_sandbox/webhooks/{APP}/events").json()["events"]]


def test_a_fault_drops_the_webhook_of_the_next_write(http, books, hook, receiver):
    books.create(draft("F-0"))
    receiver.wait_for(2)
    http.post(
        "/_sandbox/faults", json={"match": {"method": "PUT", "nth": 1}, "action": "drop_webhook"}
    )

    books.create(draft("F-1"))
    books.create(draft("F-2"))

    receiver.wait_for(3)
    assert [json.loads(body)["lastEventSequence"] for body in receiver.bodies][-1] == 4
    assert _states(http)[:3] == ["SENT", "SENT", "LOST"]


def test_a_subscription_can_be_told_of(http, books, hook, receiver):
    http.post(f"/_sandbox/webhooks/{APP}/events", json={"category": "SUBSCRIPTION"})

    [event] = receiver.wait_for(1)

    assert (event["tenantType"], event["eventCategory"]) == ("APPLICATION", "SUBSCRIPTION")


def test_deliveries_are_in_the_journal(http, books, hook, receiver):
    books.create(draft("J-1"))
    receiver.wait_for(2)

    while len(entries := _deliveries(http)) < 5:
        time.sleep(0.01)

    assert entries[-1]["status"] == 200
    assert entries[-1]["path"].startswith("http://127.0.0.1")
    assert {entry["status"] for entry in entries} == {200, 401}


def _deliveries(http):
    return http.get("/_sandbox/requests?kind=webhook").json()["requests"]


def test_what_waits_is_delivered_after_a_restart(tmp_path, receiver):
    with start(data=tmp_path) as before, client_of(before) as http:
        books = connect(http)
        register(http, receiver)
        receiver.forget()
        deliver(http, held=True)
        books.create(draft("K-1"))
        assert receiver.events == []

    with start(data=tmp_path) as after, client_of(after) as http:
        deliver(http, held=False)

        assert len(receiver.wait_for(2)) == 2
