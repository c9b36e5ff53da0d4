"""The signs and codes that stand beside amounts.

Codes are those of ISO 4217, signs those of the Unicode CLDR 49 with the abbreviations that price
lists use.
"""

import re
from collections.abc import Iterable

_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
    "GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF "
    "KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
    "MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
    "USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
_DOLLARS = (
    "USD AUD NZD CAD SGD HKD TWD ARS BBD BMD BND BSD BZD CLP COP CUP DOP FJD GYD JMD KYD LRD MXN "
    "NAD SBD SRD TTD UYU XCD"
)
_KRONER = "SEK NOK DKK ISK"
_FRANCS = "CHF XAF XOF XPF"
_RUPEES = "INR PKR LKR NPR MUR SCR"

#: Every sign with all currencies that it can stand for.
SIGNS = {
    sign: frozenset(codes.split())
    for sign, codes in {
        "$": _DOLLARS,
        "US$": "USD",
        "$US": "USD",
        "$CA": "CAD",
        "A$": "AUD",
        "AU$": "AUD",
        "NZ$": "NZD",
        "C$": "CAD NIO",
        "CA$": "CAD",
        "CAD$": "CAD",
        "AUD$": "AUD",
        "NZD$": "NZD",
        "USD$": "USD",
        "S$": "SGD",
        "SG$": "SGD",
        "HK$": "HKD",
        "NT$": "TWD",
        "MX$": "MXN",
        "R$": "BRL",
        "RD$": "DOP",
        "FJ$": "FJD",
        "EC$": "XCD",
        "€": "EUR",
        "£": "GBP GIP FKP SHP EGP SSP SYP LBP",
        "E£": "EGP",
        "¥": "JPY CNY",
        "JP¥": "JPY",
        "CN¥": "CNY",
        "円": "JPY",
        "元": "CNY TWD HKD",
        "kr": _KRONER,
        "kr.": _KRONER,
        "Kr": _KRONER,
        "Kr.": _KRONER,
        "Fr.": _FRANCS,
        "SFr.": "CHF",
        "FCFA": "XAF XOF",
        "R": "ZAR",
        "RM": "MYR",
        "Rp": "IDR",
        "Rp.": "IDR",
        "Rs": _RUPEES,
        "Rs.": _RUPEES,
        "₨": _RUPEES,
        "₹": "INR",
        "zł": "PLN",
        "Kč": "CZK",
        "Ft": "HUF",
        "lei": "RON MDL",
        "₩": "KRW KPW",
        "₪": "ILS",
        "₱": "PHP",
        "฿": "THB",
        "₫": "VND",
        "₦": "NGN",
        "₴": "UAH",
        "₽": "RUB",
        "₺": "TRY",
        "₸": "KZT",
        "₾": "GEL",
        "₡": "CRC",
        "₲": "PYG",
        "₵": "GHS",
        "GH₵": "GHS",
        "৳": "BDT",
        "S/": "PEN",
        "S/.": "PEN",
        "KSh": "KES",
    }.items()
} | {code: frozenset({code}) for code in _CODES.split()}


def named_in(texts: Iterable[str], words: str) -> str:
    """Return the code that stands for the {} of `words` in one of the texts; empty for none."""
    before, _, after = words.partition("{}")
    pattern = re.compile(re.escape(before) + "([A-Z]{3})" + re.escape(after) + r"\b", re.IGNORECASE)
    codes = (found[1].upper() for text in texts if (found := pattern.search(text)))
    return next((code for code in codes if code in SIGNS), "")
