"""Attachments: files on documents, contacts and accounts, as raw bytes (facts 6.12)."""

from __future__ import annotations

import re
import sqlite3
import uuid
from functools import partial
from typing import Any
from urllib.parse import quote

from xero_sandbox import wire
from xero_sandbox.accounting.answers import envelope
from xero_sandbox.accounting.papers.history import note
from xero_sandbox.accounting.papers.owners import OWNERS, Owner, find
from xero_sandbox.accounting.sent import read_guid
from xero_sandbox.messages import Response
from xero_sandbox.problems import NotFound, ValidationFailed
from xero_sandbox.routing import Call, Route
from xero_sandbox.store import fold

PLURAL = "Attachments"
MOST = 10
_FORBIDDEN = re.compile(r"[<>:\"/\\|?*+\x00]")
#: Kinds of files that Xero's help lists as supported, by the end of their name.
_SUPPORTED = {
    "pdf", "txt", "rtf", "csv", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odf", "odt", "ods",
    "odp", "pages", "numbers", "key", "keynote", "eml", "msg", "xml",
    "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "heic",
    "zip", "rar", "7z",
}  # fmt: skip


def list_all(owner: Owner, call: Call) -> Response:
    return envelope(call, PLURAL, of(call, owner.plural, _owner(owner, call)))


def of(call: Call, plural: str, ident: str) -> list[dict[str, Any]]:
    """Return the attachments of one document as on the wire, in the order they came."""
    sql = f"SELECT {_COLUMNS} FROM attachment WHERE owner = ? ORDER BY seq"  # noqa: S608
    rows = call.db.execute(sql, (ident,))
    return [_wire(call, plural, row) for row in rows]


def download(owner: Owner, call: Call) -> Response:
    """Read the bytes, by attachment id or by file name."""
    ident, name = _owner(owner, call), call.params["name"]
    row = call.db.execute(
        "SELECT content, mime_type FROM attachment WHERE owner = ? AND (id = ? OR name_key = ?)",
        (ident, read_guid(name), fold(name)),
    ).fetchone()
    if row is None:
        raise NotFound
    return Response(200, row["content"], row["mime_type"])


def upload(owner: Owner, call: Call) -> Response:
    """PUT and POST alike: a file of the same name is replaced and keeps its id."""
    ident, name = _owner(owner, call), call.params["name"]
    online = call.request.query.get("includeonline", "").lower() == "true"
    before = call.db.execute(
        "SELECT id FROM attachment WHERE owner = ? AND name_key = ?", (ident, fold(name))
    ).fetchone()
    errors = _errors(call, ident, name, is_new=before is None)
    if online and not _sells(owner, call, ident):
        errors.append("IncludeOnline is for sales invoices and sales credit notes only.")
    if errors:
        messages = [{"Message": message} for message in errors]
        element = {"AttachmentID": wire.ZERO_ID, "FileName": name, "ValidationErrors": messages}
        raise ValidationFailed([element])
    attachment = before["id"] if before else str(uuid.uuid4())
    _store(call, owner, ident, attachment, online=online)
    rows = call.db.execute(f"SELECT {_COLUMNS} FROM attachment WHERE id = ?", (attachment,))  # noqa: S608
    return envelope(call, PLURAL, [_wire(call, owner.plural, row) for row in rows])


_COLUMNS = "id, owner, name, mime_type, include_online, length(content) AS length"


def _owner(owner: Owner, call: Call) -> str:
    ident = find(call.db, call.organisation, owner, call.params["id"])
    if ident is None:
        raise NotFound
    return ident


def _errors(call: Call, ident: str, name: str, *, is_new: bool) -> list[str]:
    errors = []
    if _FORBIDDEN.search(name):
        errors.append('The file name must not contain any of < > : " / \\ | ? * +')
    if name.rpartition(".")[2].lower() not in _SUPPORTED:
        errors.append("The file type of the attachment is not supported.")
    if not call.request.body:
        errors.append("The attachment has no content.")
    count = call.db.execute("SELECT count(*) FROM attachment WHERE owner = ?", (ident,)).fetchone()
    if is_new and count[0] >= MOST:
        errors.append(f"A document can have at most {MOST} attachments.")
    return errors


def _sells(owner: Owner, call: Call, ident: str) -> bool:
    if owner.plural not in ("Invoices", "CreditNotes"):
        return False
    sql = f"SELECT type FROM {owner.table} WHERE id = ?"  # noqa: S608 - a name of ours
    return str(call.db.execute(sql, (ident,)).fetchone()["type"]).startswith("ACCREC")


def _store(call: Call, owner: Owner, ident: str, attachment: str, *, online: bool) -> None:
    name = call.params["name"]
    kind = call.request.headers.get("content-type", "") or "application/octet-stream"
    call.db.execute(
        """
        INSERT INTO attachment
               (id, organisation, owner, name_key, name, mime_type, include_online, content)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, mime_type = excluded.mime_type,
               include_online = excluded.include_online, content = excluded.content
        """,
        (attachment, call.organisation, ident, fold(name), name, kind, online, call.request.body),
    )
    call.db.execute(
        f"UPDATE {owner.table} SET {owner.json} = "  # noqa: S608 - names of ours
        f"json_set({owner.json}, '$.HasAttachments', json('true')) WHERE id = ?",
        (ident,),
    )
    app = call.sandbox.options.app_name
    details = f"Attached the file {name} through the Xero API using {app}"
    now = call.sandbox.clock.now_ms()
    note(call.db, call.organisation, ident, "Attached a file", details, now_ms=now)


def _wire(call: Call, plural: str, row: sqlite3.Row) -> dict[str, Any]:
    """The Url is where the client has called, so that it does not take its token elsewhere."""
    owner = f"{call.request.base_url}/api.xro/2.0/{plural}/{row['owner']}"
    return {
        "AttachmentID": row["id"],
        "FileName": row["name"],
        "Url": f"{owner}/Attachments/{quote(row['name'])}",
        "MimeType": row["mime_type"],
        "ContentLength": row["length"],
    } | ({"IncludeOnline": bool(row["include_online"])} if plural == "Invoices" else {})


def routes() -> tuple[Route, ...]:
    scopes = ("accounting.attachments",)
    made = []
    for owner in OWNERS:
        if owner.json is None:
            continue
        path = f"/api.xro/2.0/{owner.plural}/{{id}}/Attachments"
        file, write = f"{path}/{{name}}", partial(upload, owner)
        made += [
            Route("GET", path, partial(list_all, owner), "api", scopes),
            Route("GET", file, partial(download, owner), "api", scopes, gives_bytes=True),
            Route("PUT", file, write, "api", scopes, writes=True, takes_bytes=True),
            Route("POST", file, write, "api", scopes, writes=True, takes_bytes=True),
        ]
    return tuple(made)
