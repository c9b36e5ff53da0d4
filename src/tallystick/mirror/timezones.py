"""Xero's names of time zones, as IANA names them.

Xero writes Windows' names without blanks and in capitals: NEWZEALANDSTANDARDTIME. Source: the
`Timezone` enumeration of Xero's OpenAPI description 16.1.0; pairing by the Unicode CLDR.
"""

_IANA = {
    "AUSCENTRALSTANDARDTIME": "Australia/Darwin",
    "AUSEASTERNSTANDARDTIME": "Australia/Sydney",
    "CENAUSTRALIASTANDARDTIME": "Australia/Adelaide",
    "CENTRALSTANDARDTIME": "America/Chicago",
    "EASTAUSTRALIASTANDARDTIME": "Australia/Brisbane",
    "EASTERNSTANDARDTIME": "America/New_York",
    "EAUSTRALIASTANDARDTIME": "Australia/Brisbane",
    "GMTSTANDARDTIME": "Europe/London",
    "GREENWICHSTANDARDTIME": "Atlantic/Reykjavik",
    "HAWAIIANSTANDARDTIME": "Pacific/Honolulu",
    "MOUNTAINSTANDARDTIME": "America/Denver",
    "NEWZEALANDSTANDARDTIME": "Pacific/Auckland",
    "PACIFICSTANDARDTIME": "America/Los_Angeles",
    "ROMANCESTANDARDTIME": "Europe/Paris",
    "SINGAPORESTANDARDTIME": "Asia/Singapore",
    "SOUTHAFRICASTANDARDTIME": "Africa/Johannesburg",
    "TASMANIASTANDARDTIME": "Australia/Hobart",
    "TOKYOSTANDARDTIME": "Asia/Tokyo",
    "USMOUNTAINSTANDARDTIME": "America/Phoenix",
    "UTC": "UTC",
    "WAUSTRALIASTANDARDTIME": "Australia/Perth",
    "WEUROPESTANDARDTIME": "Europe/Berlin",
}


def iana_name(xero_name: str) -> str:
    """Return the IANA name; UTC for a zone that we do not know."""
    return _IANA.get(xero_name.replace(" ", "").upper(), "UTC")
