-- Amounts in columns are whole cents; instants are milliseconds since 1970; days are ISO text.
-- *_key columns are folded (case and accents), because Xero compares text that way.
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS organisation (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  data TEXT NOT NULL,
  currencies TEXT NOT NULL,
  utc_offset_hours REAL NOT NULL,
  next_invoice INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE IF NOT EXISTS account (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  type TEXT NOT NULL,
  class TEXT NOT NULL,
  tax_type TEXT NOT NULL,
  status TEXT NOT NULL,
  system_account TEXT NOT NULL DEFAULT '',
  updated INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS account_code ON account (organisation, code);

CREATE TABLE IF NOT EXISTS tax_rate (
  organisation TEXT NOT NULL,
  tax_type TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  rate TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (organisation, tax_type)
);

CREATE TABLE IF NOT EXISTS contact (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  name_key TEXT NOT NULL,
  number_key TEXT,
  account_number_key TEXT,
  email_key TEXT,
  status TEXT NOT NULL,
  is_customer INTEGER NOT NULL DEFAULT 0,
  is_supplier INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS contact_name ON contact (organisation, name_key);
CREATE INDEX IF NOT EXISTS contact_number ON contact (organisation, number_key);
CREATE INDEX IF NOT EXISTS contact_account ON contact (organisation, account_number_key);
CREATE INDEX IF NOT EXISTS contact_updated ON contact (organisation, updated, id, status);

CREATE TABLE IF NOT EXISTS contact_group (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL
);
-- Merged contacts may leave a contact in a group twice.
CREATE TABLE IF NOT EXISTS contact_group_member (
  seq INTEGER PRIMARY KEY,
  organisation TEXT NOT NULL,
  group_id TEXT NOT NULL,
  contact_id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS group_member_contact ON contact_group_member (contact_id);
CREATE INDEX IF NOT EXISTS group_member_group ON contact_group_member (group_id);

CREATE TABLE IF NOT EXISTS invoice (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  type TEXT NOT NULL,
  number_key TEXT NOT NULL,
  reference_key TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  date TEXT NOT NULL,
  due_date TEXT,
  status TEXT NOT NULL,
  currency TEXT NOT NULL,
  total INTEGER NOT NULL,
  due INTEGER NOT NULL,
  paid INTEGER NOT NULL,
  client_id TEXT NOT NULL,
  updated INTEGER NOT NULL,
  long_units INTEGER NOT NULL,
  head TEXT NOT NULL
);
-- `type` is in it so that looking a number up never walks the index of tabs instead.
CREATE INDEX IF NOT EXISTS invoice_number ON invoice (organisation, number_key, type);
CREATE INDEX IF NOT EXISTS invoice_reference ON invoice (organisation, reference_key);
CREATE INDEX IF NOT EXISTS invoice_contact ON invoice (organisation, contact_id);
CREATE INDEX IF NOT EXISTS invoice_updated ON invoice (organisation, updated, id);
CREATE INDEX IF NOT EXISTS invoice_date ON invoice (organisation, date, id);
CREATE INDEX IF NOT EXISTS invoice_tab ON invoice (organisation, type, status, date);

-- Apart from the head, so that lists without lines never read them.
CREATE TABLE IF NOT EXISTS invoice_lines (
  invoice INTEGER PRIMARY KEY,
  lines TEXT NOT NULL,
  overridden TEXT NOT NULL
);

-- Credit notes, prepayments and overpayments: what can be allocated to invoices and bills.
CREATE TABLE IF NOT EXISTS credit (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  family TEXT NOT NULL,
  type TEXT NOT NULL,
  side TEXT NOT NULL,
  number_key TEXT NOT NULL,
  reference_key TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  date TEXT NOT NULL,
  status TEXT NOT NULL,
  currency TEXT NOT NULL,
  total INTEGER NOT NULL,
  remaining INTEGER NOT NULL,
  client_id TEXT NOT NULL,
  updated INTEGER NOT NULL,
  long_units INTEGER NOT NULL,
  bank_account_id TEXT,
  head TEXT NOT NULL,
  lines TEXT NOT NULL,
  overridden TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS credit_number ON credit (organisation, number_key, family);
CREATE INDEX IF NOT EXISTS credit_contact ON credit (organisation, contact_id);
CREATE INDEX IF NOT EXISTS credit_updated ON credit (organisation, family, updated, id);

CREATE TABLE IF NOT EXISTS allocation (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  credit_id TEXT NOT NULL,
  invoice_id TEXT NOT NULL,
  date TEXT NOT NULL,
  amount INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS allocation_credit ON allocation (credit_id);
CREATE INDEX IF NOT EXISTS allocation_invoice ON allocation (invoice_id);

-- `document_id` is the invoice or bill paid, or the credit refunded.
CREATE TABLE IF NOT EXISTS payment (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  document_id TEXT NOT NULL,
  type TEXT NOT NULL,
  account_id TEXT NOT NULL,
  batch_id TEXT,
  date TEXT NOT NULL,
  amount INTEGER NOT NULL,
  bank_amount INTEGER NOT NULL,
  rate TEXT NOT NULL,
  status TEXT NOT NULL,
  reconciled INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS payment_document ON payment (document_id);
CREATE INDEX IF NOT EXISTS payment_batch ON payment (batch_id);
CREATE INDEX IF NOT EXISTS payment_updated ON payment (organisation, updated, id);

CREATE TABLE IF NOT EXISTS batch_payment (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  type TEXT NOT NULL,
  account_id TEXT NOT NULL,
  date TEXT NOT NULL,
  total INTEGER NOT NULL,
  status TEXT NOT NULL,
  updated INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS batch_payment_updated ON batch_payment (organisation, updated, id);

-- Every type of bank transaction; those that are prepayments or overpayments have a credit of the
-- same id as well, and those of transfers have no contact.
CREATE TABLE IF NOT EXISTS bank_transaction (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  type TEXT NOT NULL,
  reference_key TEXT NOT NULL,
  contact_id TEXT,
  bank_account_id TEXT NOT NULL,
  date TEXT NOT NULL,
  status TEXT NOT NULL,
  currency TEXT NOT NULL,
  total INTEGER NOT NULL,
  reconciled INTEGER NOT NULL,
  client_id TEXT NOT NULL,
  updated INTEGER NOT NULL,
  long_units INTEGER NOT NULL,
  head TEXT NOT NULL,
  lines TEXT NOT NULL,
  overridden TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS bank_transaction_updated ON bank_transaction (organisation, updated, id);

CREATE TABLE IF NOT EXISTS bank_transfer (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  reference_key TEXT NOT NULL,
  from_account_id TEXT NOT NULL,
  to_account_id TEXT NOT NULL,
  from_transaction_id TEXT NOT NULL,
  to_transaction_id TEXT NOT NULL,
  date TEXT NOT NULL,
  status TEXT NOT NULL,
  amount INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS bank_transfer_updated ON bank_transfer (organisation, updated, id);

-- The general ledger in base currency, debits positive; see accounting/ledger.py.
CREATE TABLE IF NOT EXISTS posting (
  seq INTEGER PRIMARY KEY,
  organisation TEXT NOT NULL,
  date TEXT NOT NULL,
  account_id TEXT NOT NULL,
  amount INTEGER NOT NULL,
  source TEXT NOT NULL,
  document_id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  tracking TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS posting_date ON posting (organisation, date, account_id, amount);
CREATE INDEX IF NOT EXISTS posting_document ON posting (document_id);

-- What was posted and when, never changed save for `standing`: whether the document posts it now.
CREATE TABLE IF NOT EXISTS journal (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  number INTEGER NOT NULL,
  date TEXT NOT NULL,
  source TEXT NOT NULL,
  document_id TEXT NOT NULL,
  created INTEGER NOT NULL,
  standing INTEGER NOT NULL,
  lines TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS journal_number ON journal (organisation, number);
CREATE INDEX IF NOT EXISTS journal_document ON journal (document_id, source);

CREATE TABLE IF NOT EXISTS manual_journal (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  date TEXT NOT NULL,
  status TEXT NOT NULL,
  updated INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS manual_journal_updated ON manual_journal (organisation, updated, id);

CREATE TABLE IF NOT EXISTS number_series (
  organisation TEXT NOT NULL,
  prefix TEXT NOT NULL,
  next INTEGER NOT NULL,
  PRIMARY KEY (organisation, prefix)
);

-- Units of a currency for one US dollar from a day on, told by the control interface.
CREATE TABLE IF NOT EXISTS day_rate (
  currency TEXT NOT NULL,
  day TEXT NOT NULL,
  per_dollar TEXT NOT NULL,
  PRIMARY KEY (currency, day)
);

CREATE TABLE IF NOT EXISTS item (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  code_key TEXT NOT NULL,
  updated INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS item_code ON item (organisation, code_key);

-- What a document takes of a tracked item or adds to it, and the stock that this leaves.
-- `bought` is what purchases post to the inventory account, `adjusted` what this move adds to that
-- from cost of goods sold, both in cents of the base currency; see accounting/stock.
CREATE TABLE IF NOT EXISTS stock_move (
  seq INTEGER PRIMARY KEY,
  organisation TEXT NOT NULL,
  item_id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  date TEXT NOT NULL,
  quantity TEXT NOT NULL,
  bought INTEGER,
  adjusted INTEGER NOT NULL,
  on_hand TEXT NOT NULL,
  cost_pool INTEGER NOT NULL,
  unit_cost TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS stock_move_item ON stock_move (item_id, seq);
CREATE INDEX IF NOT EXISTS stock_move_document ON stock_move (document_id);

CREATE TABLE IF NOT EXISTS tracking_category (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS tracking_option (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  category TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS budget (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  type TEXT NOT NULL,
  updated INTEGER NOT NULL,
  data TEXT NOT NULL
);
-- Reports that a person has published, such as a tax return.
CREATE TABLE IF NOT EXISTS published_report (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  data TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS branding_theme (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  name TEXT NOT NULL,
  sort_order INTEGER NOT NULL,
  created INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS payment_service (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  pay_now_text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS theme_payment_service (
  theme TEXT NOT NULL,
  service TEXT NOT NULL,
  PRIMARY KEY (theme, service)
);

CREATE TABLE IF NOT EXISTS quote (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  number_key TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  date TEXT NOT NULL,
  expiry_date TEXT,
  status TEXT NOT NULL,
  updated INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS quote_number ON quote (organisation, number_key);
CREATE TABLE IF NOT EXISTS purchase_order (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  number_key TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  date TEXT NOT NULL,
  delivery_date TEXT,
  arrival_date TEXT,
  status TEXT NOT NULL,
  updated INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS purchase_order_number ON purchase_order (organisation, number_key);
CREATE INDEX IF NOT EXISTS purchase_order_updated ON purchase_order (organisation, updated, id);
CREATE TABLE IF NOT EXISTS repeating_invoice (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  total INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS linked_transaction (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  source TEXT NOT NULL,
  source_line TEXT NOT NULL,
  contact_id TEXT,
  target TEXT,
  target_line TEXT,
  updated INTEGER NOT NULL
);

-- Receipts, expense claims and employees from before Xero closed them to writing.
CREATE TABLE IF NOT EXISTS closed_record (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  resource TEXT NOT NULL,
  status TEXT NOT NULL,
  updated INTEGER NOT NULL,
  data TEXT NOT NULL
);

-- `owner` is the id of the document, contact, account .. that it belongs to.
CREATE TABLE IF NOT EXISTS attachment (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  owner TEXT NOT NULL,
  name_key TEXT NOT NULL,
  name TEXT NOT NULL,
  mime_type TEXT NOT NULL,
  include_online INTEGER NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (owner, name_key)
);
CREATE TABLE IF NOT EXISTS history (
  seq INTEGER PRIMARY KEY,
  organisation TEXT NOT NULL,
  owner TEXT NOT NULL,
  at INTEGER NOT NULL,
  changes TEXT NOT NULL,
  user TEXT NOT NULL,
  details TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS history_owner ON history (owner);

CREATE TABLE IF NOT EXISTS app (
  client_id TEXT PRIMARY KEY,
  client_secret TEXT,
  name TEXT NOT NULL,
  redirect_uris TEXT NOT NULL,
  certified INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS consent (
  client_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  PRIMARY KEY (client_id, user_id)
);
CREATE TABLE IF NOT EXISTS code (
  code TEXT PRIMARY KEY,
  client_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  challenge TEXT,
  scopes TEXT NOT NULL,
  nonce TEXT,
  auth_event_id TEXT NOT NULL,
  expires REAL NOT NULL,
  used INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS refresh_token (
  token TEXT PRIMARY KEY,
  client_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  auth_event_id TEXT NOT NULL,
  expires REAL NOT NULL,
  access_jti TEXT NOT NULL,
  replaced REAL
);
CREATE TABLE IF NOT EXISTS dead_token (jti TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS connection (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  organisation TEXT NOT NULL,
  auth_event_id TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  UNIQUE (client_id, user_id, organisation)
);

-- People and what each may do in each organisation (identity/people.py).
CREATE TABLE IF NOT EXISTS person (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS person_role (
  person TEXT NOT NULL,
  organisation TEXT NOT NULL,
  role TEXT NOT NULL,  -- a name of identity.rights.ROLES
  subscriber INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL,
  PRIMARY KEY (person, organisation)
);

-- One webhook an app (facts 8), and what it has to tell, in order.
CREATE TABLE IF NOT EXISTS webhook (
  client_id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  categories TEXT NOT NULL,
  signing_key TEXT NOT NULL,
  status TEXT NOT NULL,
  verified INTEGER NOT NULL DEFAULT 0,
  sequence INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  failing_since REAL,
  next_attempt REAL NOT NULL DEFAULT 0,
  report TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS webhook_event (
  id INTEGER PRIMARY KEY,
  client_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  category TEXT NOT NULL,
  kind TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  data TEXT,
  state TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS webhook_event_waiting ON webhook_event (client_id, state, sequence);

CREATE TABLE IF NOT EXISTS idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  content_type TEXT,
  body BLOB NOT NULL,
  stored REAL NOT NULL,
  PRIMARY KEY (scope, key)
);
CREATE INDEX IF NOT EXISTS idempotency_age ON idempotency (stored);

-- What the planner is to believe of large books from the first row on, so that a question for
-- numbers, ids or one contact uses its own index and not the one that has the order.
ANALYZE setting;  -- the smallest table: makes sqlite_stat1 without reading the books
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 VALUES
  ('invoice', 'sqlite_autoindex_invoice_1', '100000 1'),
  ('invoice', 'invoice_number', '100000 20000 1 1'),
  ('invoice', 'invoice_reference', '100000 20000 2'),
  ('invoice', 'invoice_contact', '100000 20000 20'),
  ('invoice', 'invoice_updated', '100000 20000 5 1'),
  ('invoice', 'invoice_date', '100000 20000 50 1'),
  ('invoice', 'invoice_tab', '100000 20000 10000 2500 20'),
  ('contact', 'sqlite_autoindex_contact_1', '20000 1'),
  ('contact', 'contact_name', '20000 4000 1'),
  ('contact', 'contact_number', '20000 4000 1'),
  ('contact', 'contact_account', '20000 4000 1'),
  ('contact', 'contact_updated', '20000 4000 5 1 1');
ANALYZE sqlite_schema;
