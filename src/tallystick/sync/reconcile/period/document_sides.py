"""Documents on both sides: paired by their links, never by their numbers."""

from tallystick.sync.reconcile.period.judging import SidesOfKind
from tallystick.sync.reconcile.period.words import Aspect

_WITH_CONTACTS = """
    LEFT JOIN books_party party ON party.id = here.party_id
    LEFT JOIN sync_link party_link ON party_link.organisation_id = %(organisation)s
        AND party_link.party_id = here.party_id
    LEFT JOIN mirror_mirroredcontact contact ON contact.organisation_id = %(organisation)s
        AND contact.xero_id = party_link.xero_id
    LEFT JOIN mirror_unreadelement unread ON unread.organisation_id = %(organisation)s
        AND unread.endpoint = %(endpoint)s
        AND unread.key = coalesce(there.xero_id, link.xero_id)::text"""
#: What every kind says of its link and of its copy.
OF_LINK = """
    here.id AS here_id, link.id AS link_id, link.state, link.intent,
    link.xero_id AS link_xero_id, link.xero_status AS link_status,
    link.problem_code, link.waits_for, link.kept_at,
    there.id AS there_key, there.xero_id AS there_id, there.read_at, there.noticed_at,
    unread.id IS NOT NULL AS is_unread,
    coalesce(there.status NOT IN ('DELETED', 'VOIDED'), false) AS is_standing"""
_COLUMNS = f"""
    {OF_LINK},
    coalesce(here.status = 'cancelled', false) AS is_withdrawn,
    coalesce(here.do_not_sync OR party.do_not_sync, false) AS is_marked,
    coalesce(here.issued_on < %(starts_on)s::date, false) AS is_before_start,
    coalesce(here.issued_on < %(read_from)s::date, false) AS is_before_reading,
    coalesce(link.sent_revision < here.revision, false) AS is_edited,
    here.id AS document_id, here.kind AS document_kind, here.number AS number_here, there.number AS number_there,
    party.name AS name_here, there.contact_name AS name_there,
    here.issued_on AS day_here, there.issued_on AS day_there,
    here.currency AS currency_here, there.currency AS currency_there,
    here.tax AS tax_here, there.tax AS tax_there,
    here.total AS total_here, there.total AS total_there,
    here.rounding AS rounding_here, there.outstanding AS left_there,
    here.status AS status_here, there.status AS status_there,
    CASE WHEN party_link.xero_id IS NULL
         THEN lower(btrim(there.contact_name)) = lower(btrim(party.name))
         ELSE there.contact_id IS NOT DISTINCT FROM party_link.xero_id
              OR coalesce(there.contact_id = contact.merged_to_id, false)
    END AS is_contact_same"""
#: The amounts of all lines that have one, in order: two documents with the same have them alike.
_LINES = """
    , settled AS (
        SELECT document_id, sum(amount) AS amount FROM (
            SELECT document_id, amount FROM books_payment WHERE status = 'recorded'
            UNION ALL
            SELECT document_id, amount FROM books_allocation WHERE status = 'recorded'
            UNION ALL
            SELECT credit_note_id, amount FROM books_allocation WHERE status = 'recorded'
        ) AS one WHERE document_id IN (SELECT here_id FROM sides)
        GROUP BY document_id
    ),
    lines_here AS (
        SELECT document_id, array_agg(amount ORDER BY amount) AS amounts FROM (
            SELECT document_id, amount FROM books_line WHERE amount <> 0
            UNION ALL
            SELECT here_id, rounding_here FROM sides WHERE rounding_here <> 0
        ) AS one
        WHERE document_id IN (SELECT here_id FROM sides WHERE is_standing)
        GROUP BY document_id
    ),
    lines_there AS (
        SELECT document_id, array_agg(amount ORDER BY amount) AS amounts
        FROM mirror_mirroredline
        WHERE amount <> 0
          AND document_id IN (SELECT there_key FROM sides WHERE here_id IS NOT NULL)
        GROUP BY document_id
    )"""
_HAS_LINES = "(lines_there.amounts IS NOT NULL OR total_there = 0)"
_LEFT_HERE = "total_here - coalesce(settled.amount, 0)"
_ASPECTS = f"""
    CASE WHEN total_here IS DISTINCT FROM total_there THEN '{Aspect.TOTAL}' END,
    CASE WHEN tax_here IS DISTINCT FROM tax_there THEN '{Aspect.TAX}' END,
    CASE WHEN currency_here IS DISTINCT FROM currency_there THEN '{Aspect.CURRENCY}' END,
    CASE WHEN day_here IS DISTINCT FROM day_there THEN '{Aspect.DAY}' END,
    CASE WHEN is_contact_same IS NOT TRUE THEN '{Aspect.CONTACT}' END,
    CASE WHEN {_LEFT_HERE} IS DISTINCT FROM left_there THEN '{Aspect.OUTSTANDING}' END,
    CASE WHEN {_HAS_LINES} AND lines_here.amounts IS DISTINCT FROM lines_there.amounts
         THEN '{Aspect.LINES}' END"""
_IS_SETTLING = """EXISTS (
        SELECT FROM sync_link moving
        LEFT JOIN books_payment paid ON paid.id = moving.payment_id
        LEFT JOIN books_allocation placed ON placed.id = moving.allocation_id
        WHERE moving.organisation_id = %(organisation)s AND moving.document_id IS NULL
          AND moving.state IN ('queued', 'sending')
          AND told.here_id IN (paid.document_id, placed.document_id, placed.credit_note_id))"""

DOCUMENT_SIDES = SidesOfKind(
    records="books_document here",
    paired=f"""
        LEFT JOIN sync_link link ON link.organisation_id = %(organisation)s
            AND link.document_id = here.id
        LEFT JOIN mirror_mirroreddocument there ON there.organisation_id = %(organisation)s
            AND there.xero_id = link.xero_id
        {_WITH_CONTACTS}""",
    here_day="here.issued_on",
    theirs=f"""mirror_mirroreddocument there
        LEFT JOIN sync_link link ON link.organisation_id = %(organisation)s
            AND link.xero_id = there.xero_id AND link.document_id IS NOT NULL
        LEFT JOIN books_document here ON here.id = link.document_id
        {_WITH_CONTACTS}""",
    there_day="there.issued_on",
    is_ours="""here.workspace_id = %(workspace)s AND here.kind = %(kind)s
        AND here.status IN ('submitted', 'cancelled')
        AND here.issued_on BETWEEN %(first)s AND %(last)s""",
    is_theirs="""there.organisation_id = %(organisation)s AND there.endpoint = %(endpoint)s
        AND there.type = %(type)s AND there.issued_on BETWEEN %(first)s AND %(last)s""",
    columns=_COLUMNS,
    tables=_LINES,
    joins="""
        LEFT JOIN settled ON settled.document_id = here_id
        LEFT JOIN lines_here ON lines_here.document_id = here_id
        LEFT JOIN lines_there ON lines_there.document_id = there_key""",
    outstanding=f"{_LEFT_HERE} AS outstanding_here, left_there AS outstanding_there",
    is_whole=_HAS_LINES,
    aspects=_ASPECTS,
    is_settling=_IS_SETTLING,
)
