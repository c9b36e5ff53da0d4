"""compare: what it prints, its data, and what it ends with."""

import json

import pytest
from typer.testing import CliRunner, Result

from tallystick.cli import app
from tallystick.cli.exits import Exit, Stop
from tallystick.connections.models import Connection
from tallystick.mirror.models import MirroredDocument
from tallystick.sync.models import PulledKind, Reading
from tallystick.sync.pull.schedule import make_due
from xero_books import Books

_NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30")
_READ = (PulledKind.CONTACTS, PulledKind.INVOICES, PulledKind.CREDIT_NOTES, PulledKind.PAYMENTS)


def compare(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("compare", *_NOVEMBER, *arguments))


@pytest.fixture
def equal(books: Books) -> Books:
    """One invoice that is in Xero, and read home."""
    books.submit("N-1")
    books.work()
    make_due(books.organisation, _READ, why="test")
    Reading.objects.update(is_by_hand=False)
    books.work()
    return books


def test_a_period_that_agrees_ends_with_0_and_one_that_does_not_with_3(equal: Books) -> None:
    agrees = compare()
    assert (agrees.exit_code, "Both sides agree, to the cent." in agrees.stdout) == (Exit.OK, True)
    assert "Equal" in agrees.stdout
    assert "14.94 GBP" in agrees.stdout

    MirroredDocument.objects.update(total="15.00")
    differs = compare("--kind", "sales_invoice", "--json")

    told = json.loads(differs.stdout)
    assert differs.exit_code == Exit.NEEDS_PERSON
    [part] = told["kinds"]
    [row] = part["rows"]
    assert (row["verdict"], row["differs_in"]) == ("differs", ["total"])
    assert (row["here"]["total"], row["there"]["total"]) == ("14.94", "15.00")


def test_what_was_never_read_is_said_and_is_not_equal(equal: Books) -> None:
    Reading.objects.filter(kind=PulledKind.PAYMENTS).delete()

    ended = compare("--kind", "payment")

    assert ended.exit_code == Exit.NEEDS_PERSON
    assert "Payments have never been read from Xero." in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("--kind", "invoice"), "There is no kind 'invoice'", Exit.USAGE),
        (("--to", "2026-10-01"), "ends before it begins", Exit.USAGE),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(books: Books, arguments, said, code) -> None:
    ended = compare(*arguments)

    assert isinstance(ended.exception, Stop)
    assert said in str(ended.exception)
    assert ended.exception.code == code


def test_without_books_it_says_so(books: Books) -> None:
    Connection.objects.update(status="disconnected")

    ended = compare()

    assert isinstance(ended.exception, Stop)
    assert "is not connected to Xero" in str(ended.exception)
