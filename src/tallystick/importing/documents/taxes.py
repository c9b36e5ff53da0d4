"""Finds our tax code for what a file says, or makes one where the file says the rate."""

import re
from collections.abc import Mapping
from decimal import Decimal

from tallystick.books.models import DocumentTemplate, Item, TaxCode, TaxLevel
from tallystick.books.tax_codes import default_tax_code
from tallystick.importing.meaning.values import BadValue
from tallystick.workspaces.models import Workspace

#: Names of Xero's system rates that bear no tax. Source: Xero's list of system tax types.
_ZERO = frozenset(
    {
        "no vat",
        "no gst",
        "no tax",
        "none",
        "tax exempt",
        "exempt income",
        "exempt sales",
        "gst exempt",
        "gst free income",
        "gst free exports",
        "zero rated",
        "zero rated income",
        "zero rated ec goods income",
        "zero rated ec services",
        "bas excluded",
    }
)
#: Such as "20% (VAT on Income)" or "15% GST on Income". One further inside may be anything.
_LEADING_RATE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,4})?) ?%")
#: As shops name taxes, where the mapping says that the file does.
_RATE_AT_END = re.compile(r"[^0-9%]*\b([0-9]{1,2}(?:\.[0-9]{1,4})?) ?%")
#: Words of taxes that the buyer owes: whatever their rate, the line bears none or another.
_OWED_BY_BUYER = re.compile(
    r"\b(?:reverse|rc|ec|ecg|ecs|pva|postponed|imports?|intra\w*|autoliquidation|verlegd|13b|"
    r"inversi[oó]n\w*)\b",
    re.IGNORECASE,
)
_NO_RATE = Decimal(0)
#: The tax code of what the file states no tax of.
NO_TAX = "No tax"
#: A rate that makes no more than this of it is no contradiction, as in `mapping.taxes`.
MOST_TAX_OF_NONE = Decimal("0.10")
#: A file with more new ones than this has something else in that column.
_MOST_NEW = 200
#: So many unknown names are asked about at once.
_MOST_ASKED = 50
_ASKED = (
    "Its rate is not known here. Say what it is on the page of the import, or add it under "
    "Settings, Tax mapping, by this very code or name, and import again."
)


class TaxCodes:
    """The workspace's tax codes and those that a file brings along."""

    def __init__(
        self, workspace: Workspace, said: Mapping[str, str], *, ends_in_rate: bool = False
    ) -> None:
        """`said` names a code of ours for what the file says, in small letters; `ends_in_rate`: a
        name such as "VAT 20%" tells its rate.
        """
        self._ends_in_rate = ends_in_rate
        known = list(TaxCode.objects.in_workspace(workspace))
        self._said = said
        self._workspace = workspace
        self._rates = {each.code: each.rate for each in known}
        self._codes = {each.name: each.code for each in known} | {
            each.code: each.code for each in known
        }
        self._new: dict[str, str] = {}
        #: Names without a rate, and how many lines bear each; not more than can be asked about.
        self.unknown: dict[str, int] = {}
        templates = DocumentTemplate.objects.filter(workspace=workspace, tax_code__isnull=False)
        self._of_templates = dict(templates.values_list("name", "tax_code__code"))
        items = Item.objects.in_workspace(workspace).filter(tax_code__isnull=False)
        self._of_items = dict(items.values_list("code", "tax_code__code"))
        self._default = default_tax_code(workspace)

    def of_others(self, template: str, item_code: str) -> tuple[str | None, Decimal, str | None]:
        """Return code, rate and level of a line without a code, by the levels of `books.taxing`."""
        if code := self._of_templates.get(template):
            return code, self._rates[code], TaxLevel.TEMPLATE.value
        if code := self._of_items.get(item_code):
            return code, self._rates[code], TaxLevel.ITEM.value
        if self._default:
            return self._default.code, self._default.rate, TaxLevel.DEFAULT.value
        return None, _NO_RATE, None

    @property
    def new(self) -> int:
        return len(self._new)

    def find(self, text: str) -> tuple[str, Decimal]:
        """Return code and rate in percent for a code or a name. Raises BadValue."""
        if text not in self._codes:
            if (said := self._said.get(text.casefold())) in self._rates:
                self._codes[text] = said
            else:
                self._add(text)
        code = self._codes[text]
        return code, self._rates[code]

    def found(self, text: str) -> str | None:
        """Return the code that was found for the text, if it was."""
        return self._codes.get(text)

    def rate_of(self, code: str | None) -> Decimal:
        """Return the rate in percent of a code that was found; 0 of none."""
        return self._rates[code] if code else _NO_RATE

    def save_new(self) -> None:
        """Add to the workspace what the file brought along."""
        TaxCode.objects.bulk_create(
            [
                TaxCode(workspace=self._workspace, code=code, name=name, rate=self._rates[code])
                for code, name in self._new.items()
            ],
            ignore_conflicts=True,
        )

    def _add(self, name: str) -> None:
        code = name[:40].strip()
        rate = _rate_in(name, ends_in_rate=self._ends_in_rate)
        if (
            rate is None
            and len(name) <= 100
            and (name in self.unknown or len(self.unknown) < _MOST_ASKED)
        ):
            self.unknown[name] = self.unknown.get(name, 0) + 1
            raise BadValue(_ASKED, field="tax_code")
        if rate is None or len(name) > 100 or code in self._codes or len(self._new) >= _MOST_NEW:
            raise BadValue(
                "Its rate is not known here. Add it under Settings, Tax mapping, by this very code "
                "or name, and import again.",
                field="tax_code",
            )
        self._codes[name] = self._codes[code] = code
        self._rates[code] = rate
        self._new[code] = name


def _rate_in(name: str, *, ends_in_rate: bool) -> Decimal | None:
    if name.casefold() in _ZERO:
        return Decimal(0)
    if _OWED_BY_BUYER.search(name):
        return None
    match = _LEADING_RATE.match(name)
    if not match and ends_in_rate:
        match = _RATE_AT_END.fullmatch(name)
    rate = Decimal(match[1]) if match else None
    # Below one it may be a fraction: 0.2 for 20 %.
    return None if rate is not None and 0 < rate < 1 else rate
