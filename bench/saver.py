"""One person who saves: submits the documents read from standard input, and prints how long each took.

`saver.py wake` as it is; `saver.py bare` without the wake after the commit. Started by `saving.py`.
"""

import json
import sys
import time

import django

django.setup()

from django.db import connection

from tallystick.books.documents import submit_documents
from tallystick.books.models import Document
from tallystick.sync.engine import waking

if sys.argv[1] == "bare":
    waking._defer = lambda organisation_id: None  # type: ignore[assignment] # the baseline

ids = json.loads(sys.stdin.readline())
workspace = Document.objects.select_related("workspace").get(pk=ids[0]).workspace
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
taken = []
for document_id in ids:
    started = time.perf_counter()
    submit_documents(workspace=workspace, document_ids=[document_id], actor=None)
    taken.append((time.perf_counter() - started) * 1000)
print(json.dumps(taken))
