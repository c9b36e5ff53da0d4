"""Every operation of Xero's interface description is served, or answered 501 as Xero does."""

from __future__ import annotations

import re
import uuid

import pytest
from books_client import connect
from example_calls import CALLS
from interface import FOLDER, read

from xero_sandbox.identity.scopes import GRANULAR

if not FOLDER.is_dir():
    pytest.skip("needs Xero's interface description beside the project", allow_module_level=True)

OPERATIONS = {
    stated["operationId"]: (method.upper(), path)
    for path, item in read("xero_accounting.yaml")["paths"].items()
    for method, stated in item.items()
    if isinstance(stated, dict) and "operationId" in stated
}
#: Each of CALLS is called and its answer validated in test_openapi.
OTHERS = sorted(OPERATIONS.keys() - CALLS.keys())


@pytest.fixture(scope="module")
def everything(browser):
    return connect(browser, scope=" ".join(GRANULAR))


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_served_is_not_implemented(everything, name):
    method, path = OPERATIONS[name]

    answer = everything.call(
        method, re.sub(r"\{\w+\}", str(uuid.uuid4()), path).lstrip("/"), json={"x": 1}
    )

    assert answer.status_code == 501, answer.text
    assert answer.json() == {
        "ErrorNumber": 20,
        "Type": "ApiMethodNotImplementedException",
        "Message": "The Api Method called is not implemented",
    }
