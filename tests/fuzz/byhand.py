"""SQL that makes what no project state knows, as a database administrator would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, models
from django.db.migrations.state import ModelState

from fkguard.declared.states import Unrendered

if TYPE_CHECKING:
    from .strategies import Drawer

#: What every name of such a constraint begins with.
PREFIX = "byhand"
#: What the name of a constraint ends with that was renamed behind Django's back.
DRIFT = "_drift"


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


def renamed_constraint(draw: Drawer, model: ModelState) -> str:
    """Return SQL that renames a declared unique or check; "" where none is there."""
    source = Unrendered(connection, draw.state)
    quote = connection.ops.quote_name
    plain = [
        each
        for each in model.options.get("constraints", ())
        if isinstance(each, models.UniqueConstraint)
        and each.fields
        and not (each.condition or each.deferrable)
        and each.nulls_distinct is None
    ]
    checks = [
        each
        for each in model.options.get("constraints", ())
        if isinstance(each, models.CheckConstraint) and draw.vendor == "postgresql"
    ]
    if not (plain or checks):
        return ""
    constraint = draw.pick([*plain, *checks])
    table, old = quote(source.db_table(model)), quote(constraint.name)
    new = quote(f"{constraint.name}{DRIFT}")
    if draw.vendor == "postgresql":
        return f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}"
    if draw.vendor == "mysql":
        return f"ALTER TABLE {table} RENAME INDEX {old} TO {new}"
    # SQLite renames no index, and a constraint of the table itself has none.
    return ""


def column_in_another_case(draw: Drawer, model: ModelState) -> str:
    """Return SQL that spells a column in capitals; "" where that is another name."""
    if draw.vendor == "postgresql":
        return ""
    source = Unrendered(connection, draw.state)
    quote = connection.ops.quote_name
    columns = [
        field.column
        for field in source.fields(model)
        if field.column
        and field.column != field.column.upper()
        and not field.remote_field
        and not field.primary_key
    ]
    if not columns:
        return ""
    column = draw.pick(columns)
    return (
        f"ALTER TABLE {quote(source.db_table(model))} "
        f"RENAME COLUMN {quote(column)} TO {quote(column.upper())}"
    )


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
