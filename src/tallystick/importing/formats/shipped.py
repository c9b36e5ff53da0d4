"""Every mapping that ships, in the order in which they are offered."""

from tallystick.importing.formats import data_sets, plain, shopify, stripe, xero

SHIPPED = (
    plain.SIMPLE,
    xero.SALES_TEMPLATE,
    xero.BILL_TEMPLATE,
    xero.EXPORT,
    shopify.ORDERS,
    stripe.INVOICES,
    stripe.BALANCE,
    stripe.FEES,
    plain.PAYMENTS,
    plain.ALLOCATIONS,
    data_sets.ONLINE_RETAIL,
    data_sets.CHINOOK,
)
