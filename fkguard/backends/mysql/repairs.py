"""Statements that close a gap on MySQL.

https://dev.mysql.com/doc/refman/en/innodb-online-ddl-operations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schema.catalogue import Table
from ...schema.constraints import Check, Constraint, ForeignKey, Unique
from ..base.repairs import Repairs as BaseRepairs

if TYPE_CHECKING:
    from .statements import Statements


class Repairs(BaseRepairs):
    """MySQL's statements: each is done whole or not at all."""

    longest_name = 64
    statements: Statements

    def replace(self, table: Table, old: Constraint, new: Constraint) -> list[str]:
        build = self.statements
        return [
            (
                f"ALTER TABLE {build.quote(table.name)} {build.dropping(old)}, "
                f"{build.adding(new)}"
            )
        ]

    def enforce(self, table: Table, constraint: Constraint) -> list[str]:
        build = self.statements
        if isinstance(constraint, Check) and not constraint.is_enforced:
            return [
                (
                    f"ALTER TABLE {build.quote(table.name)} ALTER CHECK "
                    f"{build.name(constraint.name)} ENFORCED"
                )
            ]
        return []

    def locks(self, constraint: Constraint) -> str:
        if isinstance(constraint, Unique):
            return "the index is built while others write (ALGORITHM=INPLACE)"
        if isinstance(constraint, ForeignKey):
            return (
                "the table is copied, and writes to it and to the referenced table are "
                "blocked (ALGORITHM=COPY, LOCK=SHARED)"
            )
        return self.locks_of_rewriting()

    def locks_of_rewriting(self) -> str:
        return (
            "the table is copied, and writes to it are blocked (ALGORITHM=COPY, "
            "LOCK=SHARED)"
        )
