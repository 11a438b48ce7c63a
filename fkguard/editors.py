"""What an editor remembers of the guard while it is at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db.backends.ddl_references import Statement

from .backends.base.names import split_key

if TYPE_CHECKING:
    from .constraints import Constraint
    from .journal import Journal


def journal_of(editor: Any) -> Journal | None:
    """Return how far the migration came that an editor is at work for, or None."""
    journal: Journal | None = getattr(editor, "_fkguard_journal", None)
    return journal


def is_queued(editor: Any, key: str, constraint: Constraint) -> bool:
    """Say whether an editor makes a table's constraint at its end, by its name."""
    if not constraint.name:
        return False
    quote_name = editor.connection.ops.quote_name
    names = {constraint.name, quote_name(constraint.name)}
    table = split_key(key)[1]
    # Not by their text: a template of another package need not be a string.
    return any(
        isinstance(each, Statement)
        and each.references_table(table)
        and not names.isdisjoint(map(str, each.parts.values()))
        for each in editor.deferred_sql
    )


@contextmanager
def judging_paused(editor: Any) -> Iterator[None]:
    """Let an editor's calls through unjudged: they belong to one that was judged."""
    editor._fkguard_depth = getattr(editor, "_fkguard_depth", 0) + 1
    try:
        yield
    finally:
        editor._fkguard_depth -= 1
