"""What the operations on models ask of tables."""

from __future__ import annotations

from typing import Any

from ...schema.events import CreateTable, DropTable, Event
from .between import Between
from .columns import alter_between, alter_join
from .joins import create_join, drop_join, rename_table


def create_model(source: Between, name: str) -> list[Event]:
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
        events.append(create_join(source, model, field))
    return events


def drop_model(source: Between, name: str) -> list[Event]:
    model = source.old_model(name)
    if not source.old.is_migrated(model):
        return []
    return [
        *(drop_join(source, model, field) for field in source.old.joins(model)),
        DropTable(table=source.old.key(model)),
    ]


def rename_model(operation: Any, source: Between) -> list[Event]:
    names = (operation.old_name, operation.new_name)
    old_name, new_name = reversed(names) if source.is_backwards else names
    old, new = source.models(old_name, new_name)
    if not source.new.is_migrated(new):
        return []
    events = rename_table(source, source.old.db_table(old), source.new.db_table(new))
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
            events.extend(alter_between(source, model, name, after, name, table=table))
    for name in source.old.joins(old):
        field = new.fields[name]
        remote = source.new.model_state(
            source.new.remote_key(source.new.bound(new, name))
        )
        if field.many_to_many and remote is not new:
            events.extend(alter_join(source, old, name, new, name))
    return events


def _is_hidden(field: Any) -> bool:
    name = field.remote_field.related_name
    return bool(name and name.endswith("+")) and not field.many_to_many


def alter_model_table(operation: Any, source: Between) -> list[Event]:
    old, new = source.models(operation.name)
    if not source.new.is_migrated(new):
        return []
    events = rename_table(source, source.old.db_table(old), source.new.db_table(new))
    for name in source.new.joins(new):
        events.extend(
            rename_table(
                source,
                source.old.join_table(old, name),
                source.new.join_table(new, name),
            )
        )
    return events
