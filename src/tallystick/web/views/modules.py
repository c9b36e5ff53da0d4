"""Settings, Integrations, Modules: what is synced, which way and when; one button for each scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.connections.cooldowns import CoolingDown, Scope
from tallystick.connections.models import Organisation
from tallystick.connections.module_switching import StillNeeded, switch_module, switched_words
from tallystick.connections.modules import Module, named
from tallystick.connections.schedules import (
    ScheduleRefused,
    Way,
    choose_schedule,
    read_as_usual,
    read_manually,
)
from tallystick.sync.acts.refreshing import refresh
from tallystick.sync.reports.module_states import (
    ModuleState,
    ScopeState,
    module_states,
    scope_states,
)
from tallystick.sync.reports.outlook import what_stays, why_not_now
from tallystick.web.forms.schedules import ScheduleForm
from tallystick.web.views.act_responses import go_back, unnamed_act, way_back
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission, may, who_can
from tallystick.workspaces.models import User

#: What the buttons that mend a missing step say, by the page.
_MENDING = {
    "modules": "Switch on",
    "tax-mapping": "Open Tax mapping",
    "integrations": "Reconnect",
}


@dataclass(frozen=True, slots=True)
class ShownModule:
    """A module with the words of its row."""

    state: ModuleState
    needs: str
    brings: str
    kept_by: str


@dataclass(frozen=True, slots=True)
class ShownScope:
    """A scope with its button: when it is free again, and what mends a missing step."""

    state: ScopeState
    free_at: datetime | None
    mending: str


@never_cache
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """The modules; a POST keeps the schedules, all or none."""
    is_post = request.method == "POST"
    needed = Permission.MANAGE_SYNC if is_post else Permission.VIEW
    workspace = workspace_or_404(request, slug, to=needed)
    organisation = bound_organisation(workspace)
    if organisation is None:
        return render(request, "web/pages/modules.html", {"workspace": workspace})
    states = module_states(organisation)
    data = request.POST if is_post else None
    forms = [ScheduleForm(data, one.schedules[Way.PULL]) for one in states]
    is_entered = is_post and all(form.is_valid() for form in forms)
    if is_entered and _keep(organisation, forms, person(request)):
        messages.success(request, "The schedules were saved.")
        return redirect("modules", slug)
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "modules": [_shown(one) for one in states],
        "scopes": [_scope(one) for one in scope_states(organisation)],
        "forms": forms,
        "is_refused": is_post,
        "may_manage": may(request.user, workspace, Permission.MANAGE_SYNC),
        "who_can": who_can(workspace, Permission.MANAGE_SYNC),
    }
    return render(request, "web/pages/modules.html", context, status=422 if is_post else 200)


@require_POST
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Switch `module` on or off, as `act` says."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    module, act = _module(request), request.POST.get("act", "")
    if module is None or act not in ("on", "off"):
        return unnamed_act()
    organisation = bound_organisation(workspace)
    if organisation is None:
        messages.error(request, str(NotConnected(workspace)))
        return redirect("modules", slug)
    is_on = act == "on"
    try:
        changed = switch_module(
            organisation=organisation, module=module, is_on=is_on, actor=person(request)
        )
    except StillNeeded as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, switched_words(module, changed, is_on=is_on))
    return redirect("modules", slug)


@require_POST
def sync_scope(request: HttpRequest, slug: str) -> HttpResponse:
    """Sync `scope` now; `module` alone, where it is named. Safe to press any number of times."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    scope = next((one for one in Scope if one == request.POST.get("scope")), None)
    if scope is None:
        return unnamed_act()
    try:
        done = refresh(
            workspace=workspace, actor=person(request), scope=scope, only=_module(request)
        )
    except NotConnected as refused:
        messages.error(request, str(refused))
    except CoolingDown as refused:
        messages.info(request, str(refused))
    else:
        stays = what_stays(workspace) if done.queued is not None else ""
        messages.success(request, f"{done.message}{why_not_now(workspace)}{stays}")
    return go_back(request, way_back(request, "modules", slug))


@require_POST
def choose_rhythm(request: HttpRequest, slug: str) -> HttpResponse:
    """Let nothing be read by itself (`act` is `manual`), or everything in its usual turn (`usual`)."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    act = request.POST.get("act", "")
    if act not in ("manual", "usual"):
        return unnamed_act()
    organisation = bound_organisation(workspace)
    if organisation is None:
        messages.error(request, str(NotConnected(workspace)))
    elif act == "manual":
        read_manually(organisation=organisation, actor=person(request))
        messages.success(request, "Nothing is read from Xero by itself now; a button reads it.")
    else:
        read_as_usual(organisation=organisation, actor=person(request))
        messages.success(request, "Xero is read by itself again, in the usual turn.")
    return go_back(request, way_back(request, "modules", slug))


def _module(request: HttpRequest) -> Module | None:
    return next((one for one in Module if one == request.POST.get("module")), None)


def _keep(organisation: Organisation, forms: Sequence[ScheduleForm], actor: User) -> bool:
    """Keep what was changed, all or nothing; a refusal is shown at its field."""
    changed = [form for form in forms if form.has_changed()]
    with transaction.atomic():
        for form in changed:
            try:
                choose_schedule(
                    organisation=organisation,
                    modules=[form.module],
                    actor=actor,
                    **form.entered(),
                )
            except ScheduleRefused as refused:
                form.add_error(refused.field, str(refused))
        is_kept = all(form.is_valid() for form in changed)
        transaction.set_rollback(not is_kept)
    return is_kept


def _shown(state: ModuleState) -> ShownModule:
    needs = [one for one in state.row.needs if isinstance(one, Module)]
    mapping = "" if len(needs) == len(state.row.needs) else " and the tax mapping"
    return ShownModule(
        state,
        f"{named(needs)}{mapping}" if needs else "",
        named(state.brings),
        named(state.kept_by),
    )


def _scope(state: ScopeState) -> ShownScope:
    left = timedelta(seconds=state.seconds_left)
    missing = state.missing
    return ShownScope(
        state,
        timezone.now() + left if left else None,
        _MENDING.get(missing.screen, "") if missing else "",
    )
