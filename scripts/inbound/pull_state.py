"""How far reading has come, by our tables; and letting nights pass."""

from django.db.models import Q
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.mirror.models import (
    MirroredContact,
    MirroredDocument,
    MirroredItem,
    MirroredPayment,
)
from tallystick.sync import models
from tallystick.sync.models import Batch, Lane, Link, LinkState, Reading, is_due, is_slice_due
from tallystick.sync.pull.pulled_kinds import PULLED
from tallystick.sync.pull.schedule import make_due, readable_kinds
from tallystick.sync.rounds.jobs import wake_due


def rows_here(organisation: Organisation) -> int:
    """Return how many records are mirrored."""
    mirrors = (MirroredContact, MirroredItem, MirroredDocument, MirroredPayment)
    return sum(one.objects.filter(organisation=organisation).count() for one in mirrors)


def pause(organisation: Organisation, *, paused: bool = True) -> None:
    """Put the first import off, as a person does, or let it go on; lists are read in any case."""
    Reading.objects.filter(organisation=organisation, kind__in=list(PULLED)).update(
        is_paused=paused
    )
    wake_due()


def rounds_begun(organisation: Organisation) -> int:
    """Return how many rounds of the organisation have begun."""
    return int(Lane.objects.get(organisation=organisation).fence)


def is_worked_on(organisation: Organisation, *, after: int) -> bool:
    """Tell whether a worker is at a round that began after so many."""
    held = Lane.objects.filter(organisation=organisation, leased_until__gt=Now(), fence__gt=after)
    return held.exists()


def is_whole(organisation: Organisation) -> bool:
    """Tell whether everything has been read once, to its end."""
    of_it = Reading.objects.filter(organisation=organisation)
    return of_it.exists() and not of_it.filter(whole_at=None, off_at=None).exists()


def is_at_rest(organisation: Organisation) -> bool:
    """Tell whether nothing is to be read, fetched, sent or checked just now."""
    readings = Reading.objects.filter(organisation=organisation, off_at=None, is_paused=False)
    reading = readings.filter(is_due() | is_slice_due() | Q(begun_at__isnull=False))
    moving = Link.objects.filter(
        organisation=organisation, state__in=[LinkState.QUEUED, LinkState.SENDING]
    )
    return not (
        reading.exists()
        or moving.exists()
        or Batch.objects.filter(settled_at=None).exists()
        or Lane.objects.filter(check_due_at__lte=Now()).exists()
        or _events_wait()
    )


def refresh(organisation: Organisation) -> None:
    """Let everything be read at once, as a person's Refresh does."""
    make_due(organisation, readable_kinds(organisation), why="The run has come to its end.")
    wake_due()


def let_night_come(organisation: Organisation, *, first: bool) -> bool:
    """Let the nightly part of everything be due; False once all parts had their night.

    The `first` time from the first page on.
    """
    readings = Reading.objects.filter(
        organisation=organisation, kind__in=list(PULLED), off_at=None, is_by_hand=False
    )
    if first:
        readings.update(slice_page=1, slice_due_at=Now())
    else:
        readings = readings.exclude(slice_page=1)
        readings.update(slice_due_at=Now())
    wake_due()
    return readings.exists()


def complaints(organisation: Organisation) -> list[str]:
    """Return what readings say against themselves: off, or an alarm."""
    readings = Reading.objects.filter(organisation=organisation)
    told = readings.exclude(alarm="", off_reason="")
    return [f"{one.get_kind_display()}: {one.off_reason or one.alarm}" for one in told]


def _events_wait() -> bool:
    # They have a table where webhooks are taken.
    events = getattr(models, "WebhookEvent", None)
    return events is not None and bool(events.objects.filter(done_at=None).exists())
