"""An operation and the unrendered states around it, as events.

The counterpart of ``live``: both must give equal events for every operation, and
``tests/test_planned.py`` reports it on real histories. An operation that Django did
not write is run against a recorder, which runs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import operations as ops
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from .. import compat
from ..declared.states import Unrendered
from ..schema.events import Event, Unseen
from .editor_calls import recorder
from .operations import HANDLERS, Between


@dataclass(frozen=True, kw_only=True)
class Step:
    """One operation of a plan with the events it asks for."""

    migration: Migration
    #: Counted from 1, as a reader counts the list in the file.
    number: int
    operation: Operation
    is_backwards: bool
    events: tuple[Event, ...]

    @property
    def label(self) -> str:
        """Return ``app_label.name`` of the migration."""
        return f"{self.migration.app_label}.{self.migration.name}"


class Planner:
    """Walks migrations over a project state, which it changes as it goes.

    Each step must be judged before the next is asked for: the tables that its
    events declare are read off the state as it then is.
    """

    def __init__(
        self,
        connection: BaseDatabaseWrapper,
        state: ProjectState,
        tables: Callable[[], Iterable[str]] | None = None,
    ) -> None:
        self.connection = connection
        self.state = state
        #: The tables that are forecast, for code that asks which there are.
        self.tables = tables

    def forwards(self, migration: Migration) -> Iterator[Step]:
        """Yield the steps of applying a migration, moving the state along."""
        for number, operation in enumerate(migration.operations, start=1):
            before = before_of(self.state, operation, migration.app_label)
            compat.state_forwards(operation, migration.app_label, self.state)
            yield Step(
                migration=migration,
                number=number,
                operation=operation,
                is_backwards=False,
                events=tuple(
                    self.events(
                        operation, migration.app_label, before, self.state, False
                    )
                ),
            )

    def backwards(self, migration: Migration, before: ProjectState) -> Iterator[Step]:
        """Yield the steps of unapplying a migration, last operation first.

        `before` is the state before the migration; it is not changed.
        """
        pairs = []
        state = before.clone()
        for number, operation in enumerate(migration.operations, start=1):
            earlier = state.clone()
            compat.state_forwards(operation, migration.app_label, state)
            pairs.append((number, operation, earlier, state.clone()))
        for number, operation, earlier, later in reversed(pairs):
            self.state = earlier
            yield Step(
                migration=migration,
                number=number,
                operation=operation,
                is_backwards=True,
                events=tuple(
                    self.events(operation, migration.app_label, later, earlier, True)
                ),
            )

    def events(
        self,
        operation: Operation,
        app_label: str,
        from_state: ProjectState,
        to_state: ProjectState,
        is_backwards: bool,
    ) -> list[Event]:
        """Return what the operation asks of the schema between two states."""
        source = Between(
            Unrendered(self.connection, from_state),
            Unrendered(self.connection, to_state),
            app_label,
            is_backwards,
        )
        if isinstance(operation, ops.SeparateDatabaseAndState):
            return self._separate(operation, app_label, from_state, is_backwards)
        if isinstance(operation, ops.RunPython):
            if not router.allow_migrate(
                self.connection.alias, app_label, **operation.hints
            ):
                return []
            code = operation.reverse_code if is_backwards else operation.code
            return [Unseen(table="", reason="RunPython", code=code)]
        method = "database_backwards" if is_backwards else "database_forwards"
        if getattr(type(operation), method).__module__.startswith("django."):
            for kind, handler in HANDLERS.items():
                if isinstance(operation, kind):
                    return handler(operation, source)
            return []
        return self._recorded(operation, source)

    def _separate(
        self,
        operation: ops.SeparateDatabaseAndState,
        app_label: str,
        from_state: ProjectState,
        is_backwards: bool,
    ) -> list[Event]:
        pairs = []
        # Backwards, the state before the operation is the one to come back to.
        state = self.state if is_backwards else from_state
        for inner in operation.database_operations:
            later = state.clone()
            compat.state_forwards(inner, app_label, later)
            pairs.append((inner, state, later))
            state = later
        events: list[Event] = []
        for inner, earlier, later in reversed(pairs) if is_backwards else pairs:
            ends = (later, earlier) if is_backwards else (earlier, later)
            events.extend(self.events(inner, app_label, *ends, is_backwards))
        return events

    def _recorded(self, operation: Operation, source: Between) -> list[Event]:
        recorded: list[Event] = []
        editor = recorder(self.connection, recorded)
        method = (
            operation.database_backwards
            if source.is_backwards
            else operation.database_forwards
        )
        try:
            with _forecast_tables(self.connection, self.tables):
                method(
                    source.app_label,
                    editor,
                    source.old.state.clone(),
                    source.new.state.clone(),
                )
        except Exception as error:  # noqa: BLE001 - foreign code; it is told as unseen
            return [
                Unseen(
                    table="",
                    reason=f"{type(operation).__name__} ({type(error).__name__})",
                )
            ]
        return recorded


@contextmanager
def _forecast_tables(
    connection: BaseDatabaseWrapper, tables: Callable[[], Iterable[str]] | None
) -> Iterator[None]:
    """Answer ``table_names()`` as the database will when the plan is that far.

    Operations that look before they drop ("delete the table if it exists") would
    otherwise see the database as it is before the plan.
    """
    if tables is None:
        yield
        return
    names = sorted(tables())
    introspection: Any = connection.introspection
    introspection.table_names = lambda cursor=None, include_views=False: names
    try:
        yield
    finally:
        del introspection.table_names


def before_of(
    state: ProjectState, operation: Operation, app_label: str
) -> ProjectState:
    """Return the state as it is now, cloning only what the operation changes.

    It is good until the next operation changes `state`.
    """
    name = getattr(operation, "model_name", None) or getattr(operation, "name", None)
    known = type(operation).__module__.startswith("django.")
    if not known or isinstance(
        operation, (ops.RenameModel, ops.SeparateDatabaseAndState)
    ):
        return state.clone()
    models = dict(state.models)
    if isinstance(name, str) and (key := (app_label, name.lower())) in models:
        models[key] = models[key].clone()
    return ProjectState(models=models, real_apps=state.real_apps)
