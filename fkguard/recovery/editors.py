"""What an editor remembers of the guard while it is at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper

from .. import compat
from ..schema.names import split_key

if TYPE_CHECKING:
    from ..schema.constraints import Constraint


def is_queued(editor: Any, key: str, constraint: Constraint) -> bool:
    """Say whether an editor makes a table's constraint at its end, by its name."""
    table = split_key(key)[1]
    return bool(constraint.name) and compat.is_deferred(editor, table, constraint.name)


def is_paused(connection: Any) -> bool:
    """Say whether what a connection sends belongs to a call that was judged."""
    return bool(getattr(connection, "_fkguard_depth", 0))


@contextmanager
def paused(connection: Any) -> Iterator[None]:
    """Let pass unjudged what a connection sends."""
    connection._fkguard_depth = getattr(connection, "_fkguard_depth", 0) + 1
    try:
        yield
    finally:
        connection._fkguard_depth -= 1


@contextmanager
def judging_paused(editor: Any) -> Iterator[None]:
    """Let an editor's calls through unjudged: they belong to one that was judged."""
    with paused(editor.connection):
        yield


def is_carried(connection: BaseDatabaseWrapper) -> bool:
    """Say whether the transaction at work takes DDL back with it."""
    return bool(connection.features.can_rollback_ddl and connection.in_atomic_block)
