from collections.abc import Iterator

import pytest
from doors_front import Application, Front


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def front(application: Application) -> Iterator[Front]:
    """A server with four threads and no proxy before it."""
    front = Front(application, threads=4)
    yield front
    front.end()
