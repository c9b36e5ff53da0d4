"""Files whose rows are lines of documents."""

from collections.abc import Iterable, Sequence

from tallystick.failpoints import failpoint
from tallystick.importing import staging
from tallystick.importing.intake import Intake, Order
from tallystick.importing.judging import Accepted, Declined, judge
from tallystick.importing.mappings import Mapping
from tallystick.importing.parties import Parties, number_of
from tallystick.importing.read import Row
from tallystick.importing.rows import RowParser
from tallystick.importing.tally import Tally
from tallystick.importing.taxes import TaxCodes
from tallystick.importing.writing import templates_of, write


class DocumentIntake(Intake):
    """Brings the lines of a document together, wherever in the file they lie."""

    def __init__(self, order: Order, mapping: Mapping, tally: Tally, header: Sequence[str]) -> None:
        super().__init__(order, mapping, tally)
        self._tax_codes = TaxCodes(order.workspace)
        tally.report.unknown_tax_codes = self._tax_codes.unknown
        self._parser = RowParser(
            mapping,
            header,
            tax_codes=self._tax_codes,
            templates=templates_of(order.workspace),
            currency=order.workspace.currency,
            report=tally.bad_row,
        )

    def stage(self, rows: Iterable[Row]) -> None:
        staging.fill(filter(None, map(self._parser.parse, rows)))

    def group(self) -> tuple[int, int]:
        self.tally.too_many(staging.take_out_crowds(), "lines")
        found = staging.group(negative_is_credit=self.mapping.negative_is_credit)
        if not self.order.dry_run:
            self._tax_codes.save_new()
        return found

    def chunk(self, place: int) -> int:
        workspace, tally = self.order.workspace, self.tally
        judged = [judge(each) for each in staging.chunk(workspace, place)]
        new = [each for each in judged if isinstance(each, Accepted)]
        parties = Parties(workspace, new, party_name=self.mapping.party_name)
        tally.report.new_parties += staging.note_parties(map(number_of, parties.missing()))
        if new and not self.order.dry_run:
            new = self._write(place, new, parties)
            failpoint("import.chunk_done")
        tally.made(new)
        tally.not_made(each for each in judged if isinstance(each, Declined))
        return len(judged)

    def _write(self, place: int, new: Sequence[Accepted], parties: Parties) -> list[Accepted]:
        """Write the documents; return those made, having told of those that came in meanwhile."""
        order = self.order
        made, submitted = write(
            new, parties, workspace=order.workspace, actor=order.actor, submit=order.submit
        )
        self.tally.report.submitted += submitted
        if len(made) < len(new):
            late = {each.staged.first_line for each in new}
            late -= {each.staged.first_line for each in made}
            again = [judge(each) for each in staging.chunk(order.workspace, place)]
            self.tally.not_made(
                each
                for each in again
                if isinstance(each, Declined) and each.staged.first_line in late
            )
        return made
