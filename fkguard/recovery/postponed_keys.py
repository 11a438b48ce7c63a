"""Foreign keys that wait for their table: what an editor cannot make at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .. import compat
from ..backends import backend_for, facts_of
from ..judgement.recipes import Owed
from ..schema.catalogue import Catalogue
from ..schema.constraints import ForeignKey
from ..schema.events import CreateTable, Event
from .ledger import Ledger
from .state import run_of


def watch(editor: Any, events: list[Event]) -> None:
    """Remember the foreign keys that an editor defers."""
    run = run_of(editor.connection)
    if run is None:
        return
    run.deferred += [
        (editor, event.table, each)
        for event in events
        if isinstance(event, CreateTable)
        for each in event.after.of(ForeignKey)
        if each.to_table != event.table
    ]


def owe(editor: Any, catalogue: Catalogue | None, origin: str) -> list[Owed]:
    """Take out of what an editor runs at its end what cannot be made yet.

    The foreign keys that are taken out are written in the ledger, and returned.
    """
    deferred = _forget(editor)
    wanted = {each.to_table for _, each in deferred}
    if catalogue is not None:
        wanted = {key for key in wanted if key not in catalogue}
    if not wanted or facts_of(editor.connection).finds_tables_late:
        return []
    asked = wanted | {table for table, _ in deferred}
    there = backend_for(editor.connection).introspection.read(sorted(asked))
    missing = {key for key in wanted if key not in there}
    found = []
    for table, foreign_key in deferred:
        # A table that was not made, by a stand-in for the editor's execute(), owes
        # nothing.
        if (
            foreign_key.to_table in missing
            and table in there
            and compat.forget_deferred(editor, foreign_key.name)
        ):
            owed = Owed(
                table=table,
                constraint=foreign_key,
                is_known=True,
                origin=origin,
                waits=True,
            )
            ledger = Ledger(editor.connection)
            ledger.create(editor)
            ledger.write(owed)
            found.append(owed)
    return found


def _forget(editor: Any) -> list[tuple[str, ForeignKey]]:
    """Take from the run what an editor has deferred."""
    run = run_of(editor.connection)
    if run is None:
        return []
    found = [(table, key) for each, table, key in run.deferred if each is editor]
    run.deferred = [each for each in run.deferred if each[0] is not editor]
    return found


@contextmanager
def without_foreign_keys(
    editor: Any, args: tuple[Any, ...], owed: list[Owed]
) -> Iterator[None]:
    """Keep a call from making the foreign keys that are owed.

    Django makes that of a new column beside it, and that of an altered column right
    away; it defers the first where the editor has no statement for it.
    """
    if not owed:
        yield
        return
    own: Any = args[-1] if not isinstance(args[-1], bool) else args[-2]
    is_new = len(args) == 2
    if is_new:
        editor.sql_create_column_inline_fk = None
    else:
        own.db_constraint = False
    try:
        yield
    finally:
        if is_new:
            del editor.sql_create_column_inline_fk
            for each in owed:
                compat.forget_deferred(editor, each.constraint.name)
        else:
            own.db_constraint = True
