"""Tax rates: list, read by type, PUT one, POST to change or delete one (facts 6.8)."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xero_sandbox import wire
from xero_sandbox.accounting.answers import Invalid, Saved, envelope, write_batch
from xero_sandbox.accounting.catalogue.unpaged import Field, Resource, choose, lone_element
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.shapes import AnswerKind, FieldShape, Presence, shaped
from xero_sandbox.accounting.totals import rounded
from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import organisation_data
from xero_sandbox.routing import Call, Route

PLURAL = "TaxRates"
_USES = tuple(
    f"CanApplyTo{kind}" for kind in ("Assets", "Equity", "Expenses", "Liabilities", "Revenue")
)
TAX_RATE = (
    FieldShape("Name"),
    FieldShape("TaxType"),
    FieldShape("ReportTaxType", Presence.ABSENT),
    *map(FieldShape, _USES),
    FieldShape("DisplayTaxRate"),
    FieldShape("EffectiveRate"),
    FieldShape("Status"),
    FieldShape("TaxComponents"),
)
RESOURCE = Resource(
    table="tax_rate",
    type_name="TaxRate",
    fields={
        "Name": Field("name", "text"),
        "TaxType": Field("tax_type", "text"),
        "Status": Field("status", "text"),
        "EffectiveRate": Field("CAST(rate AS REAL)", "number"),
        "DisplayTaxRate": Field("CAST(rate AS REAL)", "number"),
        **{name: Field(f"json_extract(data, '$.{name}')", "bool") for name in _USES},
        "ReportTaxType": Field("json_extract(data, '$.ReportTaxType')", "text"),
    },
    order="name, tax_type",
)
#: Countries whose rates feed a tax return, and so need a ReportTaxType.
_REPORTING = ("AU", "NZ", "UK")
_CUSTOM = re.compile(r"TAX\d{3,}")


@dataclass
class Rate:
    tax_type: str = ""  #: "" until it is stored
    name: str = ""
    status: str = "ACTIVE"
    report_type: str | None = None
    components: list[dict[str, Any]] = field(default_factory=list)

    @property
    def effective(self) -> Decimal:
        """Per cent; a compound part is charged on the amount with the others."""
        plain = sum((part["Rate"] for part in self.components if not part["IsCompound"]), Decimal())
        over = sum((part["Rate"] for part in self.components if part["IsCompound"]), Decimal())
        return rounded(plain + over * (100 + plain) / 100, 4).normalize()

    def data(self) -> dict[str, Any]:
        sales = self.report_type is None or "OUTPUT" in self.report_type
        buys = self.report_type is None or "INPUT" in self.report_type
        neither = not (sales or buys)
        return ({"ReportTaxType": self.report_type} if self.report_type else {}) | {
            "CanApplyToAssets": True,
            "CanApplyToEquity": True,
            "CanApplyToExpenses": buys or neither,
            "CanApplyToLiabilities": True,
            "CanApplyToRevenue": sales or neither,
            "TaxComponents": self.components,
        }


def list_all(call: Call) -> Response:
    return envelope(call, PLURAL, [_wire(row) for row in choose(call, RESOURCE)])


def read_one(call: Call) -> Response:
    """By its type; an unknown one is an empty list."""
    row = _stored(call, "tax_type", call.params["id"].upper())
    return envelope(call, PLURAL, [_wire(row)] if row else [])


def create(call: Call) -> Response:
    """PUT: exactly one new rate; it gets the next free type, TAX001 on."""
    return _write(call, lambda sent: _save(call, Rate(), sent))


def update(call: Call) -> Response:
    """POST: the rate of the TaxType sent, else of the Name; Status DELETED deletes it."""
    return _write(call, lambda sent: _save(call, _match(call, sent), sent))


def _write(call: Call, save: Any) -> Response:
    return write_batch(call, PLURAL, [lone_element(call, PLURAL)], save, flag="HasValidationErrors")


def _match(call: Call, sent: Sent) -> Rate:
    kind, name = sent.text("TaxType"), sent.text("Name")
    row = _stored(call, "tax_type", kind) if kind else _stored(call, "name", name or "")
    if row is None:
        raise Invalid([f"The tax rate '{(kind or name or '')[:100]}' does not exist."], sent.raw)
    if not _CUSTOM.fullmatch(row["tax_type"]):
        raise Invalid(["System tax rates cannot be edited."], sent.raw)
    data = wire.loads(row["data"])
    return Rate(
        tax_type=row["tax_type"],
        name=row["name"],
        status=row["status"],
        report_type=data.get("ReportTaxType"),
        components=data["TaxComponents"],
    )


def _save(call: Call, rate: Rate, sent: Sent) -> Saved:
    errors = _apply(call, rate, sent)
    if errors:
        raise Invalid(errors, sent.raw)
    rate.tax_type = rate.tax_type or _next_type(call)
    call.db.execute(
        "INSERT OR REPLACE INTO tax_rate VALUES (?, ?, ?, ?, ?, ?)",
        (
            call.organisation,
            rate.tax_type,
            rate.name,
            rate.status,
            f"{rate.effective:f}",
            wire.dumps(rate.data()),
        ),
    )
    row = _stored(call, "tax_type", rate.tax_type)
    assert row is not None  # noqa: S101 - just written
    return Saved(_wire(row))


def _apply(call: Call, rate: Rate, sent: Sent) -> list[str]:
    errors: list[str] = []
    rate.name = (sent.text("Name") or rate.name).strip()
    if not rate.name or len(rate.name) > 50:
        errors.append("The Name of a tax rate must be from 1 to 50 characters.")
    other = _stored(call, "name", rate.name)
    if other and other["tax_type"] != rate.tax_type and other["status"] != "DELETED":
        errors.append("Please enter a unique Name.")
    parts = sent.children("TaxComponents")
    if parts is not None:
        rate.components = [_component(part, errors) for part in parts]
    if not rate.components:
        errors.append("A tax rate must have at least one TaxComponent.")
    if sum(part["IsCompound"] for part in rate.components) > 1:
        errors.append("Only one TaxComponent may be compound.")
    status = (sent.text("Status") or rate.status).upper()
    if status not in ("ACTIVE", "DELETED") or (status == "DELETED" and not rate.tax_type):
        errors.append(f"The Status {status[:50]} is not valid.")
    rate.status = status
    _apply_report_type(call, rate, sent, errors)
    return errors


def _component(sent: Sent, errors: list[str]) -> dict[str, Any]:
    name, rate = sent.text("Name") or "", sent.number("Rate")
    if not name:
        errors.append("A TaxComponent must have a Name.")
    if rate is None or not 0 <= rate <= 100:
        errors.append("The Rate of a TaxComponent must be from 0 to 100.")
    return {
        "Name": name,
        "Rate": rounded(rate or Decimal(), 4),
        "IsCompound": bool(sent.flag("IsCompound")),
        "IsNonRecoverable": bool(sent.flag("IsNonRecoverable")),
    }


def _apply_report_type(call: Call, rate: Rate, sent: Sent, errors: list[str]) -> None:
    wanted = sent.text("ReportTaxType")
    version = (organisation_data(call.db, call.organisation) or {})["Version"]
    rate.report_type = (wanted or rate.report_type or "").upper() or None
    if version not in _REPORTING:
        if wanted:
            errors.append("ReportTaxType is not supported for the organisation's country.")
    elif rate.report_type is None:
        errors.append("A ReportTaxType must be specified for the organisation's country.")
    elif not call.db.execute(
        "SELECT 1 FROM tax_rate WHERE organisation = ? AND json_extract(data, '$.ReportTaxType') "
        "= ? LIMIT 1",
        (call.organisation, rate.report_type),
    ).fetchone():
        errors.append(f"The ReportTaxType {rate.report_type[:50]} is not valid.")


def _next_type(call: Call) -> str:
    rows = call.db.execute(
        "SELECT tax_type FROM tax_rate WHERE organisation = ?", (call.organisation,)
    )
    taken = [int(row[0][3:]) for row in rows if _CUSTOM.fullmatch(row[0])]
    return f"TAX{max(taken, default=0) + 1:03d}"


def _stored(call: Call, column: str, value: str) -> sqlite3.Row | None:
    """The rate of that type or name, a live one before a deleted one."""
    row: sqlite3.Row | None = call.db.execute(
        f"SELECT * FROM tax_rate WHERE organisation = ? AND {column} = ? COLLATE NOCASE "  # noqa: S608
        "ORDER BY status LIMIT 1",
        (call.organisation, value),
    ).fetchone()
    return row


def _wire(row: sqlite3.Row) -> dict[str, Any]:
    """As every answer has it."""
    rate = Decimal(row["rate"])
    values = {
        "Name": row["name"],
        "TaxType": row["tax_type"],
        **wire.loads(row["data"]),
        "DisplayTaxRate": rate,
        "EffectiveRate": rate,
        "Status": row["status"],
    }
    return shaped(TAX_RATE, values, AnswerKind.LIST)


_SCOPES = ("accounting.settings",)
_PATH = "/api.xro/2.0/TaxRates"
ROUTES = (
    Route("GET", _PATH, list_all, "api", _SCOPES),
    Route("GET", f"{_PATH}/{{id}}", read_one, "api", _SCOPES),
    Route("PUT", _PATH, create, "api", _SCOPES, writes=True),
    Route("POST", _PATH, update, "api", _SCOPES, writes=True),
)
