"""Short files written in the tests, and what became of them."""

import gzip
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from background_work import work_off
from factories import make_workspace, owner_of
from tallystick.books.models import Document
from tallystick.importing.models import Upload
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


@pytest.fixture
def browser(workspace):
    client = Client()
    client.force_login(owner_of(workspace))
    return client


@pytest.fixture
def send(browser, workspace, settings, tmp_path):
    """Upload rows, or bytes as they are, through the page; return the upload, its job done.

    Without `work` the job still waits.
    """
    settings.DATA_DIR = tmp_path

    def send(*rows, header=SIMPLE, content=None, work=True, name="sales.csv", **fields):
        content = "\n".join([header, *rows]).encode() if content is None else content
        file = SimpleUploadedFile(name, gzip.compress(content) if name.endswith("gz") else content)
        address = reverse("import", args=[workspace.slug])
        answer = browser.post(address, {"file": file, **fields})
        assert answer.status_code == 302, answer.text
        upload = Upload.objects.latest("pk")
        if work:
            work_off()
            upload.refresh_from_db()
        return upload

    return send
