"""What the guard finds, as comments in the SQL that ``sqlmigrate`` collects.

Judged on what the models declare: the database may be long past it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .. import compat
from ..backends import backend_for
from ..declared.models import Rendered
from ..judgement.forecast import Forecast
from ..judgement.judge import Judge
from ..planning import editor_calls
from ..schema.catalogue import Catalogue
from ..schema.events import CreateTable
from ..schema.location import Place

#: Comments of the migration that is collected, and the number of the line before which
#: each stands.
_comments: ContextVar[list[tuple[int, str]] | None] = ContextVar(
    "fkguard_comments", default=None
)


@contextmanager
def collecting(editor: Any) -> Iterator[None]:
    """Keep the comments of a migration until it ends, and put them in their places.

    Not at once: Django writes "(no-op)" for an operation that has added no line.
    """
    comments: list[tuple[int, str]] = []
    token = _comments.set(comments)
    try:
        yield
    finally:
        _comments.reset(token)
    for number, line in reversed(comments):
        editor.collected_sql.insert(number, line)


def comment(
    name: str, editor: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Add what the guard would find in one call of an editor."""
    connection = editor.connection
    model = args[0] if args else None
    if name == "execute" or not (isinstance(model, type) and hasattr(model, "_meta")):
        return
    try:
        source = Rendered(connection)
        events = editor_calls.BUILDERS[name](source, *args, **kwargs)
        catalogue = Catalogue(backend_for(connection).introspection.server())
        for each in compat.models_of(model._meta.apps):
            if not each._meta.proxy:
                catalogue.put(source.table(each))
        judge = Judge(Forecast(catalogue), "warn", acknowledgements=lambda place: ())
        for event in events:
            if isinstance(event, CreateTable):
                catalogue.drop(event.table)
            for finding in judge.consider(event, Place()).findings:
                _add(
                    editor,
                    f"-- fkguard.{finding.hazard.id}: "
                    + " ".join(finding.hazard.message(finding.case).split()),
                )
    except Exception as error:  # noqa: BLE001 - collecting SQL harms nobody
        _add(editor, f"-- fkguard could not check this: {type(error).__name__}")


def _add(editor: Any, line: str) -> None:
    comments = _comments.get()
    if comments is None:
        editor.collected_sql.append(line)
    else:
        comments.append((len(editor.collected_sql), line))
