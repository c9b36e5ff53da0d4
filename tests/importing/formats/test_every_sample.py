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
def test_damage_to_a_sample_that_states_totals_makes_no_wrong_document(path, run):
    run(path.read_bytes())
    right = totals()
    assert right

    for seed in range(24):
        Document.objects.all().delete()
        with_damage = damaged(table_of(path), random.Random(seed))  # noqa: S311 # no secret
        try:
            run(with_damage)
        except ImportRefused:
            continue
        for key, total in totals().items():
            assert abs(total - right[key]) <= _ROUNDING, (seed, key)


def totals():
    documents = Document.objects.select_related("party")
    return {(each.kind, each.number, each.party.name): each.total for each in documents}


def damaged(table, chance):
    """Return the table as CSV with a digit changed in one sum, or a row cut, lost or misquoted."""
    header, *rows = table
    row = chance.choice(rows)
    figures = [
        place
        for place, text in enumerate(row)
        if "|total:" in text or (re.fullmatch(r"-?[0-9]+\.[0-9]{2,4}", text) and Decimal(text))
    ]
    file = io.StringIO(newline="")
    damage = chance.choice(["digit", "digit", "digit", "cut", "lost", "quote"])
    if damage == "digit" and figures:
        place = chance.choice(figures)
        row[place] = with_other_digit(row[place], chance)
    elif damage == "cut":
        del row[chance.randrange(1, len(row)) :]
    elif damage == "lost":
        rows.remove(row)
    csv.writer(file).writerows([header, *rows])
    text = file.getvalue()
    if damage == "quote":
        at = chance.choice([place for place, mark in enumerate(text) if mark == ","])
        text = f'{text[: at + 1]}"{text[at + 1 :]}'
    return text


def with_other_digit(text, chance):
    at = chance.choice([place for place, mark in enumerate(text) if mark.isdigit()])
    return (
        text[:at]
        + chance.choice([each for each in "0123456789" if each != text[at]])
        + text[at + 1 :]
    )
