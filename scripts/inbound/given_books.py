"""Books that the stand-in Xero is given: a year of a real trader's, or made up where it is not here.

Shares no code with Tallystick. What is not in the data is made up by a seed: drafts, bills, advances.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
from expectation import (
    SALES_CREDIT_NOTE,
    SALES_INVOICE,
    Document,
    Expectation,
    Goods,
    Key,
    expect,
)
from settling import allocate, pay

#: What a request may hold at most, well within the stand-in's 200 MB.
_LINES_A_REQUEST = 2000
#: Changes lie in the year before, up to an hour ago.
_SPAN, _LATEST = timedelta(days=365), timedelta(hours=1)
_BANK, _SALES, _PURCHASES = "090", "200", "310"
_WALK_IN = "WALK-IN"
Element = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How much is made up, beside real data or in its place."""

    documents: int  #: Invoices in the place of real ones.
    contacts: int  #: Customers in the place of real ones.
    goods: int
    drafts: int
    bills: int
    advances: int  #: Overpayments, and as many prepayments.


YEAR = Sizes(documents=20_000, contacts=4_000, goods=4_000, drafts=400, bills=300, advances=40)
SHORT = Sizes(documents=1_600, contacts=1_200, goods=400, drafts=80, bills=60, advances=10)


def give_books(sandbox: str, organisation: str, data: Path | None, seed: int, sizes: Sizes) -> None:
    """Load the books, each record changed at a time of its own; no webhook tells of any of it."""
    draw = random.Random(f"{seed} books")  # noqa: S311 - no secret
    expected = expect(data, currency="GBP") if data else _made_up(draw, sizes)
    elements = iter(_elements(expected, draw, sizes))
    address = f"{sandbox}/_sandbox/organisations/{organisation}"
    while some := list(islice(elements, _LINES_A_REQUEST)):
        text = "\n".join(json.dumps(one, default=str) for one in some)
        answer = httpx2.post(f"{address}/load", content=text, timeout=600)
        if answer.status_code != 200:
            raise RuntimeError(f"The stand-in did not take the books: {answer.text[:500]}")
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    span = {"from": (now - _SPAN).isoformat(), "to": (now - _LATEST).isoformat()}
    httpx2.post(f"{address}/spread", json=span, timeout=600).raise_for_status()


