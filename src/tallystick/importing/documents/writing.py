"""Writes judged documents into the books, in one transaction with all that they need."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Field

from tallystick.books.documents import submit_documents
from tallystick.books.models import Document, DocumentTemplate
from tallystick.books.numbers import next_in_families
from tallystick.failpoints import failpoint
from tallystick.importing.documents.here import here_by_root
from tallystick.importing.documents.judging import Accepted
from tallystick.importing.documents.parties import Parties
from tallystick.importing.imports import note
from tallystick.importing.intake import Order
from tallystick.importing.models import How
from tallystick.workspaces import audit
from tallystick.workspaces.models import Workspace

_ROWS_OF_CHUNK = """
    unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::int[], %s::bool[], %s::bool[])
        AS made (id, row_kind, number, supplier, sign, bears_default, is_turned)
    JOIN import_row AS staged
        ON staged.number = made.number AND staged.row_kind = made.row_kind
        AND staged.supplier = made.supplier AND staged.place BETWEEN 0 AND 99
"""
_LINES = f"""
    INSERT INTO books_line
        (document_id, position, item_code, description, quantity, unit_price, discount,
         tax_code_id, tax_level, account_code, charge, tracking, amount, tax, tax_is_stated)
    SELECT made.id, row_number() OVER (PARTITION BY made.id ORDER BY staged.place, staged.line, staged.item),
        staged.item_code, staged.description, made.sign * staged.quantity, staged.unit_price,
        staged.discount, tax_code.id,
        CASE WHEN is_bare THEN '' ELSE coalesce(staged.tax_level, '') END, staged.account_code,
        coalesce(staged.charge, ''), coalesce(staged.tracking, '[]')::jsonb,
        made.sign * staged.amount, CASE WHEN is_bare THEN 0
            ELSE made.sign * CASE WHEN is_turned THEN coalesce(staged.other_tax, 0)
                ELSE staged.tax END END,
        staged.tax_is_stated
    FROM {_ROWS_OF_CHUNK}
    CROSS JOIN LATERAL (
        SELECT coalesce(staged.tax_level = 'default', false) AND NOT made.bears_default
    ) AS told (is_bare)
    LEFT JOIN books_taxcode AS tax_code
        ON tax_code.workspace_id = %s AND tax_code.code = staged.tax_code AND NOT is_bare
    ORDER BY made.id, staged.place, staged.line, staged.item
"""  # noqa: S608 # only the constant above goes in
# Sorted, so that two imports at a time cannot lock each other out.
_ITEMS = f"""
    INSERT INTO books_item (workspace_id, code, name, account_code, purchase_account_code)
    SELECT DISTINCT ON (staged.item_code)
        %s, staged.item_code, left(staged.description, 255), '', ''
    FROM {_ROWS_OF_CHUNK}
    WHERE staged.item_code <> ''
    ORDER BY staged.item_code, staged.line
    ON CONFLICT DO NOTHING
