"""Orders as two plugins of WooCommerce's own shop export them, a row for each order or each line.

Sources: https://woocommerce.com/document/import-and-export-of-woocommerce-orders/ (Import Export
Suite: `order_date`, lines in `line_item_1` and so on) and the default formats of Customer/Order/
Coupon Export (`date`, lines in `line_items` or in rows with `item_…`). A line's `total` is what it
comes to after discounts and without tax, whichever way the shop shows its prices.
"""

from tallystick.importing.meaning.mapping import (
    Mapping,
    OrderColumn,
    Packed,
    RowMeaning,
    StatusColumn,
)

_REFUNDED = "partly refunded"
_REFUND_REASON = "money of it was refunded, and the file does not say for which lines"
_COLUMNS = {
    "number": "order_number",
    "issued_on": "order_date",
    "status": "status",
    "currency": "order_currency",
    "party_name": "billing_name",
    "email": "billing_email",
    "address_1": "billing_address_1",
    "address_2": "billing_address_2",
    "city": "billing_city",
    "region": "billing_state",
    "postal_code": "billing_postcode",
    "country": "billing_country",
    "item_code": "item_sku",
    "description": "item_name",
    "quantity": "item_quantity",
    "line_amount": "item_total",
    "line_tax": "item_total_tax",
    "tax_total": "tax_total",
    "total": "order_total",
}
_PACKED = Packed(
    columns=("line_items", "line_item"),
    keys={
        "name": "item_name",
        "sku": "item_sku",
        "quantity": "item_quantity",
        "total": "item_total",
        "total_tax": "item_total_tax",
        "tax": "item_total_tax",
        "refunded": "item_refunded",
    },
    needed=("name", "quantity", "total"),
)
_ORDER_COLUMNS = (
    OrderColumn(
        column="shipping_total",
        description="Shipping",
        charge="shipping",
        tax_column="shipping_tax_total",
    ),
    OrderColumn(column="fee_total", description="Fees", tax_column="fee_tax_total"),
)
_STATUSES = {
    f"{prefix}{status}": meaning
    for prefix in ("", "wc-")
    for status, meaning in {
        "completed": RowMeaning.TAKE,
        "processing": RowMeaning.TAKE,
        "pending": RowMeaning.LEAVE_OUT,
        "pending payment": RowMeaning.LEAVE_OUT,
        "on-hold": RowMeaning.LEAVE_OUT,
        "on hold": RowMeaning.LEAVE_OUT,
        "failed": RowMeaning.LEAVE_OUT,
        "cancelled": RowMeaning.LEAVE_OUT,
        "refunded": RowMeaning.LEAVE_OUT,
        "checkout-draft": RowMeaning.LEAVE_OUT,
        "trash": RowMeaning.LEAVE_OUT,
    }.items()
} | {_REFUNDED: RowMeaning.LEAVE_OUT}
_STATUS_COLUMNS = tuple(
    StatusColumn(
        column=column,
        status=_REFUNDED,
        reason=_REFUND_REASON,
        unless=("refunded", "wc-refunded"),
    )
    for column in ("refunded_total", "refund_items", "refunds", "item_refunded")
)
_UNUSED = (
    # Discounts are off the totals of the lines already.
    *("cart_discount", "order_discount", "discount_total", "discount_tax_total", "order_subtotal"),
    *("coupon_items", "coupons", "tax_items", "shipping_items", "fee_items", "shipping_method"),
    *("order_id", "order_number_formatted", "paid_date", "completed_date", "transaction_id"),
    *("payment_method", "payment_method_title", "customer_ip_address", "customer_user_agent"),
    *("customer_id", "customer_user", "customer_email", "customer_note", "billing_company"),
    *("billing_phone", "billing_full_name", "vat_number", "wt_import_key", "order_notes"),
    *("download_permissions", "download_permissions_granted", "order_key", "line_items"),
    *("item_id", "item_product_id", "item_subtotal", "item_subtotal_tax", "item_refunded_qty"),
    *("item_meta", "item_price", "item_tax", "refunded_total", "fee_tax_total"),
    *(
        f"shipping_{part}"
        for part in (
            *("first_name", "last_name", "full_name", "company", "phone", "address_1"),
            *("address_2", "postcode", "city", "state", "state_code", "country"),
        )
    ),
)


ORDERS = Mapping(
    name="woocommerce-orders",
    title="WooCommerce's orders",
    columns=_COLUMNS,
    synonyms={"issued_on": ("date",)},
    texts={"number": "{order_id}", "party_name": "{billing_first_name} {billing_last_name}"},
    packed=_PACKED,
    order_columns=_ORDER_COLUMNS,
    statuses=_STATUSES,
    status_columns=_STATUS_COLUMNS,
    decimal_mark=".",
    tax_amounts="close",
    untaxed_code="No tax",
    terms_days=0,
    party_by="email",
    unused=_UNUSED,
    # The Suite says each line once more in columns of its own, and where the customer came from.
    unused_beginnings=("product item ", "meta:_wc_order_attribution_"),
)
