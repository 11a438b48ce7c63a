"""Statements that close a gap on SQLite: indexes; the rest takes a rebuild."""

from __future__ import annotations

from dataclasses import replace

from ...schema.catalogue import Table
from ...schema.constraints import Constraint, Unique
from ..base.repairs import Repairs as BaseRepairs


class Repairs(BaseRepairs):
    """SQLite's statements.

    A unique is made as an index beside the table, which enforces the same; the next
    rebuild of the table makes it a part of the table.
    """

    def reason_not_to_add(self, constraint: Constraint) -> str:
        return super().reason_not_to_add(_beside(constraint))

    def add(self, table: Table, constraint: Constraint) -> list[str]:
        return super().add(table, _beside(constraint))

    def locks(self, constraint: Constraint) -> str:
        return "the whole database, while the index is built"

    def locks_of_rewriting(self) -> str:
        return "the whole database, while the table is rebuilt"


def _beside(constraint: Constraint) -> Constraint:
    if isinstance(constraint, Unique):
        return replace(constraint, is_inline=False, is_index=True)
    return constraint
