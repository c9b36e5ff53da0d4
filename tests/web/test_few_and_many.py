"""Lists go to what they show by other ways where it is much; what they show is the same."""

import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from tallystick.books import search
from tallystick.books.models import Document, Kind, Party
from tallystick.sync.reports import listed_records

sys.path.append(str(Path(__file__).parents[2] / "bench"))

import big_books

pytestmark = pytest.mark.django_db(transaction=True)

_SIZE = big_books.Size(documents=1_200, failed=40, held=20, waiting=20, under_way=20, lines_each=1)
_DOCUMENTS = (
    {"q": "INV"},
    {"q": "I", "sort": "number"},
    {"q": "Ltd", "sort": "issued"},
    {"q": "Ltd", "status": "submitted"},
    {"q": "Ltd", "state": "synced"},
    {"q": "Ltd", "state": "excluded", "sort": "-number"},
    {"q": "Ltd", "state": "failed", "status": "submitted"},
    {"q": "Ltd", "period": "last-year", "state": "synced"},
    {"status": "submitted", "state": "synced"},
    {"status": "draft", "state": "synced"},
    {"party": "walk-in", "q": "INV", "state": "synced"},
    {"q": "12.34", "status": "submitted"},
)
_PAYMENTS = (
    {"q": "Ltd"},
    {"way": "out"},
    {"way": "in", "q": "Ltd"},
    {"state": "synced"},
    {"state": "synced", "way": "out"},
    {"state": "synced", "way": "in", "q": "Ltd", "method": "card"},
    {"status": "deleted", "period": "last-year", "way": "in"},
    {"status": "all", "q": "INV", "since": "2024-01-01"},
)
_LISTS = (
    *(("invoice-list", query) for query in _DOCUMENTS),
    *(("bill-list", query) for query in _DOCUMENTS[2:7]),
    *(("payment-list", query) for query in _PAYMENTS),
)


def test_a_list_shows_the_same_whether_it_takes_its_rows_for_few_or_for_many(monkeypatch):
    books = big_books.make("Some", _SIZE)
    client = Client()
    client.force_login(books.owner)
    walk_in = Party.objects.get(workspace=books.workspace, is_walk_in=True)

    def shown(name, query):
        query = {key: walk_in.pk if value == "walk-in" else value for key, value in query.items()}
        address = f"{reverse(name, args=[books.workspace.slug])}?{urlencode(query)}"
        first = client.get(address).context
        after = client.get(f"{address}&after={first['page'].after}").context["page"]
        pages = (first["page"], after) if first["page"].after else (first["page"],)
        return [[row.pk for row in page.rows] for page in pages], first["counted"].sums

    few = {str(each): shown(*each) for each in _LISTS}
    monkeypatch.setattr(search, "MOST", 1)
    for most in (10, 55):  # less than a page, and more than one
        monkeypatch.setattr(listed_records, "COUNTED_IN_ORDER", most)
        many = {str(each): shown(*each) for each in _LISTS}

        for each, (rows, sums) in many.items():
            assert rows == few[each][0], each
            assert sums.is_capped or sums == few[each][1], each
        some = str(("invoice-list", {"q": "Ltd", "state": "synced"}))
        assert many[some][1].count_text == f"{most}+"
    assert sum(bool(rows[0]) for rows, _ in few.values()) > len(_LISTS) / 2


def test_what_a_text_finds_is_found_by_each_way_in_and_beyond_a_bound_not_told():
    books = big_books.make("Some", _SIZE)
    ours = Document.objects.in_workspace(books.workspace)

    for text in ("INV-", "inv", "I", "PO", "PO 1", "Ltd", "ltd", "C0", "zzzz", "1"):
        for kinds in ([Kind.BILL], list(Kind)):
            found = search.found_by(text, books.workspace, kinds)
            matching = ours.filter(kind__in=kinds).matching(text, books.workspace)
            assert found is not None
            assert set(found) == set(matching.values_list("pk", flat=True)), (text, kinds)
    all_of_them = search.found_by("INV", books.workspace)
    assert all_of_them
    assert search.found_by("INV", books.workspace, at_most=len(all_of_them) - 1) is None
