"""Workspaces that the samples of formats are imported into."""

import io
from pathlib import Path

from factories import make_tax_code, make_workspace, owner_of
from tallystick.books.models import Document
from tallystick.books.tax_codes import set_default_tax_code
from tallystick.importing.run import import_file

SAMPLES = Path(__file__).parents[1] / "samples"


class Books:
    """A workspace of its own that samples are imported into."""

    def __init__(self, currency="USD", zone="America/New_York", default="", codes=()):
        self.workspace = make_workspace(currency=currency)
        self.workspace.timezone = zone
        self.workspace.save()
        for code, rate in codes:
            make_tax_code(self.workspace, code, rate)
        if default:
            code = self.workspace.tax_codes.get(code=default)
            set_default_tax_code(workspace=self.workspace, tax_code=code)

    def take(self, source, **options):
        """Import a file, or text as one."""
        if isinstance(source, str):
            source = io.BytesIO(source.encode())
        given = {"dry_run": False, "actor": owner_of(self.workspace)} | options
        return import_file(workspace=self.workspace, source=source, **given)

    def document(self, number):
        return Document.objects.in_workspace(self.workspace).get(number=number)

    def totals(self):
        """Return what each document comes to; of credit notes below zero."""
        return {
            each.number: -each.total if each.kind.endswith("credit_note") else each.total
            for each in Document.objects.in_workspace(self.workspace)
        }

    def lines(self, number):
        """Return description, quantity, amount and tax of each line."""
        lines = self.document(number).lines.order_by("position")
        return [(each.description, each.quantity, each.amount, each.tax) for each in lines]
