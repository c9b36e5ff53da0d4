"""A process that works on an upload dies, wherever: it goes on by itself, and nothing is doubled."""

import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from background_work import desk, look_until, work_off
from databases import database_url
from factories import make_document, make_party, make_workspace, owner_of
from tallystick.background import queue
from tallystick.background.models import Pool, Task, TaskState
from tallystick.books.models import Document, Line, Payment
from tallystick.importing import uploads
from tallystick.importing.models import Upload, UploadState

pytestmark = pytest.mark.django_db(transaction=True)

_DOCUMENTS = 900
HEADER = "number,party_number,party_name,issued_on,item_code,description,quantity,unit_price"


@pytest.fixture(autouse=True)
def _own_directory(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setenv("TALLYSTICK_DATA_DIR", str(tmp_path))


@pytest.fixture
def workspace():
    return make_workspace()


@pytest.fixture
def receive(workspace):
    def receive(content: str) -> Upload:
        return uploads.receive(
            workspace=workspace,
            actor=owner_of(workspace),
            file_name="sales.csv",
            chunks=[content.encode()],
        )

    return receive


def sales() -> str:
    """Make a file of two chunks, each document with lines far apart."""
    rows = [
        f"{n},C{n % 7},Cafe {n % 7},2026-11-02,TEA,Tea,1,5.00"
        for _ in range(6)
        for n in range(_DOCUMENTS)
    ]
    return "\n".join([HEADER, *rows])


def dies_at(desk, monkeypatch, *failpoints: str) -> None:
    """Let the process that works on the task die at each point in turn, then do what is left."""
    task = Task.objects.latest("pk")
    for deaths, failpoint in enumerate(failpoints, start=1):
        monkeypatch.setenv("TALLYSTICK_FAILPOINT", failpoint)
        Task.objects.update(leased_until=Now())  # without the pause
        look_until(desk, lambda wanted=deaths: Task.objects.get(pk=task.pk).deaths == wanted)
    monkeypatch.delenv("TALLYSTICK_FAILPOINT")
    Task.objects.filter(pk=task.pk).update(leased_until=Now())
    look_until(desk, lambda: not Task.objects.get(pk=task.pk).is_open)


def test_a_check_and_an_import_killed_twice_go_on_by_themselves(receive, workspace, monkeypatch):
    actor = owner_of(workspace)
    with desk() as at_work:
        upload = receive(sales())
        dies_at(at_work, monkeypatch, "import.batch_read:2", "import.grouped")
        upload.refresh_from_db()
        checked = upload.state, upload.report["documents"], Document.objects.count()
        uploads.start(upload=upload, actor=actor, submit=True)
        dies_at(at_work, monkeypatch, "import.chunk_done", "import.before_end")

    upload.refresh_from_db()
    assert checked == (UploadState.CHECKED, _DOCUMENTS, 0)
    assert (upload.state, upload.report["already_here"]) == (UploadState.DONE, _DOCUMENTS)
    assert (Document.objects.count(), Line.objects.count()) == (_DOCUMENTS, _DOCUMENTS * 6)
    assert not Document.objects.exclude(status="submitted").exists()
    browser = Client()
    browser.force_login(actor)
    page = browser.get(reverse("import-upload", args=[workspace.slug, upload.pk])).text
    assert "was interrupted and went on by itself" in page


def test_an_import_of_payments_killed_twice_goes_on_by_itself(receive, workspace, monkeypatch):
    party = make_party(workspace)
    for number in range(3):
        make_document(workspace, party=party, number=str(number), submitted=True)
    upload = receive("\n".join(["number,paid_on,amount", *["0,2026-11-10,2.00"] * 2]))
    work_off()
    uploads.start(upload=upload, actor=owner_of(workspace), submit=False)

    with desk() as at_work:
        dies_at(at_work, monkeypatch, "import.chunk_done", "background.before_end")

    upload.refresh_from_db()
    assert upload.state == UploadState.DONE
    assert Payment.objects.aggregate(sum=Sum("amount"))["sum"] == Decimal(4)


def test_one_file_uploaded_twice_and_imported_at_once_is_imported_once(receive, workspace):
    actor, both = owner_of(workspace), [receive(sales()), receive(sales())]
    work_off()
    for upload in both:
        uploads.start(upload=upload, actor=actor, submit=True)

    with desk() as at_work:
        at_work.look()
        at_once = len(at_work.pids)
        look_until(at_work, lambda: not Upload.objects.exclude(state=UploadState.DONE).exists())

    reports = [upload.report for upload in Upload.objects.all()]
    assert at_once == 2
    assert Document.objects.count() == _DOCUMENTS
    assert sum(report["documents"] + report["already_here"] for report in reports) == (
        2 * _DOCUMENTS
    )


def test_what_dies_three_times_ends_with_a_message_and_its_remedy_works(receive, workspace):
    upload = receive(sales())
    for _ in range(3):
        task = queue.take(Pool.IMPORT)
        queue.died(task)
        Task.objects.update(leased_until=None)
    browser = Client()
    browser.force_login(owner_of(workspace))
    address = reverse("import-upload", args=[workspace.slug, upload.pk])

    said = browser.get(address).text
    browser.post(reverse("import-act", args=[workspace.slug, upload.pk]), {"act": "again"})
    work_off()

    assert "was broken off three times" in said
    assert "Nothing was imported." in said
    assert "Check it again" in said
    assert queue.take(Pool.IMPORT) is None
    assert "Import 900 documents<" in browser.get(address).text


def test_a_run_that_dies_three_times_says_how_far_it_got(receive, workspace):
    upload = receive(sales())
    work_off()
    uploads.start(upload=upload, actor=owner_of(workspace), submit=False)
    for _ in range(3):
        task = queue.take(Pool.IMPORT)
        queue.keep(task, {"stage": "writing", "done": 800, "total": 900})
        queue.died(task)
        Task.objects.update(leased_until=None)

    upload.refresh_from_db()
    assert upload.state == UploadState.BROKEN_OFF
    assert "800 of its 900 records had been gone through" in upload.problem


def test_a_worker_that_is_killed_takes_its_import_along_and_the_next_one_goes_on(
    receive, monkeypatch
):
    upload = receive(sales())
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "TALLYSTICK_FAILPOINT": "import.grouped",
        "TALLYSTICK_FAILPOINT_SIGNAL": "SIGSTOP",
    }
    words = [sys.executable, "-m", "tallystick.cli", "worker", "--threads", "1"]
    with subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL) as worker:
        try:
            child = frozen_child(worker.pid)
        finally:
            worker.kill()
    assert has_ended(child)

    Task.objects.update(leased_until=Now())  # as after fifteen seconds
    with desk() as at_work:
        look_until(at_work, lambda: Task.objects.get().state == TaskState.DONE)

    upload.refresh_from_db()
    assert (upload.state, Task.objects.get().deaths) == (UploadState.CHECKED, 1)


def frozen_child(worker: int) -> int:
    """Wait until a child of the worker has stopped itself; return its process id."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(parent) == worker and state == "T":
                return int(stat.parent.name)
        time.sleep(0.1)
    raise AssertionError("No process stopped.")


def has_ended(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return False
