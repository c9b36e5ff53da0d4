"""What Xero's demo companies of the editions differ in: currency, clock, taxes, lock date."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    version: str
    country_code: str
    currency: str
    timezone: str
    utc_offset_hours: float  #: fixed: the sandbox keeps no summer time
    taxes: dict[str, str]  #: what an account is for, to the tax type it carries
    tax_account: str  #: name of account 820
    lock_date: str | None = None
    other_currencies: tuple[str, ...] = ()


_PLAIN = {"sales": "OUTPUT", "purchases": "INPUT", "capital": "INPUT", "none": "NONE"}
COUNTRIES = {
    "AU": Country("AU", "AU", "AUD", "AUSEASTERNSTANDARDTIME", 10, _PLAIN | {"capital": "CAPEXINPUT"}, "GST"),
    "NZ": Country("NZ", "NZ", "NZD", "NEWZEALANDSTANDARDTIME", 12, {"sales": "OUTPUT2", "purchases": "INPUT2", "capital": "INPUT2", "none": "NONE"}, "GST", "2008-09-30"),
    "UK": Country("UK", "GB", "GBP", "GMTSTANDARDTIME", 0, {"sales": "OUTPUT2", "purchases": "INPUT2", "capital": "CAPEXINPUT2", "none": "NONE"}, "VAT", other_currencies=("EUR", "USD")),
    "US": Country("US", "US", "USD", "EASTERNSTANDARDTIME", -5, _PLAIN, "Sales Tax"),
    "Global": Country("GLOBAL", "CA", "USD", "EASTERNSTANDARDTIME", -5, _PLAIN, "Sales Tax", "2008-09-30", ("CAD", "EUR", "GBP")),
}  # fmt: skip
