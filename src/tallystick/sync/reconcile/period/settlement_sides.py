"""Payments by their links, and allocations by the two documents that they stand on."""

from tallystick.sync.reconcile.period.document_sides import OF_LINK
from tallystick.sync.reconcile.period.judging import SidesOfKind
from tallystick.sync.reconcile.period.words import Aspect

_WITH_UNREAD = """
    LEFT JOIN mirror_unreadelement unread ON unread.organisation_id = %(organisation)s
        AND unread.endpoint = %(endpoint)s"""
_WITH_PAID = f"""
    LEFT JOIN books_document document ON document.id = here.document_id
    LEFT JOIN books_party party ON party.id = document.party_id
    LEFT JOIN sync_link document_link ON document_link.organisation_id = %(organisation)s
        AND document_link.document_id = document.id
    LEFT JOIN mirror_mirroreddocument paid ON paid.organisation_id = %(organisation)s
        AND paid.xero_id = there.document_id
    {_WITH_UNREAD} AND unread.key = coalesce(there.xero_id, link.xero_id)::text"""
_PAYMENT_COLUMNS = f"""
    {OF_LINK},
    coalesce(here.status = 'deleted', false) AS is_withdrawn,
    coalesce(document.do_not_sync OR party.do_not_sync, false) AS is_marked,
    coalesce(here.paid_on < %(starts_on)s::date, false) AS is_before_start,
    coalesce(here.paid_on < %(read_from)s::date, false) AS is_before_reading,
    false AS is_edited,
    document.id AS document_id, document.kind AS document_kind, document.number AS number_here, paid.number AS number_there,
    party.name AS name_here, paid.contact_name AS name_there,
    here.paid_on AS day_here, there.paid_on AS day_there,
    document.currency AS currency_here, paid.currency AS currency_there,
    here.amount AS total_here, there.amount AS total_there,
    here.status AS status_here, there.status AS status_there,
    document_link.xero_id AS of_here, there.document_id AS of_there"""
_FIGURES = f"""
    CASE WHEN total_here IS DISTINCT FROM total_there THEN '{Aspect.TOTAL}' END,
    CASE WHEN currency_here <> currency_there THEN '{Aspect.CURRENCY}' END,
    CASE WHEN day_here IS DISTINCT FROM day_there THEN '{Aspect.DAY}' END"""

PAYMENT_SIDES = SidesOfKind(
    records="books_payment here",
    paired=f"""
        LEFT JOIN sync_link link ON link.organisation_id = %(organisation)s
            AND link.payment_id = here.id
        LEFT JOIN mirror_mirroredpayment there ON there.organisation_id = %(organisation)s
            AND there.xero_id = link.xero_id
        {_WITH_PAID}""",
    here_day="here.paid_on",
    theirs=f"""mirror_mirroredpayment there
        LEFT JOIN sync_link link ON link.organisation_id = %(organisation)s
            AND link.xero_id = there.xero_id AND link.payment_id IS NOT NULL
        LEFT JOIN books_payment here ON here.id = link.payment_id
        {_WITH_PAID}""",
    there_day="there.paid_on",
    is_ours="""here.workspace_id = %(workspace)s
        AND here.paid_on BETWEEN %(first)s AND %(last)s""",
    is_theirs="""there.organisation_id = %(organisation)s
        AND there.paid_on BETWEEN %(first)s AND %(last)s""",
    columns=_PAYMENT_COLUMNS,
    aspects=f"""{_FIGURES},
        CASE WHEN of_here IS DISTINCT FROM of_there THEN '{Aspect.DOCUMENT}' END""",
)

#: Xero leaves out the id of an allocation in places; each pair of documents is one here.
_PLACED = """
    placed AS (
        SELECT min(one.id) AS id, note.xero_id AS note_id, one.invoice_id,
               coalesce(min(one.xero_id::text)::uuid, note.xero_id) AS xero_id,
               sum(one.amount) AS amount, max(one.allocated_on) AS allocated_on,
               min(note.currency) AS currency, min(note.contact_name) AS contact_name,
               min(note.number) || ' to ' || min(one.invoice_number) AS number,
               min(note.status) AS status, max(note.noticed_at) AS noticed_at,
               max(note.read_at) AS read_at
        FROM mirror_mirroredallocation one
        JOIN mirror_mirroreddocument note ON note.id = one.document_id
        WHERE note.organisation_id = %(organisation)s AND note.endpoint = %(endpoint)s
        GROUP BY note.xero_id, one.invoice_id
    ),"""
_WITH_BOTH = f"""
    LEFT JOIN books_document document ON document.id = here.document_id
    LEFT JOIN books_document note ON note.id = here.credit_note_id
    LEFT JOIN books_party party ON party.id = note.party_id
    {_WITH_UNREAD} AND unread.key = there.note_id::text"""
_STANDS = "(here.status = 'recorded' OR link.state <> 'retracted')"

ALLOCATION_SIDES = SidesOfKind(
    before=_PLACED,
    records="books_allocation here",
    paired=f"""
        LEFT JOIN sync_link link ON link.organisation_id = %(organisation)s
            AND link.allocation_id = here.id
        LEFT JOIN sync_link note_link ON note_link.organisation_id = %(organisation)s
            AND note_link.document_id = here.credit_note_id
        LEFT JOIN sync_link invoice_link ON invoice_link.organisation_id = %(organisation)s
            AND invoice_link.document_id = here.document_id
        LEFT JOIN placed there ON there.note_id = note_link.xero_id
            AND there.invoice_id = invoice_link.xero_id AND {_STANDS}
        {_WITH_BOTH}""",
    here_day="here.allocated_on",
    theirs=f"""placed there
        LEFT JOIN sync_link note_link ON note_link.organisation_id = %(organisation)s
            AND note_link.xero_id = there.note_id
        LEFT JOIN sync_link invoice_link ON invoice_link.organisation_id = %(organisation)s
            AND invoice_link.xero_id = there.invoice_id
        LEFT JOIN (books_allocation here
            LEFT JOIN sync_link link ON link.organisation_id = %(organisation)s
                AND link.allocation_id = here.id
        ) ON here.credit_note_id = note_link.document_id
            AND here.document_id = invoice_link.document_id AND {_STANDS}
        {_WITH_BOTH}""",
    there_day="there.allocated_on",
    is_ours="""here.workspace_id = %(workspace)s
        AND here.allocated_on BETWEEN %(first)s AND %(last)s""",
    is_theirs="there.allocated_on BETWEEN %(first)s AND %(last)s",
    columns=f"""
        {OF_LINK},
        coalesce(here.status = 'deleted', false) AS is_withdrawn,
        coalesce(document.do_not_sync OR note.do_not_sync OR party.do_not_sync, false)
            AS is_marked,
        coalesce(here.allocated_on < %(starts_on)s::date, false) AS is_before_start,
        coalesce(note.issued_on < %(read_from)s::date, false) AS is_before_reading,
        false AS is_edited,
        document.id AS document_id, document.kind AS document_kind, note.number || ' to ' || document.number AS number_here,
        there.number AS number_there, party.name AS name_here, there.contact_name AS name_there,
        here.allocated_on AS day_here, there.allocated_on AS day_there,
        document.currency AS currency_here, there.currency AS currency_there,
        here.amount AS total_here, there.amount AS total_there,
        here.status AS status_here, there.status AS status_there""",
    aspects=_FIGURES,
)
