from concurrent.futures import ThreadPoolExecutor

import pytest
from books_client import client_of, connect, wait_until_held

from xero_sandbox.organisations.demo import organisation_id

LEFT = ("X-DayLimit-Remaining", "X-MinLimit-Remaining", "X-AppMinLimit-Remaining")


@pytest.fixture
def limits(http):
    """Switch limits on with the numbers given."""

    def set_limits(**numbers):
        return http.post("/_sandbox/limits", json={"on": True, **numbers})

    return set_limits


def remaining(answer):
    return [int(answer.headers[name]) for name in LEFT]


def test_every_answer_says_what_is_left(books, limits):
    limits()

    first, second = books.get("Organisation"), books.put("Invoices", {})

    assert remaining(first) == [4999, 59, 9999]
    assert (second.status_code, remaining(second)) == (400, [4998, 58, 9998])


def test_the_sixty_first_call_of_a_minute_is_an_empty_429(http, books, limits):
    limits(minute=2)
    for _ in range(2):
        assert books.get("Organisation").status_code == 200

    refused = books.get("Organisation")

    assert refused.status_code == 429
    assert refused.content == b""
    assert "Content-Type" not in refused.headers
    assert refused.headers["X-Rate-Limit-Problem"] == "minute"
    assert refused.headers["X-MinLimit-Remaining"] == "0"
    wait = int(refused.headers["Retry-After"])
    assert 1 <= wait <= 60
    http.post("/_sandbox/clock", json={"advance_seconds": wait})
    assert books.get("Organisation").status_code == 200


def test_the_day_limit_says_when_it_ends(books, limits):
    limits(day=1)
    books.get("Organisation")

    refused = books.get("Organisation")

    assert refused.headers["X-Rate-Limit-Problem"] == "day"
    assert 1 <= int(refused.headers["Retry-After"]) <= 86_400


def test_the_apps_own_minute_counts_all_organisations(http, books, limits):
    other = connect(http, organisation_id("NZ"))
    limits(app_minute=1)
    books.get("Organisation")

    refused = other.get("Organisation")

    assert refused.headers["X-Rate-Limit-Problem"] == "appminute"


def test_another_organisation_has_limits_of_its_own(http, books, limits):
    other = connect(http, organisation_id("NZ"))
    limits(minute=1)
    books.get("Organisation")

    assert books.get("Organisation").status_code == 429
    assert other.get("Organisation").status_code == 200


def test_the_sixth_call_in_progress_is_refused(sandbox, http, books, limits):
    limits()
    fault = http.post(
        "/_sandbox/faults", json={"action": "hold_after", "match": {"path": "*Accounts"}}
    )
    ident = fault.json()["id"]

    def call(path):
        with client_of(sandbox) as client:
            books_there = type(books)(client, books.organisation, books.tokens)
            return books_there.get(path)

    with ThreadPoolExecutor(5) as pool:
        running = [pool.submit(call, "Accounts") for _ in range(5)]
        wait_until_held(http, 5)
        refused = books.get("Organisation")
        http.post(f"/_sandbox/faults/{ident}/release")
        answers = [one.result() for one in running]

    assert refused.status_code == 429
    assert refused.headers["X-Rate-Limit-Problem"] == "concurrent"
    assert "Retry-After" not in refused.headers
    assert {one.status_code for one in answers} == {200}
    assert books.get("Organisation").status_code == 200


def test_refusals_of_the_gate_cost_nothing(http, books, limits):
    limits(minute=1)
    stranger = type(books)(http, organisation_id("US"), books.tokens)

    assert stranger.get("Organisation").status_code == 403
    assert books.get("Organisation").status_code == 200


@pytest.mark.parametrize("body", [{"minute": "60"}, {"minute": -1}, {"hour": 5}, {"on": 1}])
def test_nonsense_limits_are_refused(http, body):
    answer = http.post("/_sandbox/limits", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]
