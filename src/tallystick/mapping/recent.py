"""Which of Xero's records were used last, to be offered before all others."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet

from tallystick.books.models import Document, Line
from tallystick.connections.models import Organisation
from tallystick.mapping.models import AccountChoice, MethodAccount, TaxMapping
from tallystick.workspaces.models import Workspace

#: So many are put before the others.
_OFFERED = 5
#: Looked for among the lines of so many documents, the newest.
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class RecentChoices:
    """What was chosen last in the mapping, the newest first."""

    tax_types: list[str]
    account_codes: list[str]
    #: Of payments: Xero's ids.
    payment_accounts: list[str]


@dataclass(frozen=True, slots=True)
class RecentOnLines:
    """What the newest documents name on their lines, the newest first."""

    account_codes: list[str]
    #: As they are entered, such as `Region: North`.
    tracking: list[str]


def recent_choices(organisation: Organisation) -> RecentChoices:
    """Return what was chosen last for the organisation."""

    def newest(choices: QuerySet, field: str) -> list[str]:
        found = choices.filter(organisation=organisation, chosen_at__isnull=False)
        ordered = found.order_by(F("chosen_at").desc(), "-pk").values_list(field, flat=True)
        return _first(map(str, ordered[:100]))

    return RecentChoices(
        newest(TaxMapping.objects.all(), "tax_type"),
        newest(AccountChoice.objects.all(), "code"),
        newest(MethodAccount.objects.all(), "account_id"),
    )


def recent_on_lines(workspace: Workspace) -> RecentOnLines:
    """Return what lines named last."""
    newest = Document.objects.filter(workspace=workspace).order_by("-issued_on", "-pk")
    keys = list(newest.values_list("pk", flat=True)[:_LOOKED_AT])
    lines = Line.objects.filter(document__in=keys).order_by("-document_id", "position")
    rows = list(lines.values_list("account_code", "tracking"))
    return RecentOnLines(
        _first(code for code, _ in rows),
        _first(": ".join(pair) for _, pairs in rows for pair in pairs),
    )


def _first(found: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, found)))[:_OFFERED]
