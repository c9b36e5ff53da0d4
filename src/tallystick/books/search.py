"""Which documents a text finds: by each way in along an index of its own, and to a bound.

Of numbers and references together with customers PostgreSQL cannot tell how many a text finds, and
goes through all documents where an index would have led to three.
"""

from collections.abc import Iterable, Iterator

from django.db.models import F

from tallystick.books.given_values import amount_in
from tallystick.books.lookups import AnyOf, any_holds, is_short
from tallystick.books.models import Document, DocumentQuerySet, Kind, Party
from tallystick.workspaces.models import Workspace

#: So many are read; what finds more is soon met by whoever goes through a list in its order.
MOST = 10_000
#: So many parties that a text finds are named when their documents are looked for.
_NAMED = 5_000


def search_documents(workspace: Workspace, text: str) -> DocumentQuerySet:
    """Return the documents of the amount, or that bear the text, the newest first."""
    ours = Document.objects.in_workspace(workspace).newest_first().select_related("party")
    amount = amount_in(text)
    if amount is not None:
        return ours.filter(total=amount)
    keys = found_by(text, workspace)
    return ours.matching(text, workspace) if keys is None else ours.filter(AnyOf(F("pk"), keys))


def found_by(
    text: str,
    workspace: Workspace,
    kinds: Iterable[str] = tuple(Kind),
    *,
    at_most: int | None = None,
) -> list[int] | None:
    """Return the keys of the documents of `matching`, in no order; None where there are more.

    That is than `at_most`, and than are read at the most.
    """
    keys: set[int] = set()
    for way in _ways(
        text.strip(), Document.objects.in_workspace(workspace), workspace, list(kinds)
    ):
        # Never fewer: of a handful PostgreSQL believes that it soon meets them without an index.
        keys.update(way.values_list("pk", flat=True)[: MOST + 1])
        if len(keys) > (MOST if at_most is None else at_most):
            return None
    return list(keys)


def _ways(
    text: str, ours: DocumentQuerySet, workspace: Workspace, kinds: list[str]
) -> Iterator[DocumentQuerySet]:
    """Yield the documents by number and reference, one kind after the other, and by party."""
    fields = ("number",) if is_short(text) else ("number", "reference")
    for kind in kinds:
        yield ours.of_kind(kind).filter(any_holds(text, *fields))
    of_them = ours.filter(kind__in=kinds)
    parties = Party.objects.in_workspace(workspace).filter(any_holds(text, "name", "number"))
    named = list(parties.values_list("pk", flat=True)[: _NAMED + 1])
    if len(named) <= _NAMED:
        yield of_them.filter(AnyOf(F("party"), named))
    else:
        yield of_them.filter(party__in=parties.values("pk"))
