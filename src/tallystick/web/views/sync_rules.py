"""Settings, Sync rules: as what each kind goes to Xero, when, and from which day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tallystick.books.counting import Counted
from tallystick.books.models import Kind
from tallystick.connections.bound import bound_organisation
from tallystick.sync.acts.changing_rules import PolicyRefused, save_policy
from tallystick.sync.links.sync_rules import policies_of
from tallystick.sync.models import LinkState
from tallystick.sync.reports.state_filters import links_in_state
from tallystick.web.forms.sync_rules import SyncRuleForm
from tallystick.web.sync_rule_words import rule_words, title_of
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import User


@dataclass(frozen=True, slots=True)
class ShownRule:
    """One kind's rule: its form, and what it does in words."""

    kind: str
    title: str
    form: SyncRuleForm
    words: str
    next_send_at: datetime | None


def show(request: HttpRequest, slug: str) -> HttpResponse:
    """All kinds on one page. `act=explain` tells what the rules entered would do, saving none."""
    is_post = request.method == "POST"
    needed = Permission.MANAGE_SYNC if is_post else Permission.VIEW
    workspace = workspace_or_404(request, slug, to=needed)
    organisation = bound_organisation(workspace)
    if organisation is None:
        return render(request, "web/pages/sync_rules.html", {"workspace": workspace})
    policies = policies_of(organisation).values()
    forms = [SyncRuleForm(request.POST if is_post else None, policy) for policy in policies]
    is_saving = is_post and request.POST.get("act") != "explain"
    if is_saving and all(form.is_valid() for form in forms) and _save(forms, person(request)):
        messages.success(request, "The rules were saved. What is in Xero already stays as it is.")
        return redirect("sync-rules", slug)
    waiting = links_in_state(organisation, LinkState.WAITING, Kind.values)
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "is_refused": is_saving,
        "rules": [_rule(form, is_entered=is_post) for form in forms],
        "waiting": Counted(waiting).sums,
    }
    status = 422 if is_saving else 200
    return render(request, "web/pages/sync_rules.html", context, status=status)


def _save(forms: Sequence[SyncRuleForm], actor: User) -> bool:
    """Keep what was changed, all or nothing; a refusal is shown at its field."""
    changed = [form for form in forms if form.has_changed()]
    with transaction.atomic():
        for form in changed:
            policy = form.policy
            try:
                save_policy(
                    organisation=policy.organisation,
                    kind=policy.kind,
                    actor=actor,
                    **form.entered(),
                )
            except PolicyRefused as refused:
                form.add_error(refused.field, str(refused))
        is_kept = all(form.is_valid() for form in changed)
        transaction.set_rollback(not is_kept)
    return is_kept


def _rule(form: SyncRuleForm, *, is_entered: bool) -> ShownRule:
    policy = form.policy
    return ShownRule(
        kind=policy.kind,
        title=title_of(policy.kind),
        form=form,
        words=rule_words(form.as_entered() if is_entered else policy),
        next_send_at=policy.next_send_at,
    )
