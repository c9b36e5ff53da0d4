"""What holds for every sample: its header tells its format, and damage makes no wrong document."""

import csv
import io
import random
import re
from decimal import Decimal
from pathlib import Path

import pytest

from tallystick.books.models import Document
from tallystick.importing.errors import ImportRefused
from tallystick.importing.formats.shipped import SHIPPED
from tallystick.importing.meaning.recognising import fits_one, recognise
from tallystick.importing.tables.table import open_table

SAMPLES = sorted(Path(__file__).parents[1].joinpath("samples").glob("*.*"))
#: Those that say what their documents come to.
WITH_TOTALS = [
    *(
        "shopify-orders",
        "stripe-invoices",
        "xero-bills",
        "xero-export",
        "xero-sales-invoices.totals",
    ),
]
_ROUNDING = Decimal("0.10")
each_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)


def table_of(path):
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


@each_sample
def test_a_sample_is_recognised_with_further_columns_in_any_order_and_case(path):
    format = path.stem.split(".")[0]
    with open_table(path, is_header=lambda names: fits_one(names, SHIPPED)) as table:
        header = table.header
    further = [*map(str.upper, reversed(header)), "Colour of next year"]

    assert recognise(header, SHIPPED).name == format
    assert recognise([*map(str.lower, header)], SHIPPED).name == format
    assert recognise(further, SHIPPED).name == format


@pytest.mark.parametrize("path", [each for each in SAMPLES if each.stem in WITH_TOTALS], ids=str)
def test_a_digit_changed_in_a_sample_that_states_totals_makes_no_wrong_document(path, run):
    run(path.read_bytes())
    right = totals()
    assert right

    for seed in range(12):
        Document.objects.all().delete()
        with_damage = damaged(table_of(path), random.Random(seed))  # noqa: S311 # no secret
        try:
            run(with_damage, answers={})
        except ImportRefused:
            continue
        for key, total in totals().items():
            assert abs(total - right[key]) <= _ROUNDING, (seed, key)


def totals():
    documents = Document.objects.select_related("party")
    return {(each.kind, each.number, each.party.name): each.total for each in documents}


def damaged(table, chance):
    """Return the table as CSV with a digit changed in one sum, price or amount."""
    header, *rows = table
    figures = [
        (row, place)
        for row in rows
        for place, text in enumerate(row)
        if re.fullmatch(r"-?[0-9]+\.[0-9]{2,4}", text) and Decimal(text)
    ]
    row, place = chance.choice(figures)
    digits = [at for at, mark in enumerate(row[place]) if mark.isdigit()]
    at = chance.choice(digits)
    other = chance.choice([digit for digit in "0123456789" if digit != row[place][at]])
    row[place] = row[place][:at] + other + row[place][at + 1 :]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([header, *rows])
    return file.getvalue()
