"""What is judged of what a connection sends, and what its editor has deferred."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper

from .. import compat
from ..schema.names import split_key
from .state import is_same

if TYPE_CHECKING:
    from ..schema.constraints import Constraint


def is_queued(editor: Any, key: str, constraint: Constraint) -> bool:
    """Say whether an editor makes a table's constraint at its end, by its name."""
    table = split_key(key)[1]
    return bool(constraint.name) and compat.is_deferred(editor, table, constraint.name)


#: The connections of which nothing is judged in this context.
_paused: ContextVar[tuple[BaseDatabaseWrapper, ...]] = ContextVar(
    "fkguard_paused", default=()
)


def is_paused(connection: BaseDatabaseWrapper) -> bool:
    """Say whether what a connection sends belongs to a call that was judged."""
    return any(is_same(each, connection) for each in _paused.get())


@contextmanager
def paused(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let pass unjudged what a connection sends."""
    token = _paused.set((*_paused.get(), connection))
    try:
        yield
    finally:
        _paused.reset(token)


@contextmanager
def judging_paused(editor: Any) -> Iterator[None]:
    """Let an editor's calls through unjudged: they belong to one that was judged."""
    with paused(editor.connection):
        yield


def is_carried(connection: BaseDatabaseWrapper) -> bool:
    """Say whether the transaction at work takes DDL back with it."""
    return bool(connection.features.can_rollback_ddl and connection.in_atomic_block)
