"""Giving records their links: what there is to do, made in the transaction that causes it.

One statement for each sort of record, however many there are. Each locks the records, so that
one that is just being withdrawn gets none.
"""

from collections.abc import Sequence

from django.db import connection

from tallystick.connections.models import Organisation
from tallystick.sync.models import KindPolicy, LinkState, Trigger
from tallystick.sync.policy import policies_of


def link_all(organisation: Organisation, *, state: LinkState) -> None:
    """Give every record that is to be in Xero and has no link one."""
    link_documents(organisation, state=state)
    link_payments(organisation, state=state)
    link_allocations(organisation, state=state)


def link_documents(
    organisation: Organisation,
    *,
    ids: Sequence[int] | None = None,
    state: LinkState | None = None,
) -> None:
    """Give every submitted document (of those named) without a link one.

    `state` instead of the one that the kind's policy asks for.
    """
    _create_links(
        organisation,
        """
        INSERT INTO sync_link (document_id, organisation_id, state, {values})
        SELECT document.id, %(organisation)s,
               CASE WHEN document.do_not_sync OR party.do_not_sync
                         OR document.issued_on < policy.starts_on THEN 'excluded'
                    ELSE policy.state END, {defaults}
        FROM books_document document
        JOIN books_party party ON party.id = document.party_id
        JOIN {policies} ON policy.kind = document.kind
        WHERE document.workspace_id = %(workspace)s
          AND document.status = 'submitted'
          AND (%(ids)s::bigint[] IS NULL OR document.id = ANY(%(ids)s))
          AND NOT EXISTS (SELECT FROM sync_link link
                          WHERE link.organisation_id = %(organisation)s
                            AND link.document_id = document.id)
        ORDER BY document.id
        FOR SHARE OF document
        ON CONFLICT (organisation_id, document_id) DO NOTHING
        """,
        ids,
        state,
    )


def link_payments(
    organisation: Organisation,
    *,
    ids: Sequence[int] | None = None,
    state: LinkState | None = None,
) -> None:
    """The same for payments; one of a document that is not there yet waits for it later."""
    _create_links(
        organisation,
        """
        INSERT INTO sync_link (payment_id, organisation_id, state, {values})
        SELECT payment.id, %(organisation)s,
               CASE WHEN payment.paid_on < policy.starts_on THEN 'excluded'
                    ELSE policy.state END, {defaults}
        FROM books_payment payment
        JOIN {policies} ON policy.kind = 'payment'
        WHERE payment.workspace_id = %(workspace)s
          AND payment.status = 'recorded'
          AND (%(ids)s::bigint[] IS NULL OR payment.id = ANY(%(ids)s))
          AND NOT EXISTS (SELECT FROM sync_link link
                          WHERE link.organisation_id = %(organisation)s
                            AND link.payment_id = payment.id)
        ORDER BY payment.id
        FOR SHARE OF payment
        ON CONFLICT (organisation_id, payment_id) DO NOTHING
        """,
        ids,
        state,
    )


def link_allocations(
    organisation: Organisation,
    *,
    ids: Sequence[int] | None = None,
    state: LinkState | None = None,
) -> None:
    """The same for allocations."""
    _create_links(
        organisation,
        """
        INSERT INTO sync_link (allocation_id, organisation_id, state, {values})
        SELECT allocation.id, %(organisation)s,
               CASE WHEN allocation.allocated_on < policy.starts_on THEN 'excluded'
                    ELSE policy.state END, {defaults}
        FROM books_allocation allocation
        JOIN {policies} ON policy.kind = 'payment'
        WHERE allocation.workspace_id = %(workspace)s
          AND allocation.status = 'recorded'
          AND (%(ids)s::bigint[] IS NULL OR allocation.id = ANY(%(ids)s))
          AND NOT EXISTS (SELECT FROM sync_link link
                          WHERE link.organisation_id = %(organisation)s
                            AND link.allocation_id = allocation.id)
        ORDER BY allocation.id
        FOR SHARE OF allocation
        ON CONFLICT (organisation_id, allocation_id) DO NOTHING
        """,
        ids,
        state,
    )


_VALUES = "intent, queued_at, tries, xero_number, xero_status, waits_for, claim, wants_pdf, strays"
_DEFAULTS = "'push', now(), 0, '', '', '', '', false, '[]'"
_POLICIES = (
    "(SELECT * FROM unnest(%(kinds)s::text[], %(states)s::text[], %(starts)s::date[])"
    " AS policy (kind, state, starts_on)) AS policy"
)


def _create_links(
    organisation: Organisation,
    statement: str,
    ids: Sequence[int] | None,
    state: LinkState | None,
) -> None:
    """Run one of the inserting statements: one statement each, however many records."""
    policies = policies_of(organisation)
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(values=_VALUES, defaults=_DEFAULTS, policies=_POLICIES),
            {
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
