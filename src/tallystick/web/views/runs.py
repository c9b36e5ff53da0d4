"""What each press of Sync now has sent, and taking it out of Xero again."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from tallystick.background.queue import TooMany
from tallystick.books.paging import keyset_page
from tallystick.sync.acts import undoing_runs
from tallystick.sync.acts.undoing_runs import UndoPreview
from tallystick.sync.engine.lane_blocks import why_nothing_goes
from tallystick.sync.links.lingering_copies import key_of
from tallystick.sync.links.problems import Trouble, title_of_code
from tallystick.sync.links.record_sums import RecordSum
from tallystick.sync.models import Run
from tallystick.sync.reports.attention import TroubleCause
from tallystick.sync.reports.outlook import why_not_now
from tallystick.sync.reports.run_figures import AT_ONCE, RunFigures, count_run, figures_or_task
from tallystick.sync.reports.run_standings import (
    RunStanding,
    UncountedRun,
    UndoProgress,
    listed_standings,
    runs_of,
)
from tallystick.web.views.act_responses import ask, go_back
from tallystick.web.views.reports import too_many
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission, may
from tallystick.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the list: what has become of it, or only how large it is."""

    run: Run
    standing: RunStanding | None = None
    undoing: UndoProgress | None = None
    uncounted: UncountedRun | None = None


@dataclass(frozen=True, slots=True)
class RefusedPart:
    """What Xero did not let go for one reason, and the query of the page with what to do."""

    part: RecordSum
    reason: str
    query: str


@dataclass(frozen=True, slots=True)
class UndonePart:
    """A part of a run: what it is, what would become of it, and the same in a question."""

    what: str
    fate: str
    follows: str
    part: RecordSum


@require_safe
def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    page = keyset_page(runs_of(workspace), request.GET, field="pk")
    told = listed_standings(page.rows)
    context = {
        "workspace": workspace,
        "page": page,
        "rows": [_run_row(run, told[run.pk]) for run in page.rows],
    }
    return render(request, "web/pages/runs.html", context)


def _run_row(run: Run, told: RunStanding | UncountedRun) -> RunRow:
    if isinstance(told, UncountedRun):
        return RunRow(run, uncounted=told)
    return RunRow(run, standing=told, undoing=told.undoing(run))


