"""Where a record's page is."""

from django.urls import reverse

from tallystick.books.models import Document, Kind, Party
from tallystick.workspaces.models import Workspace

_PAGES = {Kind.SALES_INVOICE: "invoice", Kind.SALES_CREDIT_NOTE: "credit-note"}


def record_address(record: Document | Party | None, workspace: Workspace) -> str:
    """Return the address of the record's own page; empty for kinds that have none yet."""
    if isinstance(record, Party):
        return reverse("party", args=[workspace.slug, record.pk])
    name = _PAGES.get(Kind(record.kind)) if record else None
    return reverse(name, args=[workspace.slug, record.pk]) if name and record else ""
