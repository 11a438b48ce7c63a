"""What each of Django's operations asks of the schema, from unrendered states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import router
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation

from ...schema.events import Event, RunStatement
from .between import Between
from .columns import (
    add_field,
    alter_between,
    alter_order,
    lent_default,
    remove_field,
    rename_field,
)
from .constraints import (
    alter_unique_together,
    change_constraint,
    change_index,
    rename_index,
)
from .tables import alter_model_table, create_model, drop_model, rename_model

__all__ = ["HANDLERS", "Between"]

Handler = Callable[[Any, Between], list[Event]]


def run_sql(operation: Any, source: Between) -> list[Event]:
    alias = source.new.connection.alias
    if not router.allow_migrate(alias, source.app_label, **operation.hints):
        return []
    sql = operation.reverse_sql if source.is_backwards else operation.sql
    if not sql:
        return []
    is_script = not isinstance(sql, (list, tuple))
    statements = [sql] if is_script else sql
    return [
        RunStatement(
            table="",
            sql=each[0] if isinstance(each, (list, tuple)) else str(each),
            is_script=is_script,
        )
        for each in statements
    ]


def _by_direction(forwards: Handler, backwards: Handler) -> Handler:
    return lambda operation, source: (backwards if source.is_backwards else forwards)(
        operation, source
    )


def _do_add_constraint(operation: Any, source: Between) -> list[Event]:
    return change_constraint(operation, source, adds=True)


def _do_remove_constraint(operation: Any, source: Between) -> list[Event]:
    return change_constraint(operation, source, adds=False)


def _do_add_index(operation: Any, source: Between) -> list[Event]:
    return change_index(operation, source, adds=True)


def _do_remove_index(operation: Any, source: Between) -> list[Event]:
    return change_index(operation, source, adds=False)


def _do_create(operation: Any, source: Between) -> list[Event]:
    return create_model(source, operation.name)


def _do_drop(operation: Any, source: Between) -> list[Event]:
    return drop_model(source, operation.name)


def _do_add_field(operation: Any, source: Between) -> list[Event]:
    model = lent_default(operation, source.new_model(operation.model_name))
    return add_field(source, model, operation.name)


def _do_remove_field(operation: Any, source: Between) -> list[Event]:
    return remove_field(source, operation.model_name, operation.name)


def _do_alter_field(operation: Any, source: Between) -> list[Event]:
    old_model, new_model = source.models(operation.model_name)
    if not source.new.is_migrated(new_model):
        return []
    name, new_model = operation.name, lent_default(operation, new_model)
    return alter_between(source, old_model, name, new_model, name)


HANDLERS: Mapping[type[Operation], Handler] = {
    ops.CreateModel: _by_direction(_do_create, _do_drop),
    ops.DeleteModel: _by_direction(_do_drop, _do_create),
    ops.RenameModel: rename_model,
    ops.AlterModelTable: alter_model_table,
    ops.AlterUniqueTogether: alter_unique_together,
    ops.AlterOrderWithRespectTo: alter_order,
    ops.AddField: _by_direction(_do_add_field, _do_remove_field),
    ops.RemoveField: _by_direction(_do_remove_field, _do_add_field),
    ops.AlterField: _do_alter_field,
    ops.RenameField: rename_field,
    ops.AddConstraint: _by_direction(_do_add_constraint, _do_remove_constraint),
    ops.RemoveConstraint: _by_direction(_do_remove_constraint, _do_add_constraint),
    ops.AddIndex: _by_direction(_do_add_index, _do_remove_index),
    ops.RemoveIndex: _by_direction(_do_remove_index, _do_add_index),
    ops.RenameIndex: rename_index,
    ops.RunSQL: run_sql,
}
