"""Changes of the state that the database does not follow (H45)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.migrations.operations import (
    AlterModelOptions,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from ..backends.base.offline import Offline
from ..declared.states import Unrendered
from ..planning.planner import Step
from ..schema.catalogue import Catalogue, Table
from ..schema.consequences import STATE_ONLY, Consequence
from ..schema.constraints import Constraint, PrimaryKey
from ..schema.events import Event, Unseen
from ..schema.matching import is_there


def of(
    step: Step,
    before: ProjectState,
    state: ProjectState,
    connection: Offline,
    catalogue: Catalogue,
) -> Iterator[Consequence]:
    """Yield what the state declares from now on, and the database does not have."""
    operation = step.operation
    if step.is_backwards or not _is_of_the_state(operation):
        return
    if any(isinstance(event, Unseen) for event in step.events) or _runs_sql(operation):
        return  # What the database does, nobody can tell from here.
    new, old = Unrendered(connection, state), Unrendered(connection, before)
    for key, model in state.models.items():
        was = before.models.get(key)
        if key[0] != step.migration.app_label or (was is not None and was == model):
            continue
        if new.is_migrated(model):
            there = was if was is not None and old.is_migrated(was) else None
            yield from _missing(new, model, old, there, catalogue)


def _is_of_the_state(operation: Operation) -> bool:
    if isinstance(operation, SeparateDatabaseAndState):
        return bool(operation.state_operations)
    return isinstance(operation, AlterModelOptions) and (
        "managed" in operation.options or "managed" in operation.ALTER_OPTION_KEYS
    )


def _runs_sql(operation: Any) -> bool:
    return any(
        isinstance(inner, (RunSQL, RunPython)) or _runs_sql(inner)
        for inner in getattr(operation, "database_operations", ())
    )


def _missing(
    new: Unrendered,
    model: ModelState,
    old: Unrendered,
    was: ModelState | None,
    catalogue: Catalogue,
) -> Iterator[Consequence]:
    declared = new.table(model)
    event = Event(table=declared.name, declared=new.look_up)
    tables = [(declared, old.table(was) if was is not None else None)]
    for name in new.joins(model):
        had = was is not None and name in set(old.joins(was))
        assert was is not None or not had
        tables.append(
            (new.join(model, name), old.join(was, name) if had and was else None)
        )
    for table, earlier in tables:
        for constraint in _lacking(table, earlier, catalogue.get(table.name)):
            yield Consequence(
                kind=STATE_ONLY,
                event=event,
                table=table.name,
                constraint=constraint,
            )


def _lacking(
    declared: Table, earlier: Table | None, actual: Table | None
) -> Iterator[Constraint]:
    """Yield the constraints that are new in the state and not in the database."""
    if actual is None:
        if earlier is None:
            # The table itself: a bare constraint, without a name or columns.
            yield Constraint(name="")
        return
    for constraint in declared.constraints:
        if not constraint.protects or isinstance(constraint, PrimaryKey):
            continue
        # Equal ones first: the check of a field has no name to find it by.
        tables = [each for each in (earlier, actual) if each is not None]
        if any(constraint in table.constraints for table in tables):
            continue
        if not any(is_there(table, constraint) for table in tables):
            yield constraint
