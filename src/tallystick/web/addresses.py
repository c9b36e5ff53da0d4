"""Where a record's page is."""

from django.urls import reverse

from tallystick.books.models import Document, Kind
from tallystick.workspaces.models import Workspace

_PAGES = {Kind.SALES_INVOICE: "invoice", Kind.SALES_CREDIT_NOTE: "credit-note"}


def document_address(document: Document, workspace: Workspace) -> str:
    """Return the address of the document's own page."""
    return reverse(_PAGES[Kind(document.kind)], args=[workspace.slug, document.pk])
