"""Changing how a kind of record goes to an organisation; what waits is judged by it at once."""

from datetime import date, time
from typing import Any

from django.db import transaction

from tallystick.act_refused import ActRefused
from tallystick.connections.models import Organisation
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.queueing import is_unapproved, release_waiting
from tallystick.sync.links.sync_rules import KINDS, next_time, reassess_links
from tallystick.sync.models import (
    KindPolicy,
    Link,
    LinkState,
    SentAs,
    Trigger,
    WhenDraft,
    WhenVoided,
)
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User


class PolicyRefused(ActRefused):
    """The choice of `field` cannot be kept."""

    code = "rule_refused"

    def __init__(self, field: str, message: str = "", *, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.field = field


@transaction.atomic
def save_policy(
    *,
    organisation: Organisation,
    kind: str,
    actor: User,
    sent_as: str = SentAs.DRAFT,
    trigger: str = Trigger.ON_SUBMIT,
    send_at: time | None = None,
    starts_on: date | None = None,
    number_prefix: str = "",
    attach_pdf: bool = False,
    when_draft: str = WhenDraft.ASK,
    when_voided: str = WhenVoided.CANCEL,
) -> KindPolicy:
    """Keep a kind's policy. What waits is judged by it at once; what is in Xero stays as it is.

    Raises PolicyRefused, and NotAllowed for people who may not.
    """
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    _check(kind, sent_as, trigger, send_at, number_prefix, when_draft, when_voided)
    policy, _ = KindPolicy.objects.update_or_create(
        organisation=organisation,
        kind=kind,
        defaults={
            "sent_as": sent_as,
            "trigger": trigger,
            "send_at": send_at,
            "next_send_at": next_time(organisation, send_at)
            if trigger == Trigger.SCHEDULE
            else None,
            "starts_on": starts_on,
            "number_prefix": number_prefix.strip(),
            "attach_pdf": attach_pdf,
            "when_draft": when_draft,
            "when_voided": when_voided,
        },
    )
    audit.record(
        workspace=organisation.workspace,
        actor=actor,
        action="sync.policy",
        subject=organisation,
        message=f"Changed how {policy.get_kind_display().lower()}s go to {organisation.name}.",
    )
    reassess_links(organisation)
    return policy


def _check(
    kind: str,
    sent_as: str,
    trigger: str,
    send_at: time | None,
    prefix: str,
    when_draft: str,
    when_voided: str,
) -> None:
    chosen: list[tuple[str, Any, Any]] = [
        ("kind", kind, KINDS),
        ("sent_as", sent_as, SentAs.values),
        ("trigger", trigger, Trigger.values),
        ("when_draft", when_draft, WhenDraft.values),
        ("when_voided", when_voided, WhenVoided.values),
    ]
    for field, value, offered in chosen:
        if value not in offered:
            one_of = ", ".join(offered)
            raise PolicyRefused(
                field, f"{value!r} is not offered.", remedy=f"Choose one of {one_of}."
            )
    if trigger == Trigger.SCHEDULE and send_at is None:
        raise PolicyRefused("send_at", remedy="Enter the time of day at which to send.")
    prefix = prefix.strip()
    if len(prefix) > 20 or prefix != " ".join(prefix.split()) or not prefix.isprintable():
        remedy = "Enter a plain prefix of at most 20 characters, such as WEB-."
        raise PolicyRefused("number_prefix", remedy=remedy)


def release_unapproved(organisation: Organisation) -> None:
    """Queue what waits until its document is approved in Xero, to be judged by the policy anew."""
    waiting = Link.objects.filter(is_unapproved(), organisation=organisation, state=LinkState.HELD)
    release_waiting(organisation.pk, waiting.values_list("waits_for", flat=True))
    wake_lane(organisation.pk)
