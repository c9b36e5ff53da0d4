"""What pressing Sync now would do: shown before anybody presses."""

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tallystick.background.models import Task
from tallystick.background.queue import TooMany
from tallystick.books.models import Party
from tallystick.connections.bound import bound_organisation
from tallystick.sync.preview.fates import Fate
from tallystick.sync.preview.plan_tasks import plan_or_task
from tallystick.sync.preview.planning import PlannedRecord
from tallystick.web.addresses import record_address
from tallystick.web.remedies import MendingLink, remedy_for
from tallystick.web.views.reports import making, too_many
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission, may
from tallystick.workspaces.models import Workspace

#: Word, icon and colour of each fate.
_LOOKS = {
    Fate.STOPPED: ("Stops", "hand", "warning"),
    Fate.LEFT: ("Waits for its document", "clock", "neutral"),
    Fate.CREATED: ("Is created", "plus", "success"),
    Fate.WRITTEN_ANEW: ("Is written anew", "edit", "info"),
    Fate.KNOWN: ("Is there already", "tick", "success"),
    Fate.APPROVED: ("Is approved", "tick", "success"),
    Fate.REMOVED: ("Is removed", "trash", "danger"),
}
_TITLE = "What would be sent"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One record of a plan: whose it is, what becomes of it, and what mends it."""

    name: str
    party: Party | str
    address: str
    amount: Decimal | None
    currency: str
    word: str
    icon: str
    tone: str
    message: str
    remedy: str
    mend: MendingLink | None


@require_safe
@never_cache
def show(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    if organisation is None:
        return redirect("integrations", workspace.slug)
    back = reverse("integrations", args=[workspace.slug]), "Integrations"
    try:
        told = plan_or_task(organisation, actor=person(request))
    except TooMany as refused:
        return too_many(request, workspace, refused, title=_TITLE, back=back)
    if isinstance(told, Task):
        return making(request, workspace, told, title=_TITLE, back=back, again=request.path)
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "plan": told,
        "parts": [(_LOOKS[fate], told.parts[fate]) for fate in _LOOKS if fate in told.parts],
        "rows": [_row(one, workspace) for one in told.told],
        "may_manage": may(request.user, workspace, Permission.MANAGE_SYNC),
    }
    return render(request, "web/pages/plan.html", context)


def _row(told: PlannedRecord, workspace: Workspace) -> PlanRow:
    link = told.link
    document = link.document
    word, icon, tone = _LOOKS[told.fate]
    settlement = link.payment or link.allocation
    of = document or (settlement.document if settlement else None)
    return PlanRow(
        name=str(link.record),
        party=of.party if of else "",
        address=record_address(link.record, workspace),
        amount=document.total if document else settlement.amount if settlement else None,
        currency=of.currency if of else "",
        word=word,
        icon=icon,
        tone=tone,
        message=told.message,
        remedy=told.remedy,
        mend=remedy_for(
            told.screen, workspace, party_id=of.party_id if of else None, document=document
        ),
    )
