"""What the operations on constraints and indexes ask of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.migrations import operations as ops
from django.db.migrations.state import ModelState

from ...declared.in_sql import in_sql
from ...declared.states import Unrendered
from ...schema.constraints import Constraint, Unique
from ...schema.events import (
    BY_COLUMNS,
    BY_NAME,
    AddConstraint,
    Event,
    RemoveConstraint,
    nothing_in_sql,
)
from .between import Between


def alter_unique_together(operation: Any, source: Between) -> list[Event]:
    old, new = source.models(operation.name)
    if not source.new.is_migrated(new):
        return []
    table = source.new.key(new)
    columns = source.new.columns(new)
    olds = {tuple(n) for n in old.options.get("unique_together") or ()}
    news = {tuple(n) for n in new.options.get("unique_together") or ()}
    look_up = source.new.look_up

    def unique(names: tuple[str, ...]) -> Unique:
        return source.new.together(table, [columns.get(n, n) for n in names])

    return [
        *(
            RemoveConstraint(
                table=table,
                constraint=unique(n),
                declared=look_up,
                lookup=BY_COLUMNS,
            )
            for n in sorted(olds - news)
        ),
        *(
            AddConstraint(table=table, constraint=unique(n), declared=look_up)
            for n in sorted(news - olds)
        ),
    ]


def _named(objects: Any, name: str) -> Any:
    for each in objects:
        if each.name == name:
            return each
    raise ValueError(f"The state has no constraint or index {name!r}.")


def change_constraint(operation: Any, source: Between, *, adds: bool) -> list[Event]:
    name = operation.model_name
    old, new = source.models(name)
    if not source.new.is_migrated(new):
        return []
    holder = new if adds else old
    wanted = getattr(operation, "name", None) or operation.constraint.name
    constraint = _named(holder.options["constraints"], wanted)
    value = source.new.constraint(constraint, source.new.columns(new))
    supported = source.new.is_supported(constraint)
    table, look_up = source.new.key(new), source.new.look_up
    if adds:
        return [
            AddConstraint(
                table=table,
                constraint=value,
                is_supported=supported,
                declared=look_up,
                in_sql=_in_sql(operation, source.new, new, constraint, value),
            )
        ]
    return [
        RemoveConstraint(
            table=table,
            constraint=value,
            is_supported=supported,
            declared=look_up,
            lookup=BY_NAME,
        )
    ]


def _in_sql(
    operation: Any,
    source: Unrendered,
    model: ModelState,
    constraint: Any,
    value: Constraint,
) -> Callable[[], Constraint | None]:
    """Return what compiles a new constraint; see `AddConstraint.in_sql`."""
    run = type(operation).database_forwards
    if isinstance(operation, ops.AddConstraint) and (
        run is not ops.AddConstraint.database_forwards
    ):
        # AddConstraintNotValid has no row checked.
        return nothing_in_sql
    return cache(lambda: in_sql(source, model, constraint, value))


def change_index(operation: Any, source: Between, *, adds: bool) -> list[Event]:
    old, new = source.models(operation.model_name)
    if not source.new.is_migrated(new):
        return []
    holder = new if adds else old
    wanted = getattr(operation, "name", None) or operation.index.name
    index = _named(holder.options["indexes"], wanted)
    kind = AddConstraint if adds else RemoveConstraint
    return [
        kind(
            table=source.new.key(new),
            constraint=source.new.index(index, source.new.columns(new)),
            is_supported=source.new.is_supported(index),
            declared=source.new.look_up,
        )
    ]


def rename_index(operation: Any, source: Between) -> list[Event]:
    if operation.old_fields:
        return []
    names = (operation.old_name, operation.new_name)
    old_name, new_name = reversed(names) if source.is_backwards else names
    old, new = source.models(operation.model_name)
    if not source.new.is_migrated(new):
        return []
    columns, table = source.new.columns(new), source.new.key(new)
    look_up = source.new.look_up
    gone = _named(old.options["indexes"], old_name)
    come = _named(new.options["indexes"], new_name)
    supported = source.new.is_supported(come)
    return [
        RemoveConstraint(
            table=table,
            constraint=source.old.index(gone, columns),
            is_supported=supported,
            declared=look_up,
        ),
        AddConstraint(
            table=table,
            constraint=source.new.index(come, columns),
            is_supported=supported,
            declared=look_up,
        ),
    ]
