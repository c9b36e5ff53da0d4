"""What a person decides about a link: one act each, safe to repeat, written in the Sync log.

Each takes effect on those links that wait for such a decision; the others stay as they are. They
return how many took it. The links are locked before it is asked how they stand, so that of two
presses at once the second finds nothing to do. Nothing here talks to Xero: the engine carries out
what was decided.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Left, Now

from tallystick.books.allocations import remove_allocations
from tallystick.books.documents import cancel_documents
from tallystick.books.models import Allocation, Document, Party, Payment, SettlementStatus, Status
from tallystick.books.payments import delete_payments
from tallystick.books.taxing import add_missing_tax, with_missing_tax
from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.mapping.problems import MappingCode
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.attempt_rows import note_decision
from tallystick.sync.links.contents import note_came_back
from tallystick.sync.links.lingering_copies import LEFT_AS_PAID, PAID
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.queueing import fields_anew, locked_links, release_waiting
from tallystick.sync.links.record_kinds import kinds_of_unique_number
from tallystick.sync.links.sync_rules import MARKED_DONE, reassess_links
from tallystick.sync.links.transitions import lock_links
from tallystick.sync.models import DRAFTS, GONE, OF_DOCUMENTS, Intent, Link, LinkState, Snapshot
from tallystick.sync.reconcile.settlements_there import (
    follow_settlements,
    give_way,
    lock_documents,
)
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace
from tallystick.xero.catalogue.codes import RefusalCode

_STOPPED = (LinkState.FAILED, LinkState.HELD)
#: What says something else in Xero, and stands there.
DRIFTED = Q(
    state=LinkState.HELD,
    xero_id__isnull=False,
    problem__code__in=[ProblemCode.DIFFERS, ProblemCode.SETTLED],
)
#: Of payments, where Xero has been paid already, or in part.
OVERTAKEN = Q(
    payment__isnull=False,
    xero_id=None,
    problem__code__in=[ProblemCode.TOO_MUCH, RefusalCode.PAYMENT_TOO_LARGE],
)
#: Of payments and allocations, which Xero lets nobody change.
FIXED_SETTLEMENT = Q(document=None, problem__code=ProblemCode.SETTLED)
_AND_ITS_COPY = Func(
    F("let_go"),
    Func(Cast("xero_id", TextField()), function="to_jsonb", output_field=JSONField()),
    template="%(expressions)s",
    arg_joiner=" || ",
    output_field=JSONField(),
)


@transaction.atomic
def approve_in_xero(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Approve the documents in Xero, or those that the payments and allocations wait for."""
    chosen = _chosen(workspace, actor, link_ids)
    waited_for = Link.objects.filter(
        Q(pk__in=chosen)
        | Q(document__payments__links__in=chosen)
        | Q(document__allocations__links__in=chosen)
        | Q(document__credits__links__in=chosen),
        organisation__workspace=workspace,
    )
    documents = locked_links(Link.objects.filter(pk__in=_keys(waited_for))).filter(
        state=LinkState.SYNCED, xero_status__in=DRAFTS
    )
    _note(documents, actor, "approved it to go on in Xero")
    return _queue(documents, intent=Intent.APPROVE)


