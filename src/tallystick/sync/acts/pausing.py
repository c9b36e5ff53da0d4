"""The first import: paused, resumed, and begun from a day on. What is here already stays."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from tallystick.act_refused import ActRefused
from tallystick.connections.bound import NotConnected, bound_organisation
from tallystick.connections.models import Organisation
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.models import Lane, PulledKind, Reading
from tallystick.sync.pull.pulled_kinds import PULLED
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: What a first import leaves out where it is dated before its beginning; the rest comes whole.
DATED = tuple(kind for kind, pulled in PULLED.items() if pulled.which.has_days)


class PausingRefused(ActRefused):
    """The first import cannot be paused, resumed or begun anew just now."""

    code = "first_import_refused"


@transaction.atomic
def pause_import(*, workspace: Workspace, actor: User) -> list[PulledKind]:
    """Let the first import rest after the page that is being read; returns of which kinds.

    Raises NotAllowed, NotConnected, and PausingRefused where there is none.
    """
    organisation = _organisation(workspace, actor)
    unread = _unfinished(organisation)
    if not unread.exists():
        raise PausingRefused(
            "The first import is done, so there is nothing to pause.",
            remedy="What Xero changes from now on is read in turn; that is a few calls an hour.",
        )
    going = _kinds(unread.filter(is_paused=False))
    if unread.filter(kind__in=going).update(is_paused=True):
        _record(workspace, actor, organisation, "paused", "Paused the first import from {}.")
    return going


@transaction.atomic
def resume_import(*, workspace: Workspace, actor: User) -> list[PulledKind]:
    """Let the first import go on where it stopped; returns of which kinds, none where none was paused.

    Raises NotAllowed and NotConnected.
    """
    organisation = _organisation(workspace, actor)
    paused = Reading.objects.filter(organisation=organisation, is_paused=True)
    kinds = _kinds(paused)
    if kinds:
        paused.update(is_paused=False)
        _record(workspace, actor, organisation, "resumed", "Resumed the first import from {}.")
        wake_lane(organisation.pk)
    return kinds


@transaction.atomic
def start_import_on(*, workspace: Workspace, actor: User, day: date | None) -> list[PulledKind]:
    """Let the first import leave out what is dated before the day; None takes all. Returns of which kinds.

    A kind that is being imported begins again from its first page: what came already stays, and is
    not written twice. Raises NotAllowed, NotConnected, and PausingRefused where all is here, or a
    page is being read at this moment.
    """
    organisation = _organisation(workspace, actor)
    # Whoever holds the lane has the cycle in hand, and would write over what is set here.
    Lane.objects.get_or_create(organisation=organisation)
    lane = Lane.objects.select_for_update().filter(organisation=organisation)
    list(lane)
    unread = _unfinished(organisation).filter(kind__in=DATED)
    if not unread.exists():
        raise PausingRefused(
            "The first import is done, so it is too late for a day to begin on.",
            remedy="What is here stays; nothing was changed.",
        )
    if lane.filter(leased_until__gt=Now()).exists():
        raise PausingRefused(
            "A page is being read from Xero at this moment.",
            remedy="Pause the first import, set the day, and resume it. Nothing was changed.",
        )
    kinds = _kinds(unread)
    unread.update(
        starts_on=day, begun_at=None, page=1, found=0, handled=0, news=0,
        short_since=None, short_of=None, rounds=0,
    )  # fmt: skip
    what = f"Let the first import from {{}} begin with {day:%d %b %Y}." if day else (
        "Let the first import from {} take all there is."
    )  # fmt: skip
    _record(workspace, actor, organisation, "starts", what)
    wake_lane(organisation.pk)
    return kinds


def _organisation(workspace: Workspace, actor: User) -> Organisation:
    require(actor, workspace, Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    if organisation is None:
        raise NotConnected(workspace)
    return organisation


def _unfinished(organisation: Organisation) -> QuerySet[Reading]:
    """Return the kinds that come page by page and were never read to the end."""
    return Reading.objects.filter(organisation=organisation, kind__in=list(PULLED), whole_at=None)


def _kinds(readings: QuerySet[Reading]) -> list[PulledKind]:
    found = set(readings.values_list("kind", flat=True))
    return [kind for kind in PulledKind if kind in found]


def _record(
    workspace: Workspace, actor: User, organisation: Organisation, what: str, words: str
) -> None:
    audit.record(
        workspace=workspace,
        actor=actor,
        action=f"first_import.{what}",
        subject=organisation,
        message=words.format(organisation.name),
    )
