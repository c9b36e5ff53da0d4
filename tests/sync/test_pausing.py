"""The first import: paused and resumed where it stopped, begun from a day on; never half known."""

from datetime import date, timedelta

import pytest
from bookkeeper import Bookkeeper
from django.db.models.functions import Now
from pulling import on_schedule, reading

from factories import make_member
from tallystick.mirror.models import MirroredDocument
from tallystick.sync.acts.pausing import (
    PausingRefused,
    pause_import,
    resume_import,
    start_import_on,
)
from tallystick.sync.models import Lane, PulledKind, Reading
from tallystick.sync.reports.sync_status import sync_status
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import AuditEntry, Role
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)
INVOICES = PulledKind.INVOICES


@pytest.fixture
def importing(books: Books, bookkeeper: Bookkeeper, monkeypatch) -> Books:
    """Books whose first import of invoices is due: a few of them, two a page."""
    monkeypatch.setattr("tallystick.xero.client.PAGE_SIZE", 2)
    for number, day in (("A", "2026-11-01"), ("B", "2026-11-10"), ("C", "2026-11-20")):
        bookkeeper.make("ACCREC", number, contact="Walk In", Date=day)
    on_schedule(books, INVOICES)
    Reading.objects.filter(kind=INVOICES).update(due_at=Now())
    return books


def numbers(books: Books) -> set[str]:
    found = MirroredDocument.objects.filter(organisation=books.organisation, type="ACCREC")
    return set(found.values_list("number", flat=True)) & {"A", "B", "C"}


def test_paused_it_reads_nothing_and_resumed_it_goes_on_at_its_page(importing, monkeypatch):
    monkeypatch.setattr("tallystick.sync.pull.changes._PAGES_A_ROUND", 1)
    importing.drain()
    page = reading(importing, INVOICES).page
    assert page == 2

    assert INVOICES in pause_import(workspace=importing.workspace, actor=importing.owner)
    asked = importing.sandbox.calls()["GET Invoices"]
    importing.work()
    assert importing.sandbox.calls()["GET Invoices"] == asked
    first = sync_status(importing.workspace).first_import
    assert (first.is_open, first.is_paused, first.minutes_left) == (True, True, None)

    resume_import(workspace=importing.workspace, actor=importing.owner)
    assert reading(importing, INVOICES).page == page
    importing.work()
    assert numbers(importing) == {"A", "B", "C"}
    assert not sync_status(importing.workspace).first_import.is_open


def test_a_day_to_begin_on_leaves_out_what_is_older_and_begins_again_from_the_first_page(
    importing, monkeypatch
):
    monkeypatch.setattr("tallystick.sync.pull.changes._PAGES_A_ROUND", 1)
    importing.drain()
    MirroredDocument.objects.all().delete()

    start_import_on(workspace=importing.workspace, actor=importing.owner, day=date(2026, 11, 10))
    importing.work()

    assert numbers(importing) == {"B", "C"}
    told = reading(importing, INVOICES)
    assert told.whole_at
    assert told.alarm == ""


def test_while_a_page_is_being_read_the_day_cannot_be_changed(importing):
    Lane.objects.update_or_create(
        organisation=importing.organisation,
        defaults={"leased_until": Now() + timedelta(minutes=1)},
    )

    with pytest.raises(PausingRefused, match="A page is being read"):
        start_import_on(workspace=importing.workspace, actor=importing.owner, day=None)
    assert reading(importing, INVOICES).starts_on is None


def test_once_all_is_here_there_is_nothing_to_pause_and_no_day_to_begin_on(importing):
    Reading.objects.update(whole_at=Now())
    by = {"workspace": importing.workspace, "actor": importing.owner}

    with pytest.raises(PausingRefused, match="nothing to pause"):
        pause_import(**by)
    with pytest.raises(PausingRefused, match="too late"):
        start_import_on(**by, day=date(2026, 1, 1))
    assert resume_import(**by) == []


@pytest.mark.parametrize("act", [pause_import, resume_import, start_import_on])
def test_who_may_not_manage_the_sync_changes_nothing(importing, act):
    bookkeeper = make_member(importing.workspace, Role.BOOKKEEPER)
    given = {"day": date(2026, 1, 1)} if act is start_import_on else {}

    with pytest.raises(NotAllowed):
        act(workspace=importing.workspace, actor=bookkeeper, **given)
    told = reading(importing, INVOICES)
    assert (told.is_paused, told.starts_on) == (False, None)


def test_each_act_is_kept_in_the_audit_once(importing):
    by = {"workspace": importing.workspace, "actor": importing.owner}
    for _ in range(2):
        pause_import(**by)
    for _ in range(2):
        resume_import(**by)
    start_import_on(**by, day=date(2026, 1, 1))

    told = AuditEntry.objects.filter(action__startswith="first_import").order_by("pk")
    assert [one.action for one in told] == [
        "first_import.paused",
        "first_import.resumed",
        "first_import.starts",
    ]