"""  # noqa: S608 # only the constant above goes in


@transaction.atomic
def write(
    documents: Sequence[Accepted], parties: Parties, order: Order
) -> tuple[list[Accepted], int]:
    """Make the documents; return those that were made and how many of them were submitted.

    One that somebody else made in the meantime is left as it is.
    """
    workspace, actor = order.workspace, order.actor
    parties.add_missing()
    templates = templates_of(workspace)
    documents = _still_replaceable(documents, workspace)
    replaced = [each.replaces.document_id for each in documents if each.replaces]
    numbers = next_in_families(replaced) if replaced else {}
    rows = [_document(each, parties, templates, numbers, workspace) for each in documents]
    ids = _insert(rows)
    made = {ids[row.uid]: each for row, each in zip(rows, documents, strict=True) if row.uid in ids}
    _write_lines(made, workspace)
    audit.record_each(
        workspace=workspace,
        actor=actor,
        action="document.imported",
        subject=Document,
        messages={pk: _told(each, numbers) for pk, each in made.items()},
    )
    if order.kept:
        note(order.kept, How.MADE, [pk for pk, each in made.items() if not each.replaces])
        note(order.kept, How.REPLACED, [pk for pk, each in made.items() if each.replaces])
    submitted: list[int] = []
    if order.submit:
        submitted = submit_documents(workspace=workspace, document_ids=list(made), actor=actor)
    failpoint("import.written")
    return list(made.values()), len(submitted)


def _insert(rows: Sequence[Document]) -> dict[UUID, int]:
    """Insert the rows by one array for each column, and return the keys of those that were new.

    `bulk_create` writes each value into the statement, which takes several times as long.
    """
    fields = [
        field
        for field in Document._meta.concrete_fields
        if not field.primary_key and not field.has_db_default()  # type: ignore[attr-defined]
    ]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    arrays = ", ".join(f"%s::{_array_of(field)}" for field in fields)
    values = [
        [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows]
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO books_document ({columns}) SELECT * FROM unnest({arrays}) "  # noqa: S608 # our own names
            "ON CONFLICT DO NOTHING RETURNING uid, id",
            values,
        )
        return dict(cursor.fetchall())


def _array_of(field: Field) -> str:
    # As text, for a cast to a narrower varchar would cut off in silence.
    kind = field.db_type(connection) or ""
    return "text[]" if kind.startswith("varchar") else f"{kind}[]"


def _still_replaceable(documents: Sequence[Accepted], workspace: Workspace) -> list[Accepted]:
    """Lock what is to be replaced, and leave out what somebody has replaced meanwhile."""
    replacing = [each for each in documents if each.replaces]
    if not replacing:
        return list(documents)
    roots = [each.staged.here for each in replacing if each.staged.here is not None]
    ids = [*roots, *(each.replaces.document_id for each in replacing if each.replaces)]
    list(Document.objects.filter(pk__in=ids).only("pk").locked())
    now = here_by_root(workspace, roots)
    return [
        each
        for each in documents
        if not each.replaces or now.get(each.staged.here or 0) == each.replaces
    ]


def _told(document: Accepted, numbers: Mapping[int, str]) -> str:
    if not document.replaces:
        return f"{document.staged.number} was imported."
    old = document.replaces
    return f"{numbers[old.document_id]} was imported in place of {old.number}."


def _document(
    document: Accepted,
    parties: Parties,
    templates: Mapping[str, int],
    numbers: Mapping[int, str],
    workspace: Workspace,
) -> Document:
    """Return the document's row; one in place of another bears a number of `numbers`, by its key."""
    head, totals = document.head, document.totals
    old = document.replaces.document_id if document.replaces else None
    return Document(
        workspace=workspace,
        kind=document.staged.kind,
        number=numbers[old] if old else document.staged.number,
        amends_id=old,
        party_id=parties.party_of(head).pk,
        issued_on=head.issued_on,
        due_on=head.due_on,
        reference=head.reference,
        currency=head.currency,
        tax_basis=head.tax_basis,
        subtotal=totals.subtotal,
        tax=totals.tax,
        total=document.total,
        rounding=document.rounding,
        currency_rate=Decimal(head.currency_rate) if head.currency_rate else None,
        template_id=templates[head.template] if head.template else None,
        do_not_sync=head.do_not_sync,
        import_digest=document.digest,
    )


def templates_of(workspace: Workspace) -> dict[str, int]:
    """Return the primary keys of the workspace's document templates by name."""
    templates = DocumentTemplate.objects.filter(workspace=workspace)
    return dict(templates.values_list("name", "pk"))


def _write_lines(made: dict[int, Accepted], workspace: Workspace) -> None:
    documents = (
        list(made),
        [each.staged.row_kind for each in made.values()],
        [each.staged.number for each in made.values()],
        [each.staged.supplier for each in made.values()],
        [each.sign for each in made.values()],
        [each.bears_default for each in made.values()],
        [each.is_turned for each in made.values()],
    )
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, [workspace.pk, *documents])
        cursor.execute(_LINES, [*documents, workspace.pk])
