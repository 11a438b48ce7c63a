"""Build DDL from structure: what every vendor shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from django.db.utils import Error

from ...schema.catalogue import Column
from ...schema.constraints import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)
from .blocking import Blocking


class Statements(Blocking, ABC):
    """The builder of statements for one connection.

    Every name is quoted here, and nothing else is escaped: execute a statement
    with ``params=None``, as the schema editor does, so that a percent sign in it
    stays one percent sign.
    """

    #: The database's name, for what it cannot do.
    display_name: ClassVar[str]

    # Runs

    #: What ends the CREATE TABLE of the ledger.
    ledger_options: ClassVar[str] = ""

    def is_done_already(self, error: Error, sql: str) -> bool:
        """Say whether a statement failed because what it asks for is there."""
        return False

    # Columns

    def left_out(self, column: Column, sql: str) -> str:
        """Return what a statement that writes a column again leaves out of it."""
        return ""

    # Constraints

    def add(self, table_key: str, constraint: Constraint) -> list[str]:
        """Return the statements that make the constraint as it is described."""
        if reason := self._reason_not_to_add(constraint):
            raise ValueError(self._refusal("added to", table_key, constraint, reason))
        return self._add(table_key, constraint)

    def drop(self, table_key: str, constraint: Constraint) -> list[str]:
        """Return the statements that take the constraint away."""
        if reason := self.reason_not_to_drop(constraint):
            raise ValueError(
                self._refusal("dropped from", table_key, constraint, reason)
            )
        return self._drop(table_key, constraint)

    def rename(
        self, table_key: str, constraint: Constraint, new_name: str
    ) -> list[str]:
        """Return the statements that give the constraint another name."""
        if reason := self.reason_not_to_rename(constraint):
            raise ValueError(self._refusal("renamed in", table_key, constraint, reason))
        return self._rename(table_key, constraint, new_name)

    def supports_add(self, constraint: Constraint) -> bool:
        """Say whether `add()` has statements for it."""
        return not self._reason_not_to_add(constraint)

    def supports_drop(self, constraint: Constraint) -> bool:
        """Say whether `drop()` has statements for it."""
        return not self.reason_not_to_drop(constraint)

    def supports_rename(self, constraint: Constraint) -> bool:
        """Say whether `rename()` has statements for it."""
        return not self.reason_not_to_rename(constraint)

    @abstractmethod
    def reason_not_to_add(self, constraint: Constraint) -> str:
        """Return why the constraint cannot be added in place, or ""."""

    @abstractmethod
    def reason_not_to_drop(self, constraint: Constraint) -> str:
        """Return why the constraint cannot be dropped in place, or ""."""

    def reason_not_to_rename(self, constraint: Constraint) -> str:
        """Return why the constraint cannot be renamed in place, or ""."""
        return self.reason_not_to_drop(constraint) or self._reason_not_to_add(
            constraint
        )

    def _reason_not_to_add(self, constraint: Constraint) -> str:
        if isinstance(constraint, Check) and not constraint.expression:
            return "its condition is unknown"
        if isinstance(constraint, (Unique, Index)) and "" in constraint.expressions:
            return "its expression is unknown"
        return self.reason_not_to_add(constraint)

    @abstractmethod
    def _add(self, table_key: str, constraint: Constraint) -> list[str]: ...

    @abstractmethod
    def _drop(self, table_key: str, constraint: Constraint) -> list[str]: ...

    def _rename(
        self, table_key: str, constraint: Constraint, new_name: str
    ) -> list[str]:
        return [
            *self._drop(table_key, constraint),
            *self._add(table_key, replace(constraint, name=new_name)),
        ]

    def _refusal(
        self, what: str, table_key: str, constraint: Constraint, reason: str
    ) -> str:
        name = f" {constraint.name}" if constraint.name else ""
        return (
            f"{constraint.kind}{name} cannot be {what} {table_key} in place on "
            f"{self.display_name}: {reason}."
        )

    # Parts

    def clause(self, constraint: Constraint) -> str:
        """Return the constraint as ALTER TABLE ... ADD takes it."""
        if constraint.name:
            return f"CONSTRAINT {self.name(constraint.name)} {self.body(constraint)}"
        return self.body(constraint)

    def body(self, constraint: Constraint) -> str:
        """Return the constraint as SQL, without its name."""
        if isinstance(constraint, ForeignKey):
            return constraint.definition or self._foreign_key(constraint)
        if isinstance(constraint, PrimaryKey):
            return (
                constraint.definition
                or f"PRIMARY KEY ({self.names(constraint.columns)})"
            )
        if isinstance(constraint, Check):
            return self._check(constraint)
        if isinstance(constraint, Exclusion):
            return constraint.definition
        if isinstance(constraint, Unique):
            return constraint.definition or self._unique(constraint)
        raise ValueError(f"{constraint.kind} is no clause of ALTER TABLE.")

    def _foreign_key(self, foreign_key: ForeignKey) -> str:
        sql = (
            f"FOREIGN KEY ({self.names(foreign_key.columns)}) "
            f"REFERENCES {self.quote(foreign_key.to_table)} "
            f"({self.names(foreign_key.to_columns)})"
        )
        if foreign_key.match:
            sql += f" MATCH {foreign_key.match}"
        if foreign_key.on_delete != "NO ACTION":
            sql += f" ON DELETE {foreign_key.on_delete}"
        if foreign_key.on_update != "NO ACTION":
            sql += f" ON UPDATE {foreign_key.on_update}"
        return sql + self._timing(foreign_key.deferrable)

    def _check(self, check: Check) -> str:
        return f"CHECK ({check.expression})"

    def _unique(self, unique: Unique) -> str:
        return f"UNIQUE ({self.names(unique.columns)}){self._timing(unique.deferrable)}"

    def _timing(self, deferrable: str) -> str:
        return f" DEFERRABLE INITIALLY {deferrable.upper()}" if deferrable else ""

    def key_parts(self, index: Unique | Index) -> list[str]:
        """Return the parts of an index's key: its columns, then its expressions.

        Where they are mixed otherwise, the index has a definition.
        """
        prefixes = index.prefixes or (None,) * len(index.columns)
        return [
            *(
                self.name(column) + (f"({prefix})" if prefix else "")
                for column, prefix in zip(index.columns, prefixes, strict=True)
            ),
            *index.expressions,
        ]

    # Rows that reference nothing

    def orphans(
        self,
        table_key: str,
        foreign_key: ForeignKey,
        pairs: Sequence[tuple[Column, Column]] = (),
        limit: int = 5,
    ) -> str:
        """Return a SELECT of the most frequent orphan keys, with three counts.

        Behind the key stand its rows, the rows of all orphan keys, and the number
        of those keys. No row comes where there is no orphan. `pairs` holds the
        referencing and the referenced column of each part of the key, where they
        are known. In a foreign key to "" every key is one of an orphan.
        """
        key = ", ".join(f"referencing.{self.name(c)}" for c in foreign_key.columns)
        return (
            f"SELECT {key}, COUNT(*), SUM(COUNT(*)) OVER (), COUNT(*) OVER () "
            f"{self._orphans(table_key, foreign_key, pairs)} "
            f"GROUP BY {key} ORDER BY {self._worst_first(len(foreign_key.columns))} "
            f"LIMIT {int(limit)}"
        )

    def reason_not_to_compare(self, column: Column, to_column: Column) -> str:
        """Return why a comparison of two columns would tell nothing, or ""."""
        return ""

    def comparable(self, sql: str, column: Column, to_column: Column) -> str:
        """Return a referencing column as it is compared with the referenced one.

        Types that have no common operator are compared as the referenced one. A
        foreign key compares by the collation of the referenced column; a SELECT
        refuses two columns of different collations on most databases.
        """
        return sql

    def _orphans(
        self,
        table_key: str,
        foreign_key: ForeignKey,
        pairs: Sequence[tuple[Column, Column]] = (),
    ) -> str:
        # NOT IN would find nothing as soon as one referenced key is NULL. MATCH
        # FULL lets a row off only where its whole key is NULL.
        asks = " OR " if foreign_key.match == "FULL" else " AND "
        is_asked = asks.join(
            f"referencing.{self.name(column)} IS NOT NULL"
            for column in foreign_key.columns
        )
        values = [f"referencing.{self.name(each)}" for each in foreign_key.columns]
        if pairs:
            values = [
                self.comparable(value, *pair)
                for value, pair in zip(values, pairs, strict=True)
            ]
        matches = " AND ".join(
            f"referenced.{self.name(to_column)} = {value}"
            for value, to_column in zip(values, foreign_key.to_columns, strict=True)
        )
        if not foreign_key.to_table:
            return f"FROM {self.quote(table_key)} referencing WHERE ({is_asked})"
        return (
            f"FROM {self.quote(table_key)} referencing WHERE ({is_asked}) "
            f"AND NOT EXISTS (SELECT 1 FROM {self.quote(foreign_key.to_table)} "
            f"referenced WHERE {matches})"
        )

    def rows_to_fill(
        self, table_key: str, foreign_key: ForeignKey, *, is_there: bool
    ) -> str:
        """Return a SELECT that counts the rows that a default would make orphans.

        The default is its one parameter, so a percent sign of a name is doubled.
        `is_there` tells a column whose NULLs are filled from one that is added.
        """
        table, to_table, column, to_column = (
            name.replace("%", "%%")
            for name in (
                self.quote(table_key),
                self.quote(foreign_key.to_table),
                self.name(foreign_key.columns[0]),
                self.name(foreign_key.to_columns[0]),
            )
        )
        return (
            f"SELECT COUNT(*) FROM {table} WHERE "
            + (f"{column} IS NULL AND " if is_there else "")
            + f"NOT EXISTS (SELECT 1 FROM {to_table} WHERE {to_column} = %s)"
        )

    # Ways out for rows that reference nothing, to be pasted

    def delete_orphans(self, table_key: str, foreign_key: ForeignKey) -> str:
        """Return the DELETE of the rows that reference no row."""
        return f"DELETE {self._orphans(table_key, foreign_key)}".replace(
            " referencing WHERE", " AS referencing WHERE", 1
        )

    def release_orphans(self, table_key: str, foreign_key: ForeignKey) -> str:
        """Return the UPDATE that leaves them without a reference."""
        _, _, where = self._orphans(table_key, foreign_key).partition(" WHERE ")
        values = ", ".join(f"{self.name(c)} = NULL" for c in foreign_key.columns)
        return (
            f"UPDATE {self.quote(table_key)} AS referencing SET {values} WHERE {where}"
        )

    def insert_referenced(self, table_key: str, foreign_key: ForeignKey) -> str:
        """Return the INSERT of the rows that they reference, with their keys alone."""
        key = ", ".join(f"referencing.{self.name(c)}" for c in foreign_key.columns)
        return (
            f"INSERT INTO {self.quote(foreign_key.to_table)} "
            f"({self.names(foreign_key.to_columns)}) "
            f"SELECT DISTINCT {key} {self._orphans(table_key, foreign_key)}"
        )
