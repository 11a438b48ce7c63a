"""What an event does to a catalogue of MariaDB, where it differs from MySQL.

https://mariadb.com/docs/server/reference/sql-statements/data-definition/alter/alter-table:
since 10.2.8 a column of a multi-column unique cannot be dropped.
"""

from __future__ import annotations

from ... import consequences as kinds
from ...consequences import Consequence
from ...constraints import Constraint, ForeignKey, Index, PrimaryKey, Table, Unique
from ...events import AlterColumn, DeclaredColumn, DropColumn, Event
from ..mysql.consequences import Consequences as MySQL


class Consequences(MySQL):
    name_taken_error = "1005"
    drop_referenced_error = "1451"
    drop_key_error = "1829"
    check_error = "1054"
    retype_error = "1833"
    composite_error = "1553"

    def losing_key_part(
        self, event: DropColumn, constraint: Unique | PrimaryKey, column: str
    ) -> Consequence:
        return self._fails(event, event.table, constraint, "1072")

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
