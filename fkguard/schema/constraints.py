"""Constraints as frozen values, with names as the database's catalogue has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

#: How Django ends the name of a unique constraint that has none in the state.
MADE_UP_NAME = re.compile(r"_[0-9a-f]{8}_uniq$")


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """Anything that a table promises about its rows, or an index that backs it."""

    #: The words of the field for this kind of constraint.
    kind: ClassVar[str] = "constraint"
    #: Whether losing it loses integrity, rather than speed.
    protects: ClassVar[bool] = True

    name: str
    #: The key columns, in order; empty where the key has expressions alone.
    columns: tuple[str, ...] = ()
    #: Columns that the condition, an expression or INCLUDE reads beside the key.
    reads: frozenset[str] = frozenset()
    #: PostgreSQL: made by a partitioned or inherited table, and kept by it.
    is_inherited: bool = False

    @property
    def uses(self) -> frozenset[str]:
        """Return every column whose removal concerns this constraint."""
        return self.reads.union(self.columns)

    def renamed_column(self, old: str, new: str) -> Constraint:
        """Return this constraint after its table renamed the column `old`."""
        return replace(
            self,
            columns=tuple(new if name == old else name for name in self.columns),
            reads=frozenset(new if name == old else name for name in self.reads),
        )

    def renamed(
        self, name: Callable[[str], str], key: Callable[[str], str]
    ) -> Constraint:
        """Return this constraint with `name` and, of tables, `key` around names."""
        return replace(
            self,
            name=name(self.name),
            columns=tuple(map(name, self.columns)),
            reads=frozenset(map(name, self.reads)),
        )

    def describe(self) -> str:
        """Return the constraint as a reader would write it, without its name."""
        return f"{self.kind} ({', '.join(self.columns)})"


@dataclass(frozen=True, kw_only=True)
class PrimaryKey(Constraint):
    """The columns that tell rows apart."""

    kind = "PRIMARY KEY"

    #: SQL that follows the name, where the columns do not tell it whole.
    definition: str = ""


@dataclass(frozen=True, kw_only=True)
class Unique(Constraint):
    """A unique constraint, or a unique index, which enforces the same."""

    kind = "UNIQUE"

    #: SQL of the key's expressions, as the catalogue prints it; "" where unknown.
    expressions: tuple[str, ...] = ()
    #: SQL of the predicate of a partial index, as the catalogue prints it.
    condition: str = ""
    include: tuple[str, ...] = ()
    #: "", "deferred" or "immediate".
    deferrable: str = ""
    nulls_distinct: bool = True
    #: True for a unique index that is no constraint (PostgreSQL, SQLite).
    is_index: bool = False
    is_valid: bool = True
    #: Prefix lengths of the key columns (MySQL, MariaDB); empty where none has one.
    prefixes: tuple[int | None, ...] = ()
    #: SQLite: made by the table's own definition, not by CREATE INDEX.
    is_inline: bool = False
    #: SQL that follows the name (of an index: the table's name), where the other
    #: fields do not tell it whole: an order, an operator class, a mixed key.
    definition: str = ""

    @property
    def is_plain(self) -> bool:
        """Say whether it is a list of whole columns and nothing else."""
        return not (
            self.expressions or self.condition or self.include or any(self.prefixes)
        )

    def renamed_column(self, old: str, new: str) -> Unique:
        renamed = super().renamed_column(old, new)
        assert isinstance(renamed, Unique)
        return replace(
            renamed,
            include=tuple(new if name == old else name for name in self.include),
        )

    def renamed(self, name: Callable[[str], str], key: Callable[[str], str]) -> Unique:
        renamed = super().renamed(name, key)
        assert isinstance(renamed, Unique)
        return replace(renamed, include=tuple(map(name, self.include)))

    def describe(self) -> str:
        key = ", ".join((*self.columns, *self.expressions))
        text = f"UNIQUE ({key})"
        if self.include:
            text += f" INCLUDE ({', '.join(self.include)})"
        if self.condition:
            text += f" WHERE {self.condition}"
        return text


@dataclass(frozen=True, kw_only=True)
class ForeignKey(Constraint):
    """Columns whose values a referenced table has."""

    kind = "FOREIGN KEY"

    to_table: str
    to_columns: tuple[str, ...]
    #: The referential actions as SQL writes them.
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"
    #: "", "deferred" or "immediate".
    deferrable: str = ""
    #: PostgreSQL's NOT VALID: rows that were there before are not checked.
    is_valid: bool = True
    #: False for PostgreSQL 18's NOT ENFORCED: no row is checked.
    is_enforced: bool = True
    #: Whether somebody has disabled the triggers that check it (PostgreSQL).
    is_disabled: bool = False
    #: "FULL" for PostgreSQL's MATCH FULL, else "".
    match: str = ""
    #: SQL that follows the name, where the other fields do not tell it whole.
    definition: str = ""

    def renamed(
        self, name: Callable[[str], str], key: Callable[[str], str]
    ) -> ForeignKey:
        renamed = super().renamed(name, key)
        assert isinstance(renamed, ForeignKey)
        return replace(
            renamed,
            to_table=key(self.to_table),
            to_columns=tuple(map(name, self.to_columns)),
        )

    def describe(self) -> str:
        text = (
            f"FOREIGN KEY ({', '.join(self.columns)}) "
            f"REFERENCES {self.to_table} ({', '.join(self.to_columns)})"
        )
        if self.on_delete != "NO ACTION":
            text += f" ON DELETE {self.on_delete}"
        if self.on_update != "NO ACTION":
            text += f" ON UPDATE {self.on_update}"
        return text


@dataclass(frozen=True, kw_only=True)
class Check(Constraint):
    """A condition that every row meets."""

    kind = "CHECK"

    #: SQL of the condition, as the catalogue prints it; "" where unknown.
    expression: str = ""
    is_valid: bool = True
    #: False for NOT ENFORCED (MySQL, PostgreSQL 18): no row is checked.
    is_enforced: bool = True
    #: PostgreSQL's NO INHERIT.
    no_inherit: bool = False
    #: MariaDB: written beside the column, and gone with each MODIFY of it.
    is_column_level: bool = False

    def describe(self) -> str:
        if self.expression:
            return f"CHECK ({self.expression})"
        return super().describe()


@dataclass(frozen=True, kw_only=True)
class Exclusion(Constraint):
    """A condition that no two rows meet together (PostgreSQL)."""

    kind = "EXCLUDE"

    #: PostgreSQL's text of the constraint, from ``pg_get_constraintdef()``.
    definition: str = ""

    def describe(self) -> str:
        return self.definition or super().describe()


@dataclass(frozen=True, kw_only=True)
class Index(Constraint):
    """An index that enforces nothing; a foreign key may stand on it (MySQL)."""

    kind = "INDEX"
    protects = False

    expressions: tuple[str, ...] = ()
    condition: str = ""
    #: "" for the ordinary one, else "gin", "FULLTEXT", "SPATIAL" ...
    method: str = ""
    #: Prefix lengths of the key columns (MySQL, MariaDB); empty where none has one.
    prefixes: tuple[int | None, ...] = ()
    #: SQL that follows the table's name, where the other fields do not tell it whole.
    definition: str = ""


@dataclass(frozen=True, kw_only=True)
class Trigger(Constraint):
    """A trigger of an SQLite table, which a rebuild of the table drops."""

    kind = "TRIGGER"

    definition: str = ""

    def describe(self) -> str:
        return f"TRIGGER {self.name}"
