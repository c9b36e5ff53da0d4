"""Finding lines of the Sync log by a text: of the records that it names, and those that say it.

A log of years is too long to be looked through, so each way has a bound, and what was left out is
told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from tallystick.books.models import Document, Party
from tallystick.books.search import found_by
from tallystick.connections.models import Organisation
from tallystick.sync.models import Attempt

#: So many lines are found, the newest.
FOUND = 1_000
#: Words are looked for in so many messages, the newest.
MESSAGES = 20_000
#: So many documents, and so many customers, that a text names are followed into the log.
NAMED = 500
#: Where it names more documents, it is looked for in so many, the newest.
DOCUMENTS = 20_000


@dataclass(frozen=True, slots=True)
class LogSearch:
    """What was found: keys of lines, the newest first, and where nothing was looked for."""

    keys: Sequence[int]
    #: A sentence each.
    left_out: Sequence[str]


def search_log(
    organisation: Organisation | None, text: str, *, outcome: str = "", action: str = ""
) -> LogSearch:
    """Return the newest lines of the log that say the text, or whose record bears it.

    That is a document by its number, reference or customer, and a customer by name and number.
    """
    if organisation is None:
        return LogSearch([], [])
    given = {"organisation": organisation, "outcome": outcome, "action": action}
    lines = Attempt.objects.filter(**{name: value for name, value in given.items() if value})
    parts = (_saying(lines, organisation, text), _of_records(lines, organisation, text))
    keys = sorted({key for found, _ in parts for key in found}, reverse=True)
    left_out = [told for _, tell in parts for told in tell]
    if len(keys) > FOUND:
        left_out.append(f"Shown are the newest {FOUND:,} lines that fit.")
    return LogSearch(keys[:FOUND], left_out)


def _saying(
    lines: QuerySet[Attempt], organisation: Organisation, text: str
) -> tuple[list[int], list[str]]:
    """Return the lines whose message holds the text, among the newest."""
    newest = Attempt.objects.filter(organisation=organisation)
    if (edge := _edge(newest, MESSAGES)) is None:
        return _newest(lines.filter(message__icontains=text)), []
    told = f"Messages were looked through in the newest {MESSAGES:,} lines of the log."
    return _newest(lines.filter(pk__gt=edge, message__icontains=text)), [told]


def _of_records(
    lines: QuerySet[Attempt], organisation: Organisation, text: str
) -> tuple[list[int], list[str]]:
    """Return the lines about documents and customers that the text names."""
    documents, told = _documents(organisation, text)
    parties = _some(Party.objects.in_workspace(organisation.workspace).matching(text))
    if len(parties) > NAMED:
        told.append(
            f"More than {NAMED:,} customers fit; lines about customers themselves are of that many."
        )
    # One query each: an index leads to the lines of either.
    about = (lines.filter(link__document__in=documents), lines.filter(link__party__in=parties))
    return [key for found in about for key in _newest(found)], told


def _documents(organisation: Organisation, text: str) -> tuple[list[int], list[str]]:
    """Return the documents that the text names: all where they are few, else of the newest."""
    workspace = organisation.workspace
    ours = Document.objects.in_workspace(workspace)
    found = found_by(text, workspace, at_most=NAMED)
    if found is not None:
        return found, []
    told = f"More than {NAMED:,} documents fit; looked at were the newest {NAMED:,} of them"
    if (edge := _edge(ours, DOCUMENTS)) is not None:
        ours, told = ours.filter(pk__gt=edge), f"{told} among the newest {DOCUMENTS:,} of all"
    newest = ours.matching(text, workspace).order_by("-pk").values_list("pk", flat=True)
    return list(newest[:NAMED]), [f"{told}."]


def _edge(rows: QuerySet, count: int) -> int | None:
    """Return the key that all but the newest so many do not go beyond; None where they are fewer."""
    return rows.order_by("-pk").values_list("pk", flat=True)[count : count + 1].first()


def _newest(lines: QuerySet[Attempt]) -> list[int]:
    return list(lines.order_by("-pk").values_list("pk", flat=True)[: FOUND + 1])


def _some(rows: QuerySet) -> list[int]:
    """Return the keys of so many and one more, in no order, which would take a look at all."""
    return list(rows.order_by().values_list("pk", flat=True)[: NAMED + 1])
