"""Documents of a workspace as pages and commands ask for them."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from tallystick.books.models import (
    Document,
    DocumentQuerySet,
    Kind,
    Line,
    Party,
    Status,
)
from tallystick.workspaces.models import Workspace


def documents_of(workspace: Workspace, kind: Kind | None = None) -> DocumentQuerySet:
    """Return the documents with all that a page of one shows; of the kind, if one is named."""
    documents = Document.objects.in_workspace(workspace)
    documents = documents if kind is None else documents.of_kind(kind)
    return documents.select_related("workspace", "party", "template", "amends", "submitted_by")


def documents_by_key(workspace: Workspace, kind: Kind, keys: Sequence[int]) -> DocumentQuerySet:
    """Return the documents of the keys, as far as they are the workspace's and of the kind."""
    return Document.objects.in_workspace(workspace).of_kind(kind).filter(pk__in=keys)


def documents_within(workspaces: QuerySet[Workspace]) -> DocumentQuerySet:
    """Return the documents of all these workspaces, each with its own."""
    return Document.objects.filter(workspace__in=workspaces).select_related("workspace")


def documents_with(party: Party, kind: Kind) -> DocumentQuerySet:
    """Return what a party has of one kind, the newest first."""
    documents = Document.objects.filter(workspace=party.workspace_id, party=party, kind=kind)
    return documents.newest_first().select_related("party")


def drafts_of(workspace: Workspace) -> DocumentQuerySet:
    """Return the drafts of every kind."""
    drafts = Document.objects.in_workspace(workspace).with_status(Status.DRAFT)
    return drafts.filter(kind__in=Kind.values)


def has_documents(workspace: Workspace) -> bool:
    """Tell whether there is any document, of whatever kind."""
    return Document.objects.in_workspace(workspace).exists()


def has_kinds(workspace: Workspace, kinds: Iterable[Kind]) -> bool:
    """Tell whether there is a document of any of the kinds."""
    return Document.objects.in_workspace(workspace).filter(kind__in=list(kinds)).exists()


def lines_of(document: Document) -> QuerySet[Line]:
    """Return the lines with their tax codes, in their order."""
    return document.lines.select_related("tax_code").order_by("position")


def replacement_of(document: Document) -> Document | None:
    """Return the document that came in the place of this one; None where there is none."""
    return document.amended_by.exclude(status=Status.CANCELLED).first()
