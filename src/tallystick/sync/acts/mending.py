"""What stopped goes on by itself once its cause is mended, as far as nothing else stops it.

Released documents are judged in the transaction that mends: whoever mended something is told what
goes out, and what does not says at once what it still lacks.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.dispatch import receiver

from tallystick.books.models import DocumentTemplate, Item, Line, Party
from tallystick.books.signals import record_edited
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.mapping.problems import ACCOUNTS, TAX_MAPPING
from tallystick.mapping.signals import mended
from tallystick.mapping.wait_keys import MENDED_IN_XERO, WaitSort, wait_key, waiting_on_sort
from tallystick.mirror.signals import lists_read
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.queueing import NOT_APPROVED, requeue_links, waiting_on
from tallystick.sync.links.transitions import apply_verdicts, lock_links
from tallystick.sync.lookup.ready_documents import judge_documents, loaded_documents
from tallystick.sync.models import Intent, Lane, Link, LinkState

#: So many documents are judged at once; what is more is judged by the next rounds.
JUDGED = 1_000


@receiver(mended)
def release_mended(
    sender: type[Organisation], organisation_id: int, keys: Iterable[str], **_: Any
) -> None:
    """Queue anew everything that waited for what was mended.

    Under the lane's lock, for a round may be failing more documents for the same cause just now.
    """
    _lock_lane(organisation_id)
    _set_going(organisation_id, waiting_on(organisation_id, keys))


@receiver(lists_read)
def release_mended_in_xero(sender: type[Organisation], organisation_id: int, **_: Any) -> None:
    """Queue anew what waited for a change in Xero, which was looked at just now."""
    _lock_lane(organisation_id)
    stopped = _stopped(organisation_id)
    waiting = stopped.filter(waiting_on_sort(*MENDED_IN_XERO)).exclude(waits_for="")
    # Perhaps somebody has approved there what payments wait for, too.
    unapproved = stopped.filter(problem__code=NOT_APPROVED)
    if requeue_links(waiting) + requeue_links(unapproved):
        wake_lane(organisation_id)


@receiver(record_edited, sender=Item)
def release_of_item(sender: type[Item], record: Item, **_: Any) -> None:
    """Look again at documents that lack a tax code or an account and name the item."""
    lines = Line.objects.filter(document=OuterRef("document"), item_code=record.code)
    _release(record, Q(Exists(lines)), Q(problem__screen__in=[TAX_MAPPING, ACCOUNTS]) | _ACCOUNT)


@receiver(record_edited, sender=DocumentTemplate)
def release_of_template(sender: type[DocumentTemplate], record: DocumentTemplate, **_: Any) -> None:
    """Look again at documents by the template that lack a tax code."""
    _release(record, Q(document__template=record), Q(problem__screen=TAX_MAPPING))


@receiver(record_edited, sender=Party)
def release_of_party(sender: type[Party], record: Party, **_: Any) -> None:
    """Try the customer or supplier again where it could not be matched or made, and what waits."""
    _release(record, Q(party=record) | Q(waits_for=wait_key(WaitSort.PARTY, record.pk)), Q())


#: Of an account that a line or item names, and Xero does not have.
_ACCOUNT = waiting_on_sort(WaitSort.XERO_ACCOUNT)


def _release(record: Item | DocumentTemplate | Party, whose: Q, cause: Q) -> None:
    organisation = bound_organisation(record.workspace)
    if organisation:
        _lock_lane(organisation.pk)
        _set_going(organisation.pk, _stopped(organisation.pk).filter(whose, cause))


def _set_going(organisation_id: int, links: QuerySet[Link]) -> None:
    """Queue the links, save documents that something else stops: those say so."""
    keys = list(links.order_by("pk").values_list("pk", flat=True))
    documents = links.filter(pk__in=keys, document__isnull=False, intent=Intent.PUSH)
    looked_at = list(documents.order_by("pk").values_list("pk", flat=True)[:JUDGED])
    lock_links(looked_at)
    if looked_at:
        organisation = Organisation.objects.select_related("workspace").get(pk=organisation_id)
        _, stopped = judge_documents(organisation, loaded_documents(looked_at))
        apply_verdicts(stopped, action=AttemptAction.RESOLVE)
        keys = list(set(keys) - {verdict.link_id for verdict in stopped})
    if requeue_links(_stopped(organisation_id).filter(pk__in=keys)):
        wake_lane(organisation_id)


def _stopped(organisation_id: int) -> QuerySet[Link]:
    states = [LinkState.FAILED, LinkState.HELD, LinkState.WAITING]
    return Link.objects.filter(organisation=organisation_id, state__in=states)


def _lock_lane(organisation_id: int) -> None:
    Lane.objects.select_for_update().filter(organisation=organisation_id).exists()
