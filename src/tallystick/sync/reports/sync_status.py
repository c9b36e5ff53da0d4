"""Sync status: how both ways stand, for the page, the command, its JSON, and for support."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import cached_property
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from tallystick.background.models import workers_alive
from tallystick.connections.call_counts import DayOfCalls, calls_since
from tallystick.connections.models import Connection, Organisation
from tallystick.connections.services import connection_of
from tallystick.mirror.unread import ShownElement, shown_unread
from tallystick.sync.models import LinkState
from tallystick.sync.reports.reading_status import (
    FirstImport,
    KindStatus,
    first_import,
    kind_statuses,
)
from tallystick.sync.reports.sync_summary import SyncSummary, sync_summary
from tallystick.workspaces.models import Workspace

#: So many of what could not be read are shown; all are counted.
_SHOWN = 20


class SyncStatus:
    """How a workspace stands with Xero, both ways; each part is asked for once, where it is told."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.at = timezone.now()

    @cached_property
    def summary(self) -> SyncSummary:
        return sync_summary(self.workspace)

    @cached_property
    def connection(self) -> Connection:
        return connection_of(self.workspace)

    @property
    def organisation(self) -> Organisation | None:
        return self.summary.organisation

    @cached_property
    def kinds(self) -> Sequence[KindStatus]:
        return kind_statuses(self.organisation) if self.organisation else []

    @cached_property
    def first_import(self) -> FirstImport | None:
        return first_import(self.organisation, self.kinds) if self.organisation else None

    @cached_property
    def calls(self) -> DayOfCalls | None:
        """The calls since midnight, of the workspace's zone."""
        return calls_since(self.organisation, self._midnight) if self.organisation else None

    @property
    def calls_by_midnight(self) -> int | None:
        """How many calls there will be, if the rest of the day goes on like the last hour."""
        if self.calls is None:
            return None
        return self.calls.forecast(self.at, self._midnight_after)

    @property
    def unread_count(self) -> int:
        return sum(one.unread for one in self.kinds)

    @cached_property
    def unread(self) -> Sequence[ShownElement]:
        """The newest of what could not be read."""
        return shown_unread(self.organisation, _SHOWN) if self.organisation else []

    @cached_property
    def workers(self) -> int:
        return workers_alive()

    @property
    def waiting(self) -> int:
        """Documents, payments and allocations that wait for Sync now."""
        return self._in_state(LinkState.WAITING)

    @property
    def alarms(self) -> Sequence[tuple[str, str]]:
        """What is not as it should be in reading, by the kind's label."""
        return [(one.label, one.reading.alarm) for one in self.kinds if one.reading.alarm]

    def _in_state(self, state: LinkState) -> int:
        return self.summary.counts.get(state, 0) + self.summary.settlement_counts.get(state, 0)

    @cached_property
    def _midnight(self) -> datetime:
        zone = ZoneInfo(self.workspace.timezone)
        return datetime.combine(self.at.astimezone(zone).date(), time.min, zone)

    @property
    def _midnight_after(self) -> datetime:
        zone = ZoneInfo(self.workspace.timezone)
        return datetime.combine(self._midnight.date() + timedelta(days=1), time.min, zone)


def sync_status(workspace: Workspace) -> SyncStatus:
    """Return how the workspace stands with Xero now, both ways."""
    return SyncStatus(workspace)


def status_facts(status: SyncStatus) -> dict[str, Any]:
    """Return what is told of reading and of calls, ready for JSON; no secret is among it."""
    calls, of_import = status.calls, status.first_import
    return {
        "reading": [_kind_facts(one) for one in status.kinds],
        "first_import": _import_facts(of_import) if of_import else None,
        "unread": status.unread_count,
        "calls_today": {
            "since": _iso(calls.since),
            "calls": calls.calls,
            "failed": calls.failed,
            "last_error": calls.last_error,
            "last_error_at": _iso(calls.last_error_at),
            "sent_bytes": calls.sent_bytes,
            "received_bytes": calls.received_bytes,
            "by_purpose": {
                one.purpose or "other": {
                    "calls": one.calls,
                    "failed": one.failed,
                    "sent_bytes": one.sent_bytes,
                    "received_bytes": one.received_bytes,
                }
                for one in calls.by_purpose
            },
            "by_midnight": status.calls_by_midnight,
            "left": calls.left,
        }
        if calls
        else None,
    }


