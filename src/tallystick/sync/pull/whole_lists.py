"""The lists that Xero gives whole: one call each, and all of them where something needs them fresh."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models.functions import Now

from tallystick.connections.clock import database_time
from tallystick.connections.models import Organisation
from tallystick.mirror import xero_lists
from tallystick.mirror.xero_lists import ListName
from tallystick.sync.engine.due_work import ALLOCATIONS, CUSTOMERS, DOCUMENTS, PAYMENTS
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.models import PulledKind, Reading
from tallystick.sync.pull.pulled_kinds import WHOLE_LISTS
from tallystick.sync.pull.schedule import keep_in_turn


def read_lists_if_needed(hands: RoundHands) -> None:
    """Read all of them where they were never read, or are old and something is to be sent."""
    organisation = hands.organisation
    is_needed = organisation.read_at is None or any(
        hands.due(work, 1) for work in (DOCUMENTS, PAYMENTS, ALLOCATIONS, CUSTOMERS)
    )
    if is_needed and xero_lists.is_stale(organisation):
        lists = hands.ask("organisation.read", partial(xero_lists.read, hands.client))
        hands.commit("organisation.keep", partial(_keep, organisation, lists))


def read_whole_list(hands: RoundHands, reading: Reading) -> None:
    """Read one of them, whose turn it is."""
    name = WHOLE_LISTS[PulledKind(reading.kind)]
    answer = hands.ask("list.read", partial(xero_lists.read_list, hands.client, name))
    hands.commit("list.keep", partial(_keep, hands.organisation, {name: answer}))


def _keep(organisation: Organisation, lists: Mapping[ListName, Any]) -> None:
    alarms = xero_lists.keep(organisation, lists)
    kinds = [PulledKind(name.value) for name in lists]
    keep_in_turn(organisation, kinds, database_time())
    for kind in kinds:
        alarm = alarms.get(ListName(kind.value), "")
        read = Reading.objects.filter(organisation=organisation, kind=kind)
        read.filter(whole_at=None).update(whole_at=Now())
        read.update(alarm=alarm)
