"""Addresses of the pages. None that a document links to contains the word Xero, which refuses
such addresses."""

from django.urls import URLPattern, URLResolver, include, path

from tallystick.connections.installation import CALLBACK_PATH
from tallystick.web.views import (
    assets,
    attention,
    document_acts,
    document_form,
    documents,
    gallery,
    home,
    imports,
    integrations,
    items,
    parties,
    search,
    session,
    sync_log,
    tax_mapping,
)

_sales: list[URLPattern | URLResolver] = [
    path("invoices/", documents.invoices, name="invoice-list"),
    path("invoices/new/", document_form.new, name="invoice-new"),
    path("invoices/act/", document_acts.act, name="invoice-act"),
    path("invoices/export.csv", document_acts.export, name="invoice-export"),
    path("invoices/<int:pk>/", documents.invoice, name="invoice"),
    path("invoices/<int:pk>/edit/", document_form.edit, name="invoice-edit"),
    path("credit-notes/", documents.credit_notes, name="credit-note-list"),
    path("credit-notes/<int:pk>/", documents.credit_note, name="credit-note"),
]
_workspace: list[URLPattern | URLResolver] = [
    path("", home.show, name="workspace-home"),
    path("search/", search.show, name="search"),
    path("sales/", include(_sales)),
    path("customers/", parties.show_all, name="party-list"),
    path("customers/new/", parties.new, name="party-new"),
    path("customers/options/", document_form.offer_parties, name="party-options"),
    path("customers/<int:pk>/", parties.show, name="party"),
    path("customers/<int:pk>/edit/", parties.edit, name="party-edit"),
    path("items/", items.show_all, name="item-list"),
    path("items/new/", items.new, name="item-new"),
    path("items/<int:pk>/edit/", items.edit, name="item-edit"),
    path("needs-attention/", attention.show, name="needs-attention"),
    path("sync-log/", sync_log.show, name="sync-log"),
    path("sync-log/retry/", sync_log.try_again, name="retry"),
    path("import/", imports.show_all, name="import"),
    path("import/<int:pk>/", imports.show, name="import-upload"),
    path("import/<int:pk>/act/", imports.act, name="import-act"),
    path("import/<int:pk>/columns/", imports.columns, name="import-columns"),
    path("import/<int:pk>/bad-rows.csv", imports.bad_rows, name="import-bad-rows"),
    path("settings/integrations/", integrations.show, name="integrations"),
    path("settings/integrations/connect/", integrations.connect, name="connect"),
    path("settings/integrations/disconnect/", integrations.end, name="disconnect"),
    path("settings/integrations/sync/", integrations.sync, name="sync-now"),
    path("settings/tax-mapping/", tax_mapping.show, name="tax-mapping"),
    path("settings/tax-mapping/new/", tax_mapping.add_tax_code, name="tax-code-new"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.arrive, name="home"),
    path("w/<slug:slug>/", include(_workspace)),
    path("d/<uuid:uid>", documents.permalink, name="document-permalink"),
    path(CALLBACK_PATH.lstrip("/"), integrations.come_back, name="xero-callback"),
    path("sign-in/", session.sign_in, name="login"),
    path("sign-out/", session.sign_out, name="logout"),
    path("theme/", session.choose_theme, name="theme"),
    path("gallery/", gallery.show, name="gallery"),
    path("assets/<str:digest>/<str:name>", assets.show, name="asset"),
]
