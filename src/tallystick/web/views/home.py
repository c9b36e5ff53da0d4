"""Where a person arrives, and what every morning begins with."""

from dataclasses import asdict
from datetime import datetime, time
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.models import Document, DocumentQuerySet, Kind, Status
from tallystick.connections.binding import former_of
from tallystick.connections.models import Organisation
from tallystick.sync import reading
from tallystick.sync.attention import count_of
from tallystick.sync.models import DRAFTS, GONE, OPEN_STATES, Attempt, Link, LinkState, Outcome
from tallystick.web.lists import COUNTED, Counted, capped
from tallystick.web.start import steps_to_start
from tallystick.web.views.scope import workspace_or_404
from tallystick.web.views.sync_log import row_of
from tallystick.workspaces.access import may, workspaces_of
from tallystick.workspaces.models import Workspace

_SHOWN = 8
_LOOKED_AT = 2 * COUNTED


@require_safe
def arrive(request: HttpRequest) -> HttpResponse:
    """Go to the workspace the person was in last, else to their first one."""
    theirs = list(workspaces_of(request.user).values_list("slug", flat=True))
    if not theirs:
        return render(request, "web/pages/no_workspace.html")
    last = request.session.get("workspace")
    return redirect("workspace-home", last if last in theirs else theirs[0])


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    summary = reading.summary(workspace)
    organisation = summary.organisation
    books = organisation or former_of(workspace)
    ours = Document.objects.in_workspace(workspace)
    context: dict[str, Any] = {
        "workspace": workspace,
        "summary": summary,
        "organisation": organisation,
        "drafts": Counted(ours.with_status(Status.DRAFT).filter(kind__in=Kind.values)),
        "waiting": Counted(_waiting(organisation, ours)),
        "needs_you": capped(count_of(books, at_most=COUNTED + 1)) if books else "",
        "former": books if organisation is None else None,
        "steps": _steps(request, workspace, books),
    }
    if organisation:
        latest = list(reading.attempts(organisation)[:_SHOWN])
        context |= {
            "today": Counted(_sent_today(organisation)),
            "under_way": Counted(_documents(organisation, state__in=OPEN_STATES)),
            "approval": Counted(_awaiting_approval(organisation)),
            "rows": [row_of(attempt, workspace) for attempt in latest],
        }
    return render(request, "web/pages/home.html", context)


def _steps(
    request: HttpRequest, workspace: Workspace, organisation: Organisation | None
) -> list[SimpleNamespace]:
    """Return the steps of a start; `is_next` is the first one that the person can do now."""
    found, is_next = [], True
    for step in steps_to_start(workspace, organisation):
        may_press = not step.is_done and bool(step.label)
        may_press = may_press and may(request.user, workspace, step.needs)
        found.append(
            SimpleNamespace(**asdict(step), may_press=may_press, is_next=may_press and is_next)
        )
        is_next = is_next and not may_press
    return found


def _waiting(
    organisation: Organisation | None, documents: DocumentQuerySet
) -> DocumentQuerySet | QuerySet[Link]:
    if organisation is None:
        return reading.in_state(documents, LinkState.WAITING, None)
    return reading.links_in_state(organisation, LinkState.WAITING, Kind.values)


def _documents(organisation: Organisation, **wanted: object) -> QuerySet[Link]:
    """Return links of documents, which bear what is counted and added up."""
    return Link.objects.filter(organisation=organisation, kind__in=Kind.values, **wanted)


def _sent_today(organisation: Organisation) -> QuerySet[Link]:
    """Return the links of documents that reached Xero since midnight of the workspace's zone, and stand there.

    Looks at the newest attempts only, as many as are counted, so the log's length costs nothing.
    """
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    newest = Attempt.objects.filter(organisation=organisation).order_by("-pk")
    edge = newest.values_list("pk", flat=True)[_LOOKED_AT : _LOOKED_AT + 1].first() or 0
    made = newest.filter(
        pk__gt=edge, action__in=["create", "ask"], outcome=Outcome.DONE, finished_at__gte=midnight
    )
    reached = _documents(organisation, pk__in=made.order_by().values("link"), xero_id__isnull=False)
    return reached.exclude(xero_status__in=GONE)


def _awaiting_approval(organisation: Organisation) -> QuerySet[Link]:
    """Return what stands there as a draft, whatever is wished for it here."""
    return _documents(organisation, xero_id__isnull=False, xero_status__in=DRAFTS)
