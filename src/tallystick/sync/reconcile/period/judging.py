"""The one text of SQL that judges both sides of a record, whatever kind it is.

Each kind gives its sides by the same names (`sides`): who is paired with whom, and what each says.
Set-based, so that a hundred thousand records are one statement; nothing of it is kept in memory here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.sync_rules import MARKED_DONE, OTHER_BOOKS
from tallystick.sync.models import GONE, OPEN_STATES
from tallystick.sync.reconcile.period.words import Aspect, Reason, Verdict


@dataclass(frozen=True, slots=True)
class SidesOfKind:
    """How one kind of record is found on both sides, in pieces of SQL."""

    #: Our records (`here`); how their links and copies (`link`, `there`) are joined to them; and
    #: the day of ours.
    records: str
    paired: str
    here_day: str
    #: Xero's, with the links and records of ours that they have, and their day.
    theirs: str
    there_day: str
    #: Of ours: that it is one of the period. The same of Xero's.
    is_ours: str
    is_theirs: str
    #: What both sides say, by the names that are judged.
    columns: str
    #: Expressions for what differs, each the name of an aspect or NULL; over `sides`.
    aspects: str
    #: More common tables, each with a comma before it, and how they are joined to `sides`.
    tables: str = ""
    joins: str = ""
    #: What is outstanding on either side.
    outstanding: str = "NULL::numeric AS outstanding_here, NULL::numeric AS outstanding_there"
    #: Xero told it with all that is compared.
    is_whole: str = "true"
    #: Settlements of it are on their way.
    is_settling: str = "false"
    #: A common table before all others, with a comma after it.
    before: str = ""


#: A key that no other row of a kind bears, whichever side it is of.
HERE_KEY, THERE_KEY = "here.id * 2", "there.id * 2 + 1"

_SIDES = """
    WITH {kind.before} sides AS (
        SELECT {kind.columns}, {kind.here_day} AS day, {here_key} AS key
        FROM {kind.records} {kind.paired}
        WHERE {kind.is_ours} AND {ours}
        UNION ALL
        SELECT {kind.columns}, {kind.there_day}, {there_key}
        FROM {kind.theirs}
        WHERE {kind.is_theirs} AND {theirs} AND (here.id IS NULL OR NOT ({kind.is_ours}))
    )
    {kind.tables},
    told AS (
        SELECT sides.*, {kind.outstanding}, {kind.is_whole} AS is_told_whole,
               CASE WHEN is_standing AND here_id IS NOT NULL AND NOT is_withdrawn
                    THEN array_remove(ARRAY[{kind.aspects}, {content}]::text[], NULL)
                    WHEN here_id IS NOT NULL AND there_id IS NOT NULL
                         AND is_standing = is_withdrawn THEN ARRAY['{status}']
                    ELSE ARRAY[]::text[] END AS aspects
        FROM sides {kind.joins}
    ),
    judged AS (
        SELECT told.*, {fate} AS fate FROM told
    )
