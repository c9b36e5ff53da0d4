"""What a person can do to documents of a kind: to the ticked ones, or to all that a list shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Q, QuerySet

from tallystick.books.documents import cancel_documents, submit_documents
from tallystick.books.models import Document, DocumentQuerySet, Kind, Status
from tallystick.connections.bound import bound_organisation
from tallystick.sync.acts.decisions import set_do_not_sync
from tallystick.sync.acts.retrying import retry_links
from tallystick.sync.models import Link, LinkState
from tallystick.sync.reports import outlook
from tallystick.sync.reports.document_filter import DocumentFilter
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import User, Workspace

#: One act takes so many documents at most; what is left is taken by the next.
AT_ONCE = 50_000


class DocumentActName(StrEnum):
    """What forms and callers call each act by."""

    SUBMIT = "submit"
    CANCEL = "cancel"
    RETRY = "retry"
    KEEP_OUT = "exclude"
    LET_IN = "include"


@dataclass(frozen=True, slots=True)
class DocumentAct:
    """One act, with the words of its button and what is said before and after."""

    name: DocumentActName
    #: Of the button that does it to many; how many of what is put in.
    label: str
    needs: Permission
    #: Which documents it is for.
    takes: Q
    do: Callable[[Workspace, Sequence[int], User], int]
    #: How a question that begins with the documents goes on.
    asks: str
    #: How a sentence that begins with the documents that were taken goes on; and where none was.
    done: str
    nothing: str
    #: What is said besides, of documents that it would be done to, and that it was done to.
    ahead: Callable[[Workspace, Kind, QuerySet[Document]], str] = lambda *_: ""
    after: Callable[[Workspace, Sequence[int]], str] = lambda *_: ""
    #: It is not taken back, and always asked about.
    is_final: bool = False


def _submit(workspace: Workspace, ids: Sequence[int], actor: User) -> int:
    return len(submit_documents(workspace=workspace, document_ids=ids, actor=actor))


def _cancel(workspace: Workspace, ids: Sequence[int], actor: User) -> int:
    return len(cancel_documents(workspace=workspace, document_ids=ids, actor=actor))


def _retry(workspace: Workspace, ids: Sequence[int], actor: User) -> int:
    links = Link.objects.filter(document__in=ids, organisation__workspace=workspace)
    keys = list(links.values_list("pk", flat=True))
    return retry_links(workspace=workspace, link_ids=keys, actor=actor)


def _keep_out(workspace: Workspace, ids: Sequence[int], actor: User) -> int:
    return set_do_not_sync(workspace=workspace, actor=actor, value=True, document_ids=ids)


def _let_in(workspace: Workspace, ids: Sequence[int], actor: User) -> int:
    return set_do_not_sync(workspace=workspace, actor=actor, value=False, document_ids=ids)


def _once_submitted(workspace: Workspace, kind: Kind, documents: QuerySet[Document]) -> str:
    """Return what would become of drafts once they are submitted."""
    ahead = outlook.before_submitting(workspace, documents).sentence(ahead=True)
    return f"{ahead}{outlook.as_what(workspace, kind)}"


def _becomes(workspace: Workspace, ids: Sequence[int]) -> str:
    return outlook.after_submitting(workspace, ids).sentence()


_ALL = (
    DocumentAct(
        DocumentActName.SUBMIT,
        "Submit {}",
        Permission.EDIT_BOOKS,
        Q(status=Status.DRAFT),
        _submit,
        "will become final here.",
        "submitted.",
        "Nothing was submitted: none of these is a draft.",
        ahead=_once_submitted,
        after=_becomes,
    ),
    DocumentAct(
        DocumentActName.CANCEL,
        "Cancel {}",
        Permission.EDIT_BOOKS,
        Q(status__in=[Status.DRAFT, Status.SUBMITTED]),
        _cancel,
        "will be withdrawn here and, where Xero has them in books that are connected, removed "
        "there. This is final.",
        "cancelled. What had reached Xero is removed there while its books are connected.",
        "Nothing was cancelled: all of these were cancelled before.",
        is_final=True,
    ),
    DocumentAct(
        DocumentActName.RETRY,
        "Retry {}",
        Permission.VIEW,
        Q(
            status__in=[Status.SUBMITTED, Status.CANCELLED],
            links__state__in=[LinkState.FAILED, LinkState.HELD],
        ),
        _retry,
        "will be tried again.",
        "queued again.",
        outlook.NOTHING_TO_RETRY,
        after=lambda workspace, _: outlook.why_not_now(workspace),
    ),
    DocumentAct(
        DocumentActName.KEEP_OUT,
        "Keep {} out of Xero",
        Permission.EDIT_BOOKS,
        Q(),
        _keep_out,
        "will not be sent. What is in Xero already stays there.",
        "marked as not to be synced. What is in Xero already stays there.",
        "Nothing was changed: all of these are kept out of Xero already.",
    ),
    DocumentAct(
        DocumentActName.LET_IN,
        "Let {} into Xero",
        Permission.EDIT_BOOKS,
        Q(),
        _let_in,
        "may be sent again. What is submitted waits for Sync now, unless its customer or supplier "
        "is kept out too, or it is dated before syncing begins.",
        "let into Xero again.",
        "Nothing was changed: none of these was kept out of Xero.",
        after=_becomes,
    ),
)


def document_act_named(name: str) -> DocumentAct | None:
    """Return the act of a name that somebody gave; None for none."""
    return next((one for one in _ALL if one.name == name), None)


def shown_documents(
    workspace: Workspace, kind: Kind, shown: DocumentFilter, *, today: date
) -> DocumentQuerySet:
    """Return all documents that a list of the kind shows; `today` is a day of the workspace."""
    return shown.documents(workspace, kind, bound_organisation(workspace), today=today)


def taken_by(act: DocumentAct, documents: DocumentQuerySet) -> DocumentQuerySet:
    """Return those of the documents that the act is for."""
    return documents.filter(act.takes)


def keys_at_once(documents: DocumentQuerySet) -> list[int]:
    """Return the keys of as many documents as one act takes."""
    return list(documents.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
