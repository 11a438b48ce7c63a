"""Rows in the way of a unique constraint, NOT NULL, a check or a narrower type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from ..backends import backend_for, backend_named
from ..schema import consequences as kinds
from ..schema.catalogue import Server, Table
from ..schema.consequences import Consequence
from ..schema.constraints import Check, PrimaryKey, Unique
from ..schema.events import AddColumn, AddConstraint, AlterColumn

Answer = tuple[int, tuple[str, ...]]
#: Returns what a column of the plan is called in the database; "" where its values
#: are not what they will be by then.
Column = Callable[[str], str]


class BlockingRows:
    """Counts the rows of tables that are in the way of what an event asks of them."""

    def __init__(self, connection: BaseDatabaseWrapper, server: Server) -> None:
        self.connection = connection
        self.statements = backend_for(connection).statements
        self.rules = backend_named(server.flavour).effects(server)

    def count(
        self, consequence: Consequence, table: Table, column: Column
    ) -> Answer | None:
        """Return how many rows or keys there are, and a few; None if not known.

        One query at most. `table` is the one that the database has.
        """
        event = consequence.event
        if consequence.kind == kinds.DUPLICATES:
            return self._duplicates(consequence, table, column)
        if consequence.kind == kinds.RECREATED:
            return self._recreated(consequence, table, column)
        if consequence.kind == kinds.PUT_BACK:
            return self._put_back(consequence, table, column)
        if consequence.kind == kinds.BROKEN:
            return self._broken(consequence, table, column)
        if isinstance(event, AddColumn):
            return self._selected(table, "1 = 1")
        assert isinstance(event, AlterColumn)
        name = column(event.old.column)
        if not name:
            return None
        if consequence.kind == kinds.NULLS:
            # Without strict mode MySQL writes 0 or "" in the place of NULL.
            if not self.statements.is_strict:
                return None
            return self._selected(table, self.statements.is_null(name))
        if consequence.kind == kinds.NOT_UUID:
            return self._selected(table, self.statements.is_no_uuid(name))
        narrowing = self.rules.narrows(event, table.column(name))
        assert narrowing is not None
        return self._selected(table, self.statements.is_beyond(name, narrowing))

    def _duplicates(
        self, consequence: Consequence, table: Table, column: Column
    ) -> Answer | None:
        event, unique = consequence.event, consequence.constraint
        assert isinstance(unique, Unique)
        if isinstance(event, AddColumn):
            found = self._selected(table, "1 = 1")
            return found if found[0] > 1 else None
        if isinstance(event, AlterColumn):
            names: tuple[str, ...] = (column(event.old.column),)
        else:
            names = tuple(map(column, unique.columns))
        if not unique.is_plain:
            compiled = event.in_sql() if isinstance(event, AddConstraint) else None
            if not isinstance(compiled, Unique) or any(
                column(each) != each for each in compiled.uses
            ):
                return None  # SQL has the names of columns as the plan has them.
            unique = compiled
        return self._counted(table, unique, names)

    def _recreated(
        self, consequence: Consequence, table: Table, column: Column
    ) -> Answer | None:
        event, unique = consequence.event, consequence.constraint
        assert isinstance(unique, Unique)
        names = list(unique.columns)
        if isinstance(event, AddColumn) and event.new.column in names:
            return None
        if isinstance(event, AlterColumn) and event.new.column in names:
            if event.type_changes:
                return None
            names[names.index(event.new.column)] = event.old.column
        return self._counted(table, unique, tuple(map(column, names)))

    def _put_back(
        self, consequence: Consequence, table: Table, column: Column
    ) -> Answer | None:
        event, unique = consequence.event, consequence.constraint
        assert isinstance(unique, Unique)
        if not unique.is_plain or unique.prefixes:
            return None
        if isinstance(event, AlterColumn):
            if event.type_changes:
                return None
            names = [
                event.old.column if each == event.new.column else each
                for each in unique.columns
            ]
            return self._counted(table, unique, tuple(map(column, names)))
        assert isinstance(event, AddColumn)
        new = event.new
        if new.generated or new.db_default == "expression":
            return None
        if not new.has_default and new.null and unique.nulls_distinct:
            return None
        rest = tuple(each for each in unique.columns if each != new.column)
        if not rest:
            found = self._selected(table, "1 = 1")
            return found if found[0] > 1 else None
        # Every row gets the same value: the other columns alone tell them apart.
        return self._counted(
            table, replace(unique, columns=rest), tuple(map(column, rest))
        )

    def _counted(
        self, table: Table, unique: Unique, names: tuple[str, ...]
    ) -> Answer | None:
        """Count the keys of a unique over columns of these names; "" is unknown."""
        if not all(names):
            return None
        sql = self.statements.duplicates_counted(
            table.name, replace(unique, columns=names)
        )
        rows = self._ask(sql)
        number = int(rows[0][-1]) if rows else 0
        return number, tuple(
            f"({', '.join(map(_shown, row[:-2]))}): {row[-2]} rows" for row in rows
        )

    def _broken(
        self, consequence: Consequence, table: Table, column: Column
    ) -> Answer | None:
        event, check = consequence.event, consequence.constraint
        if isinstance(event, AddConstraint):
            compiled = event.in_sql()
            if compiled is None:
                return None
            check = compiled
        assert isinstance(check, Check)
        expression = check.expression
        if isinstance(event, AlterColumn):
            name = column(event.old.column)
            if not name:
                return None
            expression = of_column(expression, name)
        elif not check.uses or any(column(each) != each for each in check.uses):
            return None
        return self._selected(table, self.statements.fails(expression))

    def _selected(self, table: Table, condition: str) -> Answer:
        key = next((p.columns for p in table.of(PrimaryKey)), ())
        rows = self._ask(self.statements.selected(table.name, condition, key))
        number = int(rows[0][-1]) if rows else 0
        return number, tuple(
            f"{', '.join(key)} {', '.join(map(_shown, row[:-1]))}"
            for row in rows
            if key
        )

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, None)
            return list(cursor.fetchall())


def of_column(expression: str, column: str) -> str:
    """Return the check that comes with a field's type, for a column."""
    return expression.replace("__column__", column)


def _shown(value: object) -> str:
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
