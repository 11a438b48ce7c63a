"""What an editor remembers of the guard while it is at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .constraints import Constraint
    from .journal import Journal


def journal_of(editor: Any) -> Journal | None:
    """Return how far the migration came that an editor is at work for, or None."""
    journal: Journal | None = getattr(editor, "_fkguard_journal", None)
    return journal


def is_queued(editor: Any, constraint: Constraint) -> bool:
    """Say whether an editor makes a constraint at its end, which it knows by name."""
    return bool(constraint.name) and any(
        constraint.name in str(part)
        for statement in editor.deferred_sql
        # A template of another package need not be a string.
        for part in getattr(statement, "parts", {"": statement}).values()
    )


@contextmanager
def judging_paused(editor: Any) -> Iterator[None]:
    """Let an editor's calls through unjudged: they belong to one that was judged."""
    editor._fkguard_depth = getattr(editor, "_fkguard_depth", 0) + 1
    try:
        yield
    finally:
        editor._fkguard_depth -= 1
