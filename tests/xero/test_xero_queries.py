from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.xero import chunk_for_query
from tallystick.xero.queries import MAX_QUERY, encode_query, queries_for

GUID = "243216c5-369e-4056-ac67-05388f86dc81"


@given(st.lists(st.text(min_size=1, max_size=60), max_size=200))
def test_chunks_hold_every_value_once_and_in_order(values):
    chunks = list(chunk_for_query(values))

    assert [value for chunk in chunks for value in chunk] == list(dict.fromkeys(values))
    assert all(chunks)


@given(st.lists(st.text(min_size=1, max_size=60), max_size=200), st.sampled_from(["Numbers", None]))
def test_no_query_is_longer_than_xero_takes(values, plural):
    rest = {"includeArchived": "true", "page": "1", "pageSize": "1000", "unitdp": "4"}

    queries = [encode_query(query | rest) for query in queries_for("Number", values, plural=plural)]

    assert all(len(query) <= MAX_QUERY for query in queries)


@given(st.dictionaries(st.sampled_from("abc"), st.text(min_size=1)))
def test_an_encoded_query_is_read_back_as_it_was(parameters):
    read = parse_qs(encode_query(parameters), strict_parsing=bool(parameters))

    assert {name: value for name, [value] in read.items()} == parameters


def test_about_fifty_ids_go_into_one_query():
    ids = [GUID[:-3] + str(number) for number in range(100, 200)]

    assert [len(chunk) for chunk in chunk_for_query(ids)] == [51, 49]


def test_a_thousand_invoice_numbers_take_at_most_seven_queries():
    numbers = [f"INV-{number}" for number in range(10000, 11000)]

    assert len(list(queries_for("InvoiceNumber", numbers, plural="InvoiceNumbers"))) <= 7


def test_fifty_contact_numbers_go_into_one_query():
    numbers = [f"{number}" for number in range(12345, 12395)]

    [query] = queries_for("ContactNumber", numbers, plural=None)

    assert query["where"].count("ContactNumber==") == 50


@pytest.mark.parametrize(
    ("value", "query"),
    [
        ("INV-1", {"InvoiceNumbers": "INV-1"}),
        ("A & B", {"InvoiceNumbers": "A & B"}),
        ("1,2", {"where": 'InvoiceNumber=="1,2"'}),
        ('7" disc, 2', {"searchTerm": '7" disc, 2'}),
        ("a\\b", {"searchTerm": "a\\b"}),
    ],
)
def test_each_value_is_asked_for_in_a_way_that_xero_can_read(value, query):
    assert list(queries_for("InvoiceNumber", [value], plural="InvoiceNumbers")) == [query]
