"""Seed a fresh state with Xero's five demo companies.

Codes, names and rates are facts recorded from demo companies (facts 6.8 to 6.10). Where no
recording was at hand (UK and US accounts, US purchase rate) the Global chart stands in.
"""

from __future__ import annotations

import csv
import re
import sqlite3
import uuid
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import Any

from xero_sandbox import wire
from xero_sandbox.organisations import shelf
from xero_sandbox.organisations.countries import COUNTRIES, Country
from xero_sandbox.store import fold

_IDS = uuid.UUID("6f2b3a0e-8c1d-5e4f-9a7b-0c1d2e3f4a5b")


# AU, as recorded: archived in that demo company, and the code its wages carry.
_AU_ARCHIVED = {"473", "497", "498", "499", "620", "900"}
_AU_EXEMPT = {"477", "478", "505", "711", "721"}
#: Where every demo company is said to be, and its telephone.
_PLACE = {
    "Addresses": [
        {
            "AddressType": "POBOX",
            "AddressLine1": "23 Main Street",
            "City": "Marineville",
            "Region": "",
            "PostalCode": "12345",
            "Country": "",
            "AttentionTo": "",
        }
    ],
    "Phones": [
        {
            "PhoneType": "OFFICE",
            "PhoneNumber": "1234 5678",
            "PhoneAreaCode": "800",
            "PhoneCountryCode": "",
        }
    ],
}


def organisation_id(country: str) -> str:
    """The same in every sandbox, so that tests and documents may name it."""
    return str(uuid.uuid5(_IDS, f"organisation {country}"))


def seed(db: sqlite3.Connection, *, now_ms: int) -> None:
    for name in COUNTRIES:
        add(db, organisation_id(name), name, now_ms=now_ms)


def add(
    db: sqlite3.Connection,
    ident: str,
    country: str,
    *,
    now_ms: int,
    name: str = "",
    currency: str = "",
    plan: str = "",
) -> None:
    """Make an organisation with what the demo company of `country`, a key of COUNTRIES, holds.

    With a `name` it is no demo company; `plan` is its Class, PREMIUM unless given.
    """
    kind = COUNTRIES[country]
    if name:
        kind = replace(kind, currency=currency or kind.currency, lock_date=None)
    plan = plan or ("PREMIUM" if name else "DEMO")
    _seed_organisation(db, ident, kind, name or f"Demo Company ({country})", plan)
    for row in _table("accounts.csv"):
        _seed_account(db, ident, country, kind, row, now_ms)
    for row in _table("tax_rates.csv"):
        if row["organisation"] == country:
            _seed_tax_rate(db, ident, row)
    shelf.seed(db, ident, kind, _codes(country), now_ms)


def _codes(name: str) -> dict[str, str]:
    """Codes of our table of accounts to those of a demo company."""
    column = "us_code" if name == "US" else "code"
    return {row["code"]: row[column] for row in _table("accounts.csv")}


def _table(name: str) -> list[dict[str, str]]:
    text = (files("xero_sandbox.organisations") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _seed_organisation(
    db: sqlite3.Connection, ident: str, country: Country, name: str, plan: str
) -> None:
    data: dict[str, Any] = {
        "Name": name,
        "LegalName": name,
        "PaysTax": True,
        "Version": country.version,
        "OrganisationType": "COMPANY",
        "BaseCurrency": country.currency,
        "CountryCode": country.country_code,
        "IsDemoCompany": plan == "DEMO",
        "OrganisationStatus": "ACTIVE",
        "TaxNumber": "101-2-303",
        "FinancialYearEndDay": 31,
        "FinancialYearEndMonth": 3,
        "SalesTaxBasis": "ACCRUALS",
        "SalesTaxPeriod": "QUARTERLY1",
        "DefaultSalesTax": "Remember previous",
        "DefaultPurchasesTax": "Remember previous",
        "OrganisationEntityType": "COMPANY",
        "PeriodLockDate": country.lock_date,
        "EndOfYearLockDate": None,
        "Timezone": country.timezone,
        "ShortCode": f"!{ident[:5]}",
        "Edition": "BUSINESS",
        "Class": plan,
        **(_PLACE if plan == "DEMO" else {}),
    }
    currencies = wire.dumps(list(dict.fromkeys([country.currency, *country.other_currencies])))
    [position] = db.execute("SELECT count(*) FROM organisation").fetchone()
    db.execute(
        "INSERT INTO organisation VALUES (?, ?, ?, ?, ?, 1)",
        (ident, position, wire.dumps(data), currencies, country.utc_offset_hours),
    )


def _seed_account(
    db: sqlite3.Connection, org: str, name: str, country: Country, row: dict[str, str], now_ms: int
) -> None:
    code = row["us_code"] if name == "US" else row["code"]
    system = row["system_account"]
    tax_type = country.taxes[row["tax"]]
    archived = name == "AU" and code in _AU_ARCHIVED
    if name == "AU" and code in _AU_EXEMPT:
        tax_type = "EXEMPTINPUT"
    title = country.tax_account if system == "GST" else row["name"]
    status = "ARCHIVED" if archived else "ACTIVE"
    data: dict[str, Any] = {
        "EnablePaymentsToAccount": row["takes_payments"] == "yes",
        "ShowInExpenseClaims": False,
        "HasAttachments": False,
        "AddToWatchlist": False,
    }
    if row["type"] != "BANK":
        data["Description"] = row["description"].replace("Sales Tax", country.tax_account)
    else:
        data |= {"BankAccountNumber": f"121-121-{code}-1234", "BankAccountType": "BANK"}
        data["CurrencyCode"] = country.currency
    ident = str(uuid.uuid5(_IDS, f"{org} account {code}"))
    db.execute(
        "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            ident,
            org,
            code,
            title,
            fold(title),
            row["type"],
            row["class"],
            tax_type,
            status,
            system,
            now_ms,
            wire.dumps(data),
        ),
    )


