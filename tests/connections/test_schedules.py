"""When a module goes by itself: an interval, hours of the day in the books' zone, or never."""

from datetime import UTC, datetime, time

import pytest

from factories import make_workspace, owner_of
from tallystick.connections.models import ModuleSchedule, Organisation, Rhythm
from tallystick.connections.modules import Module
from tallystick.connections.schedules import (
    ScheduleRefused,
    Way,
    choose_schedule,
    next_after,
    read_as_usual,
    read_manually,
    schedule_words,
    schedules_of,
    ways_of,
)
from tallystick.workspaces.models import AuditEntry

pytestmark = pytest.mark.django_db
AUCKLAND = "Pacific/Auckland"


@pytest.fixture
def organisation() -> Organisation:
    return make_workspace().organisations.create(
        tenant_id="5f0e0d3a-2f3c-4c8e-9b7a-0a1b2c3d4e5f", name="Demo", timezone=AUCKLAND
    )


def choose(organisation: Organisation, module: Module, rhythm: str, **values: object) -> None:
    actor = owner_of(organisation.workspace)
    given: dict = {"rhythm": rhythm, **values}
    choose_schedule(organisation=organisation, modules=[module], actor=actor, **given)


def of_contacts(organisation: Organisation) -> ModuleSchedule:
    return schedules_of(organisation)[Module.CONTACTS, Way.PULL]


def test_at_first_it_is_every_quarter_of_an_hour_and_lists_once_a_day(organisation):
    words = {module: schedule_words(one) for (module, _), one in schedules_of(organisation).items()}

    assert words.pop(Module.ACCOUNTS) == words.pop(Module.TAX_RATES) == "every 24 hours"
    assert set(words.values()) == {"every 15 minutes"}
    assert list(words) == list(Module)[2:]


def test_every_module_can_be_read_by_a_schedule_and_what_goes_by_rules_has_none_of_its_own():
    assert all(ways_of(module) == [Way.PULL] for module in Module)


def test_an_interval_hours_and_manual_only(organisation):
    now = datetime(2026, 11, 30, 20, 50, tzinfo=UTC)  # 09:50 on the first of December there
    choose(organisation, Module.CONTACTS, "interval", minutes=45)
    assert next_after(of_contacts(organisation), now) == datetime(2026, 11, 30, 21, 35, tzinfo=UTC)

    choose(organisation, Module.CONTACTS, "hours", hours=[time(17, 30), time(9), time(9)])
    kept = of_contacts(organisation)
    assert schedule_words(kept) == "every day at 09:00 and 17:30 (Pacific/Auckland)"
    evening = datetime(2026, 12, 1, 4, 30, tzinfo=UTC)
    assert next_after(kept, now) == evening
    assert next_after(kept, evening) == datetime(2026, 12, 1, 20, 0, tzinfo=UTC)

    choose(organisation, Module.CONTACTS, "manual")
    assert next_after(of_contacts(organisation), now) is None
    assert AuditEntry.objects.filter(action="module.schedule").count() == 3


def test_an_hour_that_the_clocks_pass_over_still_comes_once(organisation):
    choose(organisation, Module.CONTACTS, "hours", hours=[time(2, 30)])
    # On 27 September 2026 there is no half past two in Auckland.
    before = datetime(2026, 9, 26, 13, 0, tzinfo=UTC)

    first = next_after(of_contacts(organisation), before)

    assert first is not None
    assert before < first < datetime(2026, 9, 26, 16, 0, tzinfo=UTC)
    second = next_after(of_contacts(organisation), first)
    assert second == datetime(2026, 9, 27, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"rhythm": "sometimes"}, "rhythm"),
        ({"rhythm": "interval", "minutes": 4}, "minutes"),
        ({"rhythm": "interval", "minutes": 1441}, "minutes"),
        ({"rhythm": "hours"}, "hours"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(organisation, values, field):
    with pytest.raises(ScheduleRefused) as refused:
        choose(organisation, Module.CONTACTS, **values)

    assert refused.value.field == field
    assert not ModuleSchedule.objects.exists()


def test_manual_only_for_all_and_back(organisation):
    owner = owner_of(organisation.workspace)

    read_manually(organisation=organisation, actor=owner)
    assert {one.rhythm for one in schedules_of(organisation).values()} == {Rhythm.MANUAL}

    read_as_usual(organisation=organisation, actor=owner)
    assert not ModuleSchedule.objects.exists()
