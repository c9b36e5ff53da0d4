"""Settings, Sync rules: as what each kind goes to Xero, when, and from which day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tallystick.act_refused import ActRefused
from tallystick.books.counting import Counted
from tallystick.books.models import Kind
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.sync.acts.changing_record_rules import save_record_policy
from tallystick.sync.acts.changing_rules import PolicyRefused, save_policy
from tallystick.sync.acts.sending_records import send_all_records
from tallystick.sync.links.record_kinds import PARTY
from tallystick.sync.links.record_rules import RECORDS, is_on, record_policies_of
from tallystick.sync.links.sync_rules import policies_of
from tallystick.sync.models import Link, LinkState
from tallystick.sync.reports.outlook import why_not_now
from tallystick.sync.reports.record_sides import remarked_records, unsent_words
from tallystick.sync.reports.state_filters import links_in_state
from tallystick.web.forms.sync_rules import RecordRuleForm, SyncRuleForm
from tallystick.web.sync_rule_words import record_rule_words, rule_words, title_of
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


@dataclass(frozen=True, slots=True)
class ShownRecordRule:
    """The rule of parties or items, and what of them is not in Xero as it is here."""

    kind: str
    title: str
    form: RecordRuleForm
    words: str
    unsent: str
    remarked: list[Link]


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
    records = [
        RecordRuleForm(_given(request, kind), policy)
        for kind, policy in record_policies_of(organisation).items()
    ]
    is_saving = is_post and request.POST.get("act") != "explain"
    every = [*forms, *(form for form in records if form.is_bound)]
    if (
        is_saving
        and all(form.is_valid() for form in every)
        and _save(forms, records, person(request))
    ):
        messages.success(request, "The rules were saved. What is in Xero already stays as it is.")
        return redirect("sync-rules", slug)
    waiting = links_in_state(organisation, LinkState.WAITING, Kind.values)
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "is_refused": is_saving,
        "rules": [_rule(form, is_entered=is_post) for form in forms],
        "record_rules": [_record_rule(form, organisation) for form in records],
        "waiting": Counted(waiting).sums,
    }
    status = 422 if is_saving else 200
    return render(request, "web/pages/sync_rules.html", context, status=status)


def _given(request: HttpRequest, kind: str) -> Any:
    """Return what was entered of parties or items; None where the form has none of it."""
    return request.POST if f"{kind}-trigger" in request.POST else None


def _record_rule(form: RecordRuleForm, organisation: Organisation) -> ShownRecordRule:
    kind = form.policy.kind
    return ShownRecordRule(
        kind=kind,
        title="Customers and suppliers" if kind == PARTY else "Items",
        form=form,
        words=record_rule_words(form.policy),
        unsent=unsent_words(organisation, kind) if is_on(form.policy) else "",
        remarked=remarked_records(organisation, kind),
    )


def _save(forms: Sequence[SyncRuleForm], records: Sequence[RecordRuleForm], actor: User) -> bool:
    """Keep what was changed, all or nothing; a refusal is shown at its field."""
    changed = [form for form in forms if form.has_changed()]
    with transaction.atomic():
        for rule in records:
            if rule.is_bound and rule.has_changed():
                save_record_policy(
                    organisation=rule.policy.organisation,
                    kind=rule.policy.kind,
                    actor=actor,
                    **rule.cleaned_data,
                )
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


@require_POST
def send_all(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Send all parties, or items, that Xero does not have as they are here."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    if kind not in RECORDS:
        raise Http404
    try:
        count = send_all_records(workspace=workspace, actor=person(request), kind=kind)
    except ActRefused as refused:
        messages.error(request, str(refused))
    else:
        said = (
            f"{count:,} are on their way to Xero."
            if count
            else "Xero has all of them as they are here."
        )
        messages.info(request, f"{said}{why_not_now(workspace) if count else ''}")
    return redirect("sync-rules", slug)
