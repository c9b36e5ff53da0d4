"""Random histories of documents agree with a plain model (issue: property tests of the life cycle).

The model knows nothing of the sandbox: whole cents, dictionaries, and Xero's rules as a person
would tell them. Every step is a request over HTTP that the model says is taken or refused; after
each, totals, tax, what is outstanding and statuses must agree.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from books_client import UK, client_of, connect
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    precondition,
    rule,
)

from xero_sandbox.server import start

#: Per cent by tax type; what a line of a sale (or purchase) may carry in the UK demo company.
SALES = {"OUTPUT2": 20, "RROUTPUT": 5, "ZERORATEDOUTPUT": 0}
PURCHASES = {"INPUT2": 20, "RRINPUT": 5, "ZERORATEDINPUT": 0}
KINDS = ["Exclusive", "Inclusive", "NoTax"]
OPEN = ("DRAFT", "SUBMITTED", "AUTHORISED")
MOST_PAPERS = 6


@dataclass
class Paper:
    """An invoice, bill or credit note; amounts in cents."""

    type: str
    id: str = ""
    status: str = "DRAFT"
    kind: str = "Exclusive"
    lines: list[tuple[int, int]] = field(default_factory=list)  #: amount, per cent of tax
    applied: dict[str, int] = field(default_factory=dict)  #: payment or allocation to amount

    @property
    def tax(self):
        return sum(self._tax(amount, rate) for amount, rate in self.lines)

    @property
    def total(self):
        net = sum(amount for amount, _ in self.lines)
        return net + (self.tax if self.kind == "Exclusive" else 0)

    @property
    def outstanding(self):
        return self.total - sum(self.applied.values())

    def _tax(self, amount, rate):
        if self.kind == "NoTax":
            return 0
        over, under = (
            (amount * rate, 100) if self.kind == "Exclusive" else (amount * rate, 100 + rate)
        )
        return (2 * over + under) // (2 * under)  # half up

    def move(self, status):
        """Take on a status if that is allowed; return whether it is."""
        if self.applied:
            return status == self.status
        allowed = {
            "DRAFT": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
            "SUBMITTED": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
            "AUTHORISED": ("AUTHORISED", "VOIDED"),
        }.get(self.status, ())
        if status in allowed:
            self.status = status
            self.close()
        return status in allowed

    def close(self):
        if self.status in ("AUTHORISED", "PAID"):
            self.status = "AUTHORISED" if self.outstanding else "PAID"

    def expected(self):
        return {
            "Status": self.status,
            "TotalTax": self.tax,
            "Total": self.total,
            "outstanding": self.outstanding,
        }


#: Of what is outstanding: all, some, or more than there is.
shares = st.sampled_from(["all", "all", "half", "half", "a cent", "too much"])
born = st.sampled_from([*OPEN, "AUTHORISED", "AUTHORISED", "AUTHORISED"])
few = precondition(lambda machine: len(machine.papers) < MOST_PAPERS)
lines_of = st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 2)), min_size=1, max_size=4)


class Histories(RuleBasedStateMachine):
    invoices = Bundle("invoices")
    credits = Bundle("credits")
    payments = Bundle("payments")
    allocations = Bundle("allocations")

    @initialize()
    def begin(self):
        Histories.http.post("/_sandbox/reset")
        self.books = connect(Histories.http)
        self.papers = []

    def send(self, method, path, body=None, *, taken):
        options = {"json": body} if body is not None else {}
        answer = self.books.call(method, path, **options)
        assert answer.status_code == (200 if taken else 400), answer.text
        return answer.json()

    def compare(self, paper):
        found = self.books.one("GET", f"{_plural(paper)}/{paper.id}")
        shown = {
            "Status": found["Status"],
            "TotalTax": round(found["TotalTax"] * 100),
            "Total": round(found["Total"] * 100),
            "outstanding": round(found.get("AmountDue", found.get("RemainingCredit")) * 100),
        }
        assert shown == paper.expected()

    def create(self, paper, lines):
        set_lines(paper, lines)
        paper.close()
        body = wire(paper) | {"Type": paper.type, "Contact": {"Name": "Ann Archer"}}
        made = self.send("PUT", _plural(paper), body, taken=True)[_plural(paper)][0]
        paper.id = made[f"{_plural(paper)[:-1]}ID"]
        self.papers.append(paper)
        return paper

    @few
    @rule(
        target=invoices,
        kind=st.sampled_from(["ACCREC", "ACCREC", "ACCPAY"]),
        status=born,
        amounts=st.sampled_from(KINDS),
        lines=lines_of,
    )
    def create_invoice(self, kind, status, amounts, lines):
        return self.create(Paper(kind, status=status, kind=amounts), lines)

    @few
    @rule(
        target=credits,
        kind=st.sampled_from(["ACCRECCREDIT", "ACCRECCREDIT", "ACCPAYCREDIT"]),
        status=born,
        lines=lines_of,
    )
    def create_credit(self, kind, status, lines):
        return self.create(Paper(kind, status=status), lines)

    @rule(paper=invoices | credits, amounts=st.sampled_from(KINDS), lines=lines_of)
    def edit(self, paper, amounts, lines):
        taken = not paper.applied and paper.status in OPEN
        sent = Paper(paper.type, status=paper.status, kind=amounts)
        set_lines(sent, lines)
        body = {name: value for name, value in wire(sent).items() if name != "Status"}
        self.send("POST", f"{_plural(paper)}/{paper.id}", body, taken=taken)
        if taken:
            paper.lines, paper.kind = sent.lines, amounts
            paper.close()
        self.compare(paper)

    @rule(
        paper=invoices | credits,
        status=st.sampled_from([*OPEN, "AUTHORISED", "VOIDED", "DELETED", "PAID"]),
    )
    def set_status(self, paper, status):
        taken = paper.move(status)
        self.send("POST", f"{_plural(paper)}/{paper.id}", {"Status": status}, taken=taken)
        self.compare(paper)

    @rule(target=payments, paper=invoices | credits, part=shares)
    def pay(self, paper, part):
        amount = share(paper.outstanding, part)
        taken = paper.status == "AUTHORISED" and amount <= paper.outstanding
        of = _plural(paper)[:-1]
        body = {of: {f"{of}ID": paper.id}, "Account": {"Code": "090"}}
        body |= {"Date": "2026-10-02", "Amount": amount / 100}
        answer = self.send("PUT", "Payments", body, taken=taken)
        if not taken:
            self.compare(paper)
            return multiple()
        ident = answer["Payments"][0]["PaymentID"]
        self.apply(ident, amount, paper)
        return ident, paper

    @rule(payment=consumes(payments))
    def delete_payment(self, payment):
        ident, paper = payment
        self.send("POST", f"Payments/{ident}", {"Status": "DELETED"}, taken=True)
        self.apply(ident, None, paper)

    @rule(target=allocations, credit=credits, invoice=invoices, part=shares)
    def allocate(self, credit, invoice, part):
        least = min(credit.outstanding, invoice.outstanding)
        amount = share(least, part)
        taken = (
            (credit.status, invoice.status) == ("AUTHORISED", "AUTHORISED")
            and credit.type == f"{invoice.type}CREDIT"
            and amount <= least
        )
        body = {"Invoice": {"InvoiceID": invoice.id}, "Amount": amount / 100}
        path = f"CreditNotes/{credit.id}/Allocations"
        answer = self.send("PUT", path, body | {"Date": "2026-10-03"}, taken=taken)
        if not taken:
            self.compare(credit)
            self.compare(invoice)
            return multiple()
        ident = answer["Allocations"][0]["AllocationID"]
        self.apply(ident, amount, credit, invoice)
        return ident, credit, invoice

    @rule(allocation=consumes(allocations))
    def unallocate(self, allocation):
        ident, credit, invoice = allocation
        self.send("DELETE", f"CreditNotes/{credit.id}/Allocations/{ident}", taken=True)
        self.apply(ident, None, credit, invoice)

    def apply(self, ident, amount, *papers):
        """Note a payment or allocation on its documents; no amount takes it away."""
        for paper in papers:
            if amount is None:
                del paper.applied[ident]
            else:
                paper.applied[ident] = amount
            paper.close()
            self.compare(paper)

    def teardown(self):
        """In the end the ledger owes, and is owed, what the documents say."""
        balances = defaultdict(int)
        answer = Histories.http.get(f"/_sandbox/postings?organisation={UK}")
        for text in answer.text.splitlines():
            posting = json.loads(text)
            balances[posting["account_name"]] += round(float(posting["amount"]) * 100)
        due = defaultdict(int)
        for paper in getattr(self, "papers", []):
            self.compare(paper)
            sign = 1 if paper.type in ("ACCREC", "ACCPAYCREDIT") else -1
            if paper.status in ("AUTHORISED", "PAID"):
                due[paper.type[:6]] += sign * paper.outstanding
        assert balances["Accounts Receivable"] == due["ACCREC"]
        assert balances["Accounts Payable"] == due["ACCPAY"]
        assert sum(balances.values()) == 0


def _plural(paper):
    return "CreditNotes" if paper.type.endswith("CREDIT") else "Invoices"


def share(outstanding, part):
    """Return so much of an amount in cents, and never nothing."""
    amounts = {"all": outstanding, "half": outstanding // 2, "too much": outstanding + 1}
    return max(amounts.get(part, 1), 1)


def _rates(paper):
    return SALES if paper.type.startswith("ACCREC") else PURCHASES


def set_lines(paper, lines):
    rates = list(_rates(paper).values())
    paper.lines = [(amount, rates[index]) for amount, index in lines]


def wire(paper):
    types = {rate: name for name, rate in _rates(paper).items()}
    account = "200" if paper.type.startswith("ACCREC") else "300"
    return {
        "Status": "AUTHORISED" if paper.status == "PAID" else paper.status,
        "Date": "2026-10-01",
        "DueDate": "2026-12-31",
        "LineAmountTypes": paper.kind,
        "LineItems": [
            {
                "Description": "Tea",
                "Quantity": 1,
                "UnitAmount": amount / 100,
                "AccountCode": account,
                "TaxType": types[rate],
            }
            for amount, rate in paper.lines
        ],
    }


@pytest.fixture(scope="module", autouse=True)
def one_sandbox():
    with start() as sandbox, client_of(sandbox) as http:
        Histories.http = http
        yield


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    # What a history may not do just now is filtered out: much, while it is young.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
