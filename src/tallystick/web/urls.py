"""Addresses of the pages. None that a document links to contains the word Xero, which refuses
such addresses."""

from django.urls import URLPattern, URLResolver, include, path

from tallystick.connections.installation import CALLBACK_PATH
from tallystick.web.kinds import PAGES, KindPages
from tallystick.web.views import (
    assets,
    attention,
    deciding,
    document_acts,
    document_form,
    document_page,
    document_templates,
    documents,
    entries,
    former,
    gallery,
    home,
    imports,
    integrations,
    items,
    mapping,
    parties,
    payments,
    plan,
    reports,
    runs,
    search,
    session,
    sync_log,
    sync_rules,
)


def _of_kind(pages: KindPages) -> list[URLPattern | URLResolver]:
    """Return the addresses of one kind of documents."""
    given = {"kind": pages.kind}
    return [
        path("", documents.show_all, given, name=pages.list_name),
        path("new/", document_form.new, given, name=pages.new_name),
        path("act/", document_acts.act, given, name=pages.act_name),
        path("export.csv", document_acts.export, given, name=pages.export_name),
        path("<int:pk>/", document_page.show, given, name=pages.name),
        path("<int:pk>/edit/", document_form.edit, given, name=pages.edit_name),
    ]


_documents: list[URLPattern | URLResolver] = [
    path("<int:pk>/document.pdf", document_page.as_pdf, name="document-pdf"),
    path("<int:pk>/payments/", entries.pay, name="document-pay"),
    path("<int:pk>/allocations/", entries.allot, name="document-allocate"),
    path("<int:pk>/amend/", deciding.amend, name="document-amend"),
    path("<int:pk>/match/", deciding.match, name="document-match"),
]
_workspace: list[URLPattern | URLResolver] = [
    path("", home.show, name="workspace-home"),
    path("search/", search.show, name="search"),
    *(path(pages.path, include(_of_kind(pages))) for pages in PAGES.values()),
    path("documents/", include(_documents)),
    path("reports/<int:pk>/", reports.show, name="report"),
    path("reports/<int:pk>/file/", reports.download, name="report-file"),
    path("payments/", payments.show_all, name="payment-list"),
    path("payments/act/", entries.act_on_payments, name="payment-act"),
    path("payments/export.csv", payments.export, name="payment-export"),
    path("allocations/act/", entries.act_on_allocations, name="allocation-act"),
    path("decide/", deciding.decide, name="decide"),
    path("customers/", parties.show_all, name="party-list"),
    path("customers/new/", parties.new, name="party-new"),
    path("customers/options/", document_form.offer_parties, name="party-options"),
    path("customers/<int:pk>/", parties.show, name="party"),
    path("customers/<int:pk>/edit/", parties.edit, name="party-edit"),
    path("customers/<int:pk>/contact/", deciding.use, name="party-contact"),
    path("items/", items.show_all, name="item-list"),
    path("items/new/", items.new, name="item-new"),
    path("items/<int:pk>/edit/", items.edit, name="item-edit"),
    path("needs-attention/", attention.show, name="needs-attention"),
    path("needs-attention/act/", attention.act, name="attention-act"),
    path("needs-attention/check/", attention.check, name="check-now"),
    path("sync-log/", sync_log.show, name="sync-log"),
    path("sync-log/retry/", sync_log.try_again, name="retry"),
    path("runs/", runs.show_all, name="run-list"),
    path("runs/<int:pk>/", runs.show, name="run"),
    path("runs/<int:pk>/undo/", runs.undo, name="run-undo"),
    path("runs/<int:pk>/again/", runs.send_again, name="run-again"),
    path("import/", imports.show_all, name="import"),
    path("import/<int:pk>/", imports.show, name="import-upload"),
    path("import/template.csv", imports.template, name="import-template"),
    path("import/<int:pk>/tax-codes/", imports.name_taxes, name="import-tax-codes"),
    path("import/<int:pk>/act/", imports.act, name="import-act"),
    path("import/<int:pk>/columns/", imports.columns, name="import-columns"),
    path("import/<int:pk>/bad-rows.csv", imports.bad_rows, name="import-bad-rows"),
    path("settings/integrations/", integrations.show, name="integrations"),
    path("settings/integrations/connect/", integrations.connect, name="connect"),
    path("settings/integrations/choose/", integrations.choose, name="choose-organisation"),
    path("settings/integrations/let-in/", integrations.send_elsewhere, name="let-in"),
    path("settings/integrations/disconnect/", integrations.end, name="disconnect"),
    path("settings/integrations/sync/", integrations.sync, name="sync-now"),
    path("settings/integrations/plan/", plan.show, name="sync-plan"),
    path("settings/tax-mapping/", mapping.tax_mapping, name="tax-mapping"),
    path("settings/tax-mapping/new/", mapping.add_tax_code, name="tax-code-new"),
    path("settings/tax-mapping/from-rates/", mapping.take_xero_rates, name="tax-codes-from-xero"),
    path("settings/accounts/", mapping.accounts, name="accounts"),
    path("settings/payment-methods/", mapping.payment_methods, name="payment-methods"),
    path("settings/former-choices/", former.answer, name="former-choices"),
    path("settings/sync-rules/", sync_rules.show, name="sync-rules"),
    path("settings/templates/", document_templates.show_all, name="document-templates"),
    path("settings/templates/new/", document_templates.new, name="document-template-new"),
    path("settings/templates/<int:pk>/", document_templates.edit, name="document-template-edit"),
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
