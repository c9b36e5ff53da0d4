"""Every view of the schema `xero`: the one table that both the SQL and its documentation come from.

What stands here is a promise to whoever builds on it: columns are added, never renamed or dropped.
"""

from tallystick.mirror.views.described import GONE, TIMES, Column, View, columns

_MONEY, _PRICE, _RATE = "numeric(18,2)", "numeric(22,8)", "numeric(24,10)"


def _documents(
    name: str, key: str, says: str, *, where: str, kind: bool = False, more: tuple[Column, ...] = ()
) -> View:
    """Return a view of documents; with `kind` several types are told apart by Xero's word."""
    told = columns(("type", "text", "one.type", "Xero's own word for its type.")) if kind else ()
    return View(
        name,
        says,
        "mirror_mirroreddocument",
        (
            *columns((key, "uuid", "one.xero_id", "Xero's id of it.")),
            *told,
            *columns(
                ("number", "text", "one.number", "Its number; empty where it has none."),
                ("reference", "text", "one.reference", "Its reference."),
                (
                    "status", "text", "one.status",
                    "As Xero has it: DRAFT, SUBMITTED, AUTHORISED, PAID, VOIDED, DELETED.",
                ),
                ("contact_id", "uuid", "one.contact_id", "Xero's id of the contact."),
                ("contact_name", "text", "one.contact_name", "The contact, as the document names it."),
                ("issued_on", "date", "one.issued_on", "Its date."),
                ("due_on", "date", "one.due_on", "When it is due."),
                ("fully_paid_on", "date", "one.fully_paid_on", "When the last of it was paid."),
                ("currency", "text", "one.currency", "Currency of its amounts."),
                ("currency_rate", _RATE, "one.currency_rate", "Units of it for one of the base currency."),
                ("amounts_are", "text", "one.line_amount_types", "Exclusive or Inclusive of tax, or NoTax."),
                ("subtotal", _MONEY, "one.subtotal", "Sum without tax."),
                ("tax", _MONEY, "one.tax", "Tax."),
                ("total", _MONEY, "one.total", "Sum with tax."),
                (
                    "outstanding", _MONEY, "one.outstanding",
                    "Still to be paid; of credit, still to be used.",
                ),
                ("settled", _MONEY, "one.applied", "Paid, credited, used or refunded already."),
            ),
            *more,
            *columns(
                ("has_attachments", "boolean", "one.has_attachments", "Files are attached to it in Xero."),
                ("url", "text", "one.url", "The link that the document bears in Xero."),
            ),
            *TIMES,
        ),
        where=where,
    )  # fmt: skip


def _lines(name: str, says: str, *, where: str = "") -> View:
    return View(
        name,
        says,
        "mirror_mirroredline AS one JOIN mirror_mirroreddocument AS document"
        " ON document.id = one.document_id",
        columns(
            ("document_id", "uuid", "document.xero_id", "Xero's id of the document."),
            ("document_type", "text", "document.type", "Xero's word for the document's type."),
            ("document_number", "text", "document.number", "Number of the document."),
            ("document_status", "text", "document.status", "Status of the document."),
            ("issued_on", "date", "document.issued_on", "Date of the document."),
            ("currency", "text", "document.currency", "Currency of the amounts."),
            ("position", "integer", "one.position", "Place in the document, from 1."),
            ("line_id", "uuid", "one.xero_id", "Xero's id of the line."),
            ("description", "text", "one.description", "Text of the line."),
            ("item_code", "text", "one.item_code", "Code of the item; empty without one."),
            ("quantity", _PRICE, "one.quantity", "Quantity."),
            ("unit_price", _PRICE, "one.unit_price", "Price of one, without the discount."),
            ("discount_percent", _PRICE, "one.discount", "Discount in percent."),
            ("discount_amount", _PRICE, "one.discount_amount", "Discount as an amount."),
            ("account_code", "text", "one.account_code", "Code of the account."),
            ("tax_type", "text", "one.tax_type", "Tax type, as in xero.tax_rates."),
            ("tax", _MONEY, "one.tax", "Tax of the line."),
            ("amount", _MONEY, "one.amount", "Sum of the line, as the document's amounts are."),
            ("tracking", "jsonb", "one.tracking", "Pairs of tracking category and option."),
        ),
        where=where,
        organisation="document.organisation_id",
    )  # fmt: skip


_SENT = columns(
    ("sent_to_contact", "boolean", "one.sent_to_contact", "Xero has it down as sent."),
)
_FROM_BANK = columns(
    ("bank_account_id", "uuid", "one.bank_account_id", "Xero's id of the bank account."),
)

