"""Every route that writes gets good requests with one odd thing in them; none may answer 5xx."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from books_client import connect
from example_calls import CALLS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_sandbox_fuzz import expressions

from xero_sandbox.accounting.not_implemented import refuse
from xero_sandbox.identity.scopes import GRANULAR
from xero_sandbox.routes import ROUTES

few = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WRITING = sorted(name for name in CALLS if not name.startswith("get") and "Attachment" not in name)
#: Deleting and sending by e-mail need no body, so none is looked at.
READING = [name for name in WRITING if not name.startswith(("delete", "email"))] + [
    "deleteBatchPayment",
    "deleteBatchPaymentByUrlParam",
    "deletePayment",
]
LISTS = sorted(
    {
        route.pattern.removeprefix("/api.xro/2.0/")
        for route in ROUTES
        if route.kind == "api"
        and route.method == "GET"
        and "{" not in route.pattern
        and route.handler is not refuse
    }
)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from([
        "", " ", "x" * 5000, "\x00", "1e400", "-1", "0.005", "/Date(9999999999999999)/",
        "/Date(-62135596800001+0000)/", "0001-01-01", "9999-12-31", "2026-02-30", "2026-01-01T",
        "00000000-0000-0000-0000-000000000000", "11111111-1111-1111-1111-111111111111",
        "DELETED", "VOIDED", "PAID", "ARCHIVED", 10**30, -(10**15), 1e-9, [], {}, [[]], [None],
        [{}], {"": None},
    ]),
)  # fmt: skip


@pytest.fixture(scope="module")
def everything(browser):
    return connect(browser, scope=" ".join(GRANULAR))


@pytest.fixture(scope="module")
def good_requests() -> dict[str, tuple[str, str, Any]]:
    """What was sent by the good calls that were made already."""
    return {}


def good(everything, good_requests, name: str) -> tuple[str, str, Any]:
    if name not in good_requests:
        sent = CALLS[name](everything).request
        path = sent.url.raw_path.decode().removeprefix("/api.xro/2.0/")
        good_requests[name] = sent.method, path, json.loads(sent.content or b"{}")
    return good_requests[name]


def places(body: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything within a JSON value, itself included."""
    inner: list[Any] = []
    if isinstance(body, dict):
        inner = list(body.items())
    elif isinstance(body, list):
        inner = list(enumerate(body))
    return [at] + [place for key, value in inner for place in places(value, (*at, key))]


def changed(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    made = copy.deepcopy(body)
    holder = made
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return made


@pytest.mark.parametrize("name", WRITING)
@few
@given(data=st.data())
def test_a_write_with_one_odd_thing_in_it_is_answered(everything, good_requests, name, data):
    method, path, body = good(everything, good_requests, name)
    for _ in range(data.draw(st.integers(1, 2))):
        body = changed(body, data.draw(st.sampled_from(places(body))), data.draw(ODD))
    query = data.draw(st.sampled_from(["", "?summarizeErrors=false", "?unitdp=4"]))

    answer = everything.call(
        method, path + query, content=json.dumps(body), headers={"Content-Type": "application/json"}
    )

    assert answer.status_code in (200, 204, 400, 404), (body, answer.text)
    if answer.status_code == 400:
        assert answer.json()["ErrorNumber"] in (10, 14, 17)


@pytest.mark.parametrize("name", READING)
@few
@given(
    junk=st.one_of(st.binary(max_size=40), st.text(max_size=40).map(lambda t: f'"{t}"'.encode()))
)
def test_a_write_of_bytes_that_are_no_json_is_refused(everything, good_requests, name, junk):
    method, path, _ = good(everything, good_requests, name)

    answer = everything.call(
        method, path, content=b"{" + junk, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code in (400, 404), answer.text


@pytest.mark.parametrize("plural", LISTS)
@few
@given(expressions, st.text(max_size=12), st.one_of(st.text(max_size=6), st.integers().map(str)))
def test_a_list_is_asked_anything(everything, plural, where, order, page):
    params = {"where": where, "order": order, "page": page, "IDs": order, "pageSize": page}

    answer = everything.get(plural, params=params)

    assert answer.status_code in (200, 400, 404), (params, answer.text)


@pytest.mark.parametrize("plural", LISTS)
def test_what_was_written_can_still_be_read(everything, plural):
    answer = everything.get(plural)

    assert answer.status_code in (200, 400), answer.text
