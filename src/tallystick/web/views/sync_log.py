"""The Sync log: every attempt, newest first."""

from types import SimpleNamespace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tallystick.connections.binding import former_of
from tallystick.connections.bound import bound_organisation
from tallystick.sync import reading
from tallystick.sync.log_search import search
from tallystick.sync.models import Attempt, LinkState, Outcome
from tallystick.sync.outlook import NOTHING_TO_RETRY, going
from tallystick.sync.queue import retry
from tallystick.web.addresses import record_address
from tallystick.web.history import ACTION_WORDS, OUTCOME_LOOKS, message_of
from tallystick.web.lists import keyset_page
from tallystick.web.views.answering import go_back, keys_in, way_back
from tallystick.web.views.scope import person, workspace_or_404
from tallystick.workspaces.models import Workspace


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    # What was tried stays to be read after Disconnect.
    organisation = former_of(workspace)
    is_bound = bound_organisation(workspace) is not None
    asked = request.GET
    outcome = asked.get("outcome", "") if asked.get("outcome") in Outcome.values else ""
    action = asked.get("action", "") if asked.get("action") in ACTION_WORDS else ""
    q = asked.get("q", "").strip()[:100]
    found = search(organisation, q, outcome=outcome, action=action) if q else None
    among = found.keys if found else None
    attempts = reading.attempts(organisation, outcome=outcome, action=action, among=among)
    page = keyset_page(attempts, asked, field="pk")
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "page": page,
        "rows": [row_of(attempt, workspace, is_bound=is_bound) for attempt in page.rows],
        "outcome": outcome,
        "outcomes": Outcome.choices,
        "action": action,
        "actions": ACTION_WORDS.items(),
        "q": q,
        "left_out": found.left_out if found else [],
        "is_newest": "after" not in asked and "before" not in asked,
    }
    return render(request, "web/pages/sync_log.html", context)


def row_of(attempt: Attempt, workspace: Workspace, *, is_bound: bool = True) -> SimpleNamespace:
    """Return what a row of the log shows of an attempt whose link and records are loaded.

    Nothing can be tried again while no organisation is bound.
    """
    link = attempt.link
    symbol, tone = OUTCOME_LOOKS[Outcome(attempt.outcome)]
    return SimpleNamespace(
        attempt=attempt,
        symbol=symbol,
        tone=tone,
        action=ACTION_WORDS.get(attempt.action, attempt.action.capitalize()),
        message=message_of(attempt),
        record=link.record,
        address=record_address(link.record, workspace),
        at=attempt.finished_at or attempt.started_at,
        can_retry=is_bound
        and attempt.outcome in (Outcome.FAILED, Outcome.HELD)
        and link.state in (LinkState.FAILED, LinkState.HELD),
    )


@require_POST
def try_again(request: HttpRequest, slug: str) -> HttpResponse:
    """Queue the links named by `link` again; safe to press any number of times."""
    workspace = workspace_or_404(request, slug)
    links = keys_in(request, "link")
    count = retry(workspace=workspace, link_ids=links, actor=person(request))
    if count:
        messages.success(request, f"{count:,} queued again.{going(workspace)}")
    else:
        messages.info(request, NOTHING_TO_RETRY)
    return go_back(request, way_back(request, "sync-log", slug))
