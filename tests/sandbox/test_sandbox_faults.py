import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import httpx2
import pytest
from books_client import client_of, connect, draft, wait_until_held

from xero_sandbox.server import start


@pytest.fixture
def fault(http):
    def add(action, match=None, **more):
        answer = http.post(
            "/_sandbox/faults", json={"action": action, "match": match or {}, **more}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    return add


def stored(http, books):
    http.delete("/_sandbox/faults")
    return [one["InvoiceNumber"] for one in books.get("Invoices").json()["Invoices"]]


WRITES = {"method": "PUT", "path": "/api.xro/2.0/Invoices"}


@pytest.mark.parametrize(("action", "kept"), [("cut_before", []), ("cut_after", ["A"])])
def test_a_cut_leaves_no_answer_before_or_after_the_commit(http, books, fault, action, kept):
    fault(action, WRITES)

    with pytest.raises(httpx2.RemoteProtocolError):
        books.put("Invoices", draft("A"))

    assert stored(http, books) == kept


def test_half_an_answer_breaks_off_after_the_commit(http, books, fault):
    fault("half", WRITES)

    with pytest.raises(httpx2.RemoteProtocolError):
        books.put("Invoices", draft("A"))

    assert stored(http, books) == ["A"]


def test_garbage_is_not_json(http, books, fault):
    fault("garbage", WRITES)

    answer = books.put("Invoices", draft("A"))

    assert answer.status_code == 200
    with pytest.raises(ValueError):  # noqa: PT011 - any way of not being JSON
        answer.json()
    assert stored(http, books) == ["A"]


def test_any_status_with_headers_and_body_before_anything_happens(http, books, fault):
    fault("status", WRITES, status=503, headers={"Retry-After": "7"}, body="maintenance")

    answer = books.put("Invoices", draft("A"))

    assert (answer.status_code, answer.text) == (503, "maintenance")
    assert answer.headers["Retry-After"] == "7"
    assert stored(http, books) == []


def test_a_delay_comes_before_the_work(books, fault):
    fault("delay", WRITES, seconds=0.2)
    started = time.monotonic()

    books.put("Invoices", draft("A"))

    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(("action", "kept"), [("hold_before", 0), ("hold_after", 1)])
def test_an_answer_is_held_until_it_is_released(sandbox, http, books, fault, action, kept):
    ident = fault(action, WRITES)

    def send():
        with client_of(sandbox) as client:
            return type(books)(client, books.organisation, books.tokens).put("Invoices", draft("A"))

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(send)
        wait_until_held(http, 1)
        meanwhile = len(books.get("Invoices").json()["Invoices"])
        http.post(f"/_sandbox/faults/{ident}/release")

        assert held.result().status_code == 200
    assert meanwhile == kept
    assert stored(http, books) == ["A"]


def test_an_expired_token_stays_expired_and_a_refresh_mends_it(http, books, fault):
    fault("expire_token", {"nth": 1})

    first, second = books.get("Organisation"), books.get("Organisation")
    form = {"grant_type": "refresh_token", "refresh_token": books.tokens["refresh_token"]}
    auth = ("sandbox-client", "sandbox-secret")
    books.tokens = http.post("/connect/token", data=form, auth=auth).json()

    assert (first.status_code, second.status_code) == (401, 401)
    words, _, moment = first.json()["Detail"].partition(" at ")
    assert words == "TokenExpired: token expired"
    now = datetime.fromisoformat(http.get("/_sandbox/clock").json()["now"])
    assert datetime.strptime(f"{moment}+0000", "%m/%d/%Y %H:%M:%S%z") < now
    assert books.get("Organisation").status_code == 200


def test_a_fault_strikes_from_the_nth_match_and_so_many_times(http, books, fault):
    fault("status", {"path": "*/Organisation", "nth": 2, "times": 2}, status=500)

    answers = [books.get("Organisation").status_code for _ in range(5)]
    other = books.get("Accounts").status_code

    assert answers == [200, 500, 500, 200, 200]
    assert other == 200
    [listed] = http.get("/_sandbox/faults").json()["faults"]
    assert (listed["seen"], listed["hits"]) == (5, 2)


def test_chance_is_the_same_for_the_same_seed(http, books, fault):
    def run():
        fault("status", {"probability": 0.5, "seed": 7, "path": "*/Organisation"})
        answers = [books.get("Organisation").status_code for _ in range(12)]
        http.delete("/_sandbox/faults")
        return answers

    first, second = run(), run()

    assert first == second
    assert set(first) == {200, 503}


def test_a_path_may_be_a_regular_expression(books, fault):
    fault("status", {"path": "re:/api.xro/2.0/(Accounts|TaxRates)"})

    found = {path: books.get(path).status_code for path in ("Accounts", "TaxRates", "Contacts")}

    assert found == {"Accounts": 503, "TaxRates": 503, "Contacts": 200}


def test_a_fault_may_leave_other_programs_alone(books, fault):
    fault("status", {"user_agent": "Tally*"}, status=503)

    ours = {"User-Agent": "Tallystick/1"}

    assert books.get("Invoices").status_code == 200
    assert books.get("Invoices", headers=ours).status_code == 503


def test_the_first_fault_that_fits_wins_and_can_be_removed(http, books, fault):
    first = fault("status", status=500)
    fault("status", status=502)

    before = books.get("Organisation").status_code
    http.delete(f"/_sandbox/faults/{first}")

    assert (before, books.get("Organisation").status_code) == (500, 502)
    assert http.delete(f"/_sandbox/faults/{first}").status_code == 404


def test_faults_reach_the_identity_host_but_never_the_controls(http, fault):
    fault("cut_before")

    with pytest.raises(httpx2.RemoteProtocolError):
        http.post("/connect/token", data={})

    assert http.get("/_sandbox/health").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "explode"},
        {"action": "delay", "seconds": "long"},
        {"action": "delay", "match": {"nth": -1}},
        {"action": "delay", "match": {"path": "re:("}},
        {"action": "delay", "match": {"colour": "red"}},
        {"action": "status", "status": 99},
        {"action": "status", "headers": {"X": "a\r\nb"}},
        {"action": "delay", "match": []},
    ],
)
def test_a_fault_that_cannot_be_understood_is_refused(http, body):
    answer = http.post("/_sandbox/faults", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_stopping_lets_go_what_is_held():
    with start() as sandbox, client_of(sandbox) as http, ThreadPoolExecutor(1) as pool:
        books = connect(http)
        http.post("/_sandbox/faults", json={"action": "hold_before", "match": WRITES})
        held = pool.submit(books.put, "Invoices", draft("A"))
        with client_of(sandbox) as watching:
            wait_until_held(watching, 1)
        sandbox.stop()

        assert held.result().status_code == 200


def test_a_refused_connection_is_reset_and_nothing_is_done(http, books, fault):
    fault("refuse", WRITES)

    with pytest.raises(httpx2.ReadError):
        books.put("Invoices", draft("A"))

    assert stored(http, books) == []


def test_a_slow_answer_is_whole_in_the_end(http, books, fault):
    fault("slow", WRITES, seconds=0.3)
    started = time.monotonic()

    answer = books.put("Invoices", draft("A"))

    assert time.monotonic() - started >= 0.25
    assert answer.json()["Invoices"][0]["InvoiceNumber"] == "A"


@pytest.mark.parametrize(
    ("more", "shown"), [({}, "text/html; charset=utf-8"), ({"body": "text/xml"}, "text/xml")]
)
def test_a_wrong_content_type(http, books, fault, more, shown):
    fault("content_type", WRITES, **more)

    answer = books.put("Invoices", draft("A"))

    assert answer.headers["Content-Type"] == shown
    assert stored(http, books) == ["A"]


def test_elements_are_refused_for_the_reasons_given(http, books, fault):
    fault("refuse_elements", {"method": "PUT", "times": 1}, messages=["Not today.", None])

    drafts = {"Invoices": [draft(name) for name in "ABC"]}
    answer = books.put("Invoices?summarizeErrors=false", drafts)

    refused, *others = answer.json()["Invoices"]
    assert (refused["InvoiceNumber"], refused["StatusAttributeString"]) == ("A", "ERROR")
    assert refused["ValidationErrors"] == [{"Message": "Not today."}]
    assert [one["StatusAttributeString"] for one in others] == ["OK", "OK"]
    assert sorted(stored(http, books)) == ["B", "C"]


@pytest.mark.parametrize("messages", ["Not today.", [1]])
def test_messages_that_are_none_are_refused(http, messages):
    wanted = {"action": "refuse_elements", "messages": messages}

    assert http.post("/_sandbox/faults", json=wanted).status_code == 400


def test_a_fault_strikes_a_route_whatever_its_id(http, books, fault):
    [made] = books.create(draft("A"))
    fault("status", {"route": "/api.xro/2.0/Invoices/{id}", "method": "GET"})

    assert books.get(f"Invoices/{made['InvoiceID']}").status_code == 503
    assert books.get("Invoices/A").status_code == 503
    assert books.get("Invoices").status_code == 200
