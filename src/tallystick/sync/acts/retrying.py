"""Retry: what failed, waits for a person or is stuck is taken up again."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.connections.modules import require_module
from tallystick.mapping.problems import ACCOUNTS, PAYMENT_METHODS, TAX_MAPPING, XERO
from tallystick.mapping.wait_keys import WaitSort, record_of
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.queueing import locked_links, requeue_links
from tallystick.sync.links.switched_off import kinds_off, stays
from tallystick.sync.models import PAUSED, Batch, Link, LinkState
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: What is mended on these screens may have been mended in Xero as well.
_READ_AGAIN = (XERO, TAX_MAPPING, ACCOUNTS, PAYMENT_METHODS)


@transaction.atomic
def retry_links(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Queue failed and held links anew, with the customers that they wait for; returns how many.

    Anyone in the workspace may, any number of times. What is on its way or done stays untouched,
    save that what is stuck on its way, or paused after unclear answers, is taken up again.
    What waits for a change in Xero makes its lists be read again first. Raises StepMissing where
    all that is asked for stays here, for its module is switched off.
    """
    require(actor, workspace, Permission.VIEW)
    organisations = list(workspace.organisations.values_list("pk", flat=True))
    ours = Link.objects.filter(organisation__in=organisations)
    link_ids = _without_shut(workspace, ours, link_ids)
    stopped = Link.objects.filter(
        organisation__in=organisations, state__in=[LinkState.FAILED, LinkState.HELD]
    )
    # What somebody changed of a payment in Xero is not seen where Xero would be asked for it.
    chosen = stopped.filter(pk__in=link_ids).exclude(
        document=None, problem__code=ProblemCode.SETTLED
    )
    # Whoever mended something in Xero must not wait until our copy of its lists is old.
    mended_there = chosen.filter(problem__screen__in=_READ_AGAIN).values("organisation")
    Organisation.objects.filter(pk__in=mended_there).update(read_at=None)
    customers = set(ours.filter(pk__in=link_ids).values_list("document__party", flat=True))
    # All at once: locked act by act they would come in another order than everybody else's.
    locked_links(ours.filter(Q(pk__in=link_ids) | Q(party__in=customers)))
    causes = list(chosen.values_list("organisation_id", "waits_for"))
    parties = [pk for _, key in causes if (pk := record_of(key, WaitSort.PARTY))]
    requeue_links(stopped.filter(party__in=parties))
    count = requeue_links(chosen, asked_by=actor)
    # A document that is in Xero, but its PDF is not.
    bare = ours.filter(pk__in=link_ids, state=LinkState.SYNCED).exclude(problem=None)
    causes += list(bare.values_list("organisation_id", "waits_for"))
    of_documents = bare.filter(document__isnull=False)
    count += of_documents.update(wants_pdf=True, problem=None, changed_at=Now())
    count += bare.filter(document=None).update(wants_update=True, problem=None, changed_at=Now())
    stuck = Link.objects.stuck().filter(organisation__in=organisations, pk__in=link_ids)
    causes += list(stuck.values_list("organisation_id", "waits_for"))
    # What is in a request has its outcome looked for now.
    sending = stuck.filter(state=LinkState.SENDING)
    Batch.objects.filter(settled_at=None, attempts__link__in=sending).update(rests_until=None)
    count += sending.count()
    count += requeue_links(stuck.filter(state=LinkState.QUEUED), asked_by=actor)
    paused = Link.objects.paused().filter(organisation__in=organisations, pk__in=link_ids)
    causes += list(paused.values_list("organisation_id", "waits_for"))
    count += requeue_links(paused, asked_by=actor)
    requeue_links(ours.filter(PAUSED, party__in=customers))
    for organisation_id in {pk for pk, _ in causes}:
        wake_lane(organisation_id)
    return count


def _without_shut(
    workspace: Workspace, links: QuerySet[Link], link_ids: Sequence[int]
) -> Sequence[int]:
    """Leave out what stays here while its module is off. Raises StepMissing where that is all."""
    organisation = bound_organisation(workspace)
    off = kinds_off(organisation) if organisation else {}
    if organisation is None or not off:
        return link_ids
    chosen = links.filter(pk__in=link_ids)
    shut = dict(chosen.filter(stays(off), organisation=organisation).values_list("pk", "kind"))
    left = [pk for pk in link_ids if pk not in shut]
    if shut and not left:
        require_module(organisation, off[next(iter(shut.values()))])
    return left
