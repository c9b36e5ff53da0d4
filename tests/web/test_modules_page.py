"""Settings, Integrations, Modules: switches, directions, schedules and one button for each scope."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from factories import make_member
from tallystick.connections.models import ModuleSchedule, Organisation, ScopePress
from tallystick.connections.modules import Module, modules_on
from tallystick.sync.models import PulledKind, Reading
from tallystick.workspaces.models import Role


@pytest.fixture
def ready(organisation) -> Organisation:
    """Books whose tax mapping was complete once."""
    Organisation.objects.update(taxes_mapped_at=timezone.now())
    organisation.refresh_from_db()
    return organisation


def text(answer) -> str:
    assert answer.status_code == 200
    return html.unescape(" ".join(answer.text.split()))


def test_integrations_lead_there_and_without_books_it_teaches(browser, workspace, address):
    assert "Here you say what is synced" in text(browser.get(address("modules")))


def test_the_card_has_a_link_to_the_modules(browser, organisation, address):
    assert f'href="{address("modules")}"' in browser.get(address("integrations")).text


def test_each_module_is_told_with_its_chain_and_its_directions(browser, ready, address):
    page = text(browser.get(address("modules")))

    assert "Needs items and contacts." in page
    assert "Needs tax rates and the tax mapping." in page
    assert "Invoices, credit notes, payments and bills need contacts." in page
    assert "ExpenseClaims are closed to new users and end in February 2027" in page
    assert 'Customers and suppliers<span class="about">With the first document of each.' in page


def test_a_switch_is_pressed_and_brings_what_it_needs(browser, ready, address):
    for module in ("payments", "credit_notes", "invoices", "bills", "contacts", "items"):
        given = {"module": module, "act": "off"}
        browser.post(address("module-switch"), given, follow=True)
    assert modules_on(ready) == [Module.ACCOUNTS, Module.TAX_RATES]
    assert "Switches on items and contacts too." in text(browser.get(address("modules")))

    given = {"module": "invoices", "act": "on"}
    said = text(browser.post(address("module-switch"), given, follow=True))

    assert "Invoices are on, and so are items and contacts, which they need." in said
    assert Module.CONTACTS in modules_on(ready)


def test_what_is_needed_has_no_switch_and_pressing_it_all_the_same_is_refused(
    browser, ready, address
):
    page = browser.get(address("modules")).text
    assert not re.search(r'aria-label="Switch off contacts"', page)

    given = {"module": "contacts", "act": "off"}
    said = text(browser.post(address("module-switch"), given, follow=True))

    assert "Contacts cannot be switched off: invoices, credit notes, payments and bills" in said
    assert Module.CONTACTS in modules_on(ready)


def test_a_scope_is_read_once_and_its_button_counts_down(browser, ready, address):
    said = text(browser.post(address("sync-scope"), {"scope": "contacts"}, follow=True))
    assert "Contacts are read from Xero next." in said
    assert Reading.objects.get(kind=PulledKind.CONTACTS).due_why == "Ada Lovelace asked for it."
    assert len(re.findall("data-until=", said)) == 1

    again = text(browser.post(address("sync-scope"), {"scope": "contacts"}, follow=True))

    assert re.search(r"Press it again in \d+ seconds; nothing is lost meanwhile", again)
    assert ScopePress.objects.count() == 1


def test_each_scope_tells_its_last_time_and_result(browser, ready, address):
    now = timezone.now()
    Reading.objects.create(
        organisation=ready, kind=PulledKind.CONTACTS, last_at=now, whole_at=now, last_news=3
    )
    Reading.objects.create(
        organisation=ready, kind=PulledKind.ITEMS, last_at=now, alarm="Xero listed none."
    )

    scopes = {one.state.words: one for one in browser.get(address("modules")).context["scopes"]}

    assert scopes["Contacts"].state.result == "3 changes came in."
    assert scopes["Contacts"].state.last_at == now
    assert (scopes["Items"].state.result, scopes["Items"].state.has_trouble) == (
        "Xero listed none.",
        True,
    )
    assert scopes["Invoice pull"].state.result == "Not read yet."
    assert scopes["Invoice push"].state.result == "Nothing waits."


def test_while_a_step_is_missing_the_button_that_mends_it_stands_there(
    browser, organisation, address
):
    page = text(browser.get(address("modules")))

    assert "Contacts need the tax mapping first" in page
    assert f'href="{address("tax-mapping")}">Open Tax mapping<' in page
    said = browser.post(address("sync-scope"), {"scope": "contacts"}, follow=True)
    assert said.redirect_chain[-1][0] == address("tax-mapping")
    assert "Contacts need the tax mapping first" in text(said)


def schedule_form(**given: str) -> dict[str, str]:
    usual = {f"{module}-rhythm": "interval" for module in Module}
    minutes = {f"{module}-minutes": "15" for module in Module}
    lists = {f"{module}-minutes": "1440" for module in (Module.ACCOUNTS, Module.TAX_RATES)}
    return usual | minutes | lists | given


def test_schedules_are_saved_only_where_they_were_changed(browser, ready, address):
    given = schedule_form(
        **{"contacts-rhythm": "hours", "contacts-hours": "9:00, 17:30", "bills-rhythm": "manual"}
    )

    said = text(browser.post(address("modules"), given, follow=True))

    assert "The schedules were saved." in said
    kept = {one.module: (one.rhythm, one.hours) for one in ModuleSchedule.objects.all()}
    assert kept == {"contacts": ("hours", ["09:00", "17:30"]), "bills": ("manual", [])}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"contacts-minutes": "2"}, "Enter from 5 to 1,440 minutes."),
        ({"contacts-rhythm": "hours", "contacts-hours": "noon"}, "Enter hours of the day"),
        ({"contacts-rhythm": "hours"}, "No hour was given."),
    ],
)
def test_what_is_wrong_with_a_schedule_stands_at_its_field(browser, ready, address, wrong, said):
    answer = browser.post(address("modules"), schedule_form(**wrong, **{"bills-rhythm": "manual"}))

    assert answer.status_code == 422
    assert said in answer.text
    assert not ModuleSchedule.objects.exists()


def test_manual_only_is_offered_on_the_checklist_and_taken_back_there(
    browser, ready, lists, workspace, address
):
    home = address("workspace-home")
    assert "Manual only" in browser.get(home).text

    given = {"act": "manual", "next": home}
    said = text(browser.post(address("module-rhythm"), given, follow=True))

    assert "Nothing is read from Xero by itself now" in said
    assert "Let them be read by themselves" in said
    browser.post(address("module-rhythm"), {"act": "usual", "next": home})
    assert not ModuleSchedule.objects.exists()


def test_a_bookkeeper_sees_it_and_may_not_press(ready, workspace, signed_in, address):
    bookkeeper = signed_in(make_member(workspace, Role.BOOKKEEPER))

    page = text(bookkeeper.get(address("modules")))
    assert "your role does not let you switch, read or send" in page
    assert "Switch off payments" not in page
    for name in ("module-switch", "sync-scope", "module-rhythm", "modules"):
        answer = bookkeeper.post(address(name), {"module": "payments", "act": "off"})
        assert answer.status_code == 403


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_scope_is_pressed_by_keyboard_and_counts_down(page: Page, ready, address):
    page.goto(address("modules"))

    page.get_by_role("button", name="Read contacts").press("Enter")

    expect(page.get_by_role("status").first).to_contain_text("Contacts are read from Xero next.")
    button = page.get_by_role("button", name="Read contacts")
    expect(button).to_be_disabled()
    expect(button).to_contain_text(re.compile(r"0:[0-5]\d"))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_script_a_module_is_switched_off_and_a_schedule_saved(plain: Page, ready, address):
    plain.goto(reverse("modules", args=[ready.workspace.slug]))

    plain.get_by_role("button", name="Switch off payments").click()
    expect(plain.get_by_text("Payments are off.")).to_be_visible()
    plain.get_by_label("Bills: When").select_option("manual")
    plain.get_by_role("button", name="Save schedules").click()

    expect(plain.get_by_text("The schedules were saved.")).to_be_visible()
    assert Module.PAYMENTS not in modules_on(ready)
