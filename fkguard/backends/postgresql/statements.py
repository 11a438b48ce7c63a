"""Build PostgreSQL's DDL from structure."""

from __future__ import annotations

import re

from django.db.utils import Error

from ...schema.catalogue import Column
from ...schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    Index,
    Trigger,
    Unique,
)
from ...schema.names import join_key, split_key
from ..base.statements import Statements as BaseStatements
from .casts import need_cast

#: SQLSTATE -> the statements that were done before if they meet it.
#: https://www.postgresql.org/docs/current/errcodes-appendix.html
DONE_ALREADY: dict[str, str] = {
    "42701": r"ADD COLUMN",
    "42703": r"RENAME COLUMN|DROP COLUMN",
    "42704": r"\bDROP\b",
    "42710": r"\bADD\b",
    "42P01": r"DROP TABLE|RENAME TO",
    "42P07": r"CREATE |\bADD\b|RENAME TO",
    "42P16": r"PRIMARY KEY",
}


class Statements(BaseStatements):
    """PostgreSQL's statements: it can add and drop every constraint in place."""

    display_name = "PostgreSQL"

    def is_done_already(self, error: Error, sql: str) -> bool:
        # psycopg calls it sqlstate, psycopg2 pgcode.
        cause = error.__cause__
        state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
        pattern = DONE_ALREADY.get(state or "")
        return bool(pattern and re.search(pattern, sql, re.I | re.S))

    def reason_not_to_add(self, constraint: Constraint) -> str:
        if isinstance(constraint, Trigger):
            return "fkguard keeps no triggers here"
        if constraint.is_inherited:
            return "it comes from the table above this one"
        return ""

    def reason_not_to_drop(self, constraint: Constraint) -> str:
        return self.reason_not_to_add(constraint)

    def comparable(self, sql: str, column: Column, to_column: Column) -> str:
        # "operator does not exist"
        if need_cast(column.type, to_column.type):
            return f"CAST({sql} AS {to_column.type})"
        # "could not determine which collation to use for string comparison"
        if column.collation == to_column.collation:
            return sql
        return f"{sql} COLLATE {self.name(to_column.collation or 'default')}"

    def _add(self, table_key: str, constraint: Constraint) -> list[str]:
        table = self.quote(table_key)
        if isinstance(constraint, Index):
            return [
                (
                    f"CREATE INDEX {self.name(constraint.name)} ON {table} "
                    f"{constraint.definition or self._index(constraint)}"
                )
            ]
        if isinstance(constraint, Unique) and is_index(constraint):
            return [
                (
                    f"CREATE UNIQUE INDEX {self.name(constraint.name)} ON {table} "
                    f"{constraint.definition or self._index(constraint)}"
                )
            ]
        return [f"ALTER TABLE {table} ADD {self.clause(constraint)}"]

    def _drop(self, table_key: str, constraint: Constraint) -> list[str]:
        if is_index(constraint):
            return [f"DROP INDEX {self._beside(table_key, constraint.name)}"]
        return [
            (
                f"ALTER TABLE {self.quote(table_key)} "
                f"DROP CONSTRAINT {self.name(constraint.name)}"
            )
        ]

    def _rename(
        self, table_key: str, constraint: Constraint, new_name: str
    ) -> list[str]:
        if is_index(constraint):
            return [
                (
                    f"ALTER INDEX {self._beside(table_key, constraint.name)} "
                    f"RENAME TO {self.name(new_name)}"
                )
            ]
        return [
            (
                f"ALTER TABLE {self.quote(table_key)} RENAME CONSTRAINT "
                f"{self.name(constraint.name)} TO {self.name(new_name)}"
            )
        ]

    def _beside(self, table_key: str, name: str) -> str:
        """Return the name of an index, which lives in its table's schema."""
        schema, _ = split_key(table_key)
        return self.quote(join_key(schema, name)) if schema else self.name(name)

    def _index(self, index: Unique | Index) -> str:
        sql = f"({', '.join(self.key_parts(index))})"
        if isinstance(index, Index):
            sql = (f"USING {index.method} " if index.method else "") + sql
        else:
            if index.include:
                sql += f" INCLUDE ({self.names(index.include)})"
            if not index.nulls_distinct:
                sql += " NULLS NOT DISTINCT"
        return f"{sql} WHERE {index.condition}" if index.condition else sql

    def _unique(self, unique: Unique) -> str:
        sql = "UNIQUE" if unique.nulls_distinct else "UNIQUE NULLS NOT DISTINCT"
        sql += f" ({self.names(unique.columns)})"
        if unique.include:
            sql += f" INCLUDE ({self.names(unique.include)})"
        return sql + self._timing(unique.deferrable)

    def _foreign_key(self, foreign_key: ForeignKey) -> str:
        return super()._foreign_key(foreign_key) + validity(foreign_key)

    def _check(self, check: Check) -> str:
        inherit = " NO INHERIT" if check.no_inherit else ""
        return super()._check(check) + inherit + validity(check)


def is_index(constraint: Constraint) -> bool:
    """Say whether PostgreSQL can hold it as an index alone, not as a constraint."""
    return isinstance(constraint, Index) or (
        isinstance(constraint, Unique)
        and bool(constraint.is_index or constraint.condition or constraint.expressions)
    )


def validity(constraint: ForeignKey | Check) -> str:
    # What is not enforced is never valid, and cannot be said to be both.
    if not constraint.is_enforced:
        return " NOT ENFORCED"
    return "" if constraint.is_valid else " NOT VALID"
