"""An import that is killed leaves whole documents only; the same file again completes it.

Two imports of one file at the same time are as good as one.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

import pytest
from django.db import connection

from factories import make_document, make_party, make_workspace, owner_of
from tallystick.books.models import Document, Line, Payment
from tallystick.importing.run import import_file

pytestmark = pytest.mark.django_db(transaction=True)

_IMPORT = """
import json, sys, django
django.setup()
from pathlib import Path
from django.db import connection
from tallystick.importing.documents import staging
from tallystick.importing.run import import_file
from tallystick.workspaces.models import Workspace

connection.settings_dict["NAME"] = sys.argv[1]
staging.CHUNK_LINES = 4
report = import_file(
    workspace=Workspace.objects.get(), actor=None, source=Path(sys.argv[2]), dry_run=False,
    submit=True, answers=json.loads(sys.argv[3]),
)
print(json.dumps(report.as_json()))
"""


def import_in_a_process(
    file: Path, *, failpoint: str, answers: Mapping[str, str] = MappingProxyType({})
) -> int:
    """Import as another process would, with few rows in a chunk; return how it ended."""
    environment = os.environ | {"TALLYSTICK_FAILPOINT": failpoint}
    command = import_command(file, answers)
    return subprocess.run(command, check=False, env=environment, timeout=60).returncode


def import_command(file: Path, answers: Mapping[str, str]) -> list[str]:
    """Return the command of a process that imports the file and prints the report as JSON."""
    given = [str(connection.settings_dict["NAME"]), str(file), json.dumps(dict(answers))]
    return [sys.executable, "-c", _IMPORT, *given]


@pytest.mark.parametrize("failpoint", ["import.written:2", "import.chunk_done:2"])
def test_a_killed_import_is_completed_by_the_same_file(tmp_path, failpoint):
    workspace = make_workspace()
    file = tmp_path / "sales.csv"
    rows = [f"{n},2026-11-02,Tea {part},1,5" for n in range(6) for part in "ab"]
    header = "number,issued_on,description,quantity,unit_price"
    file.write_text("\n".join([header, *rows]))

    ended = import_in_a_process(file, failpoint=failpoint)
    left = Document.objects.count()
    report = import_file(
        workspace=workspace, actor=owner_of(workspace), source=file, dry_run=False, submit=True
    )

    assert ended == -signal.SIGKILL
    assert 0 < left < 6
    assert (report.already_here, report.documents) == (left, 6 - left)
    assert (Document.objects.count(), Line.objects.count()) == (6, 12)
    assert not Document.objects.exclude(status="submitted").exists()


@pytest.fixture
def payments(tmp_path):
    """A workspace with submitted invoices, and a file with two payments alike on each."""
    workspace = make_workspace()
    party = make_party(workspace)
    for number in range(6):
        make_document(workspace, party=party, number=str(number), submitted=True)
    file = tmp_path / "payments.csv"
    rows = [f"{number},2026-11-10,2.00" for number in [*range(6)] * 2]
    file.write_text("\n".join(["number,paid_on,amount", *rows]))
    return workspace, file


def test_a_killed_import_of_payments_is_completed_by_the_same_file(payments):
    workspace, file = payments

    ended = import_in_a_process(file, failpoint="import.chunk_done:2")
    left = Payment.objects.count()
    report = import_file(workspace=workspace, actor=None, source=file, dry_run=False)

    assert ended == -signal.SIGKILL
    assert 0 < left < 12
    assert (report.already_here, report.documents) == (left, 12 - left)
    assert Payment.objects.count() == 12


def test_one_file_of_payments_imported_twice_at_once_is_recorded_once(payments):
    workspace, file = payments
    together = threading.Barrier(2)

    def run(_):
        together.wait(20)
        try:
            return import_file(workspace=workspace, actor=None, source=file, dry_run=False)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        reports = list(threads.map(run, range(2)))

    assert sum(report.documents for report in reports) == Payment.objects.count() == 12
    assert sum(report.already_here for report in reports) == 12
