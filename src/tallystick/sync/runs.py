"""Runs: what each press of Sync now has sent, and what became of it, by what Xero is known to have."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, Count, F, QuerySet, Sum, Value, When

from tallystick.sync.models import GONE, IN_XERO, OPEN_STATES, Intent, Link, LinkState, Run
from tallystick.sync.sums import AMOUNT, CURRENCY, SORT, Part, part_of_rows
from tallystick.workspaces.models import Workspace

STOPPED = (LinkState.FAILED, LinkState.HELD)


class Undoing(models.TextChoices):
    """How far undoing a run has come; the words stand beside it."""

    UNDER_WAY = "under-way", "Being undone"
    IN_PART = "in-part", "Not all undone"
    DONE = "done", "Undone"


@dataclass(frozen=True, slots=True)
class Standing:
    """What has become of a run's records so far. Each is in Xero, gone from it, or not there yet."""

    #: Standing in Xero, whatever is wished for them.
    in_xero: Part
    #: Of these, on the way out; and what was to go and stays, by the code of its problem.
    leaving: Part
    refused: Mapping[str, Part]
    #: Removed from Xero, by us or by somebody there.
    gone: Part
    #: Not in Xero: on the way there, failed or a question, waiting or kept out, withdrawn before.
    on_the_way: Part
    stopped: Part
    waiting: Part
    withdrawn: Part
    #: Everything that waits for a person, in Xero or not.
    needs_you: Part

    @property
    def all_refused(self) -> Part:
        return sum(self.refused.values(), Part())

    def undoing(self, run: Run) -> Undoing | None:
        """Return how far undoing the run has come; None where nobody wants it undone."""
        if self.leaving.count:
            return Undoing.UNDER_WAY if run.undone_at else None
        if run.undone_at is None:
            return None
        return Undoing.IN_PART if self.in_xero.count or self.on_the_way.count else Undoing.DONE


def runs_of(workspace: Workspace) -> QuerySet[Run]:
    """Return the workspace's runs, newest first."""
    return (
        Run.objects.filter(organisation__workspace=workspace)
        .select_related("started_by", "undone_by", "organisation")
        .order_by("-pk")
    )


def standing_of(runs: Iterable[Run]) -> dict[int, Standing]:
    """Return what has become of each run, by its key; in one query."""
    links = Link.objects.filter(run__in=list(runs), party=None).order_by()
    columns: Any = ("run", "state", "intent")
    by = links.values(
        *columns, the_place=_PLACE, the_code=F("problem_code"), the_currency=CURRENCY, the_sort=SORT
    )
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in by.annotate(count=Count("pk"), the_total=Sum(AMOUNT)):
        found[row["run"]].append(row)
    return {run.pk: _standing(found[run.pk]) for run in runs}


_PLACE = Case(
    When(IN_XERO, then=Value("there")),
    When(xero_status__in=GONE, xero_id__isnull=False, then=Value("gone")),
    default=Value("not there"),
)


def _standing(rows: list[dict[str, Any]]) -> Standing:
    def part(place: str = "", *states: LinkState, **wanted: object) -> Part:
        return part_of_rows(
            row
            for row in rows
            if place in ("", row["the_place"])
            and (not states or row["state"] in states)
            and all(row[name] == value for name, value in wanted.items())
        )

    codes = sorted({row["the_code"] for row in rows if _is_refused(row)})
    return Standing(
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
