"""What a person decides about two sides that differ: ours follows, or takes over what was changed there.

Safe to repeat, as every decision: it takes effect on what still waits for it. Each document is one act
of its own: what cannot be taken over is left as it is, whole.
"""

from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from tallystick.act_refused import ActRefused
from tallystick.books.documents import edit_document, move_documents, renumber_documents
from tallystick.books.errors import BooksError
from tallystick.books.models import Document
from tallystick.english import listed
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.sync.acts.decisions import can_be_sent_anew
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.attempt_rows import note_decision
from tallystick.sync.links.contents import note_agreed
from tallystick.sync.links.differences import HEAD, LINE, differences_between
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.queueing import fields_anew, locked_links, release_waiting
from tallystick.sync.lookup.sent_contents import contents_here
from tallystick.sync.lookup.taking_over import TakeOver, TakeOvers
from tallystick.sync.models import Intent, Link, LinkState
from tallystick.sync.reconcile.settlements_there import lock_documents
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: What says something else in Xero, of documents.
CAN_FOLLOW = Q(
    state=LinkState.HELD,
    intent=Intent.PUSH,
    document__isnull=False,
    xero_id__isnull=False,
    problem__code__in=[ProblemCode.DIFFERS, ProblemCode.SETTLED],
)
#: The same, where it was edited here since and Xero takes ours.
CAN_TAKE_BOTH = CAN_FOLLOW & Q(
    problem__code=ProblemCode.DIFFERS, sent_revision__lt=F("document__revision")
)
#: Voided there, where Xero keeps the number.
_KEEPS_ITS_NUMBER = Q(
    state=LinkState.HELD,
    intent=Intent.PUSH,
    document__isnull=False,
    problem__code=ProblemCode.GONE_IN_XERO,
    xero_status="VOIDED",
)


class CannotTakeOver(ActRefused):
    """What the other side says cannot be taken over; nothing was changed."""

    code = "cannot_take_over"


def needs_new_number() -> Q:
    """Return the condition on links whose document Xero takes only under another number."""
    return _KEEPS_ITS_NUMBER & ~can_be_sent_anew()


@transaction.atomic
def follow_theirs(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Let the documents say what Xero has, as their next revision; nothing is sent.

    Raises CannotTakeOver where that is possible of none of them, and NotAllowed.
    """
    keys = _asked(workspace, actor, link_ids, CAN_FOLLOW)
    found = TakeOvers(keys)
    _note(keys, actor, "chose to keep what Xero has, here too")

    def settle(link: Link, document: Document) -> None:
        theirs = (link.problem or {})["details"]["theirs"]
        ours = contents_here([link])[link.pk]
        if left := differences_between(theirs, ours):
            names = dict.fromkeys(_name(one.field, one.line) for one in left)
            raise CannotTakeOver("", remedy=_named(names))
        Link.objects.filter(pk=link.pk).update(
            state=LinkState.SYNCED,
            problem=None,
            waits_for="",
            kept_at=None,
            forced_revision=None,
            xero_status=(link.problem or {})["details"].get("status", link.xero_status),
            xero_number=theirs.get("number") or link.xero_number,
            sealed_revision=document.revision,
            sent_revision=document.revision,
            changed_at=Now(),
        )
        note_agreed(link.pk, document.revision, ours, theirs)
        release_waiting(link.organisation_id, [wait_key(WaitSort.DOCUMENT, document.pk)])
        wake_lane(link.organisation_id)

    return _each(workspace, actor, found, found.follow, settle)


@transaction.atomic
def take_both(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Take over what was changed there beside what was changed here, and send that.

    Raises CannotTakeOver, naming what both have changed, where it is possible of none of them.
    """
    keys = _asked(workspace, actor, link_ids, CAN_TAKE_BOTH)
    found = TakeOvers(keys)
    _note(keys, actor, "chose to take both sides' changes")

    def settle(link: Link, document: Document) -> None:
        Link.objects.filter(pk=link.pk).update(
            state=LinkState.QUEUED, forced_revision=document.revision, **fields_anew()
        )
        wake_lane(link.organisation_id)

    return _each(workspace, actor, found, found.both, settle)


@transaction.atomic
def send_renumbered(*, workspace: Workspace, actor: User, link_ids: Sequence[int]) -> int:
    """Send what was voided there again, under the next number of its family."""
    keys = _asked(workspace, actor, link_ids, needs_new_number())
    links = Link.objects.filter(pk__in=keys)
    _note(keys, actor, "chose to send it again with a new number")
    documents = [pk for pk in links.values_list("document", flat=True) if pk is not None]
    renumber_documents(workspace=workspace, actor=actor, document_ids=documents)
    for link in links.select_related("document"):
        revision = link.document.revision if link.document else None
        Link.objects.filter(pk=link.pk).update(
            state=LinkState.QUEUED, forced_revision=revision, **fields_anew()
        )
        wake_lane(link.organisation_id)
    return len(keys)


def _asked(workspace: Workspace, actor: User, link_ids: Sequence[int], which: Q) -> list[int]:
    """Lock the documents, then the links; return the keys of those that wait for this."""
    require(actor, workspace, Permission.MANAGE_SYNC)
    require(actor, workspace, Permission.EDIT_BOOKS)
    chosen = Link.objects.filter(organisation__workspace=workspace, pk__in=link_ids)
    lock_documents([pk for pk in chosen.values_list("document", flat=True) if pk is not None])
    return list(locked_links(chosen).filter(which).order_by("pk").values_list("pk", flat=True))


def _each(
    workspace: Workspace,
    actor: User,
    found: TakeOvers,
    plan: Callable[[int], TakeOver],
    settle: Callable[[Link, Document], None],
) -> int:
    """Edit each document as planned and settle its link; what cannot be is left whole."""
    done, refused = 0, ""
    for pk, link in found.links.items():
        try:
            with transaction.atomic():
                document = _edited(workspace, actor, link, plan(pk))
                settle(link, document)
            done += 1
        except CannotTakeOver as why:
            refused = refused or f"{link.document}: {why.remedy}"
        except BooksError as why:
            refused = refused or f"{link.document}: {why.remedy}"
    if refused and not done:
        raise CannotTakeOver("Nothing was changed.", remedy=refused)
    return done


def _edited(workspace: Workspace, actor: User, link: Link, plan: TakeOver) -> Document:
    document = link.document
    if document is None or plan.given is None or plan.party is None:
        raise CannotTakeOver("", remedy=_named(plan.against))
    if plan.party.pk != document.party_id:
        moved = move_documents(workspace=workspace, actor=actor, to={document.pk: plan.party})
        if not moved:
            raise CannotTakeOver("", remedy=_named([f"the contact {plan.party}"]))
    return edit_document(
        workspace=workspace, actor=actor, document_id=document.pk, document=plan.given
    )


def _named(against: Sequence[str] | dict[str, None]) -> str:
    what = listed(list(against)) or "what stands there"
    return (
        f"This cannot be taken over: {what}. Correct it on one of the two sides, or choose one of "
        "the other answers."
    )


def _name(field: str, line: int | None) -> str:
    if line is None:
        return HEAD.get(field, field).lower()
    return f"line {line}: {LINE.get(field, field)}"


def _note(keys: Sequence[int], actor: User, what: str) -> None:
    links = Link.objects.filter(pk__in=keys)
    note_decision(links, action=AttemptAction.DECIDE, message=f"{actor} {what}.", actor=actor)
