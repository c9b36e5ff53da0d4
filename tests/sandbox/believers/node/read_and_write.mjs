// Reads a whole organisation with Xero's own JavaScript client, writes one invoice and reads it
// back. Takes {host, token, organisation, invoice} on standard input; prints {lists, sent, written,
// read} as the client sees them.

import { readFileSync } from "node:fs";
import xero from "xero-node";

const { host, token, organisation, invoice } = JSON.parse(readFileSync(0, "utf8"));
const api = new xero.AccountingApi(`${host}/api.xro/2.0`);
api.accessToken = token;

const PAGE = 100;
const nothing = (count) => Array(count).fill(undefined);

// By list: the client's method, and how many optional arguments come before `page` (if it pages).
const LISTS = {
  organisations: ["getOrganisations"],
  accounts: ["getAccounts"],
  taxRates: ["getTaxRates"],
  currencies: ["getCurrencies"],
  trackingCategories: ["getTrackingCategories"],
  brandingThemes: ["getBrandingThemes"],
  users: ["getUsers"],
  items: ["getItems"],
  contacts: ["getContacts", 4],
  invoices: ["getInvoices", 7],
  creditNotes: ["getCreditNotes", 3],
  payments: ["getPayments", 3],
  batchPayments: ["getBatchPayments"],
  prepayments: ["getPrepayments", 3],
  overpayments: ["getOverpayments", 3],
  quotes: ["getQuotes", 7],
  repeatingInvoices: ["getRepeatingInvoices"],
  linkedTransactions: ["getLinkedTransactions", 0],
};

async function all(list) {
  const [method, before] = LISTS[list];
  if (before === undefined) return (await api[method](organisation)).body[list];
  const found = [];
  for (let page = 1; ; page += 1) {
    const { body } = await api[method](organisation, ...nothing(before), page);
    found.push(...body[list]);
    if (body[list].length < PAGE) return found;
  }
}

const lists = {};
for (const list of Object.keys(LISTS)) lists[list] = await all(list);

const answer = await api.createInvoices(organisation, { invoices: [invoice] });
const [written] = answer.body.invoices;
const [read] = (await api.getInvoice(organisation, written.invoiceID)).body.invoices;
process.stdout.write(JSON.stringify({ lists, written, read }));
