"""Settings, Integrations: the Xero card; going to Xero's consent page and coming back."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from tallystick.books.counting import COUNTED, capped, count_text
from tallystick.books.lookups import find_record
from tallystick.connections import installation
from tallystick.connections.binding import ChangedMeanwhile, former_of
from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.connections.consent import (
    NONCE_COOKIE,
    NONCE_COOKIE_PATH,
    VALID_FOR,
    begin_consent,
    finish_consent,
)
from tallystick.connections.cooldowns import CoolingDown, Scope, cooling_seconds
from tallystick.connections.errors import BY_CODE, ConsentError
from tallystick.connections.models import Connection, Organisation, OrganisationChoice
from tallystick.connections.modules import Module, modules_on
from tallystick.connections.services import connection_of, disconnect
from tallystick.connections.switching import ANSWER_WITHIN, leave, open_choice, take
from tallystick.english import counted, is_or_are, verb
from tallystick.mapping.unchosen import unchosen
from tallystick.sync.acts.letting_in import let_in
from tallystick.sync.acts.sync_now import sync_now
from tallystick.sync.links.other_books import kept_out_of
from tallystick.sync.links.queueing import waiting_for_a_press
from tallystick.sync.links.record_sums import RecordSum, sum_of
from tallystick.sync.links.sync_rules import policies_of
from tallystick.sync.preview.planning import calls_at_once
from tallystick.sync.reports import push_progress, sync_summary
from tallystick.sync.reports.attention import count_of
from tallystick.sync.reports.connection_stakes import stakes_of
from tallystick.sync.reports.outlook import what_stays, why_not_now
from tallystick.sync.reports.state_filters import on_the_way
from tallystick.web.remedies import told_unchosen
from tallystick.web.request_values import form_keys
from tallystick.web.sync_rule_words import next_run_words
from tallystick.web.views.act_responses import ask, go_back
from tallystick.web.views.former_choices import offer_for
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission, may, who_can
from tallystick.workspaces.models import Workspace


@require_safe
@never_cache
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """The Xero card. `?xero=connected` and `?xero=failed&why=…` tell how a journey ended."""
    workspace = workspace_or_404(request, slug)
    came_back = request.GET.get("xero", "")
    context = _card(request, workspace) | {
        "just_connected": came_back == "connected",
        "failure": BY_CODE.get(request.GET.get("why", "")) if came_back == "failed" else None,
    }
    return render(request, "web/pages/integrations.html", context)


def _card(request: HttpRequest, workspace: Workspace) -> dict[str, Any]:
    connection = connection_of(workspace)
    summary = sync_summary.sync_summary(workspace)
    organisation = summary.organisation
    waiting, stopped = RecordSum(), 0
    if organisation:
        waiting = sum_of(waiting_for_a_press(organisation), at_most=COUNTED)
        stopped = count_of(organisation, at_most=COUNTED + 1)
    return {
        "workspace": workspace,
        "connection": connection,
        "summary": summary,
        "organisation": organisation,
        "run": push_progress.progress_of(organisation) if organisation else None,
        "waiting": waiting,
        "calls": calls_at_once(organisation) if organisation and waiting.count else None,
        "kept": count_text(on_the_way(organisation)) if organisation else "",
        "needs_you": capped(stopped),
        "free_at": _free_at(organisation) if organisation else None,
        "unchosen": [told_unchosen(one, workspace) for one in unchosen(organisation)]
        if organisation
        else [],
        "next_run": _next_run(organisation) if organisation else "",
        "former_offer": offer_for(request, organisation) if organisation else None,
        "elsewhere": count_text(kept_out_of(organisation)) if organisation else "",
        "reads_expenses": Module.EXPENSES in modules_on(former_of(workspace)),
        "is_set_up": installation.is_set_up(),
        "may_manage": may(request.user, workspace, Permission.MANAGE_SYNC),
        "who_can": who_can(workspace, Permission.MANAGE_SYNC),
    }


def _next_run(organisation: Organisation) -> str:
    return next_run_words(policies_of(organisation).values(), organisation.timezone)


def _free_at(organisation: Organisation) -> datetime | None:
    """Return when Sync now may be pressed again; None: at once."""
    seconds = cooling_seconds(organisation, Scope.INVOICE_PUSH)
    return timezone.now() + timedelta(seconds=seconds) if seconds else None


@require_POST
def connect(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the person to Xero's consent page."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    try:
        start = begin_consent(workspace=workspace, user=person(request))
    except ConsentError as refusal:
        return _failed(refusal, workspace)
    response = redirect(start.url)
    response.set_cookie(
        NONCE_COOKIE,
        start.cookie_nonce,
        max_age=VALID_FOR,
        path=NONCE_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@login_not_required  # Whoever was signed out on the way is told so.
@require_GET  # A HEAD must not use the answer up.
@never_cache
def come_back(request: HttpRequest) -> HttpResponse:
    """Take what Xero sends the person back with."""
    try:
        connected = finish_consent(
            state=request.GET.get("state", ""),
            code=request.GET.get("code", ""),
            error=request.GET.get("error", ""),
            cookie_nonce=request.COOKIES.get(NONCE_COOKIE, ""),
            user=request.user,
        )
    except ConsentError as refusal:
        if refusal.workspace is None:
            context = {"failure": refusal}
            return render(request, "web/pages/consent_failed.html", context, status=400)
        response = _failed(refusal, refusal.workspace)
    else:
        if isinstance(connected, OrganisationChoice):
            response = redirect("choose-organisation", connected.request.workspace.slug)
        else:
            response = _connected(connected)
    response.delete_cookie(NONCE_COOKIE, path=NONCE_COOKIE_PATH, samesite="Lax")
    return response


def _connected(connection: Connection) -> HttpResponse:
    query = urlencode({"xero": "connected", "org": str(connection.organisation)})
    return redirect(f"{resolve_url('integrations', connection.workspace.slug)}?{query}")


@never_cache
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask whether to connect other books than before; `act` is `connect` or `keep`."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    if request.method == "POST":
        return _answer(request, workspace)
    choice = open_choice(workspace=workspace, user=person(request))
    if choice is None:
        messages.info(
            request, "No question about the organisation is open. How it stands is shown here."
        )
        return redirect("integrations", slug)
    former = former_of(workspace)
    context = {
        "workspace": workspace,
        "choice": choice,
        "former": former,
        "is_bound": bound_organisation(workspace) is not None,
        "answer_by": choice.created_at + ANSWER_WITHIN,
        "stakes": stakes_of(
            workspace, former, tenant_id=choice.tenant_id, currency=choice.currency
        ),
    }
    return render(request, "web/pages/choose_organisation.html", context)


def _answer(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    user, choice_id = person(request), next(iter(form_keys(request, "choice")), 0)
    try:
        if request.POST.get("act") == "connect":
            shown = next(iter(form_keys(request, "instead_of")), None)
            seen = find_record(workspace.organisations.all(), shown)
            connection = take(workspace=workspace, user=user, choice_id=choice_id, instead_of=seen)
            return _connected(connection)
        leave(workspace=workspace, user=user, choice_id=choice_id)
    except ConsentError as refusal:
        return _failed(refusal, workspace)
    except ChangedMeanwhile:
        messages.warning(
            request,
            "Other books were connected meanwhile, so nothing was changed. Look again what it "
            "means now.",
        )
        return redirect("choose-organisation", workspace.slug)
    organisation = bound_organisation(workspace)
    kept = f"{organisation} stays connected" if organisation else "Nothing was connected"
    messages.success(request, f"{kept}; nothing was changed.")
    return redirect("integrations", workspace.slug)


@require_POST
def send_elsewhere(request: HttpRequest, slug: str) -> HttpResponse:
    """Let what stands in other books wait for Sync now here as well."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    if organisation is None:
        messages.info(request, "Nothing is connected, so nothing was changed.")
        return redirect("integrations", slug)
    count = let_in(workspace=workspace, organisation=organisation, actor=person(request))
    wait = f"{counted(count, 'document')} {verb(count, 'wait')}"
    messages.success(request, f"{wait} for Sync now, to go to {organisation} as well.")
    return redirect("integrations", slug)


