"""What is known while ``migrate`` runs: one object per run, on a stack."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ..schema.constraints import ForeignKey
from .claim import Claim

logger = logging.getLogger("fkguard")


class Run:
    """One run of ``migrate``, or of a ``MigrationExecutor``, on one database.

    `options` are those of the command; empty for an executor that a program uses.
    """

    def __init__(
        self,
        connection: BaseDatabaseWrapper,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.connection = connection
        self.options: dict[str, Any] = dict(options or {})
        self.is_command = options is not None
        #: The claim of the database, once the run has something to apply.
        self.claim: Claim | None = None
        #: Whether the run has asked for the claim, with whatever result.
        self.has_claimed = False
        #: The executor that made the plan.
        self.executor: Any = None
        #: The names in the plan that was judged, and the result; None where none was.
        self.plan_names: list[Any] | None = None
        self.preflight: Any = None
        #: The session that guards the operations while they are applied.
        self.session: Any = None
        #: Whether ``migrate --run-syncdb`` is creating tables.
        self.is_syncing = False
        #: Whether the ledger's table is known to exist and to be writable.
        self.is_ledger_open = False
        #: Rows of the ledger that this run has written.
        self.rows: set[int] = set()
        #: Migrations that a run inside this one has applied or unapplied.
        self.overtaken: set[tuple[str, str]] = set()
        #: Migrations that this run has recorded.
        self.recorded: set[tuple[str, str]] = set()
        #: Foreign keys that an editor makes at its end: editor, table and constraint.
        self.deferred: list[tuple[Any, str, ForeignKey]] = []


#: The runs that are active in this context, the innermost last.
_stack: ContextVar[tuple[Run, ...]] = ContextVar("fkguard_runs", default=())


def runs(connection: BaseDatabaseWrapper | None = None) -> list[Run]:
    """Return the active runs, the innermost first; only those of a connection."""
    return [
        run
        for run in reversed(_stack.get())
        if connection is None or is_same(run.connection, connection)
    ]


def run_of(connection: BaseDatabaseWrapper) -> Run | None:
    """Return the innermost run on a connection, or None."""
    found = runs(connection)
    return found[0] if found else None


def is_same(one: BaseDatabaseWrapper, other: BaseDatabaseWrapper) -> bool:
    """Return whether two connections are one; ``django.db.connection`` is a proxy."""
    return one.ops.connection is other.ops.connection


def options() -> dict[str, Any]:
    """Return the options of the ``migrate`` command that runs, or nothing."""
    return next((run.options for run in runs() if run.is_command), {})


@contextmanager
def entered(run: Run) -> Iterator[Run]:
    """Make a run the innermost one, and give its claim back at the end."""
    token = _stack.set((*_stack.get(), run))
    try:
        yield run
    finally:
        _stack.reset(token)
        if run.claim is not None:
            run.claim.release()
        for outer in runs(run.connection)[:1]:
            outer.overtaken |= run.recorded | run.overtaken
            outer.recorded -= run.recorded


def connection_for(options: Mapping[str, Any]) -> BaseDatabaseWrapper | None:
    """Return the connection that the options of a command name, if there is one."""
    alias = options.get("database") or DEFAULT_DB_ALIAS
    if alias not in connections:
        return None
    return connections[alias]