"""
#: What the comparison of whole contents, or an edit that is not sent yet, tells beside the figures.
_CONTENT = f"""
    CASE WHEN problem_code IN ('{ProblemCode.DIFFERS}', '{ProblemCode.SETTLED}') OR kept_at IS NOT NULL OR is_edited
         THEN '{Aspect.CONTENT}' END"""


def _is(verdict: Verdict, reason: Reason = Reason.PLAIN) -> str:
    return f"'{verdict}:{reason}'"


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_GONE = _words(sorted(GONE))
_OPEN = _words(OPEN_STATES)
#: We wrote to Xero after it was last read: what the mirror has is what was before. Looked up for
#: those records alone that do not agree.
_SENT_SINCE = """EXISTS (
        SELECT FROM sync_attempt attempt
        WHERE attempt.link_id = told.link_id AND attempt.batch_id IS NOT NULL
          AND attempt.outcome IN ('done', 'held')
          AND attempt.finished_at > greatest(told.noticed_at, %(read_at)s::timestamptz))"""
_IS_KEPT_OUT = "state = 'excluded' OR state IS NULL AND (is_marked OR is_before_start)"
_WHY_KEPT_OUT = f"""CASE
        WHEN waits_for = '{OTHER_BOOKS}' THEN {_is(Verdict.EXCLUDED, Reason.OTHER_BOOKS)}
        WHEN waits_for = '{MARKED_DONE}' THEN {_is(Verdict.EXCLUDED, Reason.MARKED_DONE)}
        WHEN is_marked THEN {_is(Verdict.EXCLUDED, Reason.MARKED)}
        WHEN is_before_start THEN {_is(Verdict.EXCLUDED, Reason.BEFORE_START)}
        ELSE {_is(Verdict.EXCLUDED, Reason.MARKED_DONE)} END"""
#: Nothing of it stands in Xero; why it does not.
_ABSENT = f"""CASE
        WHEN state = 'retracted' THEN {_is(Verdict.ONLY_HERE, Reason.TAKEN_OUT)}
        WHEN link_xero_id IS NULL AND state = 'held' THEN {_is(Verdict.HELD)}
        WHEN link_xero_id IS NULL AND state = 'failed'
            THEN {_is(Verdict.ONLY_HERE, Reason.FAILED)}
        WHEN link_xero_id IS NULL THEN {_is(Verdict.ONLY_HERE, Reason.NOT_SENT)}
        WHEN {_SENT_SINCE} THEN {_is(Verdict.UNSEEN, Reason.SENT_SINCE)}
        WHEN there_id IS NOT NULL THEN {_is(Verdict.DIFFERS, Reason.REMOVED)}
        WHEN link_status IN ({_GONE}) THEN {_is(Verdict.ONLY_HERE, Reason.NOT_LISTED)}
        WHEN %(is_whole)s AND NOT is_before_reading
            THEN {_is(Verdict.ONLY_HERE, Reason.NOT_LISTED)}
        ELSE {_is(Verdict.UNSEEN, Reason.NOT_READ)} END"""
_WITHDRAWN_HERE = f"""CASE
        WHEN is_standing THEN {_is(Verdict.DIFFERS, Reason.ORPHANED)}
        WHEN there_id IS NULL AND link_xero_id IS NOT NULL AND link_status NOT IN ({_GONE})
            THEN {_is(Verdict.UNSEEN, Reason.NOT_READ)}
        ELSE {_is(Verdict.WITHDRAWN)} END"""
_BOTH = f"""CASE
        WHEN cardinality(aspects) = 0 AND NOT is_told_whole THEN {_is(Verdict.UNSEEN, Reason.NO_LINES)}
        WHEN cardinality(aspects) = 0 THEN {_is(Verdict.EQUAL)}
        WHEN {_SENT_SINCE} THEN {_is(Verdict.UNSEEN, Reason.SENT_SINCE)}
        WHEN aspects = ARRAY['{Aspect.OUTSTANDING}'] AND ({{is_settling}})
            THEN {_is(Verdict.ON_THE_WAY, Reason.SETTLEMENTS)}
        WHEN kept_at IS NOT NULL THEN {_is(Verdict.DIFFERS, Reason.KEPT)}
        WHEN state = 'held' THEN {_is(Verdict.DIFFERS, Reason.ASKED)}
        ELSE {_is(Verdict.DIFFERS)} END"""
_FATE = f"""CASE
    WHEN here_id IS NULL THEN CASE
        WHEN is_unread THEN {_is(Verdict.UNSEEN, Reason.UNREADABLE)}
        WHEN is_standing THEN {_is(Verdict.ONLY_THERE)}
        ELSE {_is(Verdict.WITHDRAWN, Reason.GONE_THERE)} END
    WHEN state IN ({_OPEN}) THEN CASE
        WHEN intent = 'retract' THEN {_is(Verdict.ON_THE_WAY, Reason.LEAVING)}
        ELSE {_is(Verdict.ON_THE_WAY)} END
    WHEN is_unread THEN {_is(Verdict.UNSEEN, Reason.UNREADABLE)}
    WHEN is_withdrawn THEN {_WITHDRAWN_HERE}
    WHEN {_IS_KEPT_OUT} THEN {_WHY_KEPT_OUT}
    WHEN is_standing THEN {_BOTH}
    ELSE {_ABSENT} END"""


def judged(kind: SidesOfKind, *, ours: str = "true", theirs: str = "true") -> str:
    """Return the common tables that end in `judged`, for records of ours and Xero's that these name."""
    return _SIDES.format(
        kind=kind,
        ours=ours,
        theirs=theirs,
        here_key=HERE_KEY,
        there_key=THERE_KEY,
        content=_CONTENT,
        status=Aspect.STATUS,
        fate=_FATE.format(is_settling=kind.is_settling),
    )


def keys_of_ours(kind: SidesOfKind, where: str) -> str:
    """Return the query for the days and keys of our records, along the index on their day."""
    template = (
        "SELECT {kind.here_day} AS day, {key} AS key FROM {kind.records}"
        " WHERE {kind.is_ours} AND {where}"
    )
    return template.format(kind=kind, key=HERE_KEY, where=where)


def keys_of_theirs(kind: SidesOfKind, where: str) -> str:
    """Return the same for Xero's that belong to no record of ours in the period."""
    template = (
        "{before} SELECT {kind.there_day} AS day, {key} AS key FROM {kind.theirs}"
        " WHERE {kind.is_theirs} AND {where} AND (here.id IS NULL OR NOT ({kind.is_ours}))"
    )
    before = f"WITH {kind.before.rstrip(', ')}" if kind.before else ""
    return template.format(kind=kind, key=THERE_KEY, where=where, before=before)
