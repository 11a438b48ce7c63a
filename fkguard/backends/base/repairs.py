"""Statements that close a gap, with the locks they take: what every vendor shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from ...schema.catalogue import Table
from ...schema.constraints import Check, Constraint, ForeignKey, PrimaryKey, Unique

if TYPE_CHECKING:
    from .statements import Statements


class Repairs(ABC):
    """Builds what `fkguard repair` runs on one connection.

    The statements of one call belong together and run one after the other. Those of
    `Statements` are for migrations, which hold their locks to the end anyway; these
    let other sessions work as long as the database can.
    """

    #: The longest name of a constraint.
    longest_name: ClassVar[int] = 63

    def __init__(self, statements: Statements) -> None:
        self.statements = statements

    def reason_not_to_add(self, constraint: Constraint) -> str:
        """Return why nothing here can make the constraint, or ""."""
        if self.statements.supports_add(constraint):
            return ""
        try:
            self.statements.add("", constraint)
        except ValueError as error:
            return str(error).partition(": ")[2].rstrip(".")
        return ""

    def add(self, table: Table, constraint: Constraint) -> list[str]:
        """Return what makes a constraint."""
        return self.statements.add(table.name, constraint)

    def replace(self, table: Table, old: Constraint, new: Constraint) -> list[str]:
        """Return what makes a constraint in the place of one of the same name."""
        return [
            *self.statements.drop(table.name, old),
            *self.statements.add(table.name, new),
        ]

    def enforce(self, table: Table, constraint: Constraint) -> list[str]:
        """Return what makes rows obey a constraint that is there; [] for no way."""
        return []

    def defer(self, table: Table, old: Constraint, new: ForeignKey) -> list[str]:
        """Return what gives a foreign key another time of its check."""
        return self.replace(table, old, new)

    def widen(self, table: Table, foreign_key: ForeignKey, type_: str) -> list[str]:
        """Return what gives a referencing column the type of the referenced one."""
        return []

    @abstractmethod
    def locks(self, constraint: Constraint) -> str:
        """Return the locks that making a constraint takes."""

    @abstractmethod
    def locks_of_rewriting(self) -> str:
        """Return the locks that writing a whole table again takes."""

    # Rows that stand in the way.

    def violations(self, table: Table, check: Check, limit: int = 5) -> str:
        """Return a SELECT of the keys of rows that break a check, and their number.

        A check lets a row pass whose condition is NULL.
        """
        keys = next(table.of(PrimaryKey), None)
        columns = keys.columns if keys else check.columns
        names = self.statements.names(columns)
        return (
            f"SELECT {names}, COUNT(*) OVER () "
            f"FROM {self.statements.quote(table.name)} "
            f"WHERE NOT ({check.expression}) LIMIT {int(limit)}"
        )

    # Names.

    def free_name(self, wanted: str, taken: set[str]) -> str:
        """Return the wanted name, or one like it where that is taken."""
        name, number = wanted[: self.longest_name], 1
        while name.lower() in taken:
            number += 1
            suffix = f"_{number}"
            name = wanted[: self.longest_name - len(suffix)] + suffix
        return name


def compared_as(unique: Unique | PrimaryKey, column: str, expression: str) -> Unique:
    """Return a unique whose column is compared as an expression of it."""
    return Unique(
        name=unique.name,
        columns=tuple(each for each in unique.columns if each != column),
        expressions=(expression,),
        condition=getattr(unique, "condition", ""),
    )


def as_enforced(constraint: ForeignKey | Check) -> ForeignKey | Check:
    """Return a foreign key or check that every row obeys."""
    if isinstance(constraint, ForeignKey):
        return replace(constraint, is_valid=True, is_enforced=True, is_disabled=False)
    return replace(constraint, is_valid=True, is_enforced=True)
