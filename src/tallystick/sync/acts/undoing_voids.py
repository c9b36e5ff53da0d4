"""Undoing that a document was cancelled here because somebody voided it in Xero."""

from django.db import transaction

from tallystick.books.documents import restore_documents
from tallystick.connections.bound import bound_organisation
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.attempt_rows import note_decision
from tallystick.sync.links.pushed_records import PushedDocument, id_in_xero
from tallystick.sync.links.queueing import locked_links
from tallystick.sync.links.transitions import XeroCopy, apply_verdicts
from tallystick.sync.lookup.document_questions import removed_there
from tallystick.sync.models import Intent, Link, LinkState
from tallystick.sync.reconcile.followed_there import VOIDED_THERE
from tallystick.sync.reconcile.settlements_there import lock_documents
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace


@transaction.atomic
def undo_void(*, workspace: Workspace, actor: User, document_id: int) -> bool:
    """Restore the document as it was; then it is one that was removed in Xero, with all answers to that.

    Tells whether it did: pressed twice, or once another document is in its place, it changes nothing.
    Raises NotAllowed for people who may not edit the books.
    """
    require(actor, workspace, Permission.EDIT_BOOKS)
    organisation = bound_organisation(workspace)
    lock_documents([document_id])
    links = Link.objects.filter(
        organisation=organisation, document=document_id, waits_for=VOIDED_THERE
    )
    link = locked_links(links).filter(state=LinkState.RETRACTED, xero_id__isnull=False).first()
    if link is None:
        return False
    done = restore_documents(workspace=workspace, actor=actor, document_ids=[document_id])
    if not done:
        return False
    of_it = Link.objects.filter(pk=link.pk)
    message = f"{actor} undid that it was cancelled here."
    note_decision(of_it, action=AttemptAction.DECIDE, message=message, actor=actor)
    of_it.update(intent=Intent.PUSH, waits_for="")
    one = PushedDocument.of(Link.objects.with_records().get(pk=link.pk))
    there = XeroCopy(id_in_xero(one.link), one.link.xero_number, one.link.xero_status)
    apply_verdicts([removed_there(one, there)], action=AttemptAction.CHECK)
    return True
