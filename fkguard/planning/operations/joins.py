"""Join tables, and tables that get another name."""

from __future__ import annotations

from django.db.migrations.state import ModelState

from ...schema.events import CreateTable, DropTable, Event, RenameTable
from .between import Between


def create_join(source: Between, model: ModelState, field: str) -> Event:
    table = source.new.join(model, field)
    return CreateTable(table=table.name, after=table, declared=source.new.look_up)


def drop_join(source: Between, model: ModelState, field: str) -> Event:
    return DropTable(
        table=source.old.key_of(source.old.join_table(model, field)),
        joins=f"{model.app_label}.{model.name}.{field}",
    )


def rename_table(source: Between, old: str, new: str) -> list[Event]:
    old, new = source.old.key_of(old), source.new.key_of(new)
    if old == new or (source.new.folds_case and old.lower() == new.lower()):
        return []
    return [RenameTable(table=old, to=new, declared=source.new.look_up)]