def _failed(refusal: ConsentError, workspace: Workspace) -> HttpResponse:
    query = urlencode({"xero": "failed", "why": refusal.code})
    return redirect(f"{resolve_url('integrations', workspace.slug)}?{query}")


@require_POST
def end(request: HttpRequest, slug: str) -> HttpResponse:
    """Disconnect, once the person has confirmed it."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    if "confirmed" not in request.POST:
        return _ask(request, workspace)
    done = disconnect(workspace=workspace, user=person(request))
    tell = messages.success if done.removed_at_xero else messages.warning
    tell(request, done.message)
    return redirect("integrations", slug)


def _ask(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    organisation = connection_of(workspace).organisation
    back = resolve_url("integrations", workspace.slug)
    if organisation is None:
        messages.info(request, "Nothing is connected, so nothing was changed.")
        return go_back(request, back)
    return ask(
        request,
        workspace,
        message="Nothing more goes to Xero until you connect again. What is there stays there, and "
        "links and mappings are kept for when you connect the same organisation.",
        label=f"Disconnect from {organisation}",
        is_final=True,
        back=back,
        keep="Stay connected",
    )


@require_POST
def sync(request: HttpRequest, slug: str) -> HttpResponse:
    """Send what waits; safe to press any number of times."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    try:
        queued = sync_now(workspace=workspace, actor=person(request))
    except NotConnected as refusal:
        messages.error(request, str(refusal))
    except CoolingDown as refusal:
        messages.info(request, str(refusal))
    else:
        messages.success(request, f"{_queued(workspace, queued)}{what_stays(workspace)}")
    return redirect("integrations", slug)


def _queued(workspace: Workspace, queued: RecordSum) -> str:
    if not queued.count:
        return "Nothing waited for Sync now."
    if held_up := why_not_now(workspace):
        return f"{queued} {is_or_are(queued.count)} queued.{held_up}"
    return f"{queued} {is_or_are(queued.count)} on the way to Xero."
