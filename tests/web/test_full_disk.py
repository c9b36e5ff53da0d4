"""A disk that fills while Tallystick runs: pages and imports say so, and go on once there is room."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from background_work import desk, look_until
from disks import Disk
from factories import make_workspace, owner_of
from full_tables import tables_on
from tallystick.background.models import Task, TaskState
from tallystick.books.models import Party
from tallystick.importing.models import Upload, UploadState

pytestmark = pytest.mark.django_db(transaction=True)

SALES = (
    b"number,party_name,issued_on,description,quantity,unit_price\n1,Cafe,2026-11-02,Tea,1,5.00\n"
)


@pytest.fixture
def workspace():
    return make_workspace()


@pytest.fixture
def browser(workspace) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(owner_of(workspace))
    return client


def upload(browser: Client, workspace):
    file = SimpleUploadedFile("sales.csv", SALES)
    return browser.post(reverse("import", args=[workspace.slug]), {"file": file})


def test_a_page_that_finds_no_room_to_save_says_so_and_saves_once_there_is(
    browser, workspace, small_disk: Disk
):
    address = reverse("party-new", args=[workspace.slug])
    with tables_on(small_disk, "books_party"):
        small_disk.fill()
        full = browser.post(address, {"name": "Café Iris"})
        unsaved = not Party.objects.exists()
        small_disk.make_room()
        again = browser.post(address, {"name": "Café Iris"})

        assert Party.objects.get().name == "Café Iris"
    assert full.status_code == 503
    assert "There is no room left on the disk" in full.text
    assert "Error" not in full.text
    assert full["Retry-After"]
    assert "Refresh" not in full.headers  # what was sent is not sent again
    assert unsaved
    assert again.status_code == 302


def test_a_file_that_finds_no_room_is_refused_and_taken_once_there_is(
    browser, workspace, small_disk: Disk, settings
):
    settings.DATA_DIR = small_disk.path
    small_disk.fill()

    full = upload(browser, workspace)
    small_disk.make_room()
    again = upload(browser, workspace)

    assert full.status_code == 422
    assert "make room in its data folder" in full.text
    assert again.status_code == 302
    assert Upload.objects.count() == 1


def test_an_import_that_finds_no_room_waits_says_why_and_goes_on_by_itself(
    browser, workspace, small_disk: Disk, settings, tmp_path, monkeypatch
):
    settings.DATA_DIR = tmp_path
    monkeypatch.setenv("TALLYSTICK_DATA_DIR", str(tmp_path))
    page = upload(browser, workspace)["Location"]
    task = Task.objects.get()
    with tables_on(small_disk), desk() as at_work:
        small_disk.fill()
        look_until(at_work, lambda: Task.objects.exclude(problem="").exists())
        Task.objects.update(leased_until=Now())  # without the pause
        waiting = browser.get(page).text
        small_disk.make_room()
        look_until(at_work, lambda: not Task.objects.get().is_open)

    task.refresh_from_db()
    assert "There is no room left on a disk. It goes on by itself" in waiting
    assert (task.state, task.deaths) == (TaskState.DONE, 0)
    assert Upload.objects.get().state == UploadState.CHECKED
    assert "no room" not in browser.get(page).text
