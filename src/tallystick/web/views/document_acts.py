"""What is done to documents of a kind, one or all that match: submit, cancel, retry, keep out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tallystick.books.documents import cancel_documents, submit_documents
from tallystick.books.errors import HasEntries
from tallystick.books.models import Document, DocumentQuerySet, Kind, Status
from tallystick.sync import choosing, outlook, queue
from tallystick.sync.models import Link, LinkState
from tallystick.web.filters import DocumentFilter
from tallystick.web.kinds import KindPages, pages_of
from tallystick.web.lists import Counted, Sums
from tallystick.web.templatetags.tallystick import money_text
from tallystick.web.views.answering import ask, go_back, keys_in, way_back
from tallystick.web.views.reports import send_or_make
from tallystick.web.views.scope import person, workspace_or_404
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: One act takes so many documents at most; what is left is taken by the next.
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class _Act:
    """What a button does, to which documents, and what is said of it."""

    verb: str
    statuses: tuple[str, ...]
    needs: Permission
    style: str
    do: Callable[[Workspace, list[int], User], int]
    #: Said of the number of documents that it was done to, and where that is none.
    done: str
    nothing: str


def _submit(workspace: Workspace, ids: list[int], actor: User) -> int:
    return len(submit_documents(workspace=workspace, document_ids=ids, actor=actor))


def _cancel(workspace: Workspace, ids: list[int], actor: User) -> int:
    return len(cancel_documents(workspace=workspace, document_ids=ids, actor=actor))


def _retry(workspace: Workspace, ids: list[int], actor: User) -> int:
    links = Link.objects.filter(document__in=ids, organisation__workspace=workspace)
    keys = list(links.values_list("pk", flat=True))
    return queue.retry(workspace=workspace, link_ids=keys, actor=actor)


def _keep_out(workspace: Workspace, ids: list[int], actor: User) -> int:
    return choosing.set_do_not_sync(workspace=workspace, actor=actor, value=True, document_ids=ids)


def _let_in(workspace: Workspace, ids: list[int], actor: User) -> int:
    return choosing.set_do_not_sync(workspace=workspace, actor=actor, value=False, document_ids=ids)


_ACTS: Mapping[str, _Act] = MappingProxyType(
    {
        "submit": _Act(
            "Submit", (Status.DRAFT,), Permission.EDIT_BOOKS, "primary", _submit,
            "submitted", "Nothing was submitted: none of these is a draft.",
        ),
        "cancel": _Act(
            "Cancel", (Status.DRAFT, Status.SUBMITTED), Permission.EDIT_BOOKS, "danger", _cancel,
            "cancelled. What had reached Xero is removed there while its books are connected.",
            "Nothing was cancelled: all of these were cancelled before.",
        ),
        "retry": _Act(
            "Retry", (Status.SUBMITTED, Status.CANCELLED), Permission.VIEW, "primary", _retry,
            "queued again.", "Nothing to retry: none of these failed or waits for you.",
        ),
        "exclude": _Act(
            "Keep out of Xero", tuple(Status.values), Permission.EDIT_BOOKS, "primary", _keep_out,
            "marked as not to be synced. What is in Xero already stays there.",
            "Nothing was changed: all of these are kept out of Xero already.",
        ),
        "include": _Act(
            "Let into Xero", tuple(Status.values), Permission.EDIT_BOOKS, "primary", _let_in,
            "let into Xero again.",
            "Nothing was changed: none of these was kept out of Xero.",
        ),
    }
)  # fmt: skip


@require_POST
def act(request: HttpRequest, slug: str, kind: Kind) -> HttpResponse:
    """Do one act to the ticked documents, or to all that the filter shows; ask first if it counts."""
    workspace = workspace_or_404(request, slug)
    pages, name = pages_of(kind), request.POST.get("act", "")
    chosen_act = _ACTS.get(name)
    if chosen_act is None:
        return HttpResponse("The form names no act. Go back and press a button.", status=400)
    require(request.user, workspace, chosen_act.needs)
    chosen = _chosen(request, workspace, kind).filter(status__in=chosen_act.statuses)
    if name == "retry":
        chosen = chosen.filter(links__state__in=[LinkState.FAILED, LinkState.HELD])
    back = way_back(request, pages.list_name, workspace.slug)
    if (name == "cancel" or "everything" in request.POST) and "confirmed" not in request.POST:
        sums = Counted(chosen, exact=True).sums
        if sums.count:
            return _ask(request, workspace, pages, chosen_act, chosen, sums, back)
    ids = list(chosen.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    try:
        count = chosen_act.do(workspace, ids, person(request))
    except HasEntries as refused:
        messages.error(request, str(refused))
    else:
        messages.info(request, _said(workspace, pages, chosen_act, count, ids))
    return go_back(request, back)


def _chosen(request: HttpRequest, workspace: Workspace, kind: Kind) -> DocumentQuerySet:
    form = request.POST
    if "everything" not in form:
        return (
            Document.objects.in_workspace(workspace).of_kind(kind).filter(pk__in=keys_in(request))
        )
    shown = DocumentFilter.of(QueryDict(form.get("filter", "")), workspace)
    organisation = queue.bound_organisation(workspace)
    return shown.documents(workspace, kind, organisation, today=timezone.localdate())


def _said(
    workspace: Workspace, pages: KindPages, done: _Act, count: int, ids: Sequence[int]
) -> str:
    if not count:
        return done.nothing
    were = f"{pages.counted(count)} {'was' if count == 1 else 'were'}"
    if done.do is _submit:
        return f"{were} submitted.{outlook.after(workspace, ids).sentence()}"
    if done.do is _let_in:
        return f"{were} {done.done}{outlook.after(workspace, ids).sentence()}"
    return f"{were} {done.done}{outlook.going(workspace) if done.do is _retry else ''}"


def _ask(
    request: HttpRequest,
    workspace: Workspace,
    pages: KindPages,
    chosen: _Act,
    documents: DocumentQuerySet,
    sums: Sums,
    back: str,
) -> HttpResponse:
    noun = pages.counted(min(sums.count, _AT_ONCE))
    totals = [f"{money_text(total, code)} {code}" for code, total in sums.totals]
    follows = {
        "Cancel": "will be withdrawn here and, where Xero has them in books that are connected, "
        "removed there. This is final.",
        "Submit": f"will become final here.{_ahead(workspace, pages.kind, documents)}",
        "Retry": "will be tried again.",
        "Keep out of Xero": "will not be sent. What is in Xero already stays there.",
        "Let into Xero": "may be sent again. What is submitted waits for Sync now, unless its "
        "customer or supplier is kept out too, or it is dated before syncing begins.",
    }[chosen.verb]
    is_cancel = chosen.verb == "Cancel"
    keeps = chosen.verb.startswith(("Keep", "Let"))
    verb, _, rest = chosen.verb.partition(" ")
    return ask(
        request,
        workspace,
        message=f"{noun} for {' and '.join(totals)} {follows}",
        label=f"{verb} {noun} {rest}" if keeps else f"{verb} {noun}",
        kind=chosen.style,
        back=back,
        keep="Keep them" if is_cancel else "Go back",
    )


def _ahead(workspace: Workspace, kind: Kind, documents: DocumentQuerySet) -> str:
    """Return what would become of drafts once they are submitted."""
    ahead = outlook.before(workspace, documents).sentence(ahead=True)
    return f"{ahead}{outlook.as_what(workspace, kind)}"


@require_safe
def export(request: HttpRequest, slug: str, kind: Kind) -> HttpResponseBase:
    """Send what the list shows as CSV."""
    return send_or_make(request, workspace_or_404(request, slug), DocumentFilter, of=kind)
