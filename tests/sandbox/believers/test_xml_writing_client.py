"""Everything that can be written is written in XML by a client that knows nothing of JSON."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from books_client import approved, connect, draft
from example_calls import CALLS
from test_fuzz_every_route import READING, WRITING
from xml_witness import differences, tree
from xml_writing_client import Refused, XmlBooks, list_of, written

from xero_sandbox import wire, xml_bodies
from xero_sandbox.identity.scopes import GRANULAR

ALL_SCOPES = " ".join(GRANULAR)


#: What two answers to the same question differ in.
OF_THE_MOMENT = re.compile("/Response/(Id|DateTimeUTC|Reports/Report/UpdatedDateUTC):")


def path_of(request: httpx2.Request) -> str:
    return request.url.raw_path.decode().removeprefix("/api.xro/2.0/")


@pytest.fixture(scope="module")
def plain(browser):
    return connect(browser, scope=ALL_SCOPES)


@pytest.fixture(scope="module")
def xml(browser, plain):
    return XmlBooks(browser, plain.organisation, plain.tokens)


@pytest.mark.parametrize("form", [False, True], ids=["xml", "form"])
@pytest.mark.parametrize("name", WRITING)
def test_every_write_is_taken_in_xml(xml, monkeypatch, name, form):
    monkeypatch.setattr(XmlBooks, "form", form)

    answer = CALLS[name](xml)

    assert answer.status_code in (200, 204), answer.text
    if answer.status_code == 200:
        assert answer.json()


@pytest.mark.parametrize("name", READING)
def test_a_body_in_xml_is_read_as_the_same_in_json(plain, name):
    request = CALLS[name](plain).request
    body = wire.loads(request.content)
    plural = list_of(path_of(request))

    assert agree(xml_bodies.loads(written(json.loads(request.content), plural), plural), body)


def agree(found: Any, sent: Any) -> bool:
    """Whether XML was read as what was sent in JSON; a number may be sent there as text."""
    if isinstance(sent, dict):
        names = {name for name, value in sent.items() if value is not None}
        return names == found.keys() and all(agree(found[name], sent[name]) for name in names)
    if isinstance(sent, list):
        return len(found) == len(sent) and all(map(agree, found, sent))
    if isinstance(sent, str) and isinstance(found, (int, Decimal)):
        return Decimal(sent) == found
    return type(found) is type(sent) and bool(found == sent)


@pytest.mark.parametrize("name", [name for name in CALLS if name.startswith("get")])
def test_every_read_says_the_same_in_xml(plain, name):
    told = CALLS[name](plain)
    if told.headers.get("Content-Type", "").partition(";")[0] != "application/json":
        return  # a file

    root = tree(plain.get(path_of(told.request), headers={"Accept": "*/*"}))

    found = [where for where in differences(told.json(), root) if not OF_THE_MOMENT.match(where)]
    assert found == []


def test_a_refused_element_is_an_exception_with_its_kind_and_messages(xml):
    with pytest.raises(Refused) as caught:
        xml.put("Invoices", {"Invoices": [draft(), {"Type": "ACCREC"}]})

    assert (caught.value.number, caught.value.kind) == (10, "ValidationException")
    assert caught.value.elements == ["Invoice"]
    assert "One or more line items must be specified" in caught.value.messages


def test_refused_elements_stand_among_the_others_if_that_is_asked_for(xml):
    told = xml.put("Invoices?summarizeErrors=false", {"Invoices": [draft(), {"Type": "ACCREC"}]})

    found = told.json()["Invoices"]

    assert [one["StatusAttributeString"] for one in found] == ["OK", "ERROR"]
    assert found[1]["HasErrors"] == "true"
    assert found[1]["InvoiceID"] == wire.ZERO_ID


@pytest.mark.parametrize(
    "body",
    [b"<Invoice>", b"", b"<Payment/>", b"<Invoice><Total>much</Total></Invoice>"],
)
def test_what_cannot_be_read_is_an_exception_too(xml, body):
    with pytest.raises(Refused) as caught:
        xml.call("POST", "Invoices", content=body, headers={"Content-Type": "text/xml"})

    assert caught.value.number in (14, 17)
    assert caught.value.elements == []


def test_a_document_is_written_read_changed_and_read_again(xml):
    [made] = xml.put("Invoices", approved("XML-1", Reference="one")).json()["Invoices"]
    path = f"Invoices/{made['InvoiceID']}"

    xml.post(
        path, {"InvoiceID": made["InvoiceID"], "Reference": "a < b & c", "DueDate": "2027-01-31"}
    )
    [found] = xml.get(path).json()["Invoices"]

    assert (found["Reference"], found["DueDate"]) == ("a < b & c", "2027-01-31T00:00:00")
    assert (found["Total"], found["LineItems"][0]["Description"]) == ("12.0", "Tea")