def _seed_tax_rate(db: sqlite3.Connection, org: str, row: dict[str, str]) -> None:
    use, rate = row["use"], Decimal(row["rate"])
    general = use in ("sales", "purchases", "both")
    components = [
        {"Name": label, "Rate": Decimal(part), "IsCompound": False, "IsNonRecoverable": False}
        for label, part in re.findall(r"([^;]+?) ([\d.]+)(?:; |$)", row["components"])
    ]
    data = {
        **_report_type(row),
        "CanApplyToAssets": general or use == "capital",
        "CanApplyToEquity": general,
        "CanApplyToExpenses": use in ("purchases", "both"),
        "CanApplyToLiabilities": general or use == "other",
        "CanApplyToRevenue": use in ("sales", "both"),
        "TaxComponents": components,
    }
    db.execute(
        "INSERT INTO tax_rate VALUES (?, ?, ?, ?, ?, ?)",
        (org, row["tax_type"], row["name"], row["status"], str(rate), wire.dumps(data)),
    )


#: The line of the tax return that a rate feeds, where it is not called as the rate itself. Xero
#: gives only values of its ReportTaxType list; that of New Zealand is the interface's example,
#: that of the United Kingdom goes by the names in the list.
_REPORT_TYPES = {
    ("NZ", "INPUT2"): "INPUT",
    ("NZ", "OUTPUT2"): "OUTPUT",
    ("NZ", "ZERORATED"): "OUTPUT",
    ("UK", "CAPEXSRINPUT"): "CAPEXINPUT",
    ("UK", "CAPEXINPUT2"): "CAPEXINPUT",
    ("UK", "CAPEXSROUTPUT"): "CAPEXOUTPUT",
    ("UK", "CAPEXOUTPUT2"): "CAPEXOUTPUT",
    ("UK", "DRCHARGE5"): "DRCHARGE",
    ("UK", "DRCHARGE20"): "DRCHARGE",
    ("UK", "DRCHARGESUPPLY5"): "DRCHARGESUPPLY",
    ("UK", "DRCHARGESUPPLY20"): "DRCHARGESUPPLY",
    ("UK", "ECZRACQUISITIONS"): "ECACQUISITIONS",
    ("UK", "ECZROUTPUT"): "ECOUTPUT",
    ("UK", "ECZROUTPUTSERVICES"): "ECOUTPUTSERVICES",
    ("UK", "RRINPUT"): "INPUT",
    ("UK", "RROUTPUT"): "OUTPUT",
}


def _report_type(row: dict[str, str]) -> dict[str, str]:
    """Of every rate but those of the US, which file no return; Global shows it too (facts 12.1).

    Rates that were made in a Global organisation have none: they cannot be given one (facts 6.8).
    """
    country, tax_type = row["organisation"], row["tax_type"]
    if country == "US" or (country == "Global" and tax_type.startswith("TAX")):
        return {}
    return {"ReportTaxType": _REPORT_TYPES.get((country, tax_type), tax_type)}
