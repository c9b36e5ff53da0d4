"""A workspace with as many documents as wanted, made by SQL: a million take minutes.

All kinds, states and currencies, several years, parties of very unlike size (one walk-in customer
has a tenth of everything), payments, allocations, links, attempts, runs, and troubles of many causes.
The same size makes the same books, save that they end today.
"""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper

from tallystick.books.models import Allocation, Document, Item, Line, Party, Payment, TaxCode
from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.sync.models import Attempt, Lane, Link, Run
from tallystick.workspaces.models import AuditEntry, User, Workspace
from tallystick.workspaces.services import create_user, create_workspace

#: Written without their indexes, which are made anew at the end: in a third of the time.
_LARGE = (Party, Document, Line, Payment, Allocation, Link, Attempt, AuditEntry)
YEARS = 5
#: Eleven each; one of each and a number make a name.
_FIRST = [
    "Harbour",
    "Northern",
    "Café",
    "Société",
    "Ocean",
    "Peak",
    "Señor",
    "Müller",
    "Blue",
    "Ædel",
    "Zephyr",
]
_SECOND = [
    "Goods",
    "Trading",
    "Supplies",
    "Été",
    "Studio",
    "Foods",
    "Kayaks",
    "Bikes",
    "Garden",
    "Lamps",
    "Quixotic",
]
_THIRD = [
    "Ltd",
    "Limited",
    "GmbH",
    "SARL",
    "&",
    "Sons",
    "Co",
    "Group",
    "Partners",
    "Zürich",
    "Whangārei",
    "Inc",
]