def _elements(expected: Expectation, draw: random.Random, sizes: Sizes) -> Iterator[Element]:
    """Yield all there is, what others name before them."""
    documents = list(expected.documents.values())
    allocations, payments = allocate(expected), pay(expected)
    parties = sorted({document.party or _WALK_IN for document in documents})
    for party in parties:
        yield {"Contacts": {"Name": f"Customer {party}", "ContactNumber": party}}
    for number in range(sizes.bills // 4):
        yield {"Contacts": {"Name": f"Supplier {number}", "ContactNumber": f"SUP-{number}"}}
    yield from _items(documents)
    for document in documents:
        plural = "CreditNotes" if document.kind == SALES_CREDIT_NOTE else "Invoices"
        yield {plural: _document(document)}
    for each in allocations:
        yield {
            "Allocations": _settling(each.amount, each.day) | _names(each.invoice, each.credit_note)
        }
    for one in payments:
        named = (
            _names(one.document)
            if one.document.kind == SALES_INVOICE
            else _names(None, one.document)
        )
        paid = _settling(one.amount, one.day) | {"Account": {"Code": _BANK}}
        yield {"Payments": paid | named | {"Reference": one.reference}}
    yield from _more(parties, draw, sizes)


def _items(documents: Iterable[Document]) -> Iterator[Element]:
    """Yield each sort of goods once; Xero disregards the case of codes."""
    seen: set[str] = set()
    for document in documents:
        for goods in document.goods:
            if goods.code and goods.code.lower() not in seen:
                seen.add(goods.code.lower())
                price = {"UnitPrice": str(abs(goods.price)), "AccountCode": _SALES}
                yield {"Items": {"Code": goods.code, "Name": goods.code, "SalesDetails": price}}


def _document(document: Document) -> Element:
    is_credit = document.kind == SALES_CREDIT_NOTE
    head = {
        "Type": "ACCRECCREDIT" if is_credit else "ACCREC",
        "CreditNoteNumber" if is_credit else "InvoiceNumber": document.number,
        "Contact": {"ContactNumber": document.party or _WALK_IN},
        "Date": document.day.isoformat(),
        "Status": "AUTHORISED",
        "LineAmountTypes": "NoTax",
        "LineItems": [_line(goods) for goods in document.goods],
    }
    due = {} if is_credit else {"DueDate": (document.day + timedelta(days=30)).isoformat()}
    return head | due


def _line(goods: Goods, account: str = _SALES) -> Element:
    line = {
        "Description": f"Goods {goods.code}".strip(),
        "Quantity": str(goods.quantity),
        "UnitAmount": str(goods.price),
        "AccountCode": account,
        "TaxType": "NONE",
    }
    return line | ({"ItemCode": goods.code} if goods.code else {})


def _settling(amount: Decimal, day: date) -> Element:
    return {"Amount": str(amount), "Date": day.isoformat()}


def _names(invoice: Document | None, credit_note: Document | None = None) -> Element:
    named = {"Invoice": {"InvoiceNumber": invoice.number}} if invoice else {}
    return named | ({"CreditNote": {"CreditNoteNumber": credit_note.number}} if credit_note else {})


def _more(parties: Sequence[str], draw: random.Random, sizes: Sizes) -> Iterator[Element]:
    """Yield what no data set of sales has: drafts, bills with payments, advances."""
    for number in range(sizes.drafts):
        status = draw.choice(("DRAFT", "DRAFT", "SUBMITTED"))
        yield {"Invoices": _invented(draw, f"D-{number:05}", draw.choice(parties), status)}
    for number in range(sizes.bills):
        name, supplier = f"B-{number:05}", f"SUP-{draw.randrange(max(1, sizes.bills // 4))}"
        bill = _invented(draw, name, supplier, draw.choice(("DRAFT", "AUTHORISED")), "ACCPAY")
        yield {"Invoices": bill}
    for number in range(sizes.advances):
        for kind in ("RECEIVE-OVERPAYMENT", "RECEIVE-PREPAYMENT"):
            yield {"BankTransactions": _advance(draw, kind, draw.choice(parties), number)}


def _invented(
    draw: random.Random, number: str, party: str, status: str, kind: str = "ACCREC"
) -> Element:
    account = _SALES if kind == "ACCREC" else _PURCHASES
    lines = [_line(_goods(draw, ""), account) for _ in range(draw.randint(1, 6))]
    day = date(2026, 9, 1) + timedelta(days=draw.randrange(60))
    return {
        "Type": kind,
        "InvoiceNumber": number,
        "Contact": {"ContactNumber": party},
        "Date": day.isoformat(),
        "DueDate": (day + timedelta(days=30)).isoformat(),
        "Status": status,
        "LineAmountTypes": "Exclusive",
        "LineItems": lines,
    }


def _advance(draw: random.Random, kind: str, party: str, number: int) -> Element:
    amount = draw.randint(100, 90_000) / 100
    is_over = kind.endswith("OVERPAYMENT")
    line = {"Description": f"In advance {number}", "Quantity": 1, "UnitAmount": amount}
    return {
        "Type": kind,
        "Contact": {"ContactNumber": party},
        "BankAccount": {"Code": _BANK},
        "Date": (date(2026, 8, 1) + timedelta(days=draw.randrange(90))).isoformat(),
        "LineAmountTypes": "NoTax",
        "LineItems": [line | ({} if is_over else {"AccountCode": _SALES, "TaxType": "NONE"})],
    }


def _goods(draw: random.Random, code: str) -> Goods:
    return Goods(code, Decimal(draw.randint(1, 48)), Decimal(draw.randint(1, 5000)) / 100)


def _made_up(draw: random.Random, sizes: Sizes) -> Expectation:
    """A year as the real one is: most documents with customers, a sixth of them credit notes."""
    found: dict[Key, Document] = {}
    prices = {f"G{n:05}": _goods(draw, "").price for n in range(sizes.goods)}
    for number in range(sizes.documents):
        is_credit = draw.random() < 0.16
        kind = SALES_CREDIT_NOTE if is_credit else SALES_INVOICE
        key = Key(kind, f"{'C' if is_credit else ''}{100_000 + number}")
        party = f"{10_000 + draw.randrange(sizes.contacts)}" if draw.random() < 0.85 else ""
        day = date(2025, 11, 1) + timedelta(days=365 * number // sizes.documents)
        document = Document(key, (day, f"{number:06}"), "GBP", party)
        for _ in range(1 if is_credit else draw.randint(1, 25)):
            code = draw.choice(list(prices))
            goods = Goods(code, Decimal(draw.randint(1, 48)), prices[code])
            document.goods.append(goods)
            document.total += (goods.quantity * goods.price).quantize(Decimal("0.01"))
        found[key] = document
    return Expectation(found, {}, {"GBP"})
