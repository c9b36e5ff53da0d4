"""Giving records their links: what there is to do, made in the transaction that causes it.

What stands in other books already is kept out of these (`elsewhere`).

One statement for each sort of record, however many there are. Each locks the records, so that
one that is just being withdrawn gets none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.db import connection

from tallystick.connections.models import Organisation
from tallystick.sync.models import KindPolicy, LinkState, Trigger
from tallystick.sync.policy import ELSEWHERE, policies_of


@dataclass(frozen=True, slots=True)
class _Sort:
    """How one sort of record stands in the database."""

    table: str
    #: Status of those that are to be in Xero.
    live: str
    #: The day by which the start date judges.
    day: str
    #: The kind whose policy holds.
    kind: str
    #: Which links of documents say that it stands in other books.
    elsewhere: str
    #: What else keeps it out, and the table that knows.
    kept_out: str = "false"
    join: str = ""


#: Payments and allocations stay with the documents that they stand on.
_WITH_ITS_DOCUMENT = """one.document_id IN ({})
                AND one.organisation_id = %(organisation)s
                AND one.state = 'excluded' AND one.waits_for = %(elsewhere)s"""
_SORTS: Mapping[str, _Sort] = MappingProxyType(
    {
        "document": _Sort(
            table="books_document",
            live="submitted",
            day="issued_on",
            kind="record.kind",
            # As `elsewhere.STANDS`: in other books, or perhaps, for its outcome is not known.
            elsewhere="""one.document_id = record.id
                AND one.organisation_id <> %(organisation)s
                AND CASE WHEN one.xero_id IS NULL THEN one.state = 'sending'
                         ELSE one.xero_status NOT IN ('VOIDED', 'DELETED') END""",
            kept_out="record.do_not_sync OR party.do_not_sync",
            join="JOIN books_party party ON party.id = record.party_id",
        ),
        "payment": _Sort(
            *("books_payment", "recorded", "paid_on", "'payment'"),
            elsewhere=_WITH_ITS_DOCUMENT.format("record.document_id"),
        ),
        "allocation": _Sort(
            *("books_allocation", "recorded", "allocated_on", "'payment'"),
            elsewhere=_WITH_ITS_DOCUMENT.format("record.document_id, record.credit_note_id"),
        ),
    }
)

_STATEMENT = """
    INSERT INTO sync_link ({name}_id, organisation_id, state, intent, queued_at, tries,
                           xero_number, xero_status, waits_for, claim, wants_pdf, strays)
    SELECT record.id, %(organisation)s,
           CASE WHEN {sort.kept_out} OR record.{sort.day} < policy.starts_on
                     OR elsewhere.stands THEN 'excluded'
                ELSE policy.state END,
           'push', now(), 0, '', '', CASE WHEN elsewhere.stands THEN %(elsewhere)s ELSE '' END,
           '', false, '[]'
    FROM {sort.table} record
    {sort.join}
    CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT FROM sync_link one WHERE {sort.elsewhere}
    ) AS stands) AS elsewhere
    JOIN (SELECT * FROM unnest(%(kinds)s::text[], %(states)s::text[], %(starts)s::date[])
          AS policy (kind, state, starts_on)) AS policy ON policy.kind = {sort.kind}
    WHERE record.workspace_id = %(workspace)s
      AND record.status = '{sort.live}'
      AND {chosen}
    ORDER BY record.id
    FOR SHARE OF record
    ON CONFLICT (organisation_id, {name}_id) DO NOTHING
"""

#: Of nearly all that there is, nearly all have a link; of those named hardly one has.
_NAMED = "record.id = ANY(%(ids)s)"
_WITHOUT_LINK = """NOT EXISTS (SELECT FROM sync_link link
                      WHERE link.organisation_id = %(organisation)s
                        AND link.{name}_id = record.id)"""


def link_all(organisation: Organisation, *, state: LinkState) -> None:
    """Give every record that is to be in Xero and has no link one, in this state or kept out."""
    for name in _SORTS:
        _create_links(organisation, name, None, state)


def link_documents(organisation: Organisation, ids: Sequence[int]) -> None:
    """Give the submitted documents among these links, in the state that their kind's policy asks."""
    _create_links(organisation, "document", ids)


def link_payments(organisation: Organisation, ids: Sequence[int]) -> None:
    """The same for payments; one whose document is not there yet waits for it later."""
    _create_links(organisation, "payment", ids)


def link_allocations(organisation: Organisation, ids: Sequence[int]) -> None:
    """The same for allocations."""
    _create_links(organisation, "allocation", ids)


def _create_links(
    organisation: Organisation,
    name: str,
    ids: Sequence[int] | None,
    state: LinkState | None = None,
) -> None:
    policies = policies_of(organisation)
    chosen = _WITHOUT_LINK.format(name=name) if ids is None else _NAMED
    with connection.cursor() as cursor:
        cursor.execute(
            _STATEMENT.format(name=name, sort=_SORTS[name], chosen=chosen),
            {
                "elsewhere": ELSEWHERE,
                "organisation": organisation.pk,
                "workspace": organisation.workspace_id,
                "ids": list(ids) if ids is not None else None,
                "kinds": list(policies),
                "states": [(state or _state_at_first(one)).value for one in policies.values()],
                "starts": [one.starts_on for one in policies.values()],
            },
        )


def _state_at_first(policy: KindPolicy) -> LinkState:
    return LinkState.QUEUED if policy.trigger == Trigger.ON_SUBMIT else LinkState.WAITING
