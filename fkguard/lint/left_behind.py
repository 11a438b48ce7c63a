"""Foreign keys that the state no longer declares and that no operation drops."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from django.db.migrations import Migration
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.state import ModelState, ProjectState

from .. import compat
from ..backends.base.offline import Offline
from ..declared.states import Unrendered
from ..planning.planner import Step
from ..planning.written import texts
from ..schema.catalogue import Catalogue, Table
from ..schema.consequences import LEFT_BEHIND, Consequence
from ..schema.constraints import ForeignKey
from ..schema.events import Event
from ..schema.matching import find
from ..schema.names import is_named
from .loading import LoadedMigrations


class Later:
    """What the rest of the migrations do with a table that a state lets go."""

    def __init__(self, found: LoadedMigrations) -> None:
        self.found = found

    @cached_property
    def state(self) -> ProjectState | None:
        """Return the state at the end; None where an operation cannot be applied."""
        state = ProjectState(real_apps=self.found.unmigrated_apps)
        for key in self.found.order:
            migration = self.found.migrations[key]
            for operation in migration.operations:
                try:
                    compat.state_forwards(operation, migration.app_label, state)
                except Exception:  # noqa: BLE001 - the walk itself tells of it
                    return None
        return state

    def names(self, migration: Migration, table: str) -> bool:
        """Say whether SQL or code, from this migration on, names a table."""
        order = self.found.order
        at = order.index((migration.app_label, migration.name))
        bare = table.rpartition('"."')[2]
        return any(
            is_named(bare, text)
            for key in order[at:]
            for operation in self.found.migrations[key].operations
            for text in texts(operation)
        )


def left_behind(
    step: Step,
    before: ProjectState,
    state: ProjectState,
    connection: Offline,
    catalogue: Catalogue,
    later: Later,
) -> Iterator[Consequence]:
    """Yield the foreign keys into declared tables that the state lets go.

    A model that moves to another app, in whichever order, and a table or column that
    SQL drops later are not left behind.
    """
    operation = step.operation
    if step.is_backwards or not (
        isinstance(operation, SeparateDatabaseAndState) and operation.state_operations
    ):
        return
    old, new = Unrendered(connection, before), Unrendered(connection, state)
    for table, foreign_key, detail in _let_go(
        step.migration.app_label, old, new, catalogue
    ):
        if later.state is None or later.names(step.migration, table):
            continue
        final = Unrendered(connection, later.state)
        if _declares(final, table, foreign_key):
            continue
        if final.look_up(foreign_key.to_table) is None:
            continue
        yield Consequence(
            kind=LEFT_BEHIND,
            event=Event(table=table, declared=new.look_up),
            table=table,
            constraint=foreign_key,
            detail=detail,
        )


def _let_go(
    app_label: str, old: Unrendered, new: Unrendered, catalogue: Catalogue
) -> Iterator[tuple[str, ForeignKey, str]]:
    """Yield table, foreign key and "Model.field" of what the state lets go."""
    for key, was in old.state.models.items():
        model = new.state.models.get(key)
        if key[0] != app_label or (model is not None and model == was):
            continue
        if not old.is_migrated(was):
            continue
        for declared, names in _tables(old, was):
            actual = catalogue.get(declared.name)
            if actual is None:
                continue
            for foreign_key in declared.of(ForeignKey):
                if (
                    isinstance(found := find(actual, foreign_key), ForeignKey)
                    and not _declares(new, declared.name, foreign_key)
                    and new.look_up(foreign_key.to_table) is not None
                ):
                    field = names.get(foreign_key.columns[0], "")
                    yield (
                        declared.name,
                        found,
                        f"{was.name}.{field}" if field else "",
                    )


def _tables(
    source: Unrendered, model: ModelState
) -> Iterator[tuple[Table, dict[str, str]]]:
    yield source.table(model), source.names_by_column(model)
    for name in source.joins(model):
        yield source.join(model, name), {}


def _declares(source: Unrendered, table: str, foreign_key: ForeignKey) -> bool:
    """Say whether a model has the relation, whoever creates the constraint."""
    declared = source.look_up(table)
    return declared is not None and all(
        declared.column(each) for each in foreign_key.columns
    )
