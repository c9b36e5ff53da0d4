"""Manual journals: list, read one, create, create or update, change status."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from xero_sandbox import wire
from xero_sandbox.accounting import ledger
from xero_sandbox.accounting.answers import Invalid, Save, Saved, envelope, write_batch
from xero_sandbox.accounting.desk import Desk, open_desk
from xero_sandbox.accounting.journals import manual_records as records
from xero_sandbox.accounting.journals.manual_records import ManualJournal
from xero_sandbox.accounting.journals.manual_rules import apply
from xero_sandbox.accounting.ledger import Entry
from xero_sandbox.accounting.listing import Resource, select
from xero_sandbox.accounting.papers import attachments, history
from xero_sandbox.accounting.sent import Sent, elements, read_guid
from xero_sandbox.accounting.shapes import AnswerKind
from xero_sandbox.accounting.totals import ZERO
from xero_sandbox.accounting.where_sql import Field
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound
from xero_sandbox.routing import Call, Route

PLURAL = "ManualJournals"


def _json(name: str, kind: str) -> Field:
    return Field(f"json_extract(data, '$.{name}')", kind)


RESOURCE = Resource(
    table="manual_journal",
    type_name="ManualJournal",
    fields={
        "ManualJournalID": Field("id", "guid"),
        "Date": Field("date", "day"),
        "Status": Field("status", "text"),
        "UpdatedDateUTC": Field("updated", "instant"),
        "Narration": _json("Narration", "text"),
        "LineAmountTypes": _json("LineAmountTypes", "text"),
        "Url": _json("Url", "text"),
        "ShowOnCashBasisReports": _json("ShowOnCashBasisReports", "bool"),
        "HasAttachments": _json("HasAttachments", "bool"),
    },
    order="updated, id",
)


def list_all(call: Call) -> Response:
    """Without `page` no lines, as for invoices (facts 5.2)."""
    page = select(call, RESOURCE)
    answer = AnswerKind.PAGE if page.pagination and not page.summary_only else AnswerKind.LIST
    items = [records.load(row).wire(answer) for row in page.rows]
    return envelope(call, PLURAL, items, **page.envelope())


def read_one(call: Call) -> Response:
    journal = _named(call)
    files = attachments.of(call, PLURAL, journal.id)
    return envelope(call, PLURAL, [journal.wire(AnswerKind.SINGLE, files)])


def create(call: Call) -> Response:
    """PUT: every element is a new journal."""
    desk = open_desk(call)
    return _write(call, lambda sent: _save(desk, sent, _new(desk)))


def create_or_update(call: Call) -> Response:
    """POST: matched by ManualJournalID, else created."""
    desk = open_desk(call)
    return _write(call, lambda sent: _save(desk, sent, _match(call, sent) or _new(desk)))


def update(call: Call) -> Response:
    desk = open_desk(call)
    return _write(call, lambda sent: _save(desk, sent, _named(call)))


def _write(call: Call, save: Save) -> Response:
    return write_batch(call, PLURAL, elements(call.request, PLURAL), save, flag="")


def _named(call: Call) -> ManualJournal:
    ident = read_guid(call.params["id"])
    found = records.by_id(call.db, call.organisation, ident) if ident else None
    if found is None:
        raise NotFound
    return found


def _match(call: Call, sent: Sent) -> ManualJournal | None:
    ident = sent.guid("ManualJournalID")
    if ident is None:
        return None
    found = records.by_id(call.db, call.organisation, ident)
    if found is None:  # one unknown id answers the whole request with 404 (facts 4.3)
        raise NotFound
    return found


def _new(desk: Desk) -> ManualJournal:
    return ManualJournal(id=str(uuid.uuid4()), organisation=desk.books.id, day=desk.today)


def _save(desk: Desk, sent: Sent, journal: ManualJournal) -> Saved:
    desk.clear()
    before = None if journal.seq is None else journal.status
    answer = AnswerKind.CREATED if before is None else AnswerKind.UPDATED
    apply(desk, journal, sent)
    if desk.errors:
        zero = {"ManualJournalID": wire.ZERO_ID} if before is None else {}
        raise Invalid(list(dict.fromkeys(desk.errors)), journal.wire(answer) | zero)
    records.save(desk.db, journal, now_ms=desk.now_ms)
    _book(desk, journal)
    changes = "Created" if before is None else "Edited"
    if before and before != journal.status:
        changes = journal.status.capitalize()
    history.note(desk.db, desk.books.id, journal.id, changes, journal.narration, now_ms=desk.now_ms)
    return Saved(journal.wire(answer), desk.warnings)


def _book(desk: Desk, journal: ManualJournal) -> None:
    entries = _entries(desk, journal) if journal.status == "POSTED" else ()
    ledger.post(
        desk.db, desk.books.id, "manual_journal", journal.id, "", entries, now_ms=desk.now_ms
    )


def _entries(desk: Desk, journal: ManualJournal) -> Iterator[Entry]:
    """Each line on its account, and the tax of all on the tax account."""
    for line in journal.lines:
        tax = line.tax_amount if journal.kind == "Inclusive" else ZERO
        assert line.account_id is not None  # noqa: S101 - the rules see to it
        yield Entry(
            journal.day,
            line.account_id,
            line.line_amount - tax,
            tuple(entry["TrackingOptionID"] for entry in line.tracking),
            tax=line.tax_amount,
            tax_type=line.tax_type,
            description=line.description or "",
        )
    total_tax = sum((line.tax_amount for line in journal.lines), ZERO)
    yield Entry(journal.day, desk.books.system_account("GST").id, total_tax)


_SCOPES = ("accounting.manualjournals",)
_PATH = f"/api.xro/2.0/{PLURAL}"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", f"{_PATH}/{{id}}", read_one, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("POST", _PATH, create_or_update, "api", _SCOPES, writes=True),
    Route("POST", f"{_PATH}/{{id}}", update, "api", _SCOPES, writes=True),
)
