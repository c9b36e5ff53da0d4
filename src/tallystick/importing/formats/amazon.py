"""Amazon: the settlement report (flat file V2) and the date range report of transactions.

Both hold all that came in and went out, each amount with its sign. Whatever belongs to an order is
its document, refunds have one of their own, all else of a settlement is one more. What comes to
less than nothing is a credit note. Source: published reports of 2019 to 2026 (field notes 8).
"""

from tallystick.books.models import Kind
from tallystick.importing.meaning.mapping import Control, Mapping, OrderColumn, RowMeaning

#: Refunds have a sign of their own, so that both are told by their sum alone.
_TAKEN = Kind.SALES_INVOICE
_OF_SETTLEMENT = (
    *("other-transaction", "servicefee", "service fee", "fba inventory fee", "adjustment"),
    *("fba customer return fee", "fba transaction fees", "fba transaction fee", "amazon fees"),
    *(
        "shipping services",
        "lightning deal fee",
        "deal fee",
        "deal fees",
        "coupon",
        "fee adjustment",
    ),
    *("order_retrocharge", "refund_retrocharge", "safe-t reimbursement", "liquidations"),
    *("liquidations adjustments", "subscription fee", "grade and resell", "microdeposit"),
    *(
        "cost of advertising",
        "fba liquidations proceeds",
        "tax adjustment",
        "current reserve amount",
    ),
    *(
        "others",
        "delivery services",
        "previous reserve amount balance",
        "payable to amazon",
        "successful charge",
        "debt",
    ),
)
_OF_REFUNDS = (
    *("refund", "chargeback refund", "a-to-z guarantee refund", "a-to-z guarantee claim"),
    *("guarantee claim", "chargeback", "liquidations refund"),
)
_KINDS: dict[str, str] = dict.fromkeys(("order", *_OF_SETTLEMENT, *_OF_REFUNDS), _TAKEN) | {
    # The payout: money that moves to the bank, not money that is earned.
    "transfer": RowMeaning.LEAVE_OUT,
}


def _numbers(order: str, settlement: str) -> dict[str, str]:
    """Return how documents are numbered: an order may be shipped, and refunded, in several
    settlements."""
    return {
        "order": f"{{{order}}}-{{{settlement}}}",
        **dict.fromkeys(_OF_REFUNDS, f"{{{order}}}-{{{settlement}}}-R"),
        "transfer": f"{{{settlement}}}-Transfer",
    }


SETTLEMENT = Mapping(
    name="amazon-settlement",
    days_differ=True,
    title="Amazon's settlement report (flat file V2)",
    columns={
        "kind": "transaction-type",
        "issued_on": "posted-date-time",
        "reference": "order-id",
        "currency": "currency",
        "line_amount": "amount",
    },
    synonyms={"issued_on": ("posted-date",)},
    texts={
        "number": "{settlement-id}",
        "party_name": "Amazon",
        "description": "{amount-type} {amount-description} {sku}",
    },
    numbers=_numbers("order-id", "settlement-id"),
    needed=(
        "transaction-type",
        "settlement-id",
        "order-id",
        "total-amount",
        "amount",
        "currency",
        "amount-type",
    ),
    unused=(
        *("posted-date", "deposit-date", "quantity-purchased", "adjustment-id", "promotion-id"),
        *("merchant-adjustment-item-id", "amount-type", "fulfillment-id"),
    ),
    control=Control(total="total-amount", of="amount", by="settlement-id", currency="currency"),
    kinds=_KINDS,
    tax_basis="none",
    terms_days=0,
)


def _each(*names: str) -> tuple[OrderColumn, ...]:
    """Return columns that make a line of their own in each row that has a figure in them."""
    return tuple(
        OrderColumn(column=name, description=name.capitalize(), of_row=True) for name in names
    )


DATE_RANGE = Mapping(
    name="amazon-date-range",
    days_differ=True,
    title="Amazon's date range report",
    columns={
        "kind": "type",
        "status": "Transaction Status",
        "issued_on": "date/time",
        "reference": "order id",
        "item_code": "sku",
        "description": "description",
        "quantity": "quantity",
        "line_amount": "product sales",
    },
    texts={"number": "{settlement id}", "party_name": "Amazon", "description": "{type}"},
    numbers=_numbers("order id", "settlement id"),
    needed=("type", "settlement id", "order id", "total"),
    order_columns=_each(
        *("product sales tax", "sales tax collected"),
        *("shipping credits", "postage credits"),
        *("shipping credits tax", "postage credits tax"),
        "gift wrap credits",
        *("giftwrap credits tax", "gift wrap credits tax"),
        *("regulatory fee", "tax on regulatory fee"),
        *("promotional rebates", "promotional rebates tax"),
        *("marketplace withheld tax", "marketplace facilitator tax", "low value goods"),
        # Of India; the tax on the goods, then what Amazon keeps of it and of the seller's own.
        "Total sales tax liable(GST before adjusting TCS)",
        *("TCS-CGST", "TCS-SGST", "TCS-IGST", "TDS (Section 194-O)"),
        *("selling fees", "fba fees", "other transaction fees", "other"),
    ),
    row_total="total",
    currency_before="amounts in {}",
    unused=("tax collection model", "account type", "Transaction Release Date"),
    status_is_optional=True,
    statuses={"": RowMeaning.TAKE, "released": RowMeaning.TAKE},
    kinds=_KINDS,
    tax_basis="none",
    terms_days=0,
)
