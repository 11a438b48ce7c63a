"""Run SQL of fkguard's own, unseen by what other packages install on a connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def unobserved(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Suspend the ``execute_wrapper()`` functions of a connection.

    https://docs.djangoproject.com/en/stable/topics/db/instrumentation/
    """
    wrappers = connection.execute_wrappers
    connection.execute_wrappers = []
    try:
        yield
    finally:
        connection.execute_wrappers = wrappers


@contextmanager
def quiet_cursor(connection: BaseDatabaseWrapper) -> Iterator[Any]:
    """Open a cursor whose statements only the server sees."""
    with unobserved(connection), connection.cursor() as cursor:
        yield cursor
