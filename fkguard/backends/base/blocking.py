"""SELECTs for rows that keep a constraint or a type from being created."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from ...schema.consequences import COUNTED_ROWS
from ...schema.constraints import Unique
from ...schema.names import quote, split_key
from .narrowing import Narrowing

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class Blocking:
    """Builds the SELECTs of one connection. Every name is quoted here."""

    quote_character: ClassVar[str] = '"'

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    @property
    def is_strict(self) -> bool:
        """Say whether the server refuses a value that it would have to change."""
        return True

    # Names

    def name(self, name: str) -> str:
        """Return the name of a column or a constraint, quoted."""
        return quote(name, self.quote_character)

    def quote(self, key: str) -> str:
        """Return the key of a table, quoted, with its schema if it has one."""
        schema, name = split_key(key)
        return f"{self.name(schema)}.{self.name(name)}" if schema else self.name(name)

    def names(self, columns: Iterable[str]) -> str:
        return ", ".join(map(self.name, columns))

    # Duplicates

    def duplicates(self, table_key: str, unique: Unique) -> str:
        """Return a SELECT that counts the keys that more than one row has."""
        return (
            f"SELECT COUNT(*) FROM (SELECT COUNT(*) AS occurrences "
            f"{self._duplicates(table_key, unique)}) AS duplicates"
        )

    def duplicates_sample(self, table_key: str, unique: Unique, limit: int = 5) -> str:
        """Return a SELECT of the most frequent duplicate keys, counts last."""
        parts = self._compared(unique)
        return (
            f"SELECT {', '.join(parts)}, COUNT(*) "
            f"{self._duplicates(table_key, unique)} "
            f"ORDER BY {self._worst_first(len(parts))} LIMIT {int(limit)}"
        )

    def duplicates_counted(self, table_key: str, unique: Unique, limit: int = 3) -> str:
        """Return a SELECT of the most frequent duplicate keys, with two counts.

        Behind the key stand its rows and the number of all such keys. No row comes
        where there is no duplicate.
        """
        parts = self._compared(unique)
        return (
            f"SELECT {', '.join(parts)}, COUNT(*), COUNT(*) OVER () "
            f"{self._duplicates(table_key, unique)} "
            f"ORDER BY {self._worst_first(len(parts))} LIMIT {int(limit)}"
        )

    def _duplicates(self, table_key: str, unique: Unique) -> str:
        parts = self._compared(unique)
        conditions = []
        if unique.nulls_distinct:
            conditions += [f"{part} IS NOT NULL" for part in parts]
        if unique.condition:
            conditions.append(f"({unique.condition})")
        sql = f"FROM {self.quote(table_key)}"
        if conditions:
            sql += f" WHERE {' AND '.join(conditions)}"
        return f"{sql} GROUP BY {', '.join(parts)} HAVING COUNT(*) > 1"

    def _compared(self, unique: Unique) -> list[str]:
        """Return what two rows must not have in common, as expressions."""
        prefixes = unique.prefixes or (None,) * len(unique.columns)
        return [
            *(
                f"LEFT({self.name(column)}, {prefix})" if prefix else self.name(column)
                for column, prefix in zip(unique.columns, prefixes, strict=True)
            ),
            *(f"({expression})" for expression in unique.expressions),
        ]

    @staticmethod
    def _worst_first(parts: int) -> str:
        places = ", ".join(str(place + 1) for place in range(parts))
        return f"COUNT(*) DESC, {places}"

    # Rows that a condition selects

    def selected(
        self, table_key: str, condition: str, key: tuple[str, ...], limit: int = 3
    ) -> str:
        """Return a SELECT of the keys of a few rows, and their number at the end.

        It counts up to `COUNTED_ROWS` rows. No row comes where none is selected.
        """
        columns = self.names(key) or "1 AS one"
        of_rows = ", ".join(f"found.{self.name(each)}" for each in key) or "found.one"
        return (
            f"SELECT {of_rows}, COUNT(*) OVER () FROM (SELECT {columns} "
            f"FROM {self.quote(table_key)} WHERE {condition} "
            f"LIMIT {COUNTED_ROWS}) AS found "
            f"ORDER BY {', '.join(str(n + 1) for n in range(len(key) or 1))} "
            f"LIMIT {int(limit)}"
        )

    def fails(self, expression: str) -> str:
        """Return the condition of the rows that break a check: NULL breaks none."""
        return f"NOT ({expression})"

    def is_null(self, column: str) -> str:
        """Return the condition of the rows that have no value in a column."""
        return f"{self.name(column)} IS NULL"

    def is_no_uuid(self, column: str) -> str:
        """Return the condition of the rows whose value is no UUID of ``UUIDField``."""
        return f"NOT ({self.name(column)} REGEXP '^[0-9A-Fa-f]{{32}}$')"

    def is_beyond(self, column: str, narrowing: Narrowing) -> str:
        """Return the condition of the rows whose value a narrower type cuts."""
        name = self.name(column)
        if narrowing.integers is not None:
            first, last = narrowing.integers
            return f"({name} < {first} OR {name} > {last})"
        if narrowing.charset:
            charset = narrowing.charset
            return (
                f"HEX(CONVERT(CONVERT({name} USING {charset}) USING utf8mb4)) <> "
                f"HEX(CONVERT({name} USING utf8mb4))"
            )
        # Trailing spaces are silently cut off, as the SQL standard has it.
        return f"CHAR_LENGTH(RTRIM({name})) > {narrowing.length}"
