"""Read the catalogue of MariaDB: where it differs from MySQL's."""

from __future__ import annotations

from collections.abc import Iterable

from ..mysql.information_schema import Row
from ..mysql.introspection import Introspection as MySQLIntrospection
from ..mysql.introspection import Reading


class Introspection(MySQLIntrospection):
    """The catalogue of MariaDB's current schema."""

    flavour = "mariadb"
    expression_column = "NULL"
    is_hidden_column = "s.IGNORED = 'YES'"
    hidden = "IGNORED"

    @property
    def is_temporary_column(self) -> str:  # type: ignore[override]
        # TABLES shows temporary tables, and tells them apart, since MariaDB 11.2.
        # https://mariadb.com/kb/en/information-schema-tables-table/
        version = getattr(self.connection, "mysql_version", ())
        return "t.TEMPORARY" if version >= (11, 2) else "'N'"

    def _variables(self) -> tuple[str, str, str]:
        # Any left part of any index will do as a referenced key on MariaDB.
        forced = "COALESCE(@@enforce_storage_engine, '')"
        return f"COALESCE(NULLIF({forced}, ''), @@default_storage_engine)", forced, "0"

    def checks(self, reading: Reading) -> Iterable[Row]:
        # The level tells a check written beside its column, whose name it has.
        return (
            (table, name, clause, level == "Column", True)
            for table, name, clause, level in reading.rows(
                """
                SELECT c.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE, c.LEVEL
                FROM information_schema.CHECK_CONSTRAINTS c
                WHERE c.CONSTRAINT_SCHEMA = DATABASE()
                """,
                "c.TABLE_NAME",
                "c.TABLE_NAME, c.LEVEL, c.CONSTRAINT_NAME",
            )
        )

    def expression(self, clause: str) -> str:
        # The views are in utf8mb3: a letter of four bytes is four question marks.
        return "" if "????" in clause else clause