VIEWS: tuple[View, ...] = (
    View(
        "organisations",
        "The organisations that the workspace is or was connected to.",
        "connections_organisation",
        columns(
            ("country", "text", "one.country", "Country code."),
            ("base_currency", "text", "one.currency", "Currency of the books."),
            ("time_zone", "text", "one.timezone", "Time zone in which its days are days."),
            ("short_code", "text", "one.short_code", "Xero's short code, used in its addresses."),
            ("is_demo", "boolean", "one.is_demo", "It is one of Xero's demo companies."),
            ("period_lock_date", "date", "one.period_lock_date", "Locked for most up to here."),
            ("year_end_lock_date", "date", "one.end_of_year_lock_date", "Locked for all up to here."),
            ("read_at", "timestamptz", "one.read_at", "When these facts were last read, by our clock."),
        ),
        organisation="one.id",
    ),
    View(
        "accounts",
        "The chart of accounts.",
        "mirror_account",
        (
            *columns(
                ("account_id", "uuid", "one.xero_id", "Xero's id of it."),
                ("code", "text", "one.code", "Its code; some bank accounts have none."),
                ("name", "text", "one.name", "Its name."),
                ("type", "text", "one.type", "Xero's type, such as SALES or BANK."),
                ("class", "text", "one.account_class", "ASSET, EQUITY, EXPENSE, LIABILITY, REVENUE."),
                ("status", "text", "one.status", "ACTIVE, ARCHIVED, DELETED."),
                ("system_account", "text", "one.system_account", "What Xero itself uses it for."),
                ("tax_type", "text", "one.tax_type", "Its usual tax type."),
                ("takes_payments", "boolean", "one.takes_payments", "Payments may lie on it."),
                ("currency", "text", "one.currency", "Of bank accounts only."),
            ),
            *GONE,
        ),
    ),
    View(
        "tax_rates",
        "The tax rates.",
        "mirror_taxrate",
        (
            *columns(
                ("tax_type", "text", "one.tax_type", "By what lines name it, such as OUTPUT2."),
                ("name", "text", "one.name", "Its name."),
                ("status", "text", "one.status", "ACTIVE, ARCHIVED, DELETED, PENDING."),
                ("rate", "numeric(9,4)", "one.effective_rate", "Percent, all components together."),
                ("applies_to", "jsonb", "one.can_apply_to", "Classes of accounts that it fits."),
            ),
            *GONE,
        ),
    ),
    View(
        "tracking_categories",
        "The tracking categories with their options.",
        "mirror_trackingcategory",
        (
            *columns(
                ("tracking_category_id", "uuid", "one.xero_id", "Xero's id of it."),
                ("name", "text", "one.name", "Its name."),
                ("status", "text", "one.status", "ACTIVE, ARCHIVED, DELETED."),
                ("options", "jsonb", "one.options", "Names of its active options."),
            ),
            *GONE,
        ),
    ),
    View(
        "currencies",
        "The currencies that the organisation keeps books in.",
        "mirror_currency",
        (*columns(("code", "text", "one.code", "Such as GBP.")), *GONE),
    ),
    View(
        "contacts",
        "Customers and suppliers; archived and merged ones, too.",
        "mirror_mirroredcontact",
        (
            *columns(
                ("contact_id", "uuid", "one.xero_id", "Xero's id of it."),
                ("name", "text", "one.name", "Its name."),
                ("status", "text", "one.status", "ACTIVE, ARCHIVED, GDPRREQUEST."),
                ("merged_into", "uuid", "one.merged_to_id", "The contact that it was merged into."),
                ("contact_number", "text", "one.contact_number", "Number that a program gave it."),
                ("account_number", "text", "one.account_number", "Account number."),
                ("first_name", "text", "one.first_name", "First name of the person."),
                ("last_name", "text", "one.last_name", "Last name of the person."),
                ("email", "text", "one.email", "E-mail address."),
                ("tax_number", "text", "one.tax_number", "Tax number."),
                ("company_number", "text", "one.company_number", "Company number."),
                ("default_currency", "text", "one.default_currency", "Its usual currency."),
                ("is_customer", "boolean", "one.is_customer", "It was invoiced."),
                ("is_supplier", "boolean", "one.is_supplier", "It has sent bills."),
                ("groups", "jsonb", "one.groups", "Names of its contact groups."),
                ("addresses", "jsonb", "one.addresses", "Its addresses, as Xero writes them."),
                ("phones", "jsonb", "one.phones", "Its phone numbers, as Xero writes them."),
                ("owes_us", _MONEY, "one.receivable", "Open on sales, in the base currency."),
                ("owes_us_overdue", _MONEY, "one.receivable_overdue", "Of that, overdue."),
                ("we_owe", _MONEY, "one.payable", "Open on bills, in the base currency."),
                ("we_owe_overdue", _MONEY, "one.payable_overdue", "Of that, overdue."),
            ),
            *TIMES,
        ),
    ),
    View(
        "items",
        "Products and services.",
        "mirror_mirroreditem",
        (
            *columns(
                ("item_id", "uuid", "one.xero_id", "Xero's id of it."),
                ("code", "text", "one.code", "Its code."),
                ("name", "text", "one.name", "Its name."),
                ("description", "text", "one.description", "Text on sales."),
                ("purchase_description", "text", "one.purchase_description", "Text on purchases."),
                ("is_sold", "boolean", "one.is_sold", "It is sold."),
                ("is_purchased", "boolean", "one.is_purchased", "It is bought."),
                ("is_tracked", "boolean", "one.is_tracked", "Xero keeps a stock of it."),
                ("sales_price", _PRICE, "one.sales_price", "Price on sales."),
                ("sales_account_code", "text", "one.sales_account_code", "Account of sales."),
                ("sales_tax_type", "text", "one.sales_tax_type", "Tax type of sales."),
                ("purchase_price", _PRICE, "one.purchase_price", "Price on purchases."),
                ("purchase_account_code", "text", "one.purchase_account_code", "Account of purchases."),
                ("purchase_tax_type", "text", "one.purchase_tax_type", "Tax type of purchases."),
            ),
            *GONE,
            *TIMES,
        ),
    ),
    _documents(
        "invoices",
        "invoice_id",
        "Sales invoices; voided and deleted ones, too.",
        where="one.endpoint = 'Invoices' AND one.type = 'ACCREC'",
        more=_SENT,
    ),
    _documents(
        "bills",
        "bill_id",
        "Bills of suppliers; voided and deleted ones, too.",
        where="one.endpoint = 'Invoices' AND one.type = 'ACCPAY'",
    ),
    _documents(
        "credit_notes",
        "credit_note_id",
        "Credit notes: ACCRECCREDIT to customers, ACCPAYCREDIT from suppliers.",
        where="one.endpoint = 'CreditNotes'",
        kind=True,
        more=_SENT,
    ),
    _documents(
        "overpayments",
        "overpayment_id",
        "Overpayments, received (RECEIVE-OVERPAYMENT) and made (SPEND-OVERPAYMENT).",
        where="one.endpoint = 'Overpayments'",
        kind=True,
    ),
    _documents(
        "prepayments",
        "prepayment_id",
        "Prepayments, received (RECEIVE-PREPAYMENT) and made (SPEND-PREPAYMENT).",
        where="one.endpoint = 'Prepayments'",
        kind=True,
    ),
    _documents(
        "bank_transactions",
        "bank_transaction_id",
        "Spend and receive money, where that is read.",
        where="one.endpoint = 'BankTransactions'",
        kind=True,
        more=_FROM_BANK,
    ),
    _lines("lines", "The lines of all documents, in Xero's order."),
    _lines(
        "invoice_lines",
        "The lines of sales invoices alone.",
        where="document.endpoint = 'Invoices' AND document.type = 'ACCREC'",
    ),
    _lines(
        "bill_lines",
        "The lines of bills alone.",
        where="document.endpoint = 'Invoices' AND document.type = 'ACCPAY'",
    ),
    View(
        "allocations",
        "Parts of credit notes, overpayments and prepayments that are set against invoices or bills.",
        "mirror_mirroredallocation AS one JOIN mirror_mirroreddocument AS document"
        " ON document.id = one.document_id",
        columns(
            ("credit_id", "uuid", "document.xero_id", "The credit note, overpayment or prepayment."),
            ("credit_type", "text", "document.type", "Xero's word for its type."),
            ("credit_number", "text", "document.number", "Its number."),
            ("allocation_id", "uuid", "one.xero_id", "Xero's id of it; Xero leaves it out in places."),
            ("invoice_id", "uuid", "one.invoice_id", "The invoice or bill that it is set against."),
            ("invoice_number", "text", "one.invoice_number", "Number of that."),
            ("currency", "text", "document.currency", "Currency of the amount."),
            ("amount", _MONEY, "one.amount", "How much."),
            ("allocated_on", "date", "one.allocated_on", "On which day."),
        ),
        organisation="document.organisation_id",
    ),
    View(
        "payments",
        "Payments of invoices and bills, and refunds of credit; deleted ones, too.",
        "mirror_mirroredpayment",
        (
            *columns(
                ("payment_id", "uuid", "one.xero_id", "Xero's id of it."),
                ("type", "text", "one.type", "Xero's own word, such as ACCRECPAYMENT."),
                ("status", "text", "one.status", "AUTHORISED or DELETED."),
                ("document_id", "uuid", "one.document_id", "The invoice, bill or credit that it is of."),
                ("account_id", "uuid", "one.account_id", "The account that it lies on."),
                ("account_code", "text", "one.account_code", "Code of that."),
                ("paid_on", "date", "one.paid_on", "On which day."),
                ("amount", _MONEY, "one.amount", "How much, in the document's currency."),
                ("bank_amount", _MONEY, "one.bank_amount", "The same in the account's currency."),
                ("currency_rate", _RATE, "one.currency_rate", "Units of it for one of the base currency."),
                ("reference", "text", "one.reference", "Its reference."),
                ("is_reconciled", "boolean", "one.is_reconciled", "Matched with the bank's statement."),
                ("batch_payment_id", "uuid", "one.batch_payment_id", "The batch that it is part of."),
            ),
            *TIMES,
        ),
    ),
)  # fmt: skip
