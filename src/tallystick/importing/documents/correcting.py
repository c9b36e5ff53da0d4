"""Brings into the books what a file has otherwise than they: edits, amends or credits what is here.

Each document is one transaction. A dry run does the same and takes it back, so that it tells what
the run does, refusals of the books too.
"""

from collections.abc import Callable, Collection
from collections.abc import Mapping as Mapped
from dataclasses import replace
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.db import transaction

from tallystick.books.differences import difference, in_words
from tallystick.books.documents import (
    cancel_documents,
    credit_document,
    edit_document,
    replace_document,
    submit_documents,
)
from tallystick.books.errors import BooksError, HasSettlements
from tallystick.books.inputs import DocumentInput
from tallystick.books.models import Document
from tallystick.failpoints import failpoint
from tallystick.importing.documents.corrected import Corrected
from tallystick.importing.documents.given import given_in
from tallystick.importing.documents.here import here_by_root
from tallystick.importing.documents.judging import Declined, Differing
from tallystick.importing.documents.parties import Parties, contradicting
from tallystick.importing.documents.taxes import TaxCodes
from tallystick.importing.home import home_of
from tallystick.importing.imports import note
from tallystick.importing.intake import Order
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.models import How
from tallystick.importing.questions import Ask
from tallystick.workspaces.models import User, Workspace

_CHANGED_HERE = " It was changed here since it was imported, which an edit would take back."
_LATE = "It was changed here at this very moment. Import the file again."


class Acting(TypedDict):
    """Who does it, where."""

    workspace: Workspace
    actor: User | None


class Corrector:
    """Corrects documents of one file."""

    def __init__(self, order: Order, mapping: Mapping, tax_codes: TaxCodes) -> None:
        self._order = order
        self._mapping = mapping
        self._tax_codes = tax_codes
        self._acting: Acting = {"workspace": order.workspace, "actor": order.actor}

    def correct(self, differing: Differing, *, decided: Collection[Ask]) -> Corrected | Declined:
        """Do what was answered, or say what is otherwise.

        `decided`: as `contradicting` has it.
        """
        try:
            with transaction.atomic():
                found = self._corrected(differing, decided=decided)
                if self._order.dry_run or isinstance(found, Declined):
                    transaction.set_rollback(True)
        except HasSettlements as refused:
            first = f"Delete these first, then import again: {refused.named}"
            return differing.declined(f"{differing.here.number} was left as it is. {first}")
        except BooksError as refused:
            return differing.declined(f"{differing.here.number} was left as it is. {refused}")
        if isinstance(found, Corrected) and not self._order.dry_run:
            failpoint("import.corrected")
        return found

    def _corrected(self, differing: Differing, *, decided: Collection[Ask]) -> Corrected | Declined:
        new = differing.new
        parties = Parties(self._order.workspace, [new], self._mapping)
        if other := contradicting(parties, decided, new):
            return other
        new_parties = parties.new()
        parties.add_missing()
        self._tax_codes.save_new()
        document = self._locked(differing)
        if isinstance(document, Declined):
            return document
        given = given_in(new, party_number=parties.party_of(new.head).number)
        # Kept out by a person is kept out, whatever the file says.
        given = replace(given, do_not_sync=given.do_not_sync or document.do_not_sync)
        changes = difference(document, given)
        if not changes:
            return Declined(new.staged, None)
        if differing.mode == "leave":
            said = f"{document} is here with other content. {in_words(changes)}"
            return differing.declined(said + (_CHANGED_HERE if differing.here.is_changed else ""))
        before = document.total
        made = _MODES[differing.mode](self, document, given)
        self._keep(made, new.digest)
        return Corrected(
            new=new,
            mode=differing.mode,
            changes=in_words(changes),
            made=[each for how, each in made.items() if how is not How.EDITED],
            change=new.total - before,
            submitted=self._submitted(made),
            new_parties=new_parties,
        )

    def _locked(self, differing: Differing) -> Document | Declined:
        """Return what is here, locked; else what becomes of it where that is another by now."""
        root, here, new = differing.staged.here or 0, differing.here, differing.new
        found = Document.objects.filter(pk__in=[root, here.document_id])
        locked = {each.pk: each for each in found.select_related("party", "template").locked()}
        now = here_by_root(self._order.workspace, [root]).get(root)
        if now == here:
            return locked[here.document_id]
        if now and not now.is_cancelled and now.digest == new.digest:
            return Declined(new.staged, None)
        return differing.declined(_LATE)

    def _edit(self, document: Document, given: DocumentInput) -> dict[How, Document]:
        edited = edit_document(document_id=document.pk, document=given, **self._acting)
        return {How.EDITED: edited}

    def _amend(self, document: Document, given: DocumentInput) -> dict[How, Document]:
        cancel_documents(document_ids=[document.pk], **self._acting)
        new = replace_document(document_id=document.pk, document=given, **self._acting)
        return {How.REPLACED: new}

    def _credit(self, document: Document, given: DocumentInput) -> dict[How, Document]:
        today = datetime.now(ZoneInfo(home_of(self._order.workspace).zone)).date()
        note = credit_document(
            document_id=document.pk, issued_on=max(document.issued_on, today), **self._acting
        )
        new = replace_document(document_id=document.pk, document=given, **self._acting)
        return {How.CREDITED: note, How.REPLACED: new}

    def _keep(self, made: Mapped[How, Document], digest: bytes) -> None:
        """Remember what the file says of it, and that this import did it."""
        for how, document in made.items():
            if how is not How.CREDITED:
                Document.objects.filter(pk=document.pk).update(import_digest=digest)
            if self._order.kept:
                note(self._order.kept, how, [document.pk])

    def _submitted(self, made: Mapped[How, Document]) -> int:
        """Submit what was made, if all that is made is to be; return how many."""
        ids = [each.pk for how, each in made.items() if how is not How.EDITED]
        if not (ids and self._order.submit):
            return 0
        return len(submit_documents(document_ids=ids, **self._acting))


#: What each answer to Ask.CHANGED does; to leave it does nothing.
_MODES: dict[str, Callable[[Corrector, Document, DocumentInput], dict[How, Document]]] = {
    "edit": Corrector._edit,
    "amend": Corrector._amend,
    "credit": Corrector._credit,
}
