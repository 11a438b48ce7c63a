"""What the operations on fields ask of columns."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.migrations.state import ModelState

from ...declared.cache import ModelKey
from ...declared.states import Unrendered
from ...schema.events import (
    AddColumn,
    AlterColumn,
    DropColumn,
    Event,
    Incoming,
    in_turn,
    is_same_definition,
)
from .between import Between
from .joins import create_join, drop_join, rename_table


def lent_default(operation: Any, model: ModelState) -> ModelState:
    """Return a model with the default that an operation lends to the rows there are.

    The state has none of it: ``preserve_default`` is False.
    """
    if getattr(operation, "preserve_default", True):
        return model
    model = model.clone()
    field: Any = copy.copy(model.fields[operation.name])
    field.default = operation.field.default
    model.fields[operation.name] = field
    return model


def add_field(source: Between, model: ModelState, name: str) -> list[Event]:
    if not source.new.is_migrated(model):
        return []
    field = model.fields.get(name)
    if field is not None and field.many_to_many:
        if source.new.has_own_join(model, name):
            return [create_join(source, model, name)]
        return []
    new = source.new.column(source.new.bound(model, name))
    if new.type is None:
        return []
    table = source.old.key(source.old_model(model.name))
    return [
        AddColumn(
            table=table,
            new=new,
            constraints=tuple(source.new.own_constraints(table, new)),
            declared=source.new.look_up,
        )
    ]


def remove_field(source: Between, model_name: str, name: str) -> list[Event]:
    model = source.old_model(model_name)
    if not source.old.is_migrated(model):
        return []
    field = model.fields.get(name)
    if field is not None and field.many_to_many:
        if source.old.has_own_join(model, name):
            return [drop_join(source, model, name)]
        return []
    old = source.old.column(source.old.bound(model, name))
    if old.type is None:
        return []
    return [
        DropColumn(table=source.old.key(model), old=old, declared=source.new.look_up)
    ]


def alter_field(
    source: Between, model_name: str, old_name: str, new_name: str
) -> list[Event]:
    old_model, new_model = source.models(model_name)
    if not source.new.is_migrated(new_model):
        return []
    return alter_between(source, old_model, old_name, new_model, new_name)


def rename_field(operation: Any, source: Between) -> list[Event]:
    names = (operation.old_name, operation.new_name)
    old_name, new_name = reversed(names) if source.is_backwards else names
    return alter_field(source, operation.model_name, old_name, new_name)


def alter_order(operation: Any, source: Between) -> list[Event]:
    old, new = source.models(operation.name)
    option = "order_with_respect_to"
    if old.options.get(option) and not new.options.get(option):
        return remove_field(source, operation.name, "_order")
    if new.options.get(option) and not old.options.get(option):
        # Django gives the column a default of 0 while it adds it.
        return [
            replace(
                each,
                new=replace(
                    each.new, has_default=True, has_own_default=True, default=0
                ),
            )
            for each in add_field(source, new, "_order")
            if isinstance(each, AddColumn)
        ]
    return []


def alter_between(
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
        return alter_join(source, old_model, old_name, new_model, new_name)
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


def alter_join(
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
    events = rename_table(source, source.old.join_table(old_model, old_name), new_table)
    olds = source.old.join_fields(old_model, old_name)
    news = source.new.join_fields(new_model, new_name)
    for end in (2, 1):
        events.extend(
            _alter_column(
                source, source.new.key_of(new_table), olds[end], news[end], ("", "")
            )
        )
    return in_turn(events)
