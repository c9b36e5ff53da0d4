"""Giving records their links: what there is to do, made in the transaction that causes it.

What stands in other books already is kept out of these (`other_books`).

One statement for each table of records, however many there are. Each locks the records, so that
one that is just being withdrawn gets none.
"""

from collections.abc import Mapping, Sequence

from django.db import connection

from tallystick.connections.models import Organisation
from tallystick.connections.modules import modules_shut
from tallystick.sync.links.record_kinds import RecordKind, module_under, record_fields
from tallystick.sync.links.switched_off import Then, key_of
from tallystick.sync.links.sync_rules import OTHER_BOOKS, policies_of
from tallystick.sync.models import KindPolicy, LinkState, Trigger

#: As `other_books.STANDS`: a document is in other books, or perhaps, for its outcome is not known.
_IN_OTHER_BOOKS = """one.document_id = record.id
                AND one.organisation_id <> %(organisation)s
                AND CASE WHEN one.xero_id IS NULL THEN one.state = 'sending'
                         ELSE one.xero_status NOT IN ('VOIDED', 'DELETED') END"""
#: Payments and allocations stay with the documents that they stand on.
_WITH_ITS_DOCUMENT = """one.document_id IN ({documents})
                AND one.organisation_id = %(organisation)s
                AND one.state = 'excluded' AND one.waits_for = %(other_books)s"""

_STATEMENT = """
    INSERT INTO sync_link ({kind.field}_id, organisation_id, state, intent, queued_at, tries,
                           xero_number, xero_status, waits_for, claim, wants_pdf, strays)
    SELECT record.id, %(organisation)s,
           CASE WHEN elsewhere.stands OR rule.keeps_out THEN 'excluded' ELSE policy.state END,
           'push', now(), 0, '', '',
           CASE WHEN elsewhere.stands THEN %(other_books)s
                WHEN rule.keeps_out THEN '' ELSE policy.waits_for END,
           '', false, '[]'
    FROM {kind.model._meta.db_table} record
    {join}
    CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT FROM sync_link one WHERE {elsewhere}
    ) AS stands) AS elsewhere
    JOIN (SELECT * FROM unnest(%(kinds)s::text[], %(states)s::text[], %(starts)s::date[],
                               %(waits)s::text[])
          AS policy (kind, state, starts_on, waits_for)) AS policy ON policy.kind = {rule}
    CROSS JOIN LATERAL (SELECT coalesce(
        {kept_out} OR record.{kind.day} < policy.starts_on, false
    ) AS keeps_out) AS rule
    WHERE record.workspace_id = %(workspace)s
      AND record.status = '{kind.live_status}'
      AND {chosen}
      AND {ours}
    ORDER BY record.id
    FOR SHARE OF record
    ON CONFLICT (organisation_id, {kind.field}_id) DO NOTHING
"""

#: What was recorded in Xero is linked by whoever brings it home, and goes to no other books.
_RECORDED_HERE = "record.owner = 'here'"
#: Of nearly all that there is, nearly all have a link; of those named hardly one has.
_NAMED = "record.id = ANY(%(ids)s)"
_WITHOUT_LINK = """NOT EXISTS (SELECT FROM sync_link link
                      WHERE link.organisation_id = %(organisation)s
                        AND link.{kind.field}_id = record.id)"""


def link_all(organisation: Organisation, *, state: LinkState) -> None:
    """Give every record that is to be in Xero and has no link one, in this state or kept out."""
    for field, kinds in record_fields().items():
        if kinds[0].live_status:
            _create_links(organisation, field, None, state)


def link_documents(organisation: Organisation, ids: Sequence[int]) -> None:
    """Give the submitted documents among these links, in the state that their kind's rule asks."""
    _create_links(organisation, "document", ids)


def link_payments(organisation: Organisation, ids: Sequence[int]) -> None:
    """The same for payments; one whose document is not there yet waits for it later."""
    _create_links(organisation, "payment", ids)


def link_allocations(organisation: Organisation, ids: Sequence[int]) -> None:
    """The same for allocations."""
    _create_links(organisation, "allocation", ids)


def _create_links(
    organisation: Organisation,
    field: str,
    ids: Sequence[int] | None,
    state: LinkState | None = None,
) -> None:
    policies = policies_of(organisation)
    states = {kind: state or _state_at_first(policy) for kind, policy in policies.items()}
    waits = _waits(organisation, states)
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(record_fields()[field], is_named=ids is not None),
            {
                "other_books": OTHER_BOOKS,
                "organisation": organisation.pk,
                "workspace": organisation.workspace_id,
                "ids": list(ids) if ids is not None else None,
                "kinds": list(policies),
                "states": [
                    (LinkState.WAITING if waits[kind] else states[kind]).value for kind in policies
                ],
                "starts": [one.starts_on for one in policies.values()],
                "waits": list(waits.values()),
            },
        )


def _statement(kinds: Sequence[RecordKind], *, is_named: bool) -> str:
    """Return the statement for the kinds of record that stand in one table."""
    kind = kinds[0]
    documents = ", ".join(f"record.{name}_id" for name in kind.stands_on)
    is_document = kind.shape is not None
    return _STATEMENT.format(
        kind=kind,
        rule="record.kind" if len(kinds) > 1 else f"'{kind.sync_rule}'",
        elsewhere=_WITH_ITS_DOCUMENT.format(documents=documents)
        if documents
        else _IN_OTHER_BOOKS
        if is_document
        else "false",
        kept_out="record.do_not_sync OR party.do_not_sync" if is_document else "false",
        join="JOIN books_party party ON party.id = record.party_id" if is_document else "",
        ours=_RECORDED_HERE if documents else "true",
        chosen=_NAMED if is_named else _WITHOUT_LINK.format(kind=kind),
    )


def _waits(organisation: Organisation, states: Mapping[str, LinkState]) -> dict[str, str]:
    """Return what the records of each rule wait for while their module is off; empty where none is."""
    shut = modules_shut(organisation)
    found = {}
    for rule, state in states.items():
        module = module_under(rule)
        then = Then.GO if state == LinkState.QUEUED else Then.WAIT
        found[rule] = key_of(module, then) if module in shut else ""
    return found


def _state_at_first(policy: KindPolicy) -> LinkState:
    return LinkState.QUEUED if policy.trigger == Trigger.ON_SUBMIT else LinkState.WAITING
