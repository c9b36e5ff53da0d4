"""Databases on the test run's server: the test's own, as other processes reach it, and new ones."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from django.db import connection


def database_url(name: str = "") -> str:
    """Return the URL of the database of that name; without one, of the test's own."""
    path = f"/{name or connection.settings_dict['NAME']}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=path).geturl()


@contextmanager
def empty_database(prefix: str) -> Iterator[str]:
    """Make a database with nothing in it for the block; yields its name."""
    name = f"{prefix}_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as outside:
        outside.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        outside.execute(f"CREATE DATABASE {name}")
        try:
            yield name
        finally:
            outside.execute(f"DROP DATABASE {name} WITH (FORCE)")