@require_safe
def show(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One run: what became of it, and what undoing it would do."""
    workspace = workspace_or_404(request, slug)
    run = _run_or_404(workspace, pk)
    try:
        figures, task = figures_or_task(run, actor=person(request))
    except TooMany as refused:
        back = resolve_url("run-list", workspace.slug), "Runs"
        return too_many(request, workspace, refused, title=str(run), back=back)
    is_moving = figures is not None and figures.is_moving
    context = {
        "workspace": workspace,
        "run": run,
        "figures": figures,
        "task": task,
        "at_once": AT_ONCE,
        "is_moving": is_moving,
        "held_up": why_nothing_goes(run.organisation) if is_moving else "",
        "may_manage": may(request.user, workspace, Permission.MANAGE_SYNC),
        **(_told(run, figures) if figures else {}),
    }
    return render(request, "web/pages/run.html", context)


def _told(run: Run, figures: RunFigures) -> dict[str, object]:
    """Return what the page shows of the figures."""
    standing, preview = figures.standing, figures.preview
    leaving, gone = standing.leaving.count, standing.gone.count
    return {
        "standing": standing,
        "undoing": standing.undoing(run),
        "refused": [_refused(code, part) for code, part in standing.refused.items()],
        "again": figures.again,
        "rows": _rows(preview),
        "can_undo": preview.count > 0,
        "arriving": preview.arriving,
        "unsettled": preview.unsettled,
        "leaving": leaving,
        "gone": gone,
        "all_leaving": leaving + gone,
    }


def _refused(code: str, part: RecordSum) -> RefusedPart:
    """Return what Xero did not let go for one reason, and where that stands with what to do."""
    cause = TroubleCause(Trouble.ORPHANED, code, key_of(code))
    return RefusedPart(part, title_of_code(code), urlencode({"cause": str(cause)}))


@require_POST
def undo(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take what the run has sent out of Xero, once the person has confirmed it."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    run = _run_or_404(workspace, pk)
    back = resolve_url("run", workspace.slug, run.pk)
    if "confirmed" in request.POST:
        done = undoing_runs.undo_run(workspace=workspace, actor=person(request), run_id=run.pk)
        if done.count:
            begun = "Undoing the run has begun; what Xero refuses stays, with its reason."
            messages.info(request, begun)
            return go_back(request, back)
    # What is asked about is always counted now, also where that takes seconds.
    figures = count_run(run)
    if not figures.preview.count:
        messages.info(request, _nothing_to_undo(figures.preview, figures.standing))
        return go_back(request, back)
    leaves = figures.preview.leaves
    return ask(
        request,
        workspace,
        message=_what_would_follow(run, figures.preview),
        label=f"Undo this run: {leaves:,} out of Xero" if leaves else "Undo this run",
        is_final=True,
        back=back,
        keep="Keep it as it is",
    )


def _what_would_follow(run: Run, preview: UndoPreview) -> str:
    told = [f"{row.part} {row.follows}" for row in _rows(preview) if row.part.count]
    if preview.unsettled.count:
        told.append(f"Something is still open about {preview.unsettled} of these; undoing ends it.")
    if held_up := why_nothing_goes(run.organisation):
        told.append(f"Nothing goes just now, so it is done when that is over: {held_up}")
    told.append(
        "Xero does not take a deletion or a void back; here all stay submitted, and can be sent "
        "again as new ones."
    )
    return " ".join(told)


@require_POST
def send_again(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    run = _run_or_404(workspace, pk)
    again = undoing_runs.send_again(workspace=workspace, actor=person(request), run_id=run.pk)
    if again.count:
        messages.info(request, f"{again}, queued for Xero as new ones.{why_not_now(workspace)}")
    else:
        messages.info(request, "Nothing was changed: nothing of this run was taken out of Xero.")
    return redirect("run", workspace.slug, run.pk)


def _run_or_404(workspace: Workspace, pk: int) -> Run:
    return get_object_or_404(runs_of(workspace), pk=pk)


def _rows(preview: UndoPreview) -> list[UndonePart]:
    """Return each part of the preview with what it is and what would become of it."""
    parts = (
        ("Drafts in Xero", "deleted there", "will be deleted there.", preview.deleted),
        ("Approved in Xero", "voided there", "will be voided there.", preview.voided),
        (
            "Payments and allocations", "deleted there, before what they stand on",
            "will be deleted there first.", preview.settlements,
        ),
        (
            "Paid in Xero", "refused by Xero while a payment stands on them: they stay",
            "will be refused by Xero, for payments stand on them, and stay.", preview.refused,
        ),
        (
            "Refused by Xero before, as paid in whole or in part",
            "asked again: while payments or credits stand on them, they stay",
            "Xero has refused to let go before, as paid in whole or in part; it will be asked again.",
            preview.refused_as_paid,
        ),
        (
            "Refused by Xero before", "tried again",
            "Xero has refused to let go before; it will be asked again.", preview.again,
        ),
        (
            "Gone from Xero already", "somebody has removed them there: nothing to do",
            "will only count as taken out, for somebody has removed that there.", preview.gone,
        ),
        ("Not sent yet", "wait for the next Sync now", "will wait for Sync now.", preview.stopped),
    )  # fmt: skip
    return [UndonePart(*row) for row in parts]


def _nothing_to_undo(preview: UndoPreview, standing: RunStanding) -> str:
    """Say why undoing would do nothing, by what Xero has of the run."""
    if preview.arriving.count:
        return f"Nothing was changed: {preview.arriving} being sent just now. Undo it after that."
    if standing.leaving.count:
        return f"Nothing was changed: {standing.leaving} on the way out of Xero already."
    if standing.in_xero.count:
        return f"Nothing was changed: {standing.in_xero} were left in Xero by somebody's choice."
    return "Nothing was changed: nothing of this run is in Xero."
