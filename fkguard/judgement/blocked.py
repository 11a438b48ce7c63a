"""What an event asks of the rows of a table: to be unique, to be there, to fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..backends.base.effects import Consequences
from ..backends.base.narrowing import integers_of, is_text
from ..schema import consequences as kinds
from ..schema.catalogue import Catalogue, Column, Table
from ..schema.consequences import Consequence
from ..schema.constraints import Check, Constraint, PrimaryKey, Unique
from ..schema.events import AddColumn, AddConstraint, AlterColumn, Event


def by_rows(
    rules: Consequences, catalogue: Catalogue, event: Event
) -> list[Consequence]:
    """Return what fails where the rows of an existing table do not obey it.

    `catalogue` is that before the event. Whether there are such rows, a `Prober`
    finds out.
    """
    table = catalogue.get(event.table)
    if table is None:
        return []
    if isinstance(event, AddConstraint):
        found = _over(rules, table, event, event.constraint)
        return list(found) if event.is_supported else []
    if isinstance(event, AddColumn):
        return list(_added(rules, table, event))
    if isinstance(event, AlterColumn):
        column = table.column(event.old.column)
        if column is not None and not column.generated:
            return list(_altered(rules, table, event, column))
    return []


def by_rows_put_back(
    rules: Consequences, event: Event, constraint: Constraint
) -> list[Consequence]:
    """Return what fails where rows have the same key when a column is back.

    `constraint` was dropped with the column that `event` brings again.
    """
    if not isinstance(constraint, Unique) or not isinstance(
        event, (AddColumn, AlterColumn)
    ):
        return []
    # The server says the same as of a unique that is new.
    duplicates = _consequence(rules, kinds.DUPLICATES, event, constraint)
    return [replace(duplicates, kind=kinds.PUT_BACK)]


def _over(
    rules: Consequences, table: Table, event: Event, constraint: Constraint
) -> Iterator[Consequence]:
    if isinstance(constraint, Unique) and not _is_implied(table, constraint):
        yield _consequence(rules, kinds.DUPLICATES, event, constraint)
    elif isinstance(constraint, Check):
        yield _consequence(rules, kinds.BROKEN, event, constraint)


def _added(
    rules: Consequences, table: Table, event: AddColumn
) -> Iterator[Consequence]:
    """Yield what a new column asks of rows that get no value, or all the same one.

    Django calls a default once, whatever it returns.
    """
    new = event.new
    if not (new.has_default or new.has_own_default):
        if rules.needs_value and not (new.null or new.primary_key or new.generated):
            alone = Constraint(name="", columns=(new.column,))
            yield _consequence(rules, kinds.NULLS, event, alone)
        return
    if new.db_default == "expression":
        return
    for each in event.constraints:
        if isinstance(each, Unique):
            yield _consequence(rules, kinds.DUPLICATES, event, each)


def _altered(
    rules: Consequences, table: Table, event: AlterColumn, column: Column
) -> Iterator[Consequence]:
    old, new = event.old, event.new
    alone = Constraint(name="", columns=(new.column,))
    if (
        column.null
        and old.null
        and not new.null
        and not new.primary_key
        and not rules.fills_nulls(new)
    ):
        yield _consequence(rules, kinds.NULLS, event, alone)
    if event.type_changes and not new.generated:
        yield from _converted(rules, event, column)
    narrowing = rules.narrows(event, column) if event.type_changes else None
    if narrowing is not None:
        yield _consequence(rules, kinds.CUT, event, alone, detail=narrowing.describe())
    for each in rules.added(event):
        if isinstance(each, Unique) and _keeps_values(table, event, column):
            yield from _over(rules, table, event, each)
        elif isinstance(each, Check) and _is_own_check(event, narrowing is not None):
            yield _consequence(rules, kinds.BROKEN, event, each)


def _converted(
    rules: Consequences, event: AlterColumn, column: Column
) -> Iterator[Consequence]:
    """Yield what no value of a column can be converted to."""
    alone = Constraint(name="", columns=(event.new.column,))
    if error := rules.cannot_cast(event, column):
        yield Consequence(
            kind=kinds.NOT_CAST,
            event=event,
            table=event.table,
            constraint=alone,
            error=error,
        )
    elif rules.stores_uuid_as_text(event) and not (
        # Whether the values reference a row is counted by itself.
        event.old.references or event.new.references
    ):
        yield _consequence(rules, kinds.NOT_UUID, event, alone)


def _keeps_values(table: Table, event: AlterColumn, column: Column) -> bool:
    """Say whether two values are equal after an alteration if they are before."""
    old, new = event.old, event.new
    if not event.type_changes:
        return True
    was, becomes = old.type or "", new.type or ""
    if integers_of(was) and integers_of(becomes):
        return True
    return (
        is_text(was)
        and is_text(becomes)
        and old.collation == new.collation
        # What a statement that writes the column anew does not state is the table's.
        and column.collation in {"", table.collation}
    )


def _is_own_check(event: AlterColumn, is_narrower: bool) -> bool:
    """Say whether the values before the event tell what the new check will find."""
    old, new = event.old, event.new
    if not event.type_changes:
        return True
    becomes = integers_of(new.type or "")
    if integers_of(old.type or "") is None or becomes is None:
        return False
    # An unsigned column has no room for a negative number in the first place.
    return not (is_narrower and becomes[0] == 0)


def _is_implied(table: Table, unique: Unique) -> bool:
    """Say whether another key of the table is unique within this one."""
    return unique.nulls_distinct and any(
        set(each.columns) <= set(unique.columns)
        for each in table.constraints
        if (isinstance(each, PrimaryKey) and each.columns)
        or (isinstance(each, Unique) and each.is_plain and each.is_valid)
    )


def _consequence(
    rules: Consequences,
    kind: str,
    event: Event,
    constraint: Constraint,
    *,
    detail: str = "",
) -> Consequence:
    return Consequence(
        kind=kind,
        event=event,
        table=event.table,
        constraint=constraint,
        error=rules.row_errors[kind],
        detail=detail,
    )
