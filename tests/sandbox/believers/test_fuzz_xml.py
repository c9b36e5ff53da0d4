"""Hostile XML, and good XML with something odd in it, to every route that writes: never a 5xx."""

from __future__ import annotations

import copy
from typing import Any
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest
from books_client import connect
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_fuzz_every_route import READING, WRITING, good
from xml_witness import tree
from xml_writing_client import list_of, written

from xero_sandbox.identity.scopes import GRANULAR
from xero_sandbox.routes import ROUTES

few = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
#: Every route that reads a body, its parameters filled in with what nothing has.
PATHS = sorted(
    (
        route.method,
        "/".join(UNKNOWN if "{" in part else part for part in route.pattern.split("/")[3:]),
    )
    for UNKNOWN in ["11111111-1111-1111-1111-111111111111"]
    for route in ROUTES
    if route.kind == "api" and route.writes and not route.takes_bytes
)
LAUGHS = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
HOSTILE = {
    "laughs": b'<!DOCTYPE a [<!ENTITY a0 "ha">' + LAUGHS + b"]><a>&a9;</a>",
    "quadratic": b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 5_000 + b'">]><a>' + b"&b;" * 500 + b"</a>",
    "file": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "outside": b'<!DOCTYPE a SYSTEM "http://localhost:1/a.dtd"><a/>',
    "parameter": b'<!DOCTYPE a [<!ENTITY % b SYSTEM "file:///etc/passwd"> %b;]><a/>',
    "deep": b"<a>" * 2_000 + b"</a>" * 2_000,
    "open": b"<a>" * 2_000,
    "wide": b"<a>" + b"<b/>" * 2_000 + b"</a>",
    "attributes": b"<a " + b" ".join(b'b%d="1"' % n for n in range(500)) + b"/>",
    "long name": b"<" + b"a" * 10_000 + b"/>",
    "utf-16": '<?xml version="1.0" encoding="utf-16"?><a>\u20ac</a>'.encode("utf-16"),
    "utf-16 lie": b'<?xml version="1.0" encoding="utf-16"?><a/>',
    "no encoding": b'<?xml version="1.0" encoding="none"?><a/>',
    "codec": b'<?xml version="1.0" encoding="zlib"?><a/>',
    "multi-byte": b'<?xml version="1.0" encoding="shift_jis"?><a/>',
    "not utf-8": b"<a>\xff\xfe</a>",
    "zero": b"<a>\x00</a>",
    "reference": b"<a>&#0;&#xD800;</a>",
    "instruction": b"<?xml-stylesheet href='file:///etc/passwd'?><a/>",
    "namespaces": b'<x:a xmlns:x="urn:x"><y:b/></x:a>',
    "only a comment": b"<!-- -->",
    "cut": b"<Invoices><Invoice><Type>ACC",
    "form": b"xml=%3Ca",
    "empty form": b"xml=",
    "json": b'{"a": ',
}
ODD = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
    st.sampled_from([
        "", " ", "\n", "x" * 5000, "1e400", "-1", "0.005", "9" * 400, "0x10", "NaN", "INF", "true",
        "1,5", "\u0661", "0001-01-01", "9999-12-31", "2026-02-30", "2026-01-01T", "/Date(1)/",
        "00000000-0000-0000-0000-000000000000", "DELETED", "VOIDED", "ARCHIVED", "{}", "[]",
    ]),
)  # fmt: skip


@pytest.fixture(scope="module")
def everything(browser):
    return connect(browser, scope=" ".join(GRANULAR))


@pytest.fixture(scope="module")
def good_requests() -> dict[str, tuple[str, str, Any]]:
    return {}


def send(books, method: str, path: str, content: bytes, kind: str = "text/xml"):
    headers = {"Content-Type": kind, "Accept": "*/*"}
    answer = books.call(method, path, content=content, headers=headers)
    assert answer.status_code in (200, 204, 400, 404, 501), (content[:200], answer.text)
    if answer.status_code == 400:
        assert tree(answer).findtext("ErrorNumber") in ("10", "14", "17")
    return answer


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_hostile_xml_is_refused_whoever_gets_it(everything, method, path):
    for content in HOSTILE.values():
        assert send(everything, method, path, content, kind="").status_code != 200


@pytest.mark.parametrize("name", READING)
def test_hostile_xml_is_refused_where_good_xml_is_taken(everything, good_requests, name):
    method, path, _ = good(everything, good_requests, name)

    for kind in ("laughs", "file", "deep", "codec", "namespaces", "cut"):
        assert send(everything, method, path, HOSTILE[kind]).status_code in (400, 404)


def changed(root: Element, data: st.DataObject) -> Element:
    """The same with one element odd: other text, gone, twice, renamed, or the whole in itself."""
    made = copy.deepcopy(root)
    parents = [(parent, child) for parent in made.iter() for child in parent]
    if not parents:
        return made
    parent, child = data.draw(st.sampled_from(parents))
    match data.draw(
        st.sampled_from(["text", "text", "text", "gone", "twice", "renamed", "nested"])
    ):
        case "text":
            del child[:]
            child.text = data.draw(ODD)
        case "gone":
            parent.remove(child)
        case "twice":
            parent.append(copy.deepcopy(child))
        case "renamed":
            child.tag = data.draw(
                st.sampled_from(["x", "Contact", "LineItems", "Total", child.tag + "s"])
            )
        case _:
            child.append(copy.deepcopy(root))
    return made


@pytest.mark.parametrize("name", WRITING)
@few
@given(data=st.data())
def test_xml_with_one_odd_thing_in_it_is_answered(everything, good_requests, name, data):
    method, path, body = good(everything, good_requests, name)
    root = changed(fromstring(written(body, list_of(path))), data)  # noqa: S314 - our own
    query = data.draw(st.sampled_from(["", "?summarizeErrors=false", "?unitdp=4"]))

    send(everything, method, path + query, tostring(root))


@pytest.mark.parametrize("name", READING)
@few
@given(junk=st.one_of(st.binary(max_size=40), st.text(max_size=40).map(str.encode)))
def test_bytes_that_are_no_xml_are_refused(everything, good_requests, name, junk):
    method, path, _ = good(everything, good_requests, name)

    assert send(everything, method, path, b"<" + junk).status_code in (400, 404)
