"""What an event does to a catalogue of MariaDB, where it differs from MySQL.

https://mariadb.com/docs/server/reference/sql-statements/data-definition/alter/alter-table:
since 10.2.8 a column of a multi-column unique cannot be dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from ...schema import consequences as kinds
from ...schema.catalogue import Catalogue, Column, Table
from ...schema.consequences import Consequence
from ...schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)
from ...schema.events import AlterColumn, DeclaredColumn, DropColumn, Event
from ..mysql.effects import Consequences as MySQL
from ..mysql.effects import modifies

#: The types that the server does not assign to a UUID, whatever the value.
_NEVER_UUID = re.compile(
    r"(tiny|small|medium|big)?int|bool|decimal|numeric|double|float|date|time", re.I
)


class Consequences(MySQL):
    name_taken_error = "1005"
    #: Django asks for DROP CONSTRAINT IF EXISTS.
    no_check_error = ""
    drop_referenced_error = "1451"
    drop_key_error = "1829"
    check_error = "1054"
    retype_error = "1833"
    composite_error = "1553"
    # A unique key that is too long becomes a hash, and an index of one column is cut.
    # https://mariadb.com/docs/server/ha-and-performance/optimization-and-tuning/optimization-and-indexes/unique-hash-indexes
    refused_keys = (PrimaryKey,)
    long_part_error = kinds.KEY_PART_TOO_LONG
    row_errors: ClassVar[Mapping[str, str]] = {
        **MySQL.row_errors,
        kinds.NULLS: "1265",
        kinds.BROKEN: "4025",
    }

    def cannot_cast(self, event: AlterColumn, column: Column) -> str:
        if (event.new.type or "").lower() != "uuid":
            return ""
        return "4078" if _NEVER_UUID.match(column.type) else ""

    def materialised(self, table: Table) -> Table:
        # JSON is an alias of LONGTEXT with a check of its own.
        checked = {c.columns for c in table.of(Check) if c.is_column_level}
        return super().materialised(
            table.with_constraints(
                *(
                    Check(name=c.name, columns=(c.name,), is_column_level=True)
                    for c in table.columns
                    if c.type.lower() == "json" and (c.name,) not in checked
                )
            )
        )

    def losing_key_part(
        self, event: DropColumn, constraint: Unique | PrimaryKey, column: str
    ) -> Consequence:
        return self._fails(event, event.table, constraint, "1072")

    def alter_column(
        self, catalogue: Catalogue, event: AlterColumn
    ) -> list[Consequence]:
        old, new = event.old, event.new
        table = catalogue.get(event.table)
        before = {
            c.renamed_column(old.column, new.column)
            for c in (table.of(Check) if table else ())
        }
        found = super().alter_column(catalogue, event)
        if (table := catalogue.get(event.table)) is None:
            return found
        # MODIFY writes the column again, without the check that stood beside it.
        is_modified = modifies(event)
        is_json = (new.type or "").lower() == "json"
        for check in list(table.of(Check)):
            if check.columns != (new.column,) or not check.is_column_level:
                continue
            if check not in before:
                # Django adds it to the table, not to the column.
                table = table.without(check).with_constraints(
                    replace(check, is_column_level=False)
                )
            elif is_modified and not is_json:
                table = table.without(check)
                if not self._is_of_type(event, check):
                    found.append(self._lost(event, event.table, check))
        if is_modified and is_json:
            # The type is an alias of LONGTEXT with a check of its own.
            own = Check(name=new.column, columns=(new.column,), is_column_level=True)
            if not any(
                c.is_column_level and c.columns == own.columns for c in table.of(Check)
            ):
                table = table.with_constraints(own)
        catalogue.put(table)
        return found

    def _retyped(self, table: Table, event: AlterColumn) -> Table:
        """Return the table after MODIFY, which passes over NULL in a primary key."""
        table = super()._retyped(table, event)
        column = table.column(event.new.column)
        if column is None or not any(
            column.name in key.columns for key in table.of(PrimaryKey)
        ):
            return table
        return table.with_column(replace(column, null=False))

    def _is_of_type(self, event: AlterColumn, check: Check) -> bool:
        """Say whether a check comes with the old type, or the new one does as much."""
        old, new = event.old, event.new
        if (old.type or "").lower() == "json":
            return not check.expression or "json_valid" in check.expression.lower()
        return bool(old.check) and "unsigned" in (new.type or "").lower()

    def check_follows_column(self, old: DeclaredColumn, new: DeclaredColumn) -> bool:
        return False

    def renaming_member(
        self, event: AlterColumn, table: Table, constraint: Constraint
    ) -> Consequence | None:
        return None  # The expression of a check follows the column.

    def losing_unique(
        self, event: Event, table: Table, referencing: Table, foreign_key: ForeignKey
    ) -> Consequence | None:
        # A plain index is enough for MariaDB: the foreign key then references
        # what is not unique.
        columns = foreign_key.to_columns
        if any(
            isinstance(each, (Index, Unique, PrimaryKey))
            and each.columns[: len(columns)] == columns
            for each in table.constraints
        ):
            return Consequence(
                kind=kinds.DANGLING,
                event=event,
                table=referencing.name,
                constraint=foreign_key,
            )
        return self._fails(event, referencing.name, foreign_key, "1553")
