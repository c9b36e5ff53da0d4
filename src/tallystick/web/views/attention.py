"""What waits for a person, grouped by its cause, with what can be done about it; the last check."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from tallystick.books.counting import COUNTED, capped
from tallystick.books.given_values import keys_in
from tallystick.connections.binding import former_of
from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.connections.models import Organisation
from tallystick.mapping.broken_choices import broken_choices
from tallystick.sync.acts import check_now
from tallystick.sync.acts.taking_over import CannotTakeOver
from tallystick.sync.engine import lane_blocks
from tallystick.sync.models import Check, Link
from tallystick.sync.reports import attention, check_reports
from tallystick.sync.reports.attention import TroubleCause
from tallystick.sync.reports.attention_pages import (
    page_of_cause,
    troubled_among,
    troubled_by,
)
from tallystick.sync.reports.offered_decisions import (
    DECISIONS,
    decide_now,
    decision_named,
    question_before,
)
from tallystick.web.cause_cards import sections_of
from tallystick.web.remedies import told_broken
from tallystick.web.request_values import form_keys
from tallystick.web.views.act_responses import ask, go_back, unnamed_act, way_back
from tallystick.web.views.former_choices import offer_for
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission, may, require
from tallystick.workspaces.models import Workspace

#: So many records of each cause are on the page of all; the rest on the cause's own.
_SHOWN = 5
#: So many causes.
_CAUSES = 25


@dataclass(frozen=True, slots=True)
class UnknownRecord:
    """A record in Xero that bears our marker and that this database does not know."""

    number: str
    address: str


@dataclass(frozen=True, slots=True)
class LastCheck:
    """What the last look through Xero has found."""

    check: Check | None
    summary: str
    findings: list[str]
    unknown: list[UnknownRecord]
    is_due: bool


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """All causes; with `?cause=` one alone, with all that it holds up page by page."""
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    if organisation is None:
        return _show_unconnected(request, workspace)
    only = TroubleCause.read(request.GET.get("cause", ""))
    found = attention.groups_of(
        organisation,
        shown=_SHOWN,
        at_most=_CAUSES,
        only=only,
        look_at=attention.LOOKED_AT,
        fits={name: one.takes for name, one in DECISIONS.items()},
    )
    rows = {group.cause: group.links for group in found.shown}
    context: dict[str, Any] = {"workspace": workspace, "organisation": organisation, "only": only}
    if only and found.shown:
        page = page_of_cause(organisation, only, request.GET)
        context["page"], rows[only] = page, list(page.rows)
    context |= {
        "sections": sections_of(found.shown, rows, organisation, workspace),
        "more": found.more,
        "is_bounded": found.is_bounded,
        "broken": []
        if only
        else [told_broken(one, workspace) for one in broken_choices(organisation)],
        "former_offer": offer_for(request, organisation),
        "why_nothing_goes": lane_blocks.why_nothing_goes(organisation),
        "last": None if only else _last_check(organisation),
        "may_manage": may(request.user, workspace, Permission.MANAGE_SYNC),
    }
    return render(request, "web/pages/attention.html", context)


def _show_unconnected(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """How many records wait in the books that were connected last: none can be answered meanwhile."""
    former = former_of(workspace)
    kept = capped(attention.count_of(former, at_most=COUNTED + 1)) if former else ""
    context = {"workspace": workspace, "former": former, "kept": kept}
    return render(request, "web/pages/attention.html", context)


@require_POST
def act(request: HttpRequest, slug: str) -> HttpResponse:
    """Do one act to a record, to the ticked ones, or to all of a cause; ask first if it counts.

    `act` names the act, and after a colon the one link where it is for one; `filter` the cause.
    """
    workspace = workspace_or_404(request, slug)
    name, _, one = request.POST.get("act", "").partition(":")
    chosen = decision_named(name)
    if chosen is None:
        return unnamed_act()
    require(request.user, workspace, chosen.needs)
    organisation = bound_organisation(workspace)
    back = way_back(request, "needs-attention", workspace.slug)
    if organisation is None:
        messages.error(request, str(NotConnected(workspace)))
        return go_back(request, back)
    links = _chosen(request, organisation, one)
    if chosen.asks and "confirmed" not in request.POST:
        part, told = question_before(chosen, links, workspace)
        if part.count:
            return ask(
                request,
                workspace,
                message=told,
                label=chosen.label_of_many.format(part.counted),
                is_final=chosen.is_final,
                back=back,
                keep="Go back",
            )
    try:
        said = decide_now(chosen, links, workspace=workspace, actor=person(request))
    except CannotTakeOver as refused:
        messages.error(request, str(refused))
    else:
        messages.info(request, said)
    return go_back(request, back)


@require_POST
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Let Xero be looked through now."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    try:
        check_now.check_now(workspace=workspace, actor=person(request))
    except NotConnected as refused:
        messages.error(request, str(refused))
    else:
        messages.info(request, "Xero is being looked through; what was found stands here soon.")
    return redirect(f"{resolve_url('needs-attention', workspace.slug)}#check")


def _chosen(request: HttpRequest, organisation: Organisation, one: str) -> QuerySet[Link]:
    cause = TroubleCause.read(request.POST.get("filter", ""))
    if one:
        return troubled_among(organisation, keys_in([one]))
    if "everything" in request.POST and cause:
        return troubled_by(organisation, cause)
    return troubled_among(organisation, form_keys(request))


def _last_check(organisation: Organisation) -> LastCheck:
    last = check_reports.last_check(organisation)
    return LastCheck(
        check=last,
        summary=" ".join(check_reports.check_summary(last)) if last else "",
        findings=check_reports.check_findings(last) if last else [],
        unknown=[
            UnknownRecord(
                one.get("number") or "no number",
                check_reports.address_of_unknown(organisation, one),
            )
            for one in (last.unknown if last else [])
        ],
        is_due=check_reports.is_due(organisation),
    )
