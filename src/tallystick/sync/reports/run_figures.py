"""A run as its page tells it: counted at once where it is small, else in the background."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from tallystick.background.models import Task
from tallystick.background.queue import ask, last_answer
from tallystick.sync.acts.undoing_runs import UndoPreview, preview_in, rows_of, taken_out
from tallystick.sync.links.record_sums import RecordSum, sum_of_rows
from tallystick.sync.links.run_counts import COUNT_RUN, CountedRow, question_of, rows_of_alike
from tallystick.sync.models import LinkState, Run
from tallystick.sync.reports.run_standings import RunStanding, sizes_of, standing_in
from tallystick.workspaces.models import User

#: A run of so many records is counted while its page is drawn.
AT_ONCE = 3_000
#: What was counted in the background is shown so long before it is counted anew.
FRESH = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What a run has come to, what undoing it would do, and what could be sent again."""

    standing: RunStanding
    preview: UndoPreview
    again: RecordSum
    counted_at: datetime

    @property
    def is_moving(self) -> bool:
        """Something of it was on its way, to Xero or out of it."""
        standing = self.standing
        return bool(
            standing.leaving.count or standing.on_the_way.count or self.preview.arriving.count
        )


def count_run(run: Run) -> RunFigures:
    """Return the run's figures as they are now, however long that takes."""
    return _figures(*_rows(run), timezone.now())


def figures_or_task(run: Run, *, actor: User | None) -> tuple[RunFigures | None, Task | None]:
    """Return the run's figures; of a large one as last counted, and the task that counts it.

    There are none while it was not counted yet. Raises TooMany.
    """
    if sizes_of([run], at_most=AT_ONCE + 1)[run.pk] <= AT_ONCE:
        return count_run(run), None
    workspace, question = run.organisation.workspace, question_of(run)
    task = ask(workspace=workspace, actor=actor, kind=COUNT_RUN, question=question, fresh=FRESH)
    done = task if task.result else last_answer(workspace, COUNT_RUN, question)
    return _from_json(done.result) if done and done.result else None, task


def as_json(run: Run) -> dict[str, Any]:
    """Count the run and return what was found as JSON; the whole work of its task."""
    began = timezone.now()
    rows, again = (
        [row | {"the_total": str(row["the_total"] or 0)} for row in rows] for rows in _rows(run)
    )
    return {"rows": rows, "again": again, "counted_at": began.isoformat()}


def _from_json(plain: dict[str, Any]) -> RunFigures:
    rows, again = (
        [row | {"the_total": Decimal(row["the_total"])} for row in plain[name]]
        for name in ("rows", "again")
    )
    return _figures(rows, again, datetime.fromisoformat(plain["counted_at"]))


def _rows(run: Run) -> tuple[list[CountedRow], list[CountedRow]]:
    """Return all links of the run in rows, and those that could be sent again."""
    rows = rows_of(run)
    some_are_out = any(
        row["state"] == LinkState.RETRACTED and row["the_place"] == "gone" for row in rows
    )
    return rows, rows_of_alike(taken_out(run)) if some_are_out else []


def _figures(rows: list[CountedRow], again: list[CountedRow], counted_at: datetime) -> RunFigures:
    return RunFigures(standing_in(rows), preview_in(rows), sum_of_rows(again), counted_at)
