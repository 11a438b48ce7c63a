"""Which columns can be the two ends of a foreign key of MariaDB.

Where it differs from MySQL. Most refusals are error 1005 with errno 150; SHOW
ENGINE INNODB STATUS tells them apart.
https://mariadb.com/docs/server/ha-and-performance/optimization-and-tuning/optimization-and-indexes/foreign-keys
"""

from __future__ import annotations

from ...schema.catalogue import Column
from ...schema.consequences import Difference
from ...schema.names import shown
from ..base.compatibility import Ends
from ..mysql import fixes
from ..mysql.compatibility import Compatibility as MySQL


class Compatibility(MySQL):
    """MariaDB's rules."""

    flavour = "mariadb"
    mismatch_error = "1005"
    rewritten_error = "1833"
    missing_key_error = "1005"
    referenced_engine_error = "1005"
    referenced_partitioned_error = "1005"
    temporary_error = "1005"
    set_null_error = "1005"

    def generated(self, ends: Ends) -> Difference | None:
        # Virtual columns are accepted at either end, unless an action writes them.
        actions = {ends.foreign_key.on_delete, ends.foreign_key.on_update}
        for column, _ in ends.pairs:
            if column.generated and (
                found := self.generated_actions(ends, column, actions)
            ):
                return found
        return None

    def generated_actions(
        self, ends: Ends, column: Column, actions: set[str]
    ) -> Difference | None:
        writes = {"SET NULL"} & actions
        if ends.foreign_key.on_update == "CASCADE":
            writes.add("CASCADE")
        if not writes:
            return None
        return self.differs(
            ends,
            "generated_column_in_key",
            f"{shown(ends.table.name)}.{column.name} is a generated column, which "
            f"{' and '.join(sorted(writes))} would write to",
            error="1905",
        )

    def set_null(self, ends: Ends) -> Difference | None:
        if (found := super().set_null(ends)) is not None:
            return found
        # Since MDEV-34392 (10.6.20, 10.11.10, 11.4.4): an update of the referenced
        # column to NULL would cascade.
        for column, to_column in ends.pairs:
            if (
                ends.foreign_key.on_update == "CASCADE"
                and to_column.null
                and not column.null
            ):
                return self.differs(
                    ends,
                    "set_null_on_not_null",
                    f"ON UPDATE CASCADE could empty {shown(ends.table.name)}."
                    f"{column.name}, which is NOT NULL, as "
                    f"{shown(ends.to_table.name)}.{to_column.name} may be NULL",
                    error=self.set_null_error,
                    fix=fixes.to_null(self, ends, column),
                )
        return None
