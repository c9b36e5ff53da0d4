"""What a person does on the pages before documents can go: connect, and choose what means what."""

from collections.abc import Mapping
from decimal import Decimal

from browsing import Browser
from machine import wait_until

#: The account of each payment method, in all of the stand-in's charts: two banks and a clearing
#: account.
ACCOUNTS = {"Bank transfer": "090", "Cheque": "090", "Cash": "091", "Card": "855"}
_SALES_ACCOUNT, _PURCHASES_ACCOUNT = "200", "300"


class Bookkeeper:
    """Signed in to one workspace."""

    def __init__(self, browser: Browser, web: str, *, email: str, password: str) -> None:
        self._browser = browser
        browser.open(f"{web}/sign-in/")
        browser.press("Sign in", email=email, password=password)
        self._home = browser.url.rstrip("/")

    def connect(self, organisation: str) -> None:
        """Go to Xero's consent page and back, and wait for the organisation's lists."""
        browser = self._browser
        browser.open(f"{self._home}/settings/integrations/")
        browser.press("Connect Xero")
        choice = browser.form_with("Allow access").value_for("organisation", organisation)
        browser.press("Allow access", organisation=choice)
        if browser.url.endswith("/choose/"):  # books in another currency than the workspace's
            browser.press(f"Connect {organisation}")
        if "xero=connected" not in browser.url:
            raise LookupError(f"Connecting ended on {browser.url}")
        wait_until(self._has_read_accounts, "accounts to be read from Xero")

    def choose_accounts(self) -> None:
        """Let lines go to the usual accounts."""
        self._open("accounts")
        chosen = {"default-sales": _SALES_ACCOUNT, "default-purchases": _PURCHASES_ACCOUNT}
        self._browser.press("Save accounts", **chosen)

    def send_as_approved(self) -> None:
        """Let documents of every kind be approved in Xero at once."""
        self._open("sync-rules")
        rules = self._browser.form_with("Save rules")
        names = [name for name in rules.choices if name.endswith("-sent_as")]
        self._browser.press("Save rules", **dict.fromkeys(names, "AUTHORISED"))

    def choose_tax_rates(self, percent: Mapping[str, Decimal]) -> None:
        """Choose a rate of the same percentage for each tax code, named as files name them."""
        self._open("tax-mapping")
        form = self._browser.form_with("Save mapping")
        known = {name[:40].strip(): rate for name, rate in percent.items()}
        chosen = {}
        for name, label in form.labels.items():
            code, _, direction = label.rpartition(" on ")
            if code in known:
                chosen[name] = _best_rate(form.choices[name], code, known[code], direction)
        self._browser.press("Save mapping", **chosen)

    def choose_method_accounts(self) -> None:
        """Choose the account of every payment method that payments here name."""
        self._open("payment-methods")
        form = self._browser.form_with("Save payment methods")
        chosen = {
            name: form.value_for(name, account)
            for name, label in form.labels.items()
            for method, account in ACCOUNTS.items()
            if label == f"Account of {method}"
        }
        self._browser.press("Save payment methods", **chosen)

    def _open(self, page: str) -> None:
        self._browser.open(f"{self._home}/settings/{page}/")

    def _has_read_accounts(self) -> bool:
        self._open("accounts")
        forms = [form for form in self._browser.forms() if "default-sales" in form.choices]
        return any(_SALES_ACCOUNT in form.choices["default-sales"].values() for form in forms)


def _best_rate(offered: Mapping[str, str], code: str, percent: Decimal, direction: str) -> str:
    """Choose from "Name · 20% · TYPE": the same name, else the same percentage this way."""
    alike = {
        words: value for words, value in offered.items() if f"· {percent.normalize():f}% ·" in words
    }
    by_name = [value for words, value in alike.items() if words.startswith(f"{code} ·")]
    usual = "OUTPUT" if direction == "sales" else "INPUT"
    this_way = [value for value in alike.values() if usual in value or value == "NONE"]
    return next(iter([*by_name, *this_way, *alike.values()]), "")
