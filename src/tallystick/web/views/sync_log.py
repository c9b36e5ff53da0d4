"""The Sync log: every attempt, newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tallystick.books.paging import keyset_page
from tallystick.connections.binding import former_of
from tallystick.connections.bound import bound_organisation
from tallystick.sync.acts.retrying import retry_links
from tallystick.sync.links.attempt_actions import ACTION_WORDS, words_of_action
from tallystick.sync.models import Attempt, AttemptOutcome, LinkState
from tallystick.sync.reports import attempt_log
from tallystick.sync.reports.log_search import search_log
from tallystick.sync.reports.record_history import Record, message_of
from tallystick.web.addresses import record_address
from tallystick.web.release_words import retried_words
from tallystick.web.request_values import form_keys
from tallystick.web.timeline import OUTCOME_LOOKS
from tallystick.web.views.act_responses import go_back, way_back
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt as a row of the log."""

    attempt: Attempt
    symbol: str
    tone: str
    action: str
    message: str
    record: Record
    address: str
    at: datetime
    can_retry: bool


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    # What was tried stays to be read after Disconnect.
    organisation = former_of(workspace)
    is_bound = bound_organisation(workspace) is not None
    asked = request.GET
    outcome = asked.get("outcome", "") if asked.get("outcome") in AttemptOutcome.values else ""
    action = asked.get("action", "") if asked.get("action") in ACTION_WORDS else ""
    q = asked.get("q", "").strip()[:100]
    found = search_log(organisation, q, outcome=outcome, action=action) if q else None
    among = found.keys if found else None
    attempts = attempt_log.attempt_log(organisation, outcome=outcome, action=action, among=among)
    page = keyset_page(attempts, asked, field="pk")
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "page": page,
        "rows": [row_of(attempt, workspace, is_bound=is_bound) for attempt in page.rows],
        "outcome": outcome,
        "outcomes": AttemptOutcome.choices,
        "action": action,
        "actions": ACTION_WORDS.items(),
        "q": q,
        "left_out": found.left_out if found else [],
        "is_newest": "after" not in asked and "before" not in asked,
    }
    return render(request, "web/pages/sync_log.html", context)


def row_of(attempt: Attempt, workspace: Workspace, *, is_bound: bool = True) -> AttemptRow:
    """Return what a row of the log shows of an attempt whose link and records are loaded.

    Nothing can be tried again while no organisation is bound.
    """
    link = attempt.link
    symbol, tone = OUTCOME_LOOKS[AttemptOutcome(attempt.outcome)]
    return AttemptRow(
        attempt=attempt,
        symbol=symbol,
        tone=tone,
        action=words_of_action(attempt.action),
        message=message_of(attempt),
        record=link.record,
        address=record_address(link.record, workspace),
        at=attempt.finished_at or attempt.started_at,
        can_retry=is_bound
        and attempt.outcome in (AttemptOutcome.FAILED, AttemptOutcome.HELD)
        and link.state in (LinkState.FAILED, LinkState.HELD),
    )


@require_POST
def try_again(request: HttpRequest, slug: str) -> HttpResponse:
    """Queue the links named by `link` again; safe to press any number of times."""
    workspace = workspace_or_404(request, slug)
    links = form_keys(request, "link")
    count = retry_links(workspace=workspace, link_ids=links, actor=person(request))
    tell = messages.success if count else messages.info
    tell(request, retried_words(count, workspace))
    return go_back(request, way_back(request, "sync-log", slug))
