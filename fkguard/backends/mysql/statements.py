"""Build MySQL's DDL from structure."""

from __future__ import annotations

import re
from typing import ClassVar

from django.db.utils import Error

from ...schema.catalogue import Column
from ...schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)
from ..base.statements import Statements as BaseStatements

#: The server's error -> the statements that were done before if they meet it.
#: https://dev.mysql.com/doc/mysql-errors/9.7/en/server-error-reference.html
DONE_ALREADY: dict[int, str] = {
    1050: r"CREATE TABLE|RENAME",
    1051: r"DROP TABLE",
    1054: r"\bCHANGE\b|RENAME COLUMN",
    1060: r"ADD COLUMN",
    1061: r"\bADD\b|CREATE .*INDEX|RENAME INDEX",
    1068: r"ADD .*PRIMARY KEY",
    1091: r"\bDROP\b",
    1146: r"DROP TABLE|RENAME",
    1176: r"RENAME INDEX",
    1826: r"\bADD\b",
    3821: r"\bDROP\b",
    3822: r"\bADD\b",
    3940: r"\bDROP\b",
}


def commented(column: Column) -> str:
    """Return a column's comment as a literal."""
    text = column.comment.replace("\\", "\\\\").replace("'", "''")
    return f"'{text}'"


class Statements(BaseStatements):
    """MySQL's statements.

    https://dev.mysql.com/doc/refman/en/alter-table.html
    """

    display_name = "MySQL"
    quote_character = "`"
    #: What drops a check by its name.
    drop_check: ClassVar[str] = "DROP CHECK"
    has_expressions: ClassVar[bool] = True
    ledger_options = " ENGINE = InnoDB"

    @property
    def is_strict(self) -> bool:
        # https://dev.mysql.com/doc/refman/en/sql-mode.html#sql-mode-strict: without
        # it a NULL becomes 0 or "", with a warning.
        modes: set[str] = self.connection.sql_mode  # type: ignore[attr-defined]
        return bool(modes & {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"})

    def is_done_already(self, error: Error, sql: str) -> bool:
        number = error.args[0] if error.args else None
        pattern = DONE_ALREADY.get(number) if isinstance(number, int) else None
        return bool(pattern and re.search(pattern, sql, re.I | re.S))

    def left_out(self, column: Column, sql: str) -> str:
        found = ""
        if column.collation and not re.search(r"\bCOLLATE\b", sql):
            # It implies the character set, and may stand behind NOT NULL.
            found += f" COLLATE {column.collation}"
        if column.comment and not re.search(r"\bCOMMENT\b", sql):
            found += f" COMMENT {commented(column)}"
        return found

    def reason_not_to_add(self, constraint: Constraint) -> str:
        if isinstance(constraint, (PrimaryKey, Index)):
            return self._reason_against_expressions(constraint)
        if isinstance(constraint, Unique):
            for lacks, feature in (
                (constraint.condition, "a condition"),
                (constraint.include, "included columns"),
                (constraint.deferrable, "deferral"),
                (not constraint.nulls_distinct, "NULLS NOT DISTINCT"),
            ):
                if lacks:
                    return f"it has no uniques with {feature}"
            return self._reason_against_expressions(constraint)
        if isinstance(constraint, ForeignKey):
            return "it has no deferred foreign keys" if constraint.deferrable else ""
        if isinstance(constraint, Check):
            return self._reason_against_level(constraint)
        return f"it has no {constraint.kind} that fkguard could make"

    def reason_not_to_drop(self, constraint: Constraint) -> str:
        if isinstance(constraint, Check):
            return self._reason_against_level(constraint)
        if isinstance(constraint, (PrimaryKey, Index, Unique, ForeignKey)):
            return ""
        return f"it has no {constraint.kind}"

    def reason_not_to_rename(self, constraint: Constraint) -> str:
        if isinstance(constraint, PrimaryKey):
            return "a primary key is always called PRIMARY"
        if isinstance(constraint, (Index, Unique)):
            return ""
        return super().reason_not_to_rename(constraint)

    def _reason_against_expressions(self, constraint: Constraint) -> str:
        has_expressions = bool(getattr(constraint, "expressions", ()))
        if has_expressions and not self.has_expressions:
            return "it has no indexes on expressions"
        return ""

    def _reason_against_level(self, check: Check) -> str:
        return ""

    def reason_not_to_compare(self, column: Column, to_column: Column) -> str:
        # A number and a string are compared as floating-point numbers: "1a" is 1.
        # https://dev.mysql.com/doc/refman/en/type-conversion.html
        if is_number(column) != is_number(to_column) and (
            column.collation or to_column.collation
        ):
            return f"{column.type} and {to_column.type} have no values in common"
        return ""

    def comparable(self, sql: str, column: Column, to_column: Column) -> str:
        # "Illegal mix of collations", 1267.
        if column.collation == to_column.collation or not (
            column.collation and to_column.collation
        ):
            return sql
        return f"CONVERT({sql} USING {to_column.charset}) COLLATE {to_column.collation}"

    def delete_orphans(self, table_key: str, foreign_key: ForeignKey) -> str:
        # Over a join: MySQL lets no subquery read the table that a DELETE or an
        # UPDATE works on, and a table may reference itself (1093).
        return f"DELETE referencing FROM {self._unmatched(table_key, foreign_key)}"

    def release_orphans(self, table_key: str, foreign_key: ForeignKey) -> str:
        join, _, where = self._unmatched(table_key, foreign_key).partition(" WHERE ")
        values = ", ".join(
            f"referencing.{self.name(c)} = NULL" for c in foreign_key.columns
        )
        return f"UPDATE {join} SET {values} WHERE {where}"

    def _unmatched(self, table_key: str, foreign_key: ForeignKey) -> str:
        pairs = list(zip(foreign_key.columns, foreign_key.to_columns, strict=True))
        matches = " AND ".join(
            f"referenced.{self.name(to_column)} = referencing.{self.name(column)}"
            for column, to_column in pairs
        )
        is_asked = " AND ".join(
            f"referencing.{self.name(column)} IS NOT NULL" for column, _ in pairs
        )
        return (
            f"{self.quote(table_key)} referencing "
            f"LEFT JOIN {self.quote(foreign_key.to_table)} referenced ON {matches} "
            f"WHERE {is_asked} AND referenced.{self.name(pairs[0][1])} IS NULL"
        )

    def _add(self, table_key: str, constraint: Constraint) -> list[str]:
        return [f"ALTER TABLE {self.quote(table_key)} {self.adding(constraint)}"]

    def _drop(self, table_key: str, constraint: Constraint) -> list[str]:
        return [f"ALTER TABLE {self.quote(table_key)} {self.dropping(constraint)}"]

    def _rename(
        self, table_key: str, constraint: Constraint, new_name: str
    ) -> list[str]:
        alter = f"ALTER TABLE {self.quote(table_key)}"
        new = self.name(new_name)
        if isinstance(constraint, (Index, Unique)):
            return [f"{alter} RENAME INDEX {self.name(constraint.name)} TO {new}"]
        # Both in one statement: it is done whole or not at all.
        return [
            (
                f"{alter} {self.dropping(constraint)}, "
                f"ADD CONSTRAINT {new} {self.body(constraint)}"
            )
        ]

    def adding(self, constraint: Constraint) -> str:
        """Return the part of ALTER TABLE that makes the constraint."""
        if isinstance(constraint, PrimaryKey):
            return f"ADD {self.body(constraint)}"
        if isinstance(constraint, (Index, Unique)):
            kind = "UNIQUE"
            if isinstance(constraint, Index):
                kind = constraint.method
            key = constraint.definition or f"({', '.join(self.key_parts(constraint))})"
            return " ".join(
                filter(None, ("ADD", kind, "INDEX", self.name(constraint.name), key))
            )
        return f"ADD {self.clause(constraint)}"

    def dropping(self, constraint: Constraint) -> str:
        """Return the part of ALTER TABLE that takes the constraint away."""
        if isinstance(constraint, PrimaryKey):
            return "DROP PRIMARY KEY"
        if isinstance(constraint, ForeignKey):
            return f"DROP FOREIGN KEY {self.name(constraint.name)}"
        if isinstance(constraint, Check):
            return f"{self.drop_check} {self.name(constraint.name)}"
        return f"DROP INDEX {self.name(constraint.name)}"

    def key_parts(self, index: Unique | Index) -> list[str]:
        parts = super().key_parts(index)
        columns = len(index.columns)
        return parts[:columns] + [f"({part})" for part in parts[columns:]]

    def _check(self, check: Check) -> str:
        sql = super()._check(check)
        return sql if check.is_enforced else f"{sql} NOT ENFORCED"


_NUMBER = re.compile(r"((tiny|small|medium|big)?int|decimal|float|double|real|bit)\b")


def is_number(column: Column) -> bool:
    """Say whether a column holds numbers."""
    return _NUMBER.match(column.type) is not None
