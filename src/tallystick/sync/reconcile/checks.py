"""What Xero has changed from us since the last check, held against our links.

The engine asks before it writes, and repeats only what cannot double. What no protocol can close
(a process frozen for longer than Xero keeps a key), what befalls the database itself (an older
backup brought back) and what people change in Xero shows here: second copies of one document,
copies of withdrawn ones, copies that our links do not know, and what says something else than we
left there. The first are put right by the engine's usual ways; the last a person is asked about.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models.functions import Now

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.engine.lane_lease import CHECK_AFTER
from tallystick.sync.models import Batch, Lane, Link
from tallystick.sync.reconcile.check_tally import CheckTally
from tallystick.sync.reconcile.checked_documents import check_documents
from tallystick.sync.reconcile.checked_settlements import check_allocations, check_payments

#: Read again each time, for a list may lag and clocks differ.
_OVERLAP = timedelta(minutes=10)
#: Without a cause of its own, a check comes a day after the one before.
TURN = timedelta(days=1)


def check_if_due(hands: RoundHands) -> None:
    """Look through what Xero has changed, page by page, when it is time.

    1. What the last check has seen, and how far one has come that was broken off, says where to begin.
    2. Invoices and bills, then credit notes, then payments: each page is held against the links.
    3. The report is kept, and the next check planned.
    """
    of_organisation = Lane.objects.filter(organisation=hands.organisation)
    lane = of_organisation.filter(check_due_at__lte=Now()).first()
    if lane is None:
        return
    tally = CheckTally.of(lane)
    if tally is not None:
        readers = page_readers(hands.client, tally.since)
        while tally.sort < len(_JUDGES):
            _each_page(hands, tally, readers[tally.sort], _JUDGES[tally.sort])
            tally.sort, tally.page = tally.sort + 1, 1
    hands.commit("check.done", partial(_end, lane, tally))


def _end(lane: Lane, tally: CheckTally | None) -> None:
    is_open = Batch.objects.filter(organisation=lane.organisation_id, settled_at=None)
    Lane.objects.filter(pk=lane.pk).update(
        checked_until=(tally.newest if tally else None) or lane.checked_until,
        # What rests may be settled otherwise than it looks: seen to in an hour, as after a write.
        check_due_at=Now() + (CHECK_AFTER if is_open.exists() else TURN),
        check_reason="",
        check_state=None,
    )
    (tally or CheckTally(datetime.min)).report(lane).save()


def page_readers(client: xero.XeroClient, begins: datetime) -> tuple[Any, Any, Any]:
    """Return what reads a page of what has changed since: of invoices, credit notes, payments."""
    changed = (client.invoices_changed, client.credit_notes_changed, client.payments_changed)
    invoices, credit_notes, payments = (partial(one, begins - _OVERLAP) for one in changed)
    return invoices, credit_notes, payments


def _each_page(hands: RoundHands, tally: CheckTally, read: Any, judge: Any) -> None:
    page_count = tally.page
    while tally.page <= page_count:
        page = partial(_read_page, hands.organisation, hands.client, read, tally.page)
        records, page_count, merged = hands.ask("check.read", page)
        tally.begin_page()
        tally.saw(records)
        hands.commit("check", partial(_keep_page, hands, tally, judge, records, merged))
        tally.page += 1


def _keep_page(
    hands: RoundHands, tally: CheckTally, judge: Any, records: list[Any], merged: dict[str, str]
) -> None:
    """Hold the page against the links, and note that the next one is to be read."""
    if records:
        judge(hands, records, tally, merged)
    state = tally.kept_text() | {"page": tally.page + 1}
    Lane.objects.filter(organisation=hands.organisation).update(check_state=state)


def _read_page(
    organisation: Organisation, client: xero.XeroClient, read: Any, page: int
) -> tuple[list[Any], int, dict[str, str]]:
    """Return a page, how many there are, and into which contacts were merged those it has not."""
    records, page_count = read(page=page)
    missed = _contacts_missed(organisation, records)
    contacts = client.contacts_by_id(sorted(missed)) if missed else []
    merged = {
        one.contact_id.lower(): one.merged_to_contact_id.lower()
        for one in contacts
        if one.merged_to_contact_id
    }
    return records, page_count, merged


def _contacts_missed(organisation: Organisation, records: list[Any]) -> set[str]:
    """Return the contacts of our documents that stand there for another one."""
    there = {
        one.record_id.lower(): one.contact.contact_id.lower()
        for one in records
        if isinstance(one, xero.Invoice | xero.CreditNote) and one.contact
    }
    ours = Link.objects.filter(
        organisation=organisation,
        xero_id__in=there,
        document__party__links__organisation=organisation,
        document__party__links__xero_id__isnull=False,
    ).values_list("xero_id", "document__party__links__xero_id")
    return {str(contact) for pk, contact in ours if there[str(pk)] != str(contact)}


def _check_documents(
    hands: RoundHands, copies: list[Any], tally: CheckTally, merged: dict[str, str]
) -> None:
    check_documents(hands, copies, tally, merged)


def _check_credit_notes(
    hands: RoundHands, copies: list[Any], tally: CheckTally, merged: dict[str, str]
) -> None:
    """Credit notes show their allocations, too."""
    check_documents(hands, copies, tally, merged)
    check_allocations(hands, copies, tally)


def _check_payments(
    hands: RoundHands, copies: list[Any], tally: CheckTally, merged: dict[str, str]
) -> None:
    check_payments(hands, copies, tally)


#: In the order of `reads`.
_JUDGES = (_check_documents, _check_credit_notes, _check_payments)
