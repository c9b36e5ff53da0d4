"""What is written on new documents: lines of real ones, or made up, and days."""

import csv
import gzip
import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, islice
from pathlib import Path

from chaos.model import Line, Lines

_MOST_LINES = 25
_FIRST_DAY = date(2026, 9, 1)


def document_lines(source: Path, draw: random.Random) -> Iterator[Lines]:
    """Yield the lines of real documents, from a place on that `draw` decides; made up without a file."""
    found = _real(source, draw) if source.is_file() else _made_up(draw)
    for lines in found:
        taxed = draw.random() < 0.7
        yield tuple(Line(text, quantity, price, taxed) for text, quantity, price in lines)


def issue_day(draw: random.Random) -> date:
    return _FIRST_DAY + timedelta(days=draw.randrange(60))


def _real(source: Path, draw: random.Random) -> Iterator[list[tuple[str, Decimal, Decimal]]]:
    while True:
        with gzip.open(source, "rt", encoding="utf-8-sig", newline="") as text:
            documents = groupby(csv.DictReader(text), key=lambda row: row["InvoiceNo"])
            for _, rows in islice(documents, draw.randrange(2000), None):
                lines = [
                    (row["Description"].strip() or row["StockCode"], quantity, price)
                    for row in rows
                    if (quantity := abs(Decimal(row["Quantity"]))) > 0
                    if (price := Decimal(row["UnitPrice"])) > 0
                ][:_MOST_LINES]
                if lines:
                    yield lines


def _made_up(draw: random.Random) -> Iterator[list[tuple[str, Decimal, Decimal]]]:
    while True:
        yield [
            (
                f"Goods {draw.randrange(1000)}",
                Decimal(draw.randint(1, 48)),
                Decimal(draw.randint(1, 5000)) / 100,
            )
            for _ in range(draw.randint(1, _MOST_LINES))
        ]
