"""What Stripe exports: its invoices, a row each, and the itemised report of its balance.

Sources: the export of Invoices in Stripe's dashboard, and the report `balance_change_from_activity.
itemized.3` with its reporting categories (https://docs.stripe.com/reports/reporting-categories).
"""

from tallystick.books.models import Kind
from tallystick.importing.meaning.mapping import Mapping, OrderColumn, RowMeaning

INVOICES = Mapping(
    name="stripe-invoices",
    title="Stripe's export of invoices",
    columns={
        "number": "Number",
        "status": "Status",
        "issued_on": "Date (UTC)",
        "due_on": "Due Date (UTC)",
        "currency": "Currency",
        "party_name": "Customer Name",
        "email": "Customer Email",
        "address_1": "Customer Address Line1",
        "address_2": "Customer Address Line2",
        "city": "Customer Address City",
        "region": "Customer Address State",
        "postal_code": "Customer Address Postal Code",
        "country": "Customer Address Country",
        "description": "Description",
        "line_amount": "Subtotal",
        "tax_total": "Tax",
        "total": "Total",
    },
    texts={
        "number": "{id}",
        "description": "Invoice {Number}",
        "order_tax_code": "{Tax Percent}%",
    },
    order_columns=(
        OrderColumn(
            column="Total Discount Amount", description="Discount", is_discount=True, is_spread=True
        ),
    ),
    # Taxes may be inside or not, by invoice.
    basis_by_sums=True,
    tax_amounts="close",
    party_by="email",
    statuses={
        "paid": RowMeaning.TAKE,
        "open": RowMeaning.TAKE,
        "past_due": RowMeaning.TAKE,
        "draft": RowMeaning.LEAVE_OUT,
        "void": RowMeaning.LEAVE_OUT,
        "deleted": RowMeaning.LEAVE_OUT,
        "uncollectible": RowMeaning.LEAVE_OUT,
    },
    not_taken=dict.fromkeys(
        ("Amount Paid", "Paid"), "payments come in by a file of their own (format payments)."
    ),
    unused=(
        *("id", "Customer", "Customer Description", "Customer VAT", "Billing", "Closed"),
        *("Forgiven", "Subscription", "Applied Coupons", "Amount Due", "Amount Remaining"),
        *("Period Start (UTC)", "Period End (UTC)", "Minimum Line Item Period Start (UTC)"),
        *("Maximum Line Item Period End (UTC)", "Finalized At (UTC)", "Paid At (UTC)"),
        *("Voided At (UTC)", "Marked Uncollectible At (UTC)", "Auto Advance", "Charge"),
        *("Attempted", "Attempt Count", "Next Payment Attempt (UTC)", "Statement Descriptor"),
        *("Ending Balance", "Starting Balance", "Billing Reason", "Payment Intent"),
        *("Customer Phone", "Customer Shipping Name", "Customer Shipping Phone"),
        *(
            f"Customer Shipping Address {part}"
            for part in ("Line1", "Line2", "City", "State", "Postal Code", "Country")
        ),
    ),
)
#: Money that moves without anybody selling or buying, or whose sale the report does not name.
_NO_DOCUMENTS = (
    *("advance", "advance_funding", "anticipation_repayment", "charge_failure"),
    *("climate_order_purchase", "connect_collection_transfer", "connect_reserved_funds"),
    *("contribution", "dispute", "dispute_reversal", "fee", "financing_paydown"),
    *("financing_payout", "financing_payout_reversal", "issuing_authorization_hold"),
    *("issuing_authorization_release", "issuing_disbursement", "issuing_dispute"),
    *("issuing_transaction", "network_cost", "obligation", "other_adjustment"),
    *("partial_capture_reversal", "payout", "payout_reversal", "platform_earning"),
    *("platform_earning_refund", "refund_failure", "reserved_funds", "risk_reserved_funds"),
    *("tax", "topup", "topup_reversal", "transfer", "transfer_reversal"),
)
#: In the time zone that the report was asked for in; of Stripe's dashboard the only one.
_CREATED: dict[str, tuple[str, ...]] = {"issued_on": ("created",)}
_BALANCE = {
    "number": "balance_transaction_id",
    "issued_on": "created_utc",
    "currency": "currency",
}
_BESIDE = (
    *("available_on_utc", "created", "available_on", "gross", "fee", "net", "reporting_category"),
    *("source_id", "description", "customer_facing_amount", "customer_facing_currency"),
    *("customer_id", "customer_email", "customer_name", "customer_description", "charge_id"),
    *("charge_created_utc", "charge_created", "payment_intent_id", "refund_id", "dispute_id"),
    *("dispute_reason", "invoice_id", "invoice_number", "subscription_id", "transfer_id"),
    *("connected_account", "connected_account_id", "connected_account_name", "trace_id"),
    *("connected_account_country", "connected_account_direct_charge_id", "destination_payment_id"),
    *("automatic_payout_id", "automatic_payout_effective_at", "automatic_payout_effective_at_utc"),
    *("card_brand", "card_funding", "card_country", "payment_method_type", "is_link"),
    *("statement_descriptor", "order_id", "regulatory_tag", "fee_id", "balance_change_type"),
)
BALANCE = Mapping(
    name="stripe-balance",
    title="Stripe's itemised balance: charges and refunds",
    columns=_BALANCE
    | {
        "kind": "reporting_category",
        "reference": "source_id",
        "party_name": "customer_name",
        "email": "customer_email",
        "description": "description",
        "line_amount": "gross",
    },
    synonyms=_CREATED,
    texts={"description": "Payment {balance_transaction_id}"},
    # What a customer pays holds its tax.
    tax_basis="inclusive",
    terms_days=0,
    party_by="email",
    nobody="walk_in",
    negative_is_credit=False,
    kinds={
        "charge": Kind.SALES_INVOICE,
        "refund": Kind.SALES_CREDIT_NOTE,
        **dict.fromkeys(_NO_DOCUMENTS, RowMeaning.LEAVE_OUT),
    },
    not_taken={
        "fee": "import the same file once more as stripe-fees (chosen on the page Import, or with "
        "--format) for bills of Stripe."
    },
    unused=tuple(name for name in _BESIDE if name != "fee"),
)
#: The same file, for what Stripe keeps.
FEES = Mapping(
    name="stripe-fees",
    title="Stripe's itemised balance: Stripe's fees as bills",
    columns=_BALANCE | {"reference": "source_id", "line_amount": "fee"},
    synonyms=_CREATED,
    texts={
        "kind": Kind.BILL,
        "party_name": "Stripe",
        "description": "Fee for {reporting_category} {balance_transaction_id}",
    },
    tax_basis="none",
    terms_days=0,
    zero="leave_out",
    zero_reason="no fee was kept",
    unused=_BESIDE,
)
