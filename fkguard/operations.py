"""What each of Django's operations asks of the schema, from unrendered states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import router
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState

from .constraints import Unique
from .declared import is_same_definition
from .events import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Event,
    Incoming,
    RemoveConstraint,
    RenameTable,
    RunStatement,
    in_turn,
)
from .states import ModelKey, Unrendered


@dataclass(frozen=True)
class Between:
    """The states before and after an operation in the direction it is run."""

    old: Unrendered
    new: Unrendered
    app_label: str
    is_backwards: bool

    def models(self, name: str, new_name: str = "") -> tuple[ModelState, ModelState]:
        """Return the model before and after."""
        return (
            self.old.state.models[self.app_label, name.lower()],
            self.new.state.models[self.app_label, (new_name or name).lower()],
        )

    def old_model(self, name: str) -> ModelState:
        model: ModelState = self.old.state.models[self.app_label, name.lower()]
        return model

    def new_model(self, name: str) -> ModelState:
        model: ModelState = self.new.state.models[self.app_label, name.lower()]
        return model


# One function for each kind of work; the handlers below choose by direction.


def _create(source: Between, name: str) -> list[Event]:
    model = source.new_model(name)
    if not source.new.is_migrated(model):
        return []
    table, unsupported = source.new.model(model)
    look_up = source.new.look_up
    events: list[Event] = [
        CreateTable(
            table=table.name, after=table, unsupported=unsupported, declared=look_up
        )
    ]
    for field in source.new.joins(model):
        events.append(_create_join(source, model, field))
    return events


def _create_join(source: Between, model: ModelState, field: str) -> Event:
    table = source.new.join(model, field)
    return CreateTable(table=table.name, after=table, declared=source.new.look_up)


def _drop(source: Between, name: str) -> list[Event]:
    model = source.old_model(name)
    if not source.old.is_migrated(model):
        return []
    return [
        *(_drop_join(source, model, field) for field in source.old.joins(model)),
        DropTable(table=source.old.key(model)),
    ]


def _drop_join(source: Between, model: ModelState, field: str) -> Event:
    return DropTable(
        table=source.old.key_of(source.old.join_table(model, field)),
        joins=f"{model.app_label}.{model.name}.{field}",
    )


def _rename_table(source: Between, old: str, new: str) -> list[Event]:
    old, new = source.old.key_of(old), source.new.key_of(new)
    if old == new or (source.new.folds_case and old.lower() == new.lower()):
        return []
    return [RenameTable(table=old, to=new, declared=source.new.look_up)]


def _add_field(source: Between, model_name: str, name: str) -> list[Event]:
    model = source.new_model(model_name)
    if not source.new.is_migrated(model):
        return []
    field = model.fields.get(name)
    if field is not None and field.many_to_many:
        if source.new.has_own_join(model, name):
            return [_create_join(source, model, name)]
        return []
    new = source.new.column(source.new.bound(model, name))
    if new.type is None:
        return []
    table = source.old.key(source.old_model(model_name))
    return [
        AddColumn(
            table=table,
            new=new,
            constraints=tuple(source.new.own_constraints(table, new)),
            declared=source.new.look_up,
        )
    ]


def _remove_field(source: Between, model_name: str, name: str) -> list[Event]:
    model = source.old_model(model_name)
    if not source.old.is_migrated(model):
        return []
    field = model.fields.get(name)
    if field is not None and field.many_to_many:
        if source.old.has_own_join(model, name):
            return [_drop_join(source, model, name)]
        return []
    old = source.old.column(source.old.bound(model, name))
    if old.type is None:
        return []
    return [
        DropColumn(table=source.old.key(model), old=old, declared=source.new.look_up)
    ]


def _alter_field(
    source: Between, model_name: str, old_name: str, new_name: str
) -> list[Event]:
    old_model, new_model = source.models(model_name)
    if not source.new.is_migrated(new_model):
        return []
    return _alter_between(source, old_model, old_name, new_model, new_name)


def _alter_between(
    source: Between,
    old_model: ModelState,
    old_name: str,
    new_model: ModelState,
    new_name: str,
    *,
    table: str = "",
) -> list[Event]:
    old_field = old_model.fields[old_name]
    if old_field.many_to_many and new_model.fields[new_name].many_to_many:
        return _alter_join(source, old_model, old_name, new_model, new_name)
    return _alter_column(
        source,
        table or source.old.key(old_model),
        source.old.bound(old_model, old_name),
        source.new.bound(new_model, new_name),
        (old_model.app_label, old_model.name_lower),
    )


def _alter_column(
    source: Between, table: str, old_field: Any, new_field: Any, model: ModelKey
) -> list[Event]:
    old = source.old.column(old_field, full=True)
    new = source.new.column(new_field, full=True)
    if old.type is None or new.type is None or is_same_definition(old, new):
        return []
    incoming: tuple[Incoming, ...] = ()
    if (
        old.unique
        and new.unique
        and (old.type, old.collation) != (new.type, new.collation)
    ):
        incoming = tuple(_incoming(source.old, model, old_field))
    return [
        AlterColumn(
            table=table,
            old=old,
            new=new,
            incoming=incoming,
            constraints=tuple(source.new.own_constraints(table, new)),
            declared=source.new.look_up,
        )
    ]


def _incoming(source: Unrendered, model: ModelKey, field: Any) -> Iterator[Incoming]:
    """Yield the relations to a key, and to the keys that are such relations.

    As ``_related_non_m2m_objects()``.
    """
    for table, key, relation in _relations(source, model):
        to = (getattr(relation, "to_fields", None) or [None])[0]
        if not (
            (field.primary_key and to is None) or to in (field.name, field.attname)
        ):
            continue
        column = source.column(relation)
        yield Incoming(
            table=table,
            column=column.column,
            db_constraint=column.db_constraint,
            on_delete=column.on_delete,
        )
        # Only what is unique can be referenced in its turn.
        if key is not None and relation.unique:
            yield from _incoming(source, key, relation)


def _relations(
    source: Unrendered, wanted: ModelKey
) -> Iterator[tuple[str, ModelKey | None, Any]]:
    """Yield table, model and bound field of every relation to a model.

    Names are compared before anything is bound: a history of a thousand models
    asks this for each primary key that it retypes.
    """
    for key, model in source.state.models.items():
        if model.options.get("proxy"):
            continue
        for name, field in model.fields.items():
            if field.remote_field is None:
                continue
            remote = source.concrete_key(field, key)
            if field.many_to_many:
                if wanted in (key, remote) and source.has_own_join(model, name):
                    table = source.key_of(source.join_table(model, name))
                    for end in source.join_fields(model, name)[1:]:
                        if source.concrete_key(end, key) == wanted:
                            yield table, None, end
            elif remote == wanted and (field.many_to_one or field.one_to_one):
                yield source.key(model), key, source.bound(model, name)


def _alter_join(
    source: Between,
    old_model: ModelState,
    old_name: str,
    new_model: ModelState,
    new_name: str,
) -> list[Event]:
    """Return what ``_alter_many_to_many()`` does."""
    if not (
        source.old.has_own_join(old_model, old_name)
        and source.new.has_own_join(new_model, new_name)
    ):
        return []
    new_table = source.new.join_table(new_model, new_name)
    events = _rename_table(
        source, source.old.join_table(old_model, old_name), new_table
    )
    olds = source.old.join_fields(old_model, old_name)
    news = source.new.join_fields(new_model, new_name)
    for end in (2, 1):
        events.extend(
            _alter_column(
                source, source.new.key_of(new_table), olds[end], news[end], ("", "")
            )
        )
    return in_turn(events)


# Handlers.


def _rename_model(operation: Any, source: Between) -> list[Event]:
    names = (operation.old_name, operation.new_name)
    old_name, new_name = reversed(names) if source.is_backwards else names
    old, new = source.models(old_name, new_name)
    if not source.new.is_migrated(new):
        return []
    events = _rename_table(source, source.old.db_table(old), source.new.db_table(new))
    here = (old.app_label, old.name_lower)
    for key, model in source.old.state.models.items():
        if model.options.get("proxy"):
            continue
        after_key = (new.app_label, new.name_lower) if key == here else key
        after = source.new.state.models.get(after_key)
        if after is None:
            continue
        for name, field in model.fields.items():
            if not field.remote_field or _is_hidden(field):
                continue
            if source.old.concrete_key(field, key) != here:
                continue
            # The model's table has its new name by then.
            table = source.new.key(new) if model is old else ""
            events.extend(_alter_between(source, model, name, after, name, table=table))
    for name in source.old.joins(old):
        field = new.fields[name]
        remote = source.new.model_state(
            source.new._remote_key(source.new.bound(new, name))
        )
        if field.many_to_many and remote is not new:
            events.extend(_alter_join(source, old, name, new, name))
    return events


def _is_hidden(field: Any) -> bool:
    name = field.remote_field.related_name
    return bool(name and name.endswith("+")) and not field.many_to_many


def _alter_model_table(operation: Any, source: Between) -> list[Event]:
    old, new = source.models(operation.name)
    if not source.new.is_migrated(new):
        return []
    events = _rename_table(source, source.old.db_table(old), source.new.db_table(new))
    for name in source.new.joins(new):
        events.extend(
            _rename_table(
                source,
                source.old.join_table(old, name),
                source.new.join_table(new, name),
            )
        )
    return events


def _columns(source: Unrendered, model: ModelState) -> dict[str, str]:
    return {
        name: field.column or field.name
        for field in source.fields(model)
        for name in (field.name, field.attname)
    }


def _alter_unique_together(operation: Any, source: Between) -> list[Event]:
    old, new = source.models(operation.name)
    if not source.new.is_migrated(new):
        return []
    table = source.new.key(new)
    columns = _columns(source.new, new)
    olds = {tuple(n) for n in old.options.get("unique_together") or ()}
    news = {tuple(n) for n in new.options.get("unique_together") or ()}
    look_up = source.new.look_up

    def unique(names: tuple[str, ...]) -> Unique:
        return source.new.together(table, [columns.get(n, n) for n in names])

    return [
        *(
            RemoveConstraint(table=table, constraint=unique(n), declared=look_up)
            for n in sorted(olds - news)
        ),
        *(
            AddConstraint(table=table, constraint=unique(n), declared=look_up)
            for n in sorted(news - olds)
        ),
    ]


def _alter_order(operation: Any, source: Between) -> list[Event]:
    old, new = source.models(operation.name)
    option = "order_with_respect_to"
    if old.options.get(option) and not new.options.get(option):
        return _remove_field(source, operation.name, "_order")
    if new.options.get(option) and not old.options.get(option):
        # Django gives the column a default of 0 while it adds it.
        return [
            replace(each, new=replace(each.new, has_default=True))
            for each in _add_field(source, operation.name, "_order")
            if isinstance(each, AddColumn)
        ]
    return []


def _named(objects: Any, name: str) -> Any:
    return next(each for each in objects if each.name == name)


def _constraint(operation: Any, source: Between, *, adds: bool) -> list[Event]:
    name = operation.model_name
    old, new = source.models(name)
    if not source.new.is_migrated(new):
        return []
    holder = new if adds else old
    wanted = getattr(operation, "name", None) or operation.constraint.name
    constraint = _named(holder.options["constraints"], wanted)
    value = source.new.constraint(constraint, _columns(source.new, new))
    supported = source.new.is_supported(constraint)
    table, look_up = source.new.key(new), source.new.look_up
    if adds:
        return [
            AddConstraint(
                table=table,
                constraint=value,
                is_supported=supported,
                declared=look_up,
            )
        ]
    if not supported:
        return []
    return [RemoveConstraint(table=table, constraint=value, declared=look_up)]


def _index(operation: Any, source: Between, *, adds: bool) -> list[Event]:
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
            constraint=source.new.index(index, _columns(source.new, new)),
            declared=source.new.look_up,
        )
    ]


def _rename_index(operation: Any, source: Between) -> list[Event]:
    if operation.old_fields:
        return []
    names = (operation.old_name, operation.new_name)
    old_name, new_name = reversed(names) if source.is_backwards else names
    old, new = source.models(operation.model_name)
    if not source.new.is_migrated(new):
        return []
    columns, table = _columns(source.new, new), source.new.key(new)
    look_up = source.new.look_up
    return [
        RemoveConstraint(
            table=table,
            constraint=source.old.index(
                _named(old.options["indexes"], old_name), columns
            ),
            declared=look_up,
        ),
        AddConstraint(
            table=table,
            constraint=source.new.index(
                _named(new.options["indexes"], new_name), columns
            ),
            declared=look_up,
        ),
    ]


def _rename_field(operation: Any, source: Between) -> list[Event]:
    names = (operation.old_name, operation.new_name)
    old_name, new_name = reversed(names) if source.is_backwards else names
    return _alter_field(source, operation.model_name, old_name, new_name)


def _run_sql(operation: Any, source: Between) -> list[Event]:
    alias = source.new.connection.alias
    if not router.allow_migrate(alias, source.app_label, **operation.hints):
        return []
    sql = operation.reverse_sql if source.is_backwards else operation.sql
    if not sql:
        return []
    statements = sql if isinstance(sql, (list, tuple)) else [sql]
    return [
        RunStatement(
            table="", sql=each[0] if isinstance(each, (list, tuple)) else str(each)
        )
        for each in statements
    ]


Handler = Callable[[Any, Between], list[Event]]


def _by_direction(forwards: Handler, backwards: Handler) -> Handler:
    return lambda operation, source: (backwards if source.is_backwards else forwards)(
        operation, source
    )


def _do_add_constraint(operation: Any, source: Between) -> list[Event]:
    return _constraint(operation, source, adds=True)


def _do_remove_constraint(operation: Any, source: Between) -> list[Event]:
    return _constraint(operation, source, adds=False)


def _do_add_index(operation: Any, source: Between) -> list[Event]:
    return _index(operation, source, adds=True)


def _do_remove_index(operation: Any, source: Between) -> list[Event]:
    return _index(operation, source, adds=False)


def _do_create(operation: Any, source: Between) -> list[Event]:
    return _create(source, operation.name)


def _do_drop(operation: Any, source: Between) -> list[Event]:
    return _drop(source, operation.name)


def _do_add_field(operation: Any, source: Between) -> list[Event]:
    return _add_field(source, operation.model_name, operation.name)


def _do_remove_field(operation: Any, source: Between) -> list[Event]:
    return _remove_field(source, operation.model_name, operation.name)


def _do_alter_field(operation: Any, source: Between) -> list[Event]:
    return _alter_field(source, operation.model_name, operation.name, operation.name)


HANDLERS: Mapping[type[Operation], Handler] = {
    ops.CreateModel: _by_direction(_do_create, _do_drop),
    ops.DeleteModel: _by_direction(_do_drop, _do_create),
    ops.RenameModel: _rename_model,
    ops.AlterModelTable: _alter_model_table,
    ops.AlterUniqueTogether: _alter_unique_together,
    ops.AlterOrderWithRespectTo: _alter_order,
    ops.AddField: _by_direction(_do_add_field, _do_remove_field),
    ops.RemoveField: _by_direction(_do_remove_field, _do_add_field),
    ops.AlterField: _do_alter_field,
    ops.RenameField: _rename_field,
    ops.AddConstraint: _by_direction(_do_add_constraint, _do_remove_constraint),
    ops.RemoveConstraint: _by_direction(_do_remove_constraint, _do_add_constraint),
    ops.AddIndex: _by_direction(_do_add_index, _do_remove_index),
    ops.RemoveIndex: _by_direction(_do_remove_index, _do_add_index),
    ops.RenameIndex: _rename_index,
    ops.RunSQL: _run_sql,
}
