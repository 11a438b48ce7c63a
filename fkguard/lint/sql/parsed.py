"""What the parser reads off a statement: what it does to tables and constraints."""

from __future__ import annotations

from dataclasses import dataclass

from ...schema.constraints import Constraint


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One thing that a statement does."""

    #: The key of the table; "" where the statement names none.
    table: str = ""


@dataclass(frozen=True, kw_only=True)
class ConstraintDropped(Effect):
    """A constraint or an index goes, by its name."""

    #: "" for the primary key.
    name: str


@dataclass(frozen=True, kw_only=True)
class ConstraintAdded(Effect):
    """A constraint is made; a bare one where its words are not read."""

    constraint: Constraint


@dataclass(frozen=True, kw_only=True)
class ColumnDropped(Effect):
    """A column goes."""

    column: str


@dataclass(frozen=True, kw_only=True)
class TableDropped(Effect):
    """A table goes."""

    cascades: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class TableReplaced(Effect):
    """A table goes, and another one of its name comes."""

    text: str


@dataclass(frozen=True, kw_only=True)
class TableRenamed(Effect):
    """A table gets another name; or a column, where `to` is one.

    The parser takes ``RENAME a TO b`` without COLUMN for ``RENAME TO a``.
    """

    to: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ColumnRenamed(Effect):
    """A column gets another name."""

    column: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Converted(Effect):
    """A table gets another engine or character set."""

    #: "the engine MyISAM", to be read after "gives the table".
    to: str


@dataclass(frozen=True, kw_only=True)
class ChecksSwitched(Effect):
    """A session switches foreign key checks on or off."""

    variable: str
    value: str
    off: bool


@dataclass(frozen=True, kw_only=True)
class RowsWritten(Effect):
    """Rows of a table are inserted, updated or deleted."""

    #: "Insert", "Update" or "Delete".
    how: str
    #: The columns that an UPDATE sets.
    columns: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class UnreadStatement(Effect):
    """A statement that the parser does not know."""

    text: str
    why: str