def support_text(status: SyncStatus) -> str:
    """Return the details that help whoever is asked for help: no secret, no name of a customer."""
    summary, connection = status.summary, status.connection
    lines = [
        f"Tallystick {version('tallystick')}, {_iso(status.at)}",
        f"Workspace: {status.workspace.slug}",
        f"Xero: {status.organisation or 'no organisation'} ({connection.status})",
        f"Organisation in Xero: {status.organisation.tenant_id if status.organisation else 'none'}",
        f"Scopes: {' '.join(sorted(connection.scopes)) or 'none'}",
        f"Last answer from Xero: {_iso(connection.last_success_at) or 'none'}",
        f"Workers: {status.workers}",
        f"Waiting: {status.waiting}. On the way: {summary.on_the_way}. Needs a person: {summary.attention_count}.",
    ]
    lines += [f"Problem: {connection.problem}"] if connection.problem else []
    lines += [f"Held up until {_iso(summary.blocked_until)}: {summary.blocked_reason}"] if (
        summary.blocked_until
    ) else []  # fmt: skip
    lines += [_kind_text(one) for one in status.kinds]
    if calls := status.calls:
        lines.append(
            f"Calls since {_iso(calls.since)}: {calls.calls} ({calls.failed} failed), "
            f"{calls.sent_bytes} bytes sent, {calls.received_bytes} received; by midnight about "
            f"{status.calls_by_midnight}; left today: {calls.left if calls.left is not None else 'unknown'}"
        )
        lines += [
            f"  {one.label}: {one.calls} ({one.failed} failed), {one.received_bytes} bytes received"
            for one in calls.by_purpose
        ]
        if calls.last_error:
            lines.append(f"Last error: {calls.last_error}, {_iso(calls.last_error_at)}")
    lines += [f"Not read: {one.endpoint} {one.key}: {one.reason}" for one in status.unread]
    return "\n".join(lines) + "\n"


def _kind_facts(one: KindStatus) -> dict[str, Any]:
    reading = one.reading
    return {
        "kind": reading.kind,
        "state": one.state.name.lower(),
        "whole_at": _iso(reading.whole_at),
        "last_at": _iso(reading.last_at),
        "last_read": reading.last_handled,
        "last_news": reading.last_news,
        "next_at": _iso(reading.due_at),
        "next_why": reading.due_why,
        "found": one.found if reading.is_under_way else None,
        "done": one.done if reading.is_under_way else None,
        "unread": one.unread,
        "alarm": reading.alarm,
        "off_reason": reading.off_reason,
        "off_at": _iso(reading.off_at),
    }


def _import_facts(of_import: FirstImport) -> dict[str, Any]:
    return {
        "open": of_import.is_open,
        "paused": of_import.is_paused,
        "found": of_import.found,
        "done": of_import.done,
        "uncounted": list(of_import.uncounted),
        "per_minute": of_import.per_minute,
        "minutes_left": of_import.minutes_left,
        "calls_left": of_import.calls_left,
        "starts_on": of_import.starts_on.isoformat() if of_import.starts_on else None,
    }


def _kind_text(one: KindStatus) -> str:
    reading = one.reading
    told = [
        f"last {_iso(reading.last_at) or 'never'}",
        f"next {_iso(reading.due_at) or 'not planned'}",
    ]
    if reading.is_under_way:
        told.append(f"{one.done} of {one.found} on page {reading.page}")
    if one.unread:
        told.append(f"{one.unread} not read")
    told += [text for text in (reading.off_reason, reading.alarm) if text]
    return f"  {one.label}: {one.state} ({'; '.join(told)})"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
