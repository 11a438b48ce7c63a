"""A schema editor's call, with the rendered models it is given, as events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from .. import compat
from ..declared.models import Rendered
from ..schema.catalogue import Table
from ..schema.constraints import Unique
from ..schema.events import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateTable,
    Declared,
    DropColumn,
    DropTable,
    Event,
    Incoming,
    RemoveConstraint,
    RenameTable,
    RunStatement,
    in_turn,
    is_same_definition,
)

Builder = Callable[..., list[Event]]


def _own_joins(model: type[Model]) -> Iterable[tuple[Any, type[Model]]]:
    for field in model._meta.local_many_to_many:
        through: Any = field.remote_field.through
        if through._meta.auto_created:
            yield field, through


def create_model(source: Rendered, model: type[Model]) -> list[Event]:
    table, unsupported = source.model(model)
    events: list[Event] = [
        CreateTable(
            table=table.name,
            after=table,
            unsupported=unsupported,
            declared=source.declared(model),
        )
    ]
    for _, through in _own_joins(model):
        events.extend(create_model(source, through))
    return events


def delete_model(
    source: Rendered, model: type[Model], handle_autom2m: bool = True
) -> list[Event]:
    events: list[Event] = []
    if handle_autom2m:
        for field, through in _own_joins(model):
            events.append(_drop_join(source, field, through))
    events.append(DropTable(table=source.key_of(model._meta.db_table)))
    return events


def _drop_join(source: Rendered, field: Any, through: type[Model]) -> DropTable:
    opts = field.model._meta
    return DropTable(
        table=source.key_of(through._meta.db_table),
        joins=f"{opts.app_label}.{opts.object_name}.{field.name}",
    )


def alter_db_table(
    source: Rendered, model: type[Model], old_db_table: str, new_db_table: str
) -> list[Event]:
    old, new = source.key_of(old_db_table), source.key_of(new_db_table)
    if old == new or (source.folds_case and old.lower() == new.lower()):
        return []
    return [RenameTable(table=old, to=new, declared=source.declared(model))]


def add_field(source: Rendered, model: type[Model], field: Any) -> list[Event]:
    if field.many_to_many:
        through = field.remote_field.through
        return create_model(source, through) if through._meta.auto_created else []
    new = source.column(field)
    if new.type is None:
        return []
    table = source.key_of(model._meta.db_table)
    return [
        AddColumn(
            table=table,
            new=new,
            constraints=tuple(source.own_constraints(table, new)),
            declared=_declared_with(source, model, field),
        )
    ]


def _declared_with(
    source: Rendered, model: type[Model], field: Any, instead_of: str = ""
) -> Declared:
    """Return the tables as they are declared once a model has a field.

    Migrations hand in a field of the model as it will be; other callers of a schema
    editor may hand in one that belongs to no model.
    """
    bound: type[Model] | None = getattr(field, "model", None)
    if bound is not None and hasattr(bound, "_meta"):
        declared: Declared = source.declared(bound)
        return declared
    table, others = source.key_of(model._meta.db_table), source.declared(model)
    return lambda key: (
        source.model(model, without=instead_of, plus=field)[0]
        if key == table
        else others(key)
    )


def remove_field(source: Rendered, model: type[Model], field: Any) -> list[Event]:
    if field.many_to_many:
        through = field.remote_field.through
        return (
            [_drop_join(source, field, through)] if through._meta.auto_created else []
        )
    old = source.column(field)
    if old.type is None:
        return []
    table = source.key_of(model._meta.db_table)
    others = source.declared(model)
    return [
        DropColumn(
            table=table,
            old=old,
            declared=lambda key: (
                source.model(model, without=field.name)[0]
                if key == table
                else others(key)
            ),
        )
    ]


def alter_field(
    source: Rendered,
    model: type[Model],
    old_field: Any,
    new_field: Any,
    strict: bool = False,
) -> list[Event]:
    if old_field.many_to_many and new_field.many_to_many:
        return alter_many_to_many(source, model, old_field, new_field, strict)
    old = source.column(old_field, full=True)
    new = source.column(new_field, full=True)
    if old.type is None or new.type is None or is_same_definition(old, new):
        return []
    incoming: list[Incoming] = []
    if (
        old.unique
        and new.unique
        and (old.type, old.collation)
        != (
            new.type,
            new.collation,
        )
    ):
        for _, relation in compat.related_objects(old_field, new_field):
            to = source.column(relation.field)
            incoming.append(
                Incoming(
                    table=source.key_of(relation.related_model._meta.db_table),
                    column=to.column,
                    db_constraint=to.db_constraint,
                    on_delete=to.on_delete,
                )
            )
    table = source.key_of(model._meta.db_table)
    return [
        AlterColumn(
            table=table,
            old=old,
            new=new,
            incoming=tuple(incoming),
            constraints=tuple(source.own_constraints(table, new)),
            declared=_declared_with(source, model, new_field, old_field.name),
        )
    ]


def alter_many_to_many(
    source: Rendered, model: type[Model], old_field: Any, new_field: Any, strict: bool
) -> list[Event]:
    old, new = old_field.remote_field.through, new_field.remote_field.through
    if not (old._meta.auto_created and new._meta.auto_created):
        return []
    events = alter_db_table(source, new, old._meta.db_table, new._meta.db_table)
    for name in ("m2m_reverse_field_name", "m2m_field_name"):
        events.extend(
            alter_field(
                source,
                new,
                old._meta.get_field(getattr(old_field, name)()),
                new._meta.get_field(getattr(new_field, name)()),
            )
        )
    return in_turn(events)


def alter_unique_together(
    source: Rendered,
    model: type[Model],
    old_unique_together: Iterable[Iterable[str]],
    new_unique_together: Iterable[Iterable[str]],
) -> list[Event]:
    table = source.key_of(model._meta.db_table)
    olds = {tuple(names) for names in old_unique_together}
    news = {tuple(names) for names in new_unique_together}
    columns = source.columns_of(model)

    def unique(names: tuple[str, ...]) -> Unique:
        return source.together(table, [columns.get(name, name) for name in names])

    gone = [unique(names) for names in olds - news]
    declared = _declared_less(source, model, gone)
    return [
        *(
            RemoveConstraint(table=table, constraint=unique(n), declared=declared)
            for n in sorted(olds - news)
        ),
        *(
            AddConstraint(table=table, constraint=unique(n), declared=declared)
            for n in sorted(news - olds)
        ),
    ]


def add_constraint(
    source: Rendered, model: type[Model], constraint: Any
) -> list[Event]:
    return [
        AddConstraint(
            table=source.key_of(model._meta.db_table),
            constraint=source.constraint(constraint, source.columns_of(model)),
            is_supported=source.is_supported(constraint),
            declared=source.declared(model),
        )
    ]


def remove_constraint(
    source: Rendered, model: type[Model], constraint: Any
) -> list[Event]:
    gone = source.constraint(constraint, source.columns_of(model))
    return [
        RemoveConstraint(
            table=source.key_of(model._meta.db_table),
            constraint=gone,
            is_supported=source.is_supported(constraint),
            declared=_declared_less(source, model, [gone]),
        )
    ]


def _declared_less(source: Rendered, model: type[Model], gone: list[Any]) -> Declared:
    """Return the declared tables less what is to be removed.

    Migrations hand in the model as it will be; other callers of a schema editor may
    hand in one that has the constraint still.
    """
    key, look_up = source.key_of(model._meta.db_table), source.declared(model)
    names = {each.name for each in gone}

    def less(table: str) -> Table | None:
        found: Table | None = look_up(table)
        if found is None or table != key:
            return found
        return found.without(*(c for c in found.constraints if c.name in names))

    return less


def add_index(
    source: Rendered, model: type[Model], index: Any, **options: Any
) -> list[Event]:
    return [
        AddConstraint(
            table=source.key_of(model._meta.db_table),
            constraint=source.index(index, source.columns_of(model)),
            is_supported=source.is_supported(index),
            declared=source.declared(model),
        )
    ]


def remove_index(
    source: Rendered, model: type[Model], index: Any, **options: Any
) -> list[Event]:
    return [
        RemoveConstraint(
            table=source.key_of(model._meta.db_table),
            constraint=source.index(index, source.columns_of(model)),
            is_supported=source.is_supported(index),
            declared=source.declared(model),
        )
    ]


def rename_index(
    source: Rendered, model: type[Model], old_index: Any, new_index: Any
) -> list[Event]:
    return [
        *remove_index(source, model, old_index),
        *add_index(source, model, new_index),
    ]


def execute(source: Rendered, sql: Any, params: Any = ()) -> list[Event]:
    return [RunStatement(table="", sql=str(sql))]


#: The methods of the editor that change a schema, and how each call reads.
BUILDERS: dict[str, Builder] = {
    "create_model": create_model,
    "delete_model": delete_model,
    "alter_db_table": alter_db_table,
    "add_field": add_field,
    "remove_field": remove_field,
    "alter_field": alter_field,
    "_alter_many_to_many": alter_many_to_many,
    "alter_unique_together": alter_unique_together,
    "add_constraint": add_constraint,
    "remove_constraint": remove_constraint,
    "add_index": add_index,
    "remove_index": remove_index,
    "rename_index": rename_index,
    "execute": execute,
}


def recorder(connection: BaseDatabaseWrapper, recorded: list[Event]) -> Any:
    """Return an editor that runs nothing and appends the events to `recorded`."""
    source = Rendered(connection)

    def record(builder: Builder) -> Callable[..., None]:
        def method(self: Any, *args: Any, **kwargs: Any) -> None:
            recorded.extend(builder(source, *args, **kwargs))

        return method

    methods = {name: record(builder) for name, builder in BUILDERS.items()}
    editor_class = type("Recorder", (connection.SchemaEditorClass,), methods)
    editor = editor_class(connection, collect_sql=True, atomic=False)
    editor.deferred_sql = []
    return editor
