"""SQL that makes what no project state knows, as a database administrator would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.migrations.state import ModelState

from fkguard.declared.states import Unrendered

if TYPE_CHECKING:
    from .strategies import Drawer

#: What every name of such a constraint begins with.
PREFIX = "byhand"


def by_hand(draw: Drawer, model: ModelState) -> str:
    """Return SQL that makes a constraint on the model's table; "" where none fits."""
    source = Unrendered(connection, draw.state)
    quote = connection.ops.quote_name
    keyable = set(draw.keyable(model))
    columns = [
        quote(field.column) for field in source.fields(model) if field.name in keyable
    ]
    if len(columns) < 2:
        return ""
    table, name = quote(source.db_table(model)), quote(draw.fresh(f"{PREFIX}_"))
    first, second = draw.some(columns, 2, 2)
    kinds = ["unique", "unique"]
    if draw.vendor != "sqlite":
        kinds += ["check", "reference"]
    if draw.vendor != "mysql":
        kinds += ["partial"]
    kind = draw.pick(kinds)
    if kind == "check":
        return (
            f"ALTER TABLE {table} ADD CONSTRAINT {name} "
            f"CHECK ({first} IS NOT NULL OR {second} IS NULL)"
        )
    if kind == "partial":
        return f"CREATE UNIQUE INDEX {name} ON {table} ({first}) WHERE {second} IS NULL"
    if kind == "reference":
        return _reference(draw, source, model, table, name)
    return f"CREATE UNIQUE INDEX {name} ON {table} ({first}, {second})"


def _reference(
    draw: Drawer, source: Unrendered, model: ModelState, table: str, name: str
) -> str:
    """Return a second foreign key of a relation, one that cascades."""
    quote = connection.ops.quote_name
    relations = [
        (field.column, target)
        for field in source.fields(model)
        if field.remote_field and (target := source.references(field))
    ]
    if not relations:
        return ""
    column, (to_table, to_column) = draw.pick(relations)
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({quote(column)}) "
        f"REFERENCES {quote(to_table)} ({quote(to_column)}) ON DELETE CASCADE"
    )
