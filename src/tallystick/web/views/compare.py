"""Compare: both sides of a period, record by record, with what mends a difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tallystick.act_refused import ActRefused
from tallystick.books.models import Kind
from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.connections.models import Organisation
from tallystick.sync.reconcile.period.comparison import (
    ComparedPart,
    ComparedRow,
    compare_period,
    page_of_rows,
)
from tallystick.sync.reconcile.period.freshness import freshness_of
from tallystick.sync.reconcile.period.words import (
    COMPARED,
    VERDICTS,
    Verdict,
)
from tallystick.sync.reports.compare_filter import COMPARED_PERIODS, CompareFilter
from tallystick.sync.reports.compared_json import comparison_json
from tallystick.sync.reports.compared_mends import RowMends, mend_now, mends_on
from tallystick.web.exports import COMPARE
from tallystick.web.kinds import pages_of
from tallystick.web.views.act_responses import unnamed_act, way_back
from tallystick.web.views.reports import send_or_make
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission, may
from tallystick.workspaces.models import Workspace

#: Icon and colour of each verdict; its word comes with it.
_LOOKS = {
    Verdict.DIFFERS: ("warning", "danger"),
    Verdict.ONLY_HERE: ("arrow-left", "danger"),
    Verdict.ONLY_THERE: ("arrow-right", "warning"),
    Verdict.UNSEEN: ("question", "warning"),
    Verdict.HELD: ("hand", "warning"),
    Verdict.ON_THE_WAY: ("clock", "info"),
    Verdict.EXCLUDED: ("slash", "neutral"),
    Verdict.WITHDRAWN: ("slash", "neutral"),
    Verdict.EQUAL: ("tick", "success"),
}


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row as the page shows it."""

    row: ComparedRow
    mends: RowMends
    address: str
    icon: str
    tone: str


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows of a period at once; their sums, which look at all of them, follow by themselves."""
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    shown = CompareFilter.of(request.GET)
    context: dict[str, Any] = {
        "workspace": workspace,
        "organisation": organisation,
        "shown": shown,
        "kind": COMPARED[shown.kind],
        "kinds": COMPARED.values(),
        "verdicts": [(one.value, one.label) for one in Verdict],
        "periods": COMPARED_PERIODS.items(),
        "query": request.GET.urlencode(),
    }
    if organisation:
        first, last = shown.bounds(timezone.localdate())
        page = page_of_rows(
            organisation, shown.kind, first, last, request.GET, verdicts=shown.verdicts
        )
        context |= {
            "page": page,
            "rows": _rows(workspace, organisation, shown.kind, page.rows),
            "fresh": freshness_of(organisation, COMPARED[shown.kind], first),
            "may_manage": may(request.user, workspace, Permission.MANAGE_SYNC),
            "meaning": VERDICTS[Verdict(shown.verdict)].meaning if shown.verdict else "",
        }
    return render(request, "web/pages/compare.html", context)


@require_safe
def sums(request: HttpRequest, slug: str) -> HttpResponse:
    """How many records of the period have each verdict, and their money on each side."""
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    shown = CompareFilter.of(request.GET)
    context: dict[str, Any] = {
        "workspace": workspace,
        "shown": shown,
        "query": request.GET.urlencode(),
    }
    if organisation:
        first, last = shown.bounds(timezone.localdate())
        [part] = compare_period(organisation, first, last, [shown.kind]).parts
        context |= {"part": part, "figures": _figures(part)}
    return render(request, "web/pages/compare_sums.html", context)


@require_safe
def as_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as data: all kinds, or the one asked for, with the rows that do not agree."""
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    if organisation is None:
        refused = NotConnected(workspace)
        return JsonResponse({"code": refused.code, "message": str(refused)}, status=409)
    shown = CompareFilter.of(request.GET)
    first, last = shown.bounds(timezone.localdate())
    kinds = [shown.kind] if request.GET.get("kind") else list(COMPARED)
    return JsonResponse(comparison_json(organisation, first, last, kinds))


@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Send what the page shows as CSV."""
    return send_or_make(request, workspace_or_404(request, slug), CompareFilter, of=COMPARE)


@require_POST
def act(request: HttpRequest, slug: str) -> HttpResponse:
    """Mend one difference as the button says."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    kind, value = request.POST.get("kind", ""), request.POST.get("act", "")
    if kind not in COMPARED:
        return unnamed_act()
    try:
        if organisation is None:
            raise NotConnected(workspace)
        said = mend_now(
            organisation, workspace=workspace, actor=person(request), kind=kind, value=value
        )
    except ActRefused as refused:
        messages.error(request, str(refused))
    except ValueError:
        return unnamed_act()
    else:
        messages.info(request, said)
    return redirect(way_back(request, "compare", workspace.slug))


def _rows(
    workspace: Workspace,
    organisation: Organisation,
    kind: str,
    rows: Sequence[ComparedRow],
) -> list[RowShown]:
    mends = mends_on(organisation, kind, rows)
    return [
        RowShown(row, mends[row.key], _address(workspace, kind, row), *_LOOKS[row.verdict])
        for row in rows
    ]


def _address(workspace: Workspace, kind: str, row: ComparedRow) -> str:
    """Return where ours stands; empty where there is none."""
    if row.document_id is None or row.document_kind is None:
        return ""
    name = pages_of(Kind(row.document_kind)).name
    place = "" if COMPARED[kind].is_document else "#payments"
    return reverse(name, args=[workspace.slug, row.document_id]) + place


def _figures(part: ComparedPart) -> list[dict[str, object]]:
    return [
        {
            "verdict": one.verdict,
            "meaning": VERDICTS[one.verdict].meaning,
            "count": one.count,
            "here": sorted(one.here.items()),
            "there": sorted(one.there.items()),
            "icon": _LOOKS[one.verdict][0],
            "tone": _LOOKS[one.verdict][1],
        }
        for one in part.sums
    ]
