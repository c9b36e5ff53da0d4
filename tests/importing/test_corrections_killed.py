"""Corrections by a file that is killed are completed by the same file, and two at once are as good as one."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from test_import_killed import import_command, import_in_a_process

from factories import make_workspace
from tallystick.books.documents import cancel_documents
from tallystick.books.models import Document, Status
from tallystick.importing.run import import_file

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "number,issued_on,description,quantity,unit_price"


@pytest.fixture
def workspace():
    return make_workspace()


@pytest.fixture
def bring(workspace, tmp_path):
    """Import six documents at a price, from a file that stays."""

    def bring(price: str, *, twice: bool = False, **answers: str):
        file = tmp_path / f"sales-{price}.csv"
        rows = [f"{n},2026-11-02,Tea {part},1,{price}" for n in range(6) for part in "ab"]
        file.write_text("\n".join([HEADER, *rows]))
        together = threading.Barrier(2)

        def run(_: int = 0):
            if twice:
                together.wait(20)
            try:
                return import_file(
                    workspace=workspace, actor=None, source=file, dry_run=False, answers=answers
                )
            finally:
                if twice:
                    connection.close()

        if not twice:
            return run()
        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(run, range(2)))

    return bring


def live() -> dict[str, str]:
    standing = Document.objects.exclude(status=Status.CANCELLED)
    return {number: str(total) for number, total in standing.values_list("number", "total")}


def cancel_all(workspace) -> None:
    ids = list(Document.objects.values_list("pk", flat=True))
    cancel_documents(workspace=workspace, document_ids=ids, actor=None)


@pytest.mark.parametrize("failpoint", ["import.written:2", "import.chunk_done:2"])
def test_a_killed_remake_of_what_is_cancelled_is_completed(workspace, bring, tmp_path, failpoint):
    bring("5")
    cancel_all(workspace)

    ended = import_in_a_process(
        tmp_path / "sales-5.csv", failpoint=failpoint, answers={"cancelled": "make"}
    )
    left = len(live())
    report = bring("5", cancelled="make")

    assert ended == -signal.SIGKILL
    assert 0 < left < 6
    assert (report.already_here, report.anew) == (left, 6 - left)
    assert live() == {f"{n}-2": "10.00" for n in range(6)}


@pytest.mark.parametrize("mode", ["edit", "amend"])
def test_a_killed_correction_is_completed(bring, tmp_path, mode):
    bring("5")
    (tmp_path / "sales-6.csv").write_text(
        (tmp_path / "sales-5.csv").read_text().replace(",5", ",6")
    )

    ended = import_in_a_process(
        tmp_path / "sales-6.csv", failpoint="import.corrected:3", answers={"changed": mode}
    )
    left = sum(total == "12.00" for total in live().values())
    report = bring("6", changed=mode)

    assert (ended, left) == (-signal.SIGKILL, 3)
    assert (report.already_here, report.corrected) == (3, {mode: 3})
    tail = "" if mode == "edit" else "-2"
    assert live() == {f"{n}{tail}": "12.00" for n in range(6)}


@contextmanager
def judged_before(file: Path, **answers: str) -> Iterator[dict[str, Any]]:
    """Have another process judge its first documents, do the block, and let it go on.

    Gives what becomes its report once the block is over.
    """
    environment = os.environ | {
        "TALLYSTICK_FAILPOINT": "import.judged:2", "TALLYSTICK_FAILPOINT_SIGNAL": "SIGSTOP"
    }  # fmt: skip
    command = import_command(file, answers)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    report: dict[str, Any] = {}
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    try:
        yield report
    finally:
        process.send_signal(signal.SIGCONT)
        printed, _ = process.communicate(timeout=60)
    report.update(json.loads(printed))


def test_what_another_import_made_anew_meanwhile_is_here_already(workspace, bring, tmp_path):
    bring("5")
    cancel_all(workspace)

    with judged_before(tmp_path / "sales-5.csv", cancelled="make") as report:
        assert bring("5", cancelled="make").anew == 6

    assert live() == {f"{n}-2": "10.00" for n in range(6)}
    assert (report["anew"], report["already_here"], report["left_out"]) == (0, 6, {})


@pytest.mark.parametrize("mode", ["edit", "amend"])
def test_what_another_import_corrected_meanwhile_is_here_already(bring, tmp_path, mode):
    bring("5")
    (tmp_path / "again.csv").write_text((tmp_path / "sales-5.csv").read_text().replace(",5", ",6"))

    with judged_before(tmp_path / "again.csv", changed=mode) as report:
        assert bring("6", changed=mode).corrected == {mode: 6}

    tail = "" if mode == "edit" else "-2"
    assert live() == {f"{n}{tail}": "12.00" for n in range(6)}
    assert (report["corrected"], report["already_here"], report["left_out"]) == ({}, 6, {})
    if mode == "edit":
        assert set(Document.objects.values_list("revision", flat=True)) == {2}


def test_two_imports_at_once_make_what_is_cancelled_anew_once(workspace, bring):
    bring("5")
    cancel_all(workspace)

    reports = bring("5", twice=True, cancelled="make")

    assert live() == {f"{n}-2": "10.00" for n in range(6)}
    assert sum(report.anew for report in reports) == 6
    assert sum(report.already_here for report in reports) == 6


@pytest.mark.parametrize("mode", ["edit", "amend"])
def test_two_imports_at_once_correct_once(bring, mode):
    bring("5")

    reports = bring("6", twice=True, changed=mode)

    tail = "" if mode == "edit" else "-2"
    assert live() == {f"{n}{tail}": "12.00" for n in range(6)}
    assert sum(report.corrected.get(mode, 0) for report in reports) == 6
    if mode == "edit":
        assert set(Document.objects.values_list("revision", flat=True)) == {2}
