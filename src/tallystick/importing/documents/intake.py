"""Files whose rows are lines of documents."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain

from django.db import transaction

from tallystick.books.documents import cancel_documents
from tallystick.books.errors import HasSettlements
from tallystick.books.models import Document
from tallystick.failpoints import failpoint
from tallystick.importing.documents import staging
from tallystick.importing.documents.alike import mark_alike
from tallystick.importing.documents.appended import mark_appended
from tallystick.importing.documents.arranging import arrange
from tallystick.importing.documents.correcting import Corrector
from tallystick.importing.documents.here import here_by_root
from tallystick.importing.documents.judging import (
    Accepted,
    Cancelling,
    Declined,
    Differing,
    Rules,
    Verdict,
    judge,
)
from tallystick.importing.documents.parties import Parties, contradicting
from tallystick.importing.documents.rows import RowParser
from tallystick.importing.documents.taxes import TaxCodes
from tallystick.importing.documents.writing import templates_of, write
from tallystick.importing.intake import Intake, Order
from tallystick.importing.questions import Ask
from tallystick.importing.report import Cause
from tallystick.importing.survey import Surveyed
from tallystick.importing.tables.table import Row
from tallystick.importing.tally import Tally

_SCATTERED = (
    "A row of the file names no document or cannot be read, and rows of one document lie apart in "
    "it, so that the row may belong to any of them. Correct that row and import again."
)


class DocumentIntake(Intake):
    """Brings the lines of a document together, wherever in the file they lie."""

    def __init__(
        self, order: Order, surveyed: Surveyed, tally: Tally, header: Sequence[str]
    ) -> None:
        super().__init__(order, surveyed.mapping, tally)
        self._tax_codes = TaxCodes(
            order.workspace,
            surveyed.mapping.taxes,
            ends_in_rate=surveyed.mapping.tax_names_end_in_rate,
        )
        tally.report.unknown_tax_codes = self._tax_codes.unknown
        self._parser = RowParser(
            surveyed.mapping,
            header,
            tax_codes=self._tax_codes,
            templates=templates_of(order.workspace),
            home=surveyed.home,
            plausible=surveyed.plausible,
            continues=order.answers.get(Ask.UNNUMBERED) == "continue",
            report=tally.bad_row,
        )
        self._rules = Rules(surveyed.mapping, order.answers)
        self._corrector = Corrector(order, surveyed.mapping, self._tax_codes)

    def stage(self, rows: Iterable[Row]) -> None:
        staging.fill(chain.from_iterable(map(self._parser.parse, rows)))

    def group(self, headers: Sequence[int]) -> tuple[int, int]:
        self.tally.too_many(staging.take_out_crowds(), "lines")
        if self.mapping.order_columns:
            staging.forget_told_again()
        arrange(self.mapping, self._tax_codes, has_ties=self._parser.has_ties)
        found = staging.group(negative_is_credit=self.mapping.negative_is_credit)
        mark_alike()
        mark_appended(headers)
        signs = staging.credit_signs()
        self._rules = self._rules._replace(
            poisoned=_SCATTERED if self._parser.lost and staging.is_scattered() else "",
            mixes_signs=bool(signs.above and signs.below),
        )
        if Ask.UNNUMBERED not in self.order.answers:
            self.tally.ask(Ask.UNNUMBERED, count=self._parser.unnumbered)
        self.tally.ask(Ask.STATUS, count=self._parser.heads.without_status)
        if signs.above and signs.below and Ask.CREDIT_SIGN not in self.order.answers:
            self.tally.ask(Ask.CREDIT_SIGN, count=signs.below)
        if not self.order.dry_run:
            self._tax_codes.save_new()
        return found

    def chunk(self, place: int) -> int:
        judged = self._judged(place)
        failpoint("import.judged")
        new = [each for each in judged if isinstance(each, Accepted)]
        parties = Parties(self.order.workspace, new, self.mapping)
        self.tally.report.new_parties += parties.note_new()
        declined = [each for each in judged if isinstance(each, Declined)]
        doubted = [*filter(None, map(partial(contradicting, parties, self._decided()), new))]
        if doubted:
            declined += doubted
            left_out = {each.staged.key for each in declined}
            new = [each for each in new if each.staged.key not in left_out]
        if new and not self.order.dry_run:
            new, late = self._write(place, new, parties)
            declined += late
            failpoint("import.chunk_done")
        self.tally.made(new)
        for each in judged:
            if isinstance(each, Differing):
                declined += self._correct(each)
        self.tally.not_made(declined)
        self._cancel([each for each in judged if isinstance(each, Cancelling)])
        return len(judged)

    def _judged(self, place: int) -> list[Verdict]:
        staged = staging.chunk(self.order.workspace, place)
        roots = [each.here for each in staged if each.here is not None]
        here = here_by_root(self.order.workspace, roots)
        return [judge(each, here.get(each.here or 0), self._rules) for each in staged]

    def _decided(self) -> set[Ask]:
        """Return what was said of customers who may be somebody else: that they are not."""
        said = {Ask.PARTY: "name", Ask.PARTY_NUMBER: "number"}
        return {ask for ask, value in said.items() if self._rules.says(ask, value)}

    def _correct(self, differing: Differing) -> list[Declined]:
        """Bring what is here to what the file says, if that was answered; else say what is otherwise."""
        found = self._corrector.correct(differing, decided=self._decided())
        if isinstance(found, Declined):
            return [found]
        self.tally.corrected(found)
        self.tally.report.new_parties += staging.note_parties(found.new_parties)
        return []

    def _write(
        self, place: int, new: Sequence[Accepted], parties: Parties
    ) -> tuple[list[Accepted], list[Declined]]:
        """Write the documents; return those made, and those that came in by another way meanwhile."""
        made, submitted = write(new, parties, self.order)
        self.tally.report.submitted += submitted
        if len(made) == len(new):
            return made, []
        late = {each.staged.key for each in new} - {each.staged.key for each in made}
        again = [each for each in self._judged(place) if each.staged.key in late]
        return made, [_late(each) for each in again]

    def _cancel(self, cancelling: Sequence[Cancelling]) -> None:
        """Cancel what is here and the file says is cancelled; a dry run takes it back."""
        for each in cancelling:
            document = Document.objects.get(pk=each.here)
            try:
                with transaction.atomic():
                    cancelled = cancel_documents(
                        workspace=self.order.workspace,
                        document_ids=[each.here],
                        actor=self.order.actor,
                    )
                    transaction.set_rollback(self.order.dry_run)
            except HasSettlements as refused:
                said = (
                    f"The file cancels it, but {document.number} stays as it is. Delete these first, "
                    f"then import again: {refused.named}"
                )
                self.tally.not_made(
                    [Declined(each.staged, Cause.NOT_HERE, said, document.total, document.currency)]
                )
            else:
                if cancelled:
                    self.tally.cancelled(each.staged, document)
                self.tally.report.already_here += not cancelled


def _late(verdict: Verdict) -> Declined:
    if isinstance(verdict, Declined):
        return verdict
    reason = "Another import was making it at the same time. Import the file again."
    return Declined(verdict.staged, Cause.CHANGED, reason)
