"""Short files written in the tests, and what became of them."""

import io

import pytest

from factories import make_workspace, owner_of
from tallystick.books.models import Document
from tallystick.importing.run import import_file

SIMPLE = "number,party_number,party_name,issued_on,item_code,description,quantity,unit_price"
RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


@pytest.fixture
def workspace(db):
    return make_workspace(currency="NZD")


@pytest.fixture
def run(workspace):
    """Import text or bytes as a file into the workspace."""

    def run(text, **options):
        source = io.BytesIO(text if isinstance(text, bytes) else text.encode())
        given = {"dry_run": False, "actor": owner_of(workspace)} | options
        return import_file(workspace=workspace, source=source, **given)

    return run


@pytest.fixture
def simple(run):
    """Import rows under the header of the simple template."""
    return lambda *rows, header=SIMPLE, **options: run("\n".join([header, *rows]), **options)


@pytest.fixture
def retail(run):
    """Import rows under the header of the Online Retail file."""
    return lambda *rows, **options: run("\n".join([RETAIL, *rows]), **options)


@pytest.fixture
def document(workspace):
    """Get a document by number, of whatever kind."""
    return lambda number: Document.objects.in_workspace(workspace).get(number=number)
