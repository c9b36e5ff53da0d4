from concurrent.futures import ThreadPoolExecutor

import pytest
from books_client import client_of, connect, draft, line, wait_until_held

from xero_sandbox.organisations.demo import organisation_id


def put(books, body, key, path="Invoices"):
    return books.put(path, body, headers={"Idempotency-Key": key})


def how_many(books):
    return len(books.get("Invoices").json()["Invoices"])


def test_the_same_request_under_a_key_is_answered_again_not_done_again(books):
    first, second = put(books, draft(), "k"), put(books, draft(), "k")

    assert second.content == first.content
    assert how_many(books) == 1


def test_another_request_under_the_same_key_is_refused(http, books):
    other = connect(http, organisation_id("NZ"))
    put(books, draft("A"), "k")

    refused = [
        put(books, draft("B"), "k"),
        put(books, draft("A"), "k", path="Invoices?unitdp=4"),
        books.post("Invoices", draft("A"), headers={"Idempotency-Key": "k"}),
        put(other, draft("A"), "k"),
    ]

    for answer in refused:
        assert answer.status_code == 400
        assert "Idempotency Key: k is used with a different request." in answer.text
    assert how_many(books) == 1


def test_keys_can_be_scoped_to_the_organisation_by_switch(http, books):
    http.post("/_sandbox/switches", json={"idempotency_scope": "tenant"})
    other = connect(http, organisation_id("NZ"))

    answers = [put(each, draft("A"), "k") for each in (books, other)]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_errors_are_remembered_after_their_cause_is_mended(http, books):
    sent = draft(CurrencyCode="JPY")
    first = put(books, sent, "k")
    http.post(f"/_sandbox/organisations/{books.organisation}", json={"Currencies": ["JPY"]})

    assert first.status_code == 400
    assert put(books, sent, "k").content == first.content
    assert put(books, sent, "k2").status_code == 200


def test_a_key_is_forgotten_after_six_minutes(http, books):
    put(books, draft(), "k")
    http.post("/_sandbox/clock", json={"advance_seconds": 359})
    put(books, draft(), "k")
    assert how_many(books) == 1

    http.post("/_sandbox/clock", json={"advance_seconds": 2})
    put(books, draft(), "k")

    assert how_many(books) == 2


def test_a_replay_counts_against_the_limits_and_is_marked_in_the_journal(http, books):
    http.post("/_sandbox/limits", json={"on": True})
    first, second = put(books, draft(), "k"), put(books, draft(), "k")

    served = http.get("/_sandbox/requests", params={"idempotency_key": "k"}).json()["requests"]

    left = [int(answer.headers["X-MinLimit-Remaining"]) for answer in (first, second)]
    assert left[1] == left[0] - 1
    assert [one["replayed"] for one in served] == [False, True]


def test_a_key_longer_than_128_is_refused(books):
    assert put(books, draft(), "k" * 128).status_code == 200
    assert put(books, draft(), "k" * 129).status_code == 400
    assert how_many(books) == 1


def test_a_key_on_a_read_is_ignored(books):
    put(books, draft(), "k")

    answer = books.get("Invoices", headers={"Idempotency-Key": "k"})

    assert len(answer.json()["Invoices"]) == 1


@pytest.mark.parametrize("action", ["hold_before", "hold_after"])
def test_a_twin_in_flight_never_makes_a_second(sandbox, http, books, action):
    """The first is held, the twin comes meanwhile: one effect, one answer for both."""
    match = {"method": "PUT", "nth": 1}
    ident = http.post("/_sandbox/faults", json={"action": action, "match": match}).json()["id"]

    def send():
        with client_of(sandbox) as client:
            return put(type(books)(client, books.organisation, books.tokens), draft("T"), "k")

    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(send)
        wait_until_held(http, 1)
        twin = pool.submit(send).result()
        http.post(f"/_sandbox/faults/{ident}/release")
        first = held.result()

    assert twin.status_code == 200
    assert first.content == twin.content
    assert how_many(books) == 1


def test_many_twins_at_once_make_one(sandbox, books):
    body = draft("M", LineItems=[line() for _ in range(50)])

    def send(_):
        with client_of(sandbox) as client:
            return put(type(books)(client, books.organisation, books.tokens), body, "k").content

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(16)))

    assert len(answers) == 1
    assert how_many(books) == 1
