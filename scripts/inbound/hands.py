"""A bookkeeper in Xero: at random, by a seed, changes whatever there is; by screens and by an app."""

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx2
from chaos.xero_records import Row, dump

_APP = {"client_id": "another-app", "client_secret": "another-secret", "name": "Another App"}
#: A token lives for half an hour.
_RENEWED_AFTER = timedelta(minutes=20)
#: How often each comes up among all; each is a method of `Hands`.
_SHARES = {
    "approve": 14, "edit": 14, "change_lines": 8, "pay": 12, "part_pay": 10, "undo_payment": 5,
    "void": 7, "delete": 6, "credit": 7, "make": 5, "merge": 3, "archive": 3, "rename": 4,
    "change_item": 3, "delete_item": 1, "postpone_quietly": 3, "change_quietly": 2,
}  # fmt: skip
#: Of the documents that are acted on, so many of a hundred are among those linked with ours.
_LINKED = 50


class Hands:
    """Acts on the books of one organisation; knows of them what its own records tell."""

    def __init__(
        self, sandbox: str, organisation: str, draw: random.Random, linked: Collection[str]
    ) -> None:
        """`linked` are the ids of documents that Tallystick has sent."""
        self._sandbox, self._organisation, self._draw = sandbox, organisation, draw
        self._http = httpx2.Client(timeout=60)
        self._http.post(f"{sandbox}/_sandbox/apps", json=_APP).raise_for_status()
        self._token, self._renew_at = "", datetime.min.replace(tzinfo=UTC)
        self._rows = {row["id"]: row for row in dump(sandbox, "invoices", organisation)}
        self._contacts = list(dump(sandbox, "contacts", organisation))
        self._items = list(dump(sandbox, "items", organisation))
        self._payments: list[tuple[str, str]] = []  #: Of ours: id, and the document's.
        self._linked = [ident for ident in linked if ident in self._rows]
        self.acts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def act(self, draw: random.Random | None = None) -> bool:
        """Do one thing, if there is anything that it can be done to; tell whether it was done.

        `draw` are the dice of it, where they are not those given at first.
        """
        self._draw = draw or self._draw
        name = self._draw.choices(list(_SHARES), list(_SHARES.values()))[0]
        done: bool | None = getattr(self, name)()
        if done is not None:
            (self.acts if done else self.refused)[name] += 1
        return bool(done)

    def approve(self) -> bool | None:
        row = self._find(lambda one: one["status"] in ("DRAFT", "SUBMITTED"))
        return row and self._press(row, "approve", status="AUTHORISED")

    def void(self) -> bool | None:
        row = self._find(lambda one: one["status"] == "AUTHORISED" and _is_open(one))
        return row and self._press(row, "void", status="VOIDED")

    def delete(self) -> bool | None:
        row = self._find(lambda one: one["status"] in ("DRAFT", "SUBMITTED"))
        return row and self._press(row, "delete", status="DELETED")

    def edit(self) -> bool | None:
        """Another reference, or on bills another due date."""
        row = self._find(lambda one: one["status"] in ("DRAFT", "SUBMITTED", "AUTHORISED"))
        if row is None:
            return None
        later = date.fromisoformat(row["due_date"] or row["date"]) + timedelta(days=7)
        changed = {"Reference": f"Hand {self.acts.total()}"}
        if row["type"] == "ACCPAY":
            changed = {"DueDate": later.isoformat()}
        return self._write("POST", f"Invoices/{row['id']}", changed) is not None

    def change_lines(self) -> bool | None:
        """More of what the first line holds."""
        row = self._find(lambda one: one["status"] != "VOIDED" and _is_open(one))
        if row is None or row["status"] in ("DELETED", "PAID"):
            return None
        [invoice] = self._read(f"Invoices/{row['id']}?unitdp=4")["Invoices"]
        lines = [
            {name: value for name, value in line.items() if name not in ("LineAmount", "TaxAmount")}
            for line in invoice["LineItems"]
        ]
        lines[0]["Quantity"] = lines[0].get("Quantity", 1) + self._draw.randint(1, 9)
        answer = self._write("POST", f"Invoices/{row['id']}?unitdp=4", {"LineItems": lines})
        if answer:
            total = f"{Decimal(str(answer['Invoices'][0]['Total'])):.2f}"
            row |= {"total": total, "amount_due": total}
        return answer is not None

    def pay(self) -> bool | None:
        return self._pay(lambda due: due)

    def part_pay(self) -> bool | None:
        return self._pay(lambda due: (due / self._draw.randint(2, 5)).quantize(Decimal("0.01")))

    def undo_payment(self) -> bool | None:
        if not self._payments:
            return None
        ident, document = self._payments.pop(self._draw.randrange(len(self._payments)))
        answer = self._write("POST", f"Payments/{ident}", {"Status": "DELETED"})
        if answer:
            self._refresh(document)
        return answer is not None

    def credit(self) -> bool | None:
        """A credit note, set off against an invoice or bill in part."""
        row = self._find(
            lambda one: one["status"] == "AUTHORISED" and Decimal(one["amount_due"]) > 1
        )
        if row is None:
            return None
        sells = row["type"] == "ACCREC"
        amount = (Decimal(row["amount_due"]) / 2).quantize(Decimal("0.01"))
        line = {"Description": "Given back", "Quantity": 1, "UnitAmount": str(amount)}
        line |= {"AccountCode": "200" if sells else "310", "TaxType": "NONE"}
        made = self._write(
            "PUT",
            "CreditNotes",
            {
                "Type": "ACCRECCREDIT" if sells else "ACCPAYCREDIT",
                "Status": "AUTHORISED",
                "Contact": {"ContactID": row["contact_id"]},
                "Date": _today(),
                "LineAmountTypes": "NoTax",
                "LineItems": [line],
            },
        )
        if made is None:
            return False
        path = f"CreditNotes/{made['CreditNotes'][0]['CreditNoteID']}/Allocations"
        given = {"Invoice": {"InvoiceID": row["id"]}, "Amount": str(amount), "Date": _today()}
        answer = self._write("PUT", path, {"Allocations": [given]})
        self._refresh(row["id"])
        return answer is not None

    def make(self) -> bool | None:
        """A new invoice that Tallystick knows nothing of."""
        contact = self._contact()
        if contact is None:
            return None
        line = {"Description": "By hand", "Quantity": 2, "UnitAmount": "12.5"}
        made = self._write(
            "PUT",
            "Invoices",
            {
                "Type": "ACCREC",
                "Status": "DRAFT",
                "Contact": {"ContactID": contact["id"]},
                "DueDate": _today(),
                "LineItems": [line | {"AccountCode": "200", "TaxType": "OUTPUT2"}],
            },
        )
        if made:
            self._refresh(made["Invoices"][0]["InvoiceID"])
        return made is not None

    def merge(self) -> bool | None:
        loser, winner = self._contact(), self._contact()
        if loser is None or winner is None or loser is winner:
            return None
        if not self._screen(f"contacts/{loser['id']}/merge", into=winner["name"]):
            return False
        loser |= {"status": "ARCHIVED"}
        for row in self._rows.values():
            if row["contact_id"] == loser["id"]:
                row["contact_id"] = winner["id"]
        return True

    def archive(self) -> bool | None:
        contact = self._contact()
        if contact is None:
            return None
        contact["status"] = "ARCHIVED"
        return self._screen(f"contacts/{contact['id']}/archive")

    def rename(self) -> bool | None:
        contact = self._contact()
        if contact is None:
            return None
        name = f"{contact['name'].partition(' (')[0]} ({self.acts.total()})"
        done = self._screen(f"contacts/{contact['id']}", name=name)
        if done:
            contact["name"] = name
        return done

    def change_item(self) -> bool | None:
        item = self._draw.choice(self._items)
        changed = {"Code": item["code"], "Description": f"As of {self.acts.total()}"}
        return self._write("POST", f"Items/{item['id']}", changed) is not None

    def delete_item(self) -> bool | None:
        """Only what stands on no document can go."""
        item = self._draw.choice(self._items)
        answer = self._call("DELETE", f"Items/{item['id']}")
        if answer.status_code == 204:
            self._items.remove(item)
        return answer.status_code == 204

    def postpone_quietly(self) -> bool | None:
        """Another due date of what is paid in part: Xero moves no date of change for it."""
        row = self._find(
            lambda one: (
                one["status"] == "AUTHORISED"
                and Decimal(one["amount_due"]) > 0
                and not _is_open(one)
            )
        )
        if row is None:
            return None
        later = date.fromisoformat(row["due_date"]) + timedelta(days=self._draw.randint(1, 60))
        return (
            self._write("POST", f"Invoices/{row['id']}", {"DueDate": later.isoformat()}) is not None
        )

    def change_quietly(self) -> bool | None:
        """A change that moves no date, and of which no webhook tells."""
        row = self._find(lambda one: one["status"] == "DRAFT" and one["type"] == "ACCREC")
        if row is None:
            return None
        element = {"InvoiceID": row["id"], "Reference": f"Quiet {self.acts.total()}"}
        wanted = {"resource": "Invoices", "element": element}
        address = f"{self._sandbox}/_sandbox/organisations/{self._organisation}/change_quietly"
        return self._http.post(address, json=wanted).status_code == 200

    def _pay(self, share: Callable[[Decimal], Decimal]) -> bool | None:
        row = self._find(
            lambda one: one["status"] == "AUTHORISED" and Decimal(one["amount_due"]) > 1
        )
        if row is None:
            return None
        paid = {
            "Invoice": {"InvoiceID": row["id"]},
            "Account": {"Code": "090"},
            "Date": _today(),
            "Amount": str(share(Decimal(row["amount_due"]))),
        }
        answer = self._write("PUT", "Payments", {"Payments": [paid]})
        if answer:
            self._payments.append((answer["Payments"][0]["PaymentID"], row["id"]))
            self._refresh(row["id"])
        return answer is not None

    def _find(self, fits: Callable[[Row], bool]) -> Row | None:
        """Return a document that fits, from a place on that is drawn."""
        if self._linked and self._draw.randrange(100) < _LINKED:
            row = self._from([self._rows[ident] for ident in self._linked], fits)
            if row:
                return row
        return self._from(list(self._rows.values()), fits)

    def _from(self, rows: Sequence[Row], fits: Callable[[Row], bool]) -> Row | None:
        start = self._draw.randrange(len(rows))
        return next((row for row in (*rows[start:], *rows[:start]) if fits(row)), None)

    def _contact(self) -> Row | None:
        return self._from(self._contacts, lambda one: one["status"] == "ACTIVE")

    def _press(self, row: Row, button: str, *, status: str) -> bool:
        done = self._screen(f"invoices/{row['id']}/{button}")
        if done:
            row["status"] = status
        return done

    def _screen(self, path: str, **form: str) -> bool:
        address = f"{self._sandbox}/org/{self._organisation}/{path}"
        return self._http.post(address, data=form).status_code == 303

    def _refresh(self, ident: str) -> None:
        """Read anew what is due of a document, and how it stands."""
        [there] = self._read(f"Invoices/{ident}")["Invoices"]
        row = self._rows.setdefault(ident, {"id": ident})
        row |= {
            "type": there["Type"],
            "status": there["Status"],
            "contact_id": there["Contact"]["ContactID"],
            "date": there["DateString"][:10],
            "due_date": there.get("DueDateString", "")[:10] or None,
            "total": f"{Decimal(str(there['Total'])):.2f}",
            "amount_due": f"{Decimal(str(there['AmountDue'])):.2f}",
        }

    def _read(self, path: str) -> Any:
        return self._call("GET", path).raise_for_status().json()

    def _write(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """Return the answer; None where it was refused."""
        answer = self._call(method, path, body)
        return answer.json() if answer.status_code == 200 else None

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx2.Response:
        if datetime.now(UTC) > self._renew_at:
            wanted = {"organisation": self._organisation, "client_id": _APP["client_id"]}
            answer = self._http.post(f"{self._sandbox}/_sandbox/tokens", json=wanted)
            self._token = answer.raise_for_status().json()["access_token"]
            self._renew_at = datetime.now(UTC) + _RENEWED_AFTER
        headers = {
            "Authorization": f"Bearer {self._token}",
            "xero-tenant-id": self._organisation,
            "Accept": "application/json",
        }
        address = f"{self._sandbox}/api.xro/2.0/{path}"
        answer = self._http.request(method, address, headers=headers, json=body)
        if answer.status_code == 401:  # time has leapt in Xero, and the token is over
            self._renew_at = datetime.min.replace(tzinfo=UTC)
            return self._call(method, path, body)
        return answer


def _is_open(row: Row) -> bool:
    """Tell whether nothing of it is paid or credited."""
    return bool(row["amount_due"] == row["total"])


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
