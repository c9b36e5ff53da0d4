"""Every mapping that ships, in the order in which they are offered."""

from tallystick.importing.formats import (
    amazon,
    data_sets,
    myob,
    plain,
    quickbooks,
    shopify,
    square,
    stripe,
    woocommerce,
    xero,
)

SHIPPED = (
    plain.SIMPLE,
    xero.SALES_TEMPLATE,
    xero.BILL_TEMPLATE,
    xero.EXPORT,
    shopify.ORDERS,
    woocommerce.ORDERS,
    stripe.INVOICES,
    stripe.BALANCE,
    stripe.FEES,
    plain.PAYMENTS,
    plain.ALLOCATIONS,
    square.ITEMS,
    amazon.SETTLEMENT,
    amazon.DATE_RANGE,
    quickbooks.INVOICES,
    quickbooks.BY_CUSTOMER,
    quickbooks.BY_PRODUCT,
    myob.SALES,
    data_sets.ONLINE_RETAIL,
    data_sets.CHINOOK,
)
