"""The sample files of the formats, and what was made of them."""

import pytest

from factories import make_tax_code, make_workspace
from importing.formats.offices import SAMPLES, Books
from tallystick.books.models import Document


@pytest.fixture
def workspace(db):
    workspace = make_workspace(currency="GBP")
    workspace.timezone = "Europe/London"
    workspace.save()
    return workspace


@pytest.fixture
def vat(workspace):
    """The workspace's own code of 20 %."""
    return make_tax_code(workspace, "VAT20", "20")


@pytest.fixture
def sample(run):
    """Import the sample of that name."""
    return lambda name, **options: run(SAMPLES.joinpath(f"{name}.csv").read_bytes(), **options)


@pytest.fixture
def made(workspace):
    """Tell of every document by number, of bills with their party: kind, tax and total."""

    def made():
        found = {}
        for each in Document.objects.in_workspace(workspace).select_related("party"):
            name = f"{each.number} of {each.party.name}" if "bill" in each.kind else each.number
            found[name] = (str(each.kind), f"{each.tax:.2f}", f"{each.total:.2f}")
        return found

    return made


@pytest.fixture
def lines(document):
    """Tell of the lines of a document: description, amount and tax."""
    return lambda number: [
        (line.description, f"{line.amount:.2f}", f"{line.tax:.2f}")
        for line in document(number).lines.order_by("position")
    ]


@pytest.fixture
def books(db):
    """Make a workspace of its own; see there."""
    return Books
