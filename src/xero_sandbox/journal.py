"""Every request served, in a file of its own so that noting one never waits for the books."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xero_sandbox.store import open_database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS request (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- also after `clear`: `after` never means another one
  at REAL NOT NULL,
  kind TEXT NOT NULL,
  method TEXT NOT NULL,
  route TEXT NOT NULL,
  path TEXT NOT NULL,
  query TEXT NOT NULL,
  status INTEGER NOT NULL,
  bytes_in INTEGER NOT NULL,
  bytes_out INTEGER NOT NULL,
  milliseconds REAL NOT NULL,
  idempotency_key TEXT NOT NULL,
  replayed INTEGER NOT NULL,
  client_id TEXT NOT NULL,
  organisation TEXT NOT NULL,
  fault TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  invalid TEXT NOT NULL
)
"""
FILTERS = (
    "kind",
    "method",
    "route",
    "path",
    "status",
    "client_id",
    "organisation",
    "idempotency_key",
    "user_agent",
)


@dataclass(frozen=True)
class Entry:
    at: float  #: seconds since 1970 on the sandbox's clock
    kind: str
    method: str
    route: str
    path: str
    query: str
    status: int  #: 0 when the connection was cut before anything was done
    bytes_in: int
    bytes_out: int
    milliseconds: float
    idempotency_key: str
    replayed: bool
    client_id: str
    organisation: str
    fault: str
    user_agent: str = ""
    invalid: Sequence[str] = ()  #: how it differs from the description; empty where nobody looked


class Journal:
    def __init__(self, directory: Path) -> None:
        self._db: sqlite3.Connection = open_database(directory / "requests.sqlite")
        self._db.execute(_SCHEMA)
        self._lock = threading.Lock()

    def note(self, entry: Entry) -> None:
        values = tuple((asdict(entry) | {"invalid": json.dumps(list(entry.invalid))}).values())
        marks = ", ".join("?" * len(values))
        with self._lock:
            self._db.execute(f"INSERT INTO request VALUES (NULL, {marks})", values)  # noqa: S608

    def entries(self, filters: dict[str, str], *, after: int, limit: int) -> list[dict[str, Any]]:
        """Return entries with an id above `after`, oldest first."""
        where, values = _where(filters)
        sql = f"SELECT * FROM request WHERE {where} AND id > ? ORDER BY id LIMIT ?"  # noqa: S608
        with self._lock:
            rows = self._db.execute(sql, (*values, after, limit)).fetchall()
        return [_as_told(row) for row in rows]

    def newest(self, filters: dict[str, str], *, limit: int) -> list[dict[str, Any]]:
        """Return the last entries, newest first."""
        where, values = _where(filters)
        sql = f"SELECT * FROM request WHERE {where} ORDER BY id DESC LIMIT ?"  # noqa: S608
        with self._lock:
            return [dict(row) for row in self._db.execute(sql, (*values, limit))]

    def summary(self, filters: dict[str, str], *, after: int) -> list[dict[str, Any]]:
        """Return counts and bytes by method and route, busiest first."""
        where, values = _where(filters)
        sql = f"""
            SELECT kind, method, route, count(*) AS calls, sum(bytes_in) AS bytes_in,
                   sum(bytes_out) AS bytes_out, sum(status >= 400) AS refused,
                   sum(replayed) AS replayed, max(milliseconds) AS slowest_ms, max(id) AS last_id
            FROM request WHERE {where} AND id > ?
            GROUP BY kind, method, route ORDER BY calls DESC, route, method
        """  # noqa: S608 - only names from FILTERS reach it
        with self._lock:
            return [dict(row) for row in self._db.execute(sql, (*values, after))]

    def egress(self) -> list[dict[str, Any]]:
        """Return calls and bytes out by app, organisation and month (UTC), oldest first."""
        sql = """
            SELECT strftime('%Y-%m', at, 'unixepoch') AS month, client_id, organisation,
                   count(*) AS calls, sum(bytes_out) AS bytes_out
            FROM request WHERE kind = 'api' AND client_id != '' AND route NOT LIKE '%/Organisation'
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """
        with self._lock:
            return [dict(row) for row in self._db.execute(sql)]

    def clear(self) -> None:
        with self._lock:
            self._db.execute("DELETE FROM request")

    def close(self) -> None:
        with self._lock:
            self._db.close()


def _as_told(row: sqlite3.Row) -> dict[str, Any]:
    bare = {"replayed": bool(row["replayed"]), "invalid": json.loads(row["invalid"])}
    return dict(row) | bare


def _where(filters: dict[str, str]) -> tuple[str, list[str]]:
    chosen = {name: filters[name] for name in FILTERS if name in filters}
    clauses = ["1 = 1", *(f"{name} = ?" for name in chosen)]
    if "invalid" in filters:
        clauses.append("invalid != '[]'" if filters["invalid"] == "true" else "invalid = '[]'")
    return " AND ".join(clauses), list(chosen.values())
