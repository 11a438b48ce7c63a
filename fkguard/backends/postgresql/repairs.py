"""Statements that close a gap on PostgreSQL, while other sessions go on writing.

https://www.postgresql.org/docs/current/sql-altertable.html
"""

from __future__ import annotations

from dataclasses import replace

from ...schema.catalogue import Table
from ...schema.constraints import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)
from ..base.repairs import Repairs as BaseRepairs
from ..base.repairs import as_enforced
from .statements import is_index


class Repairs(BaseRepairs):
    """PostgreSQL's statements: NOT VALID first, and indexes concurrently."""

    def add(self, table: Table, constraint: Constraint) -> list[str]:
        build = self.statements
        if isinstance(constraint, (ForeignKey, Check)):
            unchecked = replace(as_enforced(constraint), is_valid=False)
            return [
                *build.add(table.name, unchecked),
                *self._validate(table, constraint),
            ]
        if isinstance(constraint, Unique) and not table.is_partitioned:
            return self._unique(table, constraint)
        return build.add(table.name, constraint)

    def _unique(self, table: Table, unique: Unique) -> list[str]:
        build = self.statements
        index = replace(unique, is_index=True, deferrable="")
        # The statements of a partial one and of a plain one begin alike.
        [create] = build.add(table.name, index)
        found = [create.replace("INDEX", "INDEX CONCURRENTLY", 1)]
        if not is_index(unique):
            timing = ""
            if unique.deferrable:
                timing = f" DEFERRABLE INITIALLY {unique.deferrable.upper()}"
            name = build.name(unique.name)
            found.append(
                f"ALTER TABLE {build.quote(table.name)} ADD CONSTRAINT {name} "
                f"UNIQUE USING INDEX {name}{timing}"
            )
        return found

    def _validate(self, table: Table, constraint: Constraint) -> list[str]:
        build = self.statements
        return [
            (
                f"ALTER TABLE {build.quote(table.name)} VALIDATE CONSTRAINT "
                f"{build.name(constraint.name)}"
            )
        ]

    def replace(self, table: Table, old: Constraint, new: Constraint) -> list[str]:
        build = self.statements
        if is_index(old) or is_index(new):
            return [
                *self._without_waiting(build.drop(table.name, old)),
                *self.add(table, new),
            ]
        more: list[str] = []
        if isinstance(new, (ForeignKey, Check)):
            new = replace(as_enforced(new), is_valid=False)
            more = self._validate(table, new)
        alter = f"ALTER TABLE {build.quote(table.name)}"
        return [
            (
                f"{alter} DROP CONSTRAINT {build.name(old.name)}, "
                f"ADD {build.clause(new)}"
            ),
            *more,
        ]

    @staticmethod
    def _without_waiting(statements: list[str]) -> list[str]:
        return [
            each.replace("DROP INDEX", "DROP INDEX CONCURRENTLY", 1)
            for each in statements
        ]

    def enforce(self, table: Table, constraint: Constraint) -> list[str]:
        build = self.statements
        alter = f"ALTER TABLE {build.quote(table.name)}"
        if isinstance(constraint, Unique):
            return [f"REINDEX INDEX CONCURRENTLY {build.name(constraint.name)}"]
        if isinstance(constraint, ForeignKey):
            if constraint.is_disabled:
                return []
            if not constraint.is_enforced:
                name = build.name(constraint.name)
                return [f"{alter} ALTER CONSTRAINT {name} ENFORCED"]
        if isinstance(constraint, Check) and not constraint.is_enforced:
            return []
        return self._validate(table, constraint)

    def defer(self, table: Table, old: Constraint, new: ForeignKey) -> list[str]:
        build = self.statements
        timing = "NOT DEFERRABLE"
        if new.deferrable:
            timing = f"DEFERRABLE INITIALLY {new.deferrable.upper()}"
        return [
            (
                f"ALTER TABLE {build.quote(table.name)} ALTER CONSTRAINT "
                f"{build.name(old.name)} {timing}"
            )
        ]

    def widen(self, table: Table, foreign_key: ForeignKey, type_: str) -> list[str]:
        build = self.statements
        [column] = foreign_key.columns
        return [
            (
                f"ALTER TABLE {build.quote(table.name)} ALTER COLUMN "
                f"{build.name(column)} TYPE {type_}"
            )
        ]

    def locks(self, constraint: Constraint) -> str:
        if isinstance(constraint, ForeignKey):
            return (
                "SHARE ROW EXCLUSIVE on both tables for a moment; then rows are "
                "checked while others write (SHARE UPDATE EXCLUSIVE, ROW SHARE)"
            )
        if isinstance(constraint, Check):
            return (
                "ACCESS EXCLUSIVE for a moment; then rows are checked while others "
                "write (SHARE UPDATE EXCLUSIVE)"
            )
        if isinstance(constraint, (Unique, Index)):
            return (
                "the index is built while others write (SHARE UPDATE EXCLUSIVE); "
                "then ACCESS EXCLUSIVE for a moment"
            )
        assert isinstance(constraint, (PrimaryKey, Exclusion))
        return "ACCESS EXCLUSIVE while the index is built: reads and writes are blocked"

    def locks_of_rewriting(self) -> str:
        return (
            "ACCESS EXCLUSIVE while the table is copied: reads and writes are blocked"
        )
