"""Runs: what each press of Sync now has sent, and what became of it, by what Xero is known to have."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import F, QuerySet

from tallystick.english import counted
from tallystick.sync.links.record_sums import RecordSum, sum_of_rows
from tallystick.sync.links.run_counts import CountedRow, rows_of_alike
from tallystick.sync.models import OF_DOCUMENTS, OPEN_STATES, Intent, Link, LinkState, Run
from tallystick.workspaces.models import Workspace

STOPPED = (LinkState.FAILED, LinkState.HELD)
#: In a list of runs so many records of each are looked at, and of all of them together.
LISTED = 2_000
LISTED_IN_ALL = 10_000


class UndoProgress(models.TextChoices):
    """How far undoing a run has come; the words stand beside it."""

    UNDER_WAY = "under-way", "Being undone"
    IN_PART = "in-part", "Not all undone"
    DONE = "done", "Undone"


@dataclass(frozen=True, slots=True)
class RunStanding:
    """What has become of a run's records so far. Each is in Xero, gone from it, or not there yet."""

    #: Standing in Xero, whatever is wished for them.
    in_xero: RecordSum
    #: Of these, on the way out; and what was to go and stays, by the code of its problem.
    leaving: RecordSum
    refused: Mapping[str, RecordSum]
    #: Removed from Xero, by us or by somebody there.
    gone: RecordSum
    #: Not in Xero: on the way there, failed or a question, waiting or kept out, withdrawn before.
    on_the_way: RecordSum
    stopped: RecordSum
    waiting: RecordSum
    withdrawn: RecordSum
    #: Everything that waits for a person, in Xero or not.
    needs_you: RecordSum

    @property
    def all_refused(self) -> RecordSum:
        return sum(self.refused.values(), RecordSum())

    def undoing(self, run: Run) -> UndoProgress | None:
        """Return how far undoing the run has come; None where nobody wants it undone."""
        if self.leaving.count:
            return UndoProgress.UNDER_WAY if run.undone_at else None
        if run.undone_at is None:
            return None
        return (
            UndoProgress.IN_PART
            if self.in_xero.count or self.on_the_way.count
            else UndoProgress.DONE
        )


def runs_of(workspace: Workspace) -> QuerySet[Run]:
    """Return the workspace's runs, newest first."""
    return (
        Run.objects.filter(organisation__workspace=workspace)
        .select_related("started_by", "undone_by", "organisation", "of_import")
        .order_by("-pk")
    )


def standings_of(runs: Iterable[Run]) -> dict[int, RunStanding]:
    """Return what has become of each run, by its key; in one query."""
    found: defaultdict[int, list[CountedRow]] = defaultdict(list)
    for row in rows_of_alike(Link.objects.filter(OF_DOCUMENTS, run__in=list(runs)), run=F("run")):
        found[row["the_run"]].append(row)
    return {run.pk: standing_in(found[run.pk]) for run in runs}


@dataclass(frozen=True, slots=True)
class UncountedRun:
    """A run that a list does not look into: only how many records it has."""

    size: int

    def __str__(self) -> str:
        if self.size > LISTED:
            return f"More than {LISTED:,} records"
        return counted(self.size, "record")


def listed_standings(runs: Sequence[Run]) -> dict[int, RunStanding | UncountedRun]:
    """Return what a list tells of each run, by its key; within bounds, those that come first."""
    sizes, looked_at, left = sizes_of(runs, at_most=LISTED + 1), [], LISTED_IN_ALL
    for run in runs:
        if sizes[run.pk] <= min(LISTED, left):
            looked_at.append(run)
            left -= sizes[run.pk]
    return {key: UncountedRun(size) for key, size in sizes.items()} | standings_of(looked_at)


def sizes_of(runs: Sequence[Run], *, at_most: int) -> dict[int, int]:
    """Return how many records each run has, by its key; `at_most` where there are as many."""
    with connection.cursor() as cursor:
        # Along the index from each run on: asked for one run alone, PostgreSQL looks through the
        # whole table instead, once a single run has most of it.
        cursor.execute(
            """
            SELECT run.id, (
                SELECT count(*) FROM (
                    SELECT run_id FROM sync_link WHERE run_id >= run.id ORDER BY run_id LIMIT %s
                ) AS next WHERE run_id = run.id
            ) FROM unnest(%s::bigint[]) AS run(id)
            """,
            [at_most, [run.pk for run in runs]],
        )
        return dict(cursor.fetchall())


def standing_in(rows: list[CountedRow]) -> RunStanding:
    """Return what has become of the links in the rows."""

    def part(place: str = "", *states: LinkState, **wanted: object) -> RecordSum:
        return sum_of_rows(
            row
            for row in rows
            if place in ("", row["the_place"])
            and (not states or row["state"] in states)
            and all(row[name] == value for name, value in wanted.items())
        )

    codes = sorted({row["the_code"] for row in rows if _is_refused(row)})
    return RunStanding(
        in_xero=part("there"),
        leaving=part("there", *OPEN_STATES, intent=Intent.RETRACT),
        refused={
            code: part("there", *STOPPED, intent=Intent.RETRACT, the_code=code) for code in codes
        },
        gone=part("gone"),
        on_the_way=part("not there", *OPEN_STATES),
        stopped=part("not there", *STOPPED),
        waiting=part("not there", LinkState.WAITING, LinkState.EXCLUDED),
        withdrawn=part("not there", LinkState.RETRACTED),
        needs_you=part("", *STOPPED),
    )


def _is_refused(row: Mapping[str, Any]) -> bool:
    is_out = row["intent"] == Intent.RETRACT and row["the_place"] == "there"
    return is_out and row["state"] in STOPPED
