"""What of Xero's changes is followed here without a question: a void, and another contact.

Only where nothing of ours speaks against it: nobody has edited the document here meanwhile, and no
payment or credit of ours stands on it. Everything else is asked about (promise 6).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tallystick.books.documents import cancel_documents, move_documents
from tallystick.books.models import Allocation, Party, Payment, Status
from tallystick.connections.models import Organisation
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.contents import Content, note_contact
from tallystick.sync.links.problems import ABOUT_CONTENT, ProblemCode
from tallystick.sync.links.pushed_records import PushedDocument
from tallystick.sync.links.sync_rules import policies_of
from tallystick.sync.links.transitions import LinkVerdict, apply_verdicts
from tallystick.sync.models import Link, LinkState, WhenVoided
from tallystick.sync.reconcile.settlements_there import follow_settlements

#: What a link waits for whose document was cancelled here because its copy was voided: nothing, but
#: it can be undone.
VOIDED_THERE = wait_key(WaitSort.VOIDED_THERE)


def follow_voids(
    organisation: Organisation,
    documents: Iterable[PushedDocument],
    verdicts: Sequence[LinkVerdict],
) -> list[LinkVerdict]:
    """Cancel here what was voided there; return the verdicts about all else."""
    asked = {one.link_id: one for one in verdicts if _says_voided(one)}
    voided = {one.pk: one for one in documents if one.pk in asked and _is_as_sent(one)}
    if not voided:
        return list(verdicts)
    policies = policies_of(organisation)
    voided = {
        pk: one
        for pk, one in voided.items()
        if policies[one.document.kind].when_voided == WhenVoided.CANCEL
    }
    # Nothing of Xero's stands on what is void.
    follow_settlements(organisation, [one.document.pk for one in voided.values()])
    settled = _settled([one.document.pk for one in voided.values()])
    free = {pk: one for pk, one in voided.items() if one.document.pk not in settled}
    if free:
        keys = [one.document.pk for one in free.values()]
        cancel_documents(workspace=organisation.workspace, document_ids=keys, actor=None)
        apply_verdicts([_cancelled(asked[pk], one) for pk, one in free.items()], action=_ACTION)
        Link.objects.filter(pk__in=free).update(waits_for=VOIDED_THERE)
    return [one for one in verdicts if one.link_id not in free]


def follow_reassigned(
    organisation: Organisation,
    documents: Iterable[PushedDocument],
    verdicts: Sequence[LinkVerdict],
) -> list[LinkVerdict]:
    """Move documents to the parties of the contacts that they have in Xero now.

    Where nothing else differs and the contact is linked to one party of ours alone. Returns the
    verdicts about all else.
    """
    asked = {one.link_id: one for one in verdicts if _says_other_contact(one)}
    moving = {one.pk: one for one in documents if one.pk in asked and _is_as_sent(one)}
    parties = _parties_of(organisation, [_theirs(asked[pk])["contact"] for pk in moving])
    to: dict[int, Party] = {}
    for pk, one in moving.items():
        found = parties.get(_theirs(asked[pk])["contact"], [])
        if len(found) == 1:
            to[one.document.pk] = found[0]
    if not to:
        return list(verdicts)
    why = " Somebody gave it to that contact in Xero."
    moved = set(move_documents(workspace=organisation.workspace, actor=None, to=to, why=why))
    followed = {pk: one for pk, one in moving.items() if one.document.pk in moved}
    apply_verdicts(
        [_moved(asked[pk], one, to[one.document.pk]) for pk, one in followed.items()],
        action=_ACTION,
    )
    for pk, one in followed.items():
        revision = one.document.revision + 1
        Link.objects.filter(pk=pk).update(sealed_revision=revision)
        note_contact(pk, revision, _theirs(asked[pk]))
    return [one for one in verdicts if one.link_id not in followed]


_ACTION = AttemptAction.CHECK


def _says_voided(verdict: LinkVerdict) -> bool:
    problem, copy = verdict.problem, verdict.copy
    is_gone = problem is not None and problem.code == ProblemCode.GONE_IN_XERO
    return is_gone and copy is not None and copy.status == "VOIDED"


def _says_other_contact(verdict: LinkVerdict) -> bool:
    problem = verdict.problem
    if problem is None or problem.code not in ABOUT_CONTENT or not verdict.copy:
        return False
    differing = problem.details.get("differences") or []
    return bool(differing) and all(
        line is None and name == "contact" for line, name, *_ in differing
    )


def _is_as_sent(one: PushedDocument) -> bool:
    """Tell whether it stands in Xero by all that we knew, as it is here now."""
    document, link = one.document, one.link
    stands = document.status == Status.SUBMITTED and link.state == LinkState.SYNCED
    return stands and link.sent_revision == document.revision


def _settled(document_ids: Collection[int]) -> set[int]:
    """Return the documents on which something of ours stands."""
    paid = Payment.objects.live().filter(document__in=document_ids)
    allocated = Allocation.objects.live()
    return {
        *paid.values_list("document_id", flat=True),
        *allocated.filter(document__in=document_ids).values_list("document_id", flat=True),
        *allocated.filter(credit_note__in=document_ids).values_list("credit_note_id", flat=True),
    }


def _cancelled(verdict: LinkVerdict, one: PushedDocument) -> LinkVerdict:
    message = (
        f"{one.document} was voided in Xero by somebody, so it is cancelled here, too. If that was a "
        "slip, undo it on its page."
    )
    return LinkVerdict(one.pk, message, copy=verdict.copy)


def _moved(verdict: LinkVerdict, one: PushedDocument, party: Party) -> LinkVerdict:
    message = f"Somebody gave {one.document} to {party} in Xero; it is {party}'s here now, too."
    copy = verdict.copy
    if copy is None:
        raise ValueError(f"Link {one.pk} has no copy in Xero.")
    there = replace(copy, content=_theirs(verdict), revision=one.document.revision + 1)
    return LinkVerdict(one.pk, message, copy=there)


def _theirs(verdict: LinkVerdict) -> Content:
    details: Mapping[str, Any] = verdict.problem.details if verdict.problem else {}
    found: Content = details["theirs"]
    return found


def _parties_of(organisation: Organisation, contacts: Iterable[str]) -> dict[str, list[Party]]:
    """Return the parties that are linked to each contact."""
    wanted = {contact for contact in contacts if contact}
    found: defaultdict[str, list[Party]] = defaultdict(list)
    links = Link.objects.filter(organisation=organisation, party__isnull=False, xero_id__in=wanted)
    for link in links.select_related("party"):
        if link.party:
            found[str(link.xero_id)].append(link.party)
    return found
