"""Samples imported twice and damaged ones, each with what its documents come to by hand."""

import random
from contextlib import suppress
from typing import Any, NamedTuple

import pytest

from importing.formats import test_amazon, test_myob, test_quickbooks, test_square
from tallystick.importing.errors import ImportRefused


class Sample(NamedTuple):
    path: Any
    format: str
    books: dict[str, Any]
    totals: dict[str, Any]


_ALL = (
    Sample(test_square.SAMPLE, "square-items", test_square.TAXED, test_square.TOTALS),
    Sample(test_amazon.SETTLEMENT, "amazon-settlement", test_amazon.GERMAN, test_amazon.SETTLED),
    Sample(test_amazon.DATE_RANGE, "amazon-date-range", {}, test_amazon.IN_RANGE),
    Sample(test_myob.SAMPLE, "myob-sales", test_myob.AUSTRALIAN, test_myob.TOTALS),
    Sample(
        test_quickbooks.SAMPLE,
        "quickbooks-invoices",
        test_quickbooks.BRITISH,
        test_quickbooks.TOTALS,
    ),
    Sample(test_quickbooks.BY_CUSTOMER, "quickbooks-sales-by-customer", {}, test_quickbooks.SOLD),
)
samples = pytest.mark.parametrize("sample", _ALL, ids=lambda each: each.format)


@samples
def test_the_same_file_again_makes_nothing(books, sample):
    shop = books(**sample.books)
    shop.take(sample.path)

    again = shop.take(sample.path)

    assert (again.created, again.already_here) == ({}, len(sample.totals))
    assert shop.totals() == sample.totals


@samples
@pytest.mark.parametrize("how", ["a cell lost", "a quotation mark", "cut off", "a text spoilt"])
@pytest.mark.parametrize("seed", range(3))
def test_damage_never_makes_another_document(books, sample, how, seed):
    lines = sample.path.read_text().splitlines()
    rows = [place for place, line in enumerate(lines) if len(line) > 60][1:]
    luck = random.Random(f"{sample.format} {how} {seed}")  # noqa: S311 # any row will do
    place = luck.choice(rows)
    mark = "\t" if "\t" in lines[place] else ","
    cells = lines[place].split(mark)
    at = luck.choice([spot for spot, cell in enumerate(cells) if cell])
    lines[place] = mark.join(
        {
            "a cell lost": [*cells[:at], *cells[at + 1 :]],
            "a quotation mark": [*cells[:at], f'"{cells[at]}', *cells[at + 1 :]],
            "cut off": cells[:at],
            "a text spoilt": [*cells[:at], "?!", *cells[at + 1 :]],
        }[how]
    )

    shop = books(**sample.books)
    with suppress(ImportRefused):
        shop.take("\n".join(lines))

    # A number that was spoilt is another number.
    made = {number: total for number, total in shop.totals().items() if "?!" not in number}
    assert made.items() <= sample.totals.items()