@transaction.atomic
def send_ours(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Let ours take the place of what Xero has, as it is now; a later edit asks again."""
    held = locked_links(_chosen(workspace, actor, link_ids)).filter(state=LinkState.HELD)
    held = held.exclude(FIXED_SETTLEMENT)
    _note(held, actor, "chose to send ours")
    _force(held)
    return _queue(held)


@transaction.atomic
def keep_theirs(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Accept what Xero has: the record counts as sent, and is told as kept; it is not changed here.

    A payment that somebody recorded there already counts as the one that stands there.
    """
    held = locked_links(_chosen(workspace, actor, link_ids)).filter(state=LinkState.HELD)
    drifted = held.filter(DRIFTED)
    _note(held, actor, "chose to keep what Xero has")
    count = _accept(list(drifted.select_related("document")))
    for link in held.filter(problem__code=ProblemCode.PAYMENT_EXISTS):
        candidate = _details(link)["candidates"][0]["id"]
        # Where it came home meanwhile as a record of Xero's: ours stands for it from now on.
        give_way(link.organisation, candidate)
        count += _queue(Link.objects.filter(pk=link.pk), claim=candidate)
    return count


@transaction.atomic
def clear_xero_id(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Forget the copies in Xero and send the records as new ones; what stands there stays.

    A live copy is left to Xero for good: whatever it bears, it is not taken for ours again. So what
    an undone run has taken out goes to Xero again, too.
    """
    undone = Q(state=LinkState.RETRACTED) & still_stands()
    free = Q(state__in=_STOPPED, intent=Intent.PUSH) & can_be_sent_anew()
    asked = _chosen(workspace, actor, link_ids)
    documents = [pk for pk in asked.values_list("document", flat=True) if pk is not None]
    lock_documents(documents)
    chosen = locked_links(asked)
    # Settled before they are changed, by which they would not be found any more.
    stopped = chosen.filter(pk__in=_keys(chosen.filter(undone | free, xero_id__isnull=False)))
    _note(stopped, actor, "cleared the Xero ID")
    Snapshot.objects.filter(link__in=stopped).delete()
    _force(stopped)
    stopped.exclude(xero_status__in=GONE).update(let_go=_AND_ITS_COPY)
    count = _queue(
        stopped,
        intent=Intent.PUSH,
        kept_at=None,
        xero_id=None,
        xero_number="",
        xero_status="",
        sealed_revision=None,
        sent_revision=None,
    )
    if organisation := bound_organisation(workspace):
        # What was paid there on the copy that is left to Xero is no payment of this one.
        follow_settlements(organisation, documents)
    return count


@transaction.atomic
def add_tax(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Add the tax to documents that were made without; they go out with what they come to then."""
    require(actor, workspace, Permission.EDIT_BOOKS)
    asked = _made_untaxed(_chosen(workspace, actor, link_ids))
    changed = add_missing_tax(workspace=workspace, actor=actor, document_ids=_documents_of(asked))
    _note(Link.objects.filter(pk__in=link_ids, document__in=changed), actor, "added the tax")
    return len(changed)


def totals_with_tax(workspace: Workspace, link_ids: Sequence[int]) -> dict[str, Decimal]:
    """Return what those of the documents that were made without tax would come to, by currency."""
    documents = Document.objects.filter(
        pk__in=_documents_of(_made_untaxed(Link.objects.filter(pk__in=link_ids)))
    )
    loaded = documents.select_related("template__tax_code").prefetch_related("lines__tax_code")
    totals: dict[str, Decimal] = {}
    for document in with_missing_tax(workspace, list(loaded)):
        totals[document.currency] = totals.get(document.currency, Decimal(0)) + document.total
    return totals


def _made_untaxed(links: QuerySet[Link]) -> QuerySet[Link]:
    return links.filter(state=LinkState.HELD, problem__code=MappingCode.MADE_UNTAXED)


def _documents_of(links: QuerySet[Link]) -> list[int]:
    found = links.filter(document__isnull=False).order_by("document")
    return [pk for pk in found.values_list("document", flat=True) if pk is not None]


def can_be_sent_anew() -> Q:
    """Return the condition on links that Xero would take their record once more, beside the copy.

    Not where the copy bears a number that Xero has only once, save that what was deleted there
    leaves its number to others. Of payments only where the copy is gone.
    """
    has_number = Q(xero_number__iendswith=F("document__number"))
    is_free = ~Q(document__kind__in=kinds_of_unique_number()) | ~has_number
    return Q(xero_status="DELETED") | Q(document__isnull=False) & is_free


def can_be_sent_over() -> Q:
    """Return the condition on links that ask: ours, once sent, ends the question."""
    is_gone = Q(problem__code=ProblemCode.GONE_IN_XERO)
    asked = (
        Q(problem__code__in=[ProblemCode.DIFFERS, ProblemCode.PAYMENT_EXISTS])
        | is_gone & can_be_sent_anew()
    )
    return Q(state=LinkState.HELD) & asked


def can_be_cancelled() -> Q:
    """Return the condition on links that ask: cancelling here takes the copy out of Xero, too."""
    payments = Payment.objects.live().filter(document=OuterRef("document_id"))
    either = Q(document=OuterRef("document_id")) | Q(credit_note=OuterRef("document_id"))
    allocations = Allocation.objects.live().filter(either)
    is_free = Q(document__isnull=True) | ~Exists(payments) & ~Exists(allocations)
    codes = Q(problem__code__in=[ProblemCode.DIFFERS, ProblemCode.GONE_IN_XERO])
    is_asked = Q(state=LinkState.HELD, intent=Intent.PUSH) & (codes | FIXED_SETTLEMENT)
    is_overtaken = Q(state__in=_STOPPED, intent=Intent.PUSH) & OVERTAKEN
    return (is_asked | is_overtaken) & is_free


@transaction.atomic
def cancel_here(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Cancel the documents here, delete the payments, remove the allocations: in Xero they go, too.

    Raises NotAllowed for people who may not edit the books.
    """
    require(actor, workspace, Permission.EDIT_BOOKS)
    keys = _keys(_chosen(workspace, actor, link_ids))
    hangs_on = (
        Q(links__in=keys)
        | Q(payments__links__in=keys)
        | Q(allocations__links__in=keys)
        | Q(credits__links__in=keys)
    )
    # Before all else, as everybody does; under the lock nothing is recorded on them any more.
    documents = Document.objects.filter(hangs_on).order_by("pk").select_for_update(of=("self",))
    list(documents.values_list("pk", flat=True))
    lock_links(keys)
    asked = Link.objects.filter(can_be_cancelled(), pk__in=keys)
    _note(asked, actor, "cancelled it here")
    rows = list(asked.values_list("document", "payment", "allocation"))
    cancelled, payments, allocations = (
        [row[place] for row in rows if row[place]] for place in range(3)
    )
    who: dict[str, Any] = {"workspace": workspace, "actor": actor}
    count = len(cancel_documents(document_ids=cancelled, **who))
    count += len(delete_payments(payment_ids=payments, **who))
    return count + len(remove_allocations(allocation_ids=allocations, **who))


def still_stands() -> Q:
    """Return the condition on links that their record was not withdrawn here."""
    return (
        Q(document__status=Status.SUBMITTED)
        | Q(payment__status=SettlementStatus.RECORDED)
        | Q(allocation__status=SettlementStatus.RECORDED)
    )


@transaction.atomic
def mark_done(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Take it that a person has seen to it: nothing is sent or removed any more.

    What was to be undone and stands in Xero counts as sent again; what is withdrawn here and was
    to be removed is left there.
    """
    chosen = _chosen(workspace, actor, link_ids)
    # Before the links, as everybody does; what keeps a document out stands on itself.
    documents = Document.objects.filter(links__in=chosen).order_by("pk")
    list(documents.select_for_update(of=("self",)).values_list("pk", flat=True))
    stopped = locked_links(chosen).filter(OF_DOCUMENTS, state__in=_STOPPED)
    _note(stopped, actor, "marked it as done")
    gone = {"problem": None, "waits_for": "", "changed_at": Now()}
    withdrawn = stopped.filter(intent=Intent.RETRACT)
    # A run that could not be undone whole: what is still there counts as sent again.
    standing = withdrawn.filter(still_stands())
    left_as_paid = Case(
        When(problem_code=PAID, document__isnull=False, then=Value(LEFT_AS_PAID)),
        default=Value(""),
    )
    left = standing.update(
        state=LinkState.SYNCED, intent=Intent.PUSH, **gone | {"waits_for": left_as_paid}
    )
    pushed = stopped.exclude(intent=Intent.RETRACT)
    kept = list(pushed.exclude(document=None).values_list("document", flat=True))
    Document.objects.filter(pk__in=kept).update(do_not_sync=True)
    count = withdrawn.update(state=LinkState.RETRACTED, **gone)
    # Of a settlement its link has to tell.
    settlements = gone | {"waits_for": MARKED_DONE}
    count += pushed.filter(document=None).update(state=LinkState.EXCLUDED, **settlements)
    return left + count + pushed.update(state=LinkState.EXCLUDED, **gone)


@transaction.atomic
def mark_as_in_xero(*, workspace: Workspace, actor: User, document_id: int, number: str) -> int:
    """Say that the document is the one with this number in Xero; the engine checks and links it.

    Said once more before the engine has looked, it changes nothing.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    if bound_organisation(workspace) is None:
        raise NotConnected(workspace)
    claim = number.strip()[:255]
    of_document = Link.objects.filter(organisation__workspace=workspace, document=document_id)
    links = (
        locked_links(of_document)
        .filter(xero_id=None)
        .exclude(state__in=[LinkState.SENDING, LinkState.RETRACTED])
        .exclude(state=LinkState.QUEUED, claim=claim)
    )
    _note(links, actor, f"marked it as {claim} of Xero")
    return _queue(links, claim=claim)


@transaction.atomic
def mark_as_found(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Say that each document is the record that bears its number in Xero; the engine checks it."""
    taken = locked_links(_chosen(workspace, actor, link_ids)).filter(
        state=LinkState.HELD, problem__code=RefusalCode.NUMBER_TAKEN, xero_id=None
    )
    _note(taken, actor, "marked it as the one in Xero that has its number")
    candidates = KeyTransform("candidates", KeyTransform("details", "problem"))
    number = KeyTextTransform("number", KeyTransform("0", candidates))
    return _queue(taken, claim=Left(number, 255))


@transaction.atomic
def use_contact(*, workspace: Workspace, actor: User, party_id: int, contact_id: str) -> int:
    """Say that the party is this contact of Xero's; its documents go out once that is checked.

    Said once more of the same contact, it changes nothing.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    if organisation is None:
        raise NotConnected(workspace)
    party = Party.objects.in_workspace(workspace).get(pk=party_id)
    Link.objects.get_or_create(organisation=organisation, party=party)
    claim = contact_id.strip()[:255]
    links = (
        locked_links(Link.objects.filter(organisation=organisation, party=party))
        .annotate(contact=Cast("xero_id", TextField()))
        .exclude(state=LinkState.SENDING)
        .exclude(state=LinkState.QUEUED, claim=claim)
        .exclude(state=LinkState.SYNCED, contact=claim.lower())
    )
    _note(links, actor, "chose the contact in Xero")
    count = _queue(links, claim=claim, xero_id=None)
    release_waiting(organisation.pk, [wait_key(WaitSort.PARTY, party.pk)])
    return count


@transaction.atomic
def set_do_not_sync(
    *,
    workspace: Workspace,
    actor: User,
    value: bool,
    document_ids: Sequence[int] = (),
    party_ids: Sequence[int] = (),
) -> int:
    """Keep documents and parties out of Xero, or let them in again; what is in Xero stays there."""
    require(actor, workspace, Permission.EDIT_BOOKS)
    verb = "kept out of" if value else "let in to"
    count = 0
    for records, keys in ((Document, document_ids), (Party, party_ids)):
        rows = records.objects.filter(workspace=workspace, pk__in=keys, do_not_sync=not value)
        found = {
            row.pk: f"{row} was {verb} Xero." for row in rows.order_by("pk").select_for_update()
        }
        count += records.objects.filter(pk__in=found).update(do_not_sync=value)
        if found:
            audit.record_each(
                workspace=workspace,
                actor=actor,
                action="sync.do_not_sync",
                subject=records,
                messages=found,
            )
    if value:
        Link.objects.filter(party__in=party_ids).update(wants_update=False)
    organisation = bound_organisation(workspace)
    if organisation:
        reassess_links(organisation)
    return count


def _chosen(workspace: Workspace, actor: User, link_ids: Sequence[int]) -> QuerySet[Link]:
    require(actor, workspace, Permission.MANAGE_SYNC)
    return Link.objects.filter(organisation__workspace=workspace, pk__in=link_ids)


def _force(links: QuerySet[Link]) -> None:
    """Note that ours, as it is now, is to stand."""
    revision = Document.objects.filter(pk=OuterRef("document_id")).values("revision")
    links.update(forced_revision=Coalesce(Subquery(revision), 1))


def _accept(links: Sequence[Link]) -> int:
    contents: dict[int, tuple[int, Any]] = {}
    for link in links:
        details, revision = _details(link), _revision(link)
        contents[link.pk] = (revision, details["theirs"])
        of_document = {"sealed_revision": revision, "sent_revision": revision}
        Link.objects.filter(pk=link.pk).update(
            state=LinkState.SYNCED,
            problem=None,
            waits_for="",
            kept_at=Now(),
            forced_revision=None,
            xero_status=details.get("status", link.xero_status),
            changed_at=Now(),
            **(of_document if link.document_id else {}),
        )
    note_came_back(contents)
    for link in links:
        if link.document_id:
            release_waiting(link.organisation_id, [wait_key(WaitSort.DOCUMENT, link.document_id)])
        wake_lane(link.organisation_id)
    return len(links)


def _details(link: Link) -> Mapping[str, Any]:
    details: Mapping[str, Any] = (link.problem or {}).get("details", {})
    return details


def _revision(link: Link) -> int:
    return link.document.revision if link.document else 1


def _keys(links: QuerySet[Link]) -> list[int]:
    return list(links.values_list("pk", flat=True))


def _queue(links: QuerySet[Link], **values: Any) -> int:
    """Set the links going, which must be locked."""
    chosen = Link.objects.filter(pk__in=_keys(links))
    count = chosen.update(**{"state": LinkState.QUEUED, **fields_anew(), **values})
    for organisation_id in set(chosen.values_list("organisation_id", flat=True)):
        wake_lane(organisation_id)
    return count


def _note(links: QuerySet[Link], actor: User, what: str) -> None:
    note_decision(links, action=AttemptAction.DECIDE, message=f"{actor} {what}.", actor=actor)
