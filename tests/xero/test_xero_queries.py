from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.xero import chunk_for_query
from tallystick.xero.queries import (
    MAX_QUERY,
    as_xero_compares,
    contains_part_of,
    encode_query,
    equals_any,
    is_one_of,
    part_askable,
    queries_for,
)

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


@given(st.lists(st.text(min_size=1, max_size=300), max_size=100))
def test_no_filter_is_longer_than_xero_takes_and_none_holds_a_backslash(values):
    rest = {"page": "1", "pageSize": "1000", "unitdp": "4"}

    askable, odd = part_askable(values)
    queries = [*equals_any("CreditNoteNumber", askable)]
    queries += [contains_part_of("CreditNoteNumber", value) for value in odd]
    queries += queries_for("Name", values, plural=None)

    assert sorted([*askable, *odd]) == sorted(set(values))
    assert all(len(encode_query(query | rest)) <= MAX_QUERY for query in queries)
    for query in queries:
        assert "\\" not in query.get("where", "")


def test_about_fifty_numbers_of_credit_notes_go_into_one_query_and_half_as_many_ids():
    numbers = [f"C{number}" for number in range(536379, 536579)]

    assert len(next(iter(equals_any("CreditNoteNumber", numbers)))["where"].split(" OR ")) == 48
    ids = [GUID[:-3] + str(number) for number in range(100, 200)]
    assert len(next(iter(is_one_of("CreditNoteID", ids)))["where"].split(" OR ")) == 25


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ('7" disc', 'Number!=null AND Number.Contains(" disc")'),
        ("long\\b", 'Number!=null AND Number.Contains("long")'),
        ('"', "Number!=null"),
        ("é" * 400, f'Number!=null AND Number.Contains("{"é" * 100}")'),
    ],
)
def test_what_no_filter_can_hold_is_asked_for_by_its_longest_part(value, where):
    assert contains_part_of("Number", value) == {"where": where}


def test_case_and_accents_do_not_tell_numbers_apart():
    assert as_xero_compares("CN-É1") == as_xero_compares("cn-e1")
    assert as_xero_compares("CN-1") != as_xero_compares("CN-2")
