"""SQL that inserts rows which a later migration may have in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.db.migrations.state import ModelState

from fkguard.declared.states import Unrendered

if TYPE_CHECKING:
    from .strategies import Drawer

#: Few values, so that they meet again, and some that a narrower type cuts.
VALUES: dict[type[models.Field], list[str]] = {
    models.CharField: ["x", "X", "yy", "z" * 20],
    models.TextField: ["x", "z" * 60],
    models.IntegerField: ["0", "1", "70000"],
    models.BigIntegerField: ["0", "1", "-1", "5000000000"],
    models.SmallIntegerField: ["0", "1", "-1"],
    models.PositiveIntegerField: ["0", "1"],
    models.DecimalField: ["0", "1"],
    models.DateField: ["2020-01-01"],
    models.BooleanField: ["0", "1"],
    models.UUIDField: ["0" * 32, "1" * 32],
    models.JSONField: ["{}"],
}
#: What skips a row that breaks a unique constraint, or more.
INSERT = {
    "sqlite": ("INSERT OR IGNORE INTO", ""),
    "mysql": ("INSERT IGNORE INTO", ""),
    "postgresql": ("INSERT INTO", " ON CONFLICT DO NOTHING"),
}


def insert_rows(draw: Drawer, model: ModelState) -> str:
    """Return SQL that inserts a few rows into a model's table; "" where none fit."""
    source = Unrendered(connection, draw.state)
    quote = connection.ops.quote_name
    columns: list[str] = []
    values: list[list[str]] = []
    for field in source.fields(model):
        if not field.column or getattr(field, "generated", False):
            continue
        found = _values(field)
        if found is None:
            return ""
        columns.append(quote(field.column))
        values.append(found)
    if not columns:
        return ""
    rows = [
        f"({', '.join(draw.pick(found) for found in values)})"
        for _ in range(draw.pick([2, 3, 4]))
    ]
    begin, end = INSERT[connection.vendor]
    return (
        f"{begin} {quote(source.db_table(model))} ({', '.join(columns)}) "
        f"VALUES {', '.join(rows)}{end}"
    )


def _values(field: Any) -> list[str] | None:
    """Return literals for a field's column; None where none would do."""
    null = ["NULL", "NULL"] if field.null else []
    if field.remote_field:
        # A row that is referenced may be there, and one that is not fails.
        return null or None
    if isinstance(field, models.AutoField | models.SmallAutoField):
        return [f"'{number}'" for number in range(1, 30)]
    if isinstance(field, models.BigAutoField):
        return [f"'{number}'" for number in range(1, 30)]
    known = VALUES.get(type(field))
    if known is None:
        return null or None
    if field.primary_key and not isinstance(field, models.UUIDField):
        known = [f"k{number}" for number in range(1, 30)]
    return [*(f"'{each}'" for each in known), *null]
