"""Where a record's page is."""

from django.urls import reverse

from tallystick.books.models import Allocation, Document, Item, Party, Payment
from tallystick.web.kinds import pages_of
from tallystick.workspaces.models import Workspace


def record_address(
    record: Document | Party | Payment | Allocation | Item | None, workspace: Workspace
) -> str:
    """Return the address of the record's page; payments and allocations stand on a document's."""
    if record is None:
        return ""
    if isinstance(record, Party):
        return reverse("party", args=[workspace.slug, record.pk])
    if isinstance(record, Item):
        return reverse("item-edit", args=[workspace.slug, record.pk])
    if isinstance(record, Payment | Allocation):
        return f"{record_address(record.document, workspace)}#payments"
    return reverse(pages_of(record.kind).name, args=[workspace.slug, record.pk])