#: Of four documents three went by a press of Sync now, with what was paid on them: a tenth of all
#: in one run, the last but one, the others day by day.
_RUN = """CASE WHEN {document} % 4 > 0 THEN CASE WHEN {document} % 7 = 0 THEN %(runs)s - 1 ELSE
          1 + ({document} - (SELECT min(id) FROM books_document WHERE workspace_id = %(workspace)s))
              * %(runs)s::bigint / %(documents)s END
          + (SELECT min(id) - 1 FROM sync_run WHERE organisation_id = %(organisation)s) END"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    documents: int
    #: Of those that were submitted; every other one of them cannot be sent, or is a question.
    failed: int
    held: int
    #: Waiting for Sync now, and on their way in the run under way.
    waiting: int
    under_way: int
    lines_each: int = 2

    @property
    def parties(self) -> int:
        return max(20, self.documents // 20)

    @property
    def runs(self) -> int:
        return max(5, self.documents // 700)


@dataclass(frozen=True, slots=True)
class BigBooks:
    """The books, and who looks at them."""

    workspace: Workspace
    organisation: Organisation
    owner: User


def usual(documents: int) -> Size:
    """Return the size of books in which something is always the matter with a few."""
    return Size(
        documents=documents,
        failed=documents // 100,
        held=documents // 500,
        waiting=documents // 50,
        under_way=documents // 500,
    )


def find(name: str) -> BigBooks | None:
    """Return the books of the name, if they were made here before."""
    organisation = Organisation.objects.filter(workspace__name=name).first()
    owner = User.objects.filter(memberships__workspace__name=name).first()
    if organisation is None or owner is None:
        return None
    return BigBooks(organisation.workspace, organisation, owner)


def make(name: str, size: Size) -> BigBooks:
    """Make the workspace with all that is in it, and let PostgreSQL look at it."""
    with transaction.atomic():
        books = _make(name, size)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return books


def _make(name: str, size: Size) -> BigBooks:
    owner = create_user(f"{name.lower().replace(' ', '-')}@example.com", None, "Olivia Owner")
    workspace = create_workspace(name=name, currency="GBP", timezone="Europe/London", owner=owner)
    organisation = Organisation.objects.create(
        workspace=workspace,
        tenant_id=uuid.uuid4(),
        name="Demo Company (UK)",
        country="GB",
        currency="GBP",
    )
    Connection.objects.update_or_create(
        workspace=workspace,
        defaults={"organisation": organisation, "status": ConnectionStatus.CONNECTED},
    )
    Lane.objects.get_or_create(organisation=organisation)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        # What was made so far is checked now: with checks open no index can be made.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # Foreign keys hold by the way the rows are made.
        cursor.execute("SET LOCAL session_replication_role = replica")
        with _without_indexes(cursor):
            _Maker(cursor, workspace, organisation, owner, size).make_all()
    return BigBooks(workspace, organisation, owner)


@contextlib.contextmanager
def _without_indexes(cursor: CursorWrapper) -> Iterator[None]:
    """Take the large tables' indexes away, save those that constraints stand on, for the block."""
    tables = [model._meta.db_table for model in _LARGE]
    cursor.execute(
        """
        SELECT index.indexname, index.indexdef FROM pg_indexes index
        WHERE index.tablename = ANY(%s)
          AND index.schemaname = current_schema()
          AND NOT EXISTS (SELECT 1 FROM pg_constraint
                          WHERE conindid = to_regclass(quote_ident(index.indexname)))
        """,
        [tables],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _, definition in indexes:
        cursor.execute(definition)


class _Maker:
    """Makes one workspace's rows, table by table; `n` counts from 1 in each statement."""

    def __init__(
        self,
        cursor: CursorWrapper,
        workspace: Workspace,
        organisation: Organisation,
        owner: User,
        size: Size,
    ) -> None:
        self._cursor = cursor
        self._size = size
        self._given: dict[str, Any] = {
            "workspace": workspace.pk,
            "organisation": organisation.pk,
            "owner": owner.pk,
            "documents": size.documents,
            "parties": size.parties,
            "runs": size.runs,
            "days": YEARS * 365,
            "failed": size.failed,
            "held": size.held,
            "waiting": size.waiting,
            "under_way": size.under_way,
            "first": _FIRST,
            "second": _SECOND,
            "third": _THIRD,
        }

    def make_all(self) -> None:
        self._cursor.execute("SELECT setseed(0.5)")
        self._lists()
        self._parties()
        self._documents()
        self._entries()
        self._runs()
        self._links()
        self._troubles()
        self._log()
        # The links' copies are the triggers' work.
        self._cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        self._execute(
            """UPDATE sync_link SET kind = kind, problem_code = problem_code
               WHERE organisation_id = %(organisation)s""",
            self._given,
        )

    def _lists(self) -> None:
        self._insert(
            TaxCode,
            {"workspace_id": "%(workspace)s", "code": "'VAT' || n", "name": "'VAT'", "rate": "20"},
            "generate_series(1, 5) n",
        )
        self._insert(
            Item,
            {
                "workspace_id": "%(workspace)s",
                "code": "'ITEM-' || lpad(n::text, 5, '0')",
                "name": f"{_word('first', 'n')} || ' ' || {_word('second', 'n / 11')}",
                "unit_price": "n % 500 + 0.99",
            },
            "generate_series(1, %(parties)s / 10) n",
        )

    def _parties(self) -> None:
        name = " || ' ' || ".join(
            (_word("first", "n * 7"), _word("second", "n / 3"), _word("third", "n / 31"))
        )
        self._insert(
            Party,
            {
                "workspace_id": "%(workspace)s",
                "uid": "gen_random_uuid()",
                "number": "'C' || lpad(n::text, 6, '0')",
                "name": f"CASE n WHEN 1 THEN 'Walk-in' ELSE {name} || ' ' || n END",
                "email": "'accounts' || n || '@example.com'",
                "is_customer": "n % 5 > 0",
                "is_supplier": "n % 5 = 0 OR n % 17 = 0",
                "is_walk_in": "n = 1",
            },
            "generate_series(1, %(parties)s) n",
        )

    def _documents(self) -> None:
        """The older a document, the smaller its key, within some weeks."""
        self._execute(
            """
            CREATE TEMP TABLE party_of ON COMMIT DROP AS
            SELECT row_number() OVER (ORDER BY id) AS place, id FROM books_party
            WHERE workspace_id = %(workspace)s;
            CREATE UNIQUE INDEX ON party_of (place, id);
            """,
            self._given,
        )
        kind = """CASE WHEN n % 10 < 7 THEN 'sales_invoice' WHEN n % 10 < 9 THEN 'bill'
                       WHEN n % 20 = 9 THEN 'sales_credit_note' ELSE 'supplier_credit_note' END"""
        status = """CASE n % 50 WHEN 13 THEN 'draft' WHEN 37 THEN 'cancelled'
                    ELSE 'submitted' END"""
        self._insert(
            Document,
            {
                "workspace_id": "%(workspace)s",
                "uid": "gen_random_uuid()",
                "kind": "kind",
                "number": """CASE kind WHEN 'sales_invoice' THEN 'INV-' WHEN 'bill' THEN 'BILL-'
                             WHEN 'sales_credit_note' THEN 'CN-' ELSE 'SC-' END
                             || lpad(n::text, 7, '0')""",
                "party_id": "party_of.id",
                "status": "status",
                "issued_on": "day",
                "due_on": "day + 30",
                "reference": "CASE WHEN n % 3 = 0 THEN 'PO ' || (n::bigint * 7919 % 100000) ELSE '' END",
                "currency": "CASE n % 20 WHEN 3 THEN 'EUR' WHEN 11 THEN 'USD' ELSE 'GBP' END",
                "subtotal": "cents / 100",
                "tax": "0",
                "total": "cents / 100",
                "submitted_at": "CASE status WHEN 'draft' THEN NULL ELSE day + time '10:00' END",
            },
            f"""(SELECT n, {kind} AS kind, {status} AS status,
                        (100 + floor(random() ^ 3 * 500000))::numeric AS cents,
                        current_date - ((%(documents)s - n) * %(days)s::bigint / %(documents)s)::int
                            - (n * 31 % 20)::int AS day,
                        CASE WHEN n % 10 = 4 THEN 1
                             ELSE 1 + floor(random() ^ 2 * (%(parties)s - 1))::int END AS place
                 FROM generate_series(1, %(documents)s) n ORDER BY n) made
                JOIN party_of USING (place)""",  # noqa: S608
            order="n",
        )
        self._insert(
            Line,
            {
                "document_id": "document.id",
                "position": "position",
                "description": "'Rope no. ' || position",
                "quantity": "1",
                "unit_price": "document.total",
                "amount": "CASE position WHEN 1 THEN document.total ELSE 0 END",
                "tracking": "'[]'",
            },
            f"""books_document document, generate_series(1, {self._size.lines_each}) position
                WHERE document.workspace_id = %(workspace)s""",
        )

    def _entries(self) -> None:
        self._insert(
            Payment,
            {
                "workspace_id": "%(workspace)s",
                "uid": "gen_random_uuid()",
                "document_id": "id",
                "amount": "total",
                "paid_on": "due_on",
                "method": "(ARRAY['card', 'bank transfer', 'cash', ''])[1 + id % 4]",
                "status": "CASE WHEN id % 199 = 0 THEN 'deleted' ELSE 'recorded' END",
            },
            """books_document WHERE workspace_id = %(workspace)s AND status = 'submitted'
               AND kind IN ('sales_invoice', 'bill') AND id % 2 = 0""",
        )
        self._insert(
            Allocation,
            {
                "workspace_id": "%(workspace)s",
                "uid": "gen_random_uuid()",
                "credit_note_id": "note.id",
                "document_id": "invoice.id",
                "amount": "1",
                "allocated_on": "note.issued_on",
            },
            """books_document note
               JOIN books_document invoice ON invoice.id = note.id - 9
               WHERE note.workspace_id = %(workspace)s AND note.kind = 'sales_credit_note'
                 AND invoice.kind = 'sales_invoice' AND note.status = 'submitted'
                 AND invoice.status = 'submitted'""",
        )

    def _runs(self) -> None:
        self._insert(
            Run,
            {
                "organisation_id": "%(organisation)s",
                "started_by_id": "%(owner)s",
                "started_at": "now() - (%(runs)s - n) * interval '1 day'",
            },
            "generate_series(1, %(runs)s) n",
        )

    def _links(self) -> None:
        """Everything is in Xero; what is not comes after."""
        common = {
            "organisation_id": "%(organisation)s",
            "intent": "'push'",
            "xero_id": "gen_random_uuid()",
            "strays": "'[]'",
            "sent_revision": "1",
        }
        self._insert(
            Link,
            {
                **common,
                "party_id": "id",
                "state": "'synced'",
                "queued_at": "now() - interval '1 day'",
            },
            "books_party WHERE workspace_id = %(workspace)s",
        )
        self._insert(
            Link,
            {
                **common,
                "document_id": "id",
                "state": """CASE WHEN status = 'cancelled' THEN 'retracted'
                                 WHEN id % 97 = 0 THEN 'excluded' ELSE 'synced' END""",
                "xero_id": """CASE WHEN status = 'cancelled' OR id % 97 = 0 THEN NULL
                                   ELSE gen_random_uuid() END""",
                "xero_number": "number",
                "xero_status": """CASE WHEN status = 'cancelled' THEN '' WHEN id % 2 = 0 THEN 'PAID'
                                       WHEN id % 41 = 0 THEN 'DRAFT' ELSE 'AUTHORISED' END""",
                "queued_at": "submitted_at",
                "changed_at": "submitted_at",
                "synced_at": "submitted_at",
                "run_id": _RUN.format(document="id"),
            },
            "books_document WHERE workspace_id = %(workspace)s AND status <> 'draft' ORDER BY id",
        )
        for sort in ("payment", "allocation"):
            self._insert(
                Link,
                {
                    **common,
                    f"{sort}_id": "id",
                    "state": "CASE status WHEN 'deleted' THEN 'retracted' ELSE 'synced' END",
                    "queued_at": "created_at - interval '1 day'",
                    "run_id": _RUN.format(document="document_id"),
                },
                f"books_{sort} WHERE workspace_id = %(workspace)s",
            )

    def _troubles(self) -> None:
        """The newest documents are those that something is the matter with."""
        # What has just been filled is unknown to the planner, which then joins all with all of it.
        self._execute("ANALYZE sync_link, books_document", self._given)
        told = "'message', 'It could not be sent.', 'remedy', 'Choose one.', 'details', '{}'::jsonb"
        self._put("waiting", "state = 'waiting', run_id = NULL, queued_at = NULL", skip="0")
        self._put(
            "under_way",
            """state = CASE WHEN place % 40 = 0 THEN 'sending' ELSE 'queued' END,
               queued_at = now() - interval '2 hours', not_before = now(), xero_id = NULL""",
            skip="%(waiting)s",
        )
        self._put(
            "failed",
            f"""state = 'failed', waits_for = (ARRAY['tax:VAT1:sales', 'tax:VAT2:sales',
                    'account:sales:', '', 'party:' || document.party_id])[1 + place % 5],
                problem = jsonb_build_object('screen', 'tax-mapping', {told}, 'code', (ARRAY[
                    'tax_not_mapped', 'tax_not_mapped', 'account_missing', 'refused',
                    'party_stopped'])[1 + place % 5])""",
            skip="%(waiting)s + %(under_way)s",
        )
        self._put(
            "held",
            f"""state = 'held', problem = jsonb_build_object('screen', '', {told}, 'code',
                    (ARRAY['number_taken', 'differs', 'contact_question'])[1 + place % 3])""",
            skip="%(waiting)s + %(under_way)s + %(failed)s",
        )

    def _put(self, count: str, values: str, *, skip: str) -> None:
        """Change the links of so many documents, the newest but those skipped."""
        self._execute(
            f"""
            UPDATE sync_link link SET changed_at = now() - place * interval '1 second', {values}
            FROM (SELECT link.id, row_number() OVER (ORDER BY link.id DESC) AS place
                  FROM sync_link link JOIN books_document document
                    ON document.id = link.document_id AND document.status = 'submitted'
                  WHERE link.organisation_id = %(organisation)s AND state <> 'excluded'
                  ORDER BY link.id DESC OFFSET {skip} LIMIT %({count})s) AS chosen,
                 books_document document
            WHERE link.id = chosen.id AND document.id = link.document_id
            """,  # noqa: S608
            self._given,
        )

    def _log(self) -> None:
        """Two attempts a document, the audit's two entries each; failures where there are any."""
        self._insert(
            Attempt,
            {
                "organisation_id": "%(organisation)s",
                "link_id": "link.id",
                "action": "CASE step WHEN 1 THEN 'ask' ELSE 'create' END",
                "outcome": """CASE WHEN step = 2 AND link.state IN ('failed', 'held')
                              THEN link.state ELSE 'done' END""",
                "message": "CASE step WHEN 2 THEN 'Created in Xero as ' || xero_number ELSE '' END",
                "started_at": "coalesce(synced_at, now())",
                "finished_at": "coalesce(synced_at, now())",
            },
            """sync_link link, generate_series(1, 2) step
               WHERE link.organisation_id = %(organisation)s AND document_id IS NOT NULL
               ORDER BY link.id, step""",
        )
        self._insert(
            AuditEntry,
            {
                "workspace_id": "%(workspace)s",
                "action": "'document.created'",
                "subject": "'document'",
                "subject_id": "id::text",
                "message": "number || ' was created.'",
                "at": "created_at",
            },
            "books_document WHERE workspace_id = %(workspace)s",
        )

    def _insert(
        self, model: type[models.Model], columns: Mapping[str, str], source: str, order: str = ""
    ) -> None:
        """Insert a row for each of the source; what is not named gets the model's own default."""
        values, given = dict(columns), dict(self._given)
        for field in model._meta.concrete_fields:
            if field.primary_key:
                continue
            has_default = field.has_default() or (field.blank and not field.null)
            if field.column not in values and has_default and not field.has_db_default():
                given[field.column] = field.get_db_prep_save(field.get_default(), connection)
                values[field.column] = f"%({field.column})s"
        names = ", ".join(f'"{name}"' for name in values)
        wanted = ", ".join(values.values())
        ordered = f" ORDER BY {order}" if order else ""
        table = model._meta.db_table
        self._execute(
            f'INSERT INTO "{table}" ({names}) SELECT {wanted} FROM {source}{ordered}',  # noqa: S608 - our own words
            given,
        )

    def _execute(self, statement: str, given: Mapping[str, Any]) -> None:
        """Execute it; only `%(name)s` stands for a value, every other percent sign for itself."""
        self._cursor.execute(re.sub(r"%(?!\()", "%%", statement), given)


def _word(words: str, number: str) -> str:
    """Return SQL for one of the words, by a number; those in front come more often."""
    return f"(%({words})s::text[])[1 + (({number})::bigint * 7 % 121) / 11]"
