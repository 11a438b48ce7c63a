"""What a schema editor is asked to do, as values in tables and columns.

`fkguard.guard.patches` and `fkguard.planning.planner` both speak in these events, so
that one judgement serves ``migrate``, ``lint`` and ``check`` alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from .catalogue import Table
from .constraints import Constraint

#: Look up a table as the project state after the event declares it.
Declared = Callable[[str], "Table | None"]


def nothing_declared(key: str) -> Table | None:
    """Declare no table; for events that come without a project state."""
    return None


def nothing_in_sql() -> Constraint | None:
    """Return no constraint; for events that come without a project state."""
    return None


@dataclass(frozen=True, kw_only=True)
class DeclaredColumn:
    """A model field as the column that Django would ask the database for."""

    #: The field's name in the model, for messages and operations to paste.
    field: str
    column: str
    #: Django's type for this backend; None for a field without a column.
    type: str | None
    collation: str = ""
    null: bool = False
    primary_key: bool = False
    #: As ``Field.unique``: true for a primary key too.
    unique: bool = False
    db_index: bool = False
    #: Table and column that a relation points to, constrained or not.
    references: tuple[str, str] | None = None
    db_constraint: bool = False
    one_to_one: bool = False
    #: The referential action in the database (Django 6.1's ``DB_CASCADE`` ...).
    on_delete: str = "NO ACTION"
    #: The referential action that Django takes itself: "CASCADE", "PROTECT" ...
    on_delete_in_django: str = ""
    #: SQL of the check that comes with the field's type, "" where none does.
    check: str = ""
    generated: bool = False
    has_default: bool = False
    #: Whether the field itself has a default, in Python or in the database.
    has_own_default: bool = False
    #: The one value that rows get which have none; None where that is not known.
    default: Any = None
    #: "", "constant" or "expression".
    db_default: str = ""
    comment: str = ""
    #: What ``deconstruct()`` says, less what the schema does not depend on.
    definition: Any = None

    @property
    def enforces_reference(self) -> bool:
        """Say whether Django would make a FOREIGN KEY for this field."""
        return self.references is not None and self.db_constraint


@dataclass(frozen=True, kw_only=True)
class Event:
    """One change that a schema editor is asked for."""

    table: str
    #: The tables as the state after this event declares them; evaluated at once.
    declared: Declared = field(default=nothing_declared, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class CreateTable(Event):
    """A table is made."""

    after: Table
    #: Constraints that the model declares and this database cannot make.
    unsupported: tuple[Constraint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DropTable(Event):
    """A table goes, with all that is in it."""

    #: The join table of a many-to-many field, by "app.Model.field"; else "".
    joins: str = ""


@dataclass(frozen=True, kw_only=True)
class RenameTable(Event):
    """A table gets another name."""

    to: str


@dataclass(frozen=True, kw_only=True)
class AddColumn(Event):
    """A column is added to a table."""

    new: DeclaredColumn
    constraints: tuple[Constraint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DropColumn(Event):
    """A column of a table goes."""

    old: DeclaredColumn


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A relation that the state knows to point at a column."""

    table: str
    column: str
    db_constraint: bool
    on_delete: str = "NO ACTION"


@dataclass(frozen=True, kw_only=True)
class AlterColumn(Event):
    """A column gets another name or definition."""

    old: DeclaredColumn
    new: DeclaredColumn
    #: Relations that Django drops and makes again around a change of type.
    incoming: tuple[Incoming, ...] = ()
    #: The constraints of the new field itself.
    constraints: tuple[Constraint, ...] = ()

    @property
    def type_changes(self) -> bool:
        return (self.old.type, self.old.collation) != (
            self.new.type,
            self.new.collation,
        )


def in_turn(events: list[Event]) -> list[Event]:
    """Let the first of two alterations of a table declare the table between them.

    A many-to-many field of a model to itself has both ends renamed at once.
    """
    ends = [each for each in events if isinstance(each, AlterColumn)]
    if len(ends) != 2:
        return events
    first, second = ends
    old, new = second.old.column, second.new.column

    def declared(key: str) -> Table | None:
        table = first.declared(key)
        if table is None or key != second.table or old == new:
            return table
        return replace(
            table,
            columns=tuple(
                replace(c, name=old) if c.name == new else c for c in table.columns
            ),
            constraints=tuple(
                c.renamed_column(new, old) if new in c.uses else c
                for c in table.constraints
            ),
        )

    return [
        replace(each, declared=declared) if each is first else each for each in events
    ]


@dataclass(frozen=True, kw_only=True)
class AddConstraint(Event):
    """A constraint or an index is added by itself."""

    constraint: Constraint
    is_supported: bool = True
    #: Returns the constraint with its condition and its expressions in the server's
    #: SQL, at once; None where they have none, or where no row is checked.
    in_sql: Callable[[], Constraint | None] = field(
        default=nothing_in_sql, compare=False, repr=False
    )


#: How an operation finds what it removes.
BY_NAME, BY_COLUMNS = "name", "columns"


@dataclass(frozen=True, kw_only=True)
class RemoveConstraint(Event):
    """A constraint or an index is removed by itself."""

    constraint: Constraint
    #: False for one that was never made; SQLite rebuilds the table all the same.
    is_supported: bool = True
    #: How an operation of Django's finds it: BY_NAME, or BY_COLUMNS as
    #: ``AlterUniqueTogether`` does; "" for other code, which may look before it asks.
    lookup: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class RunStatement(Event):
    """SQL that no method of the editor stands for; `table` is empty."""

    sql: str
    #: Whether Django takes it apart first, and leaves its comments out.
    is_script: bool = False


@dataclass(frozen=True, kw_only=True)
class Unseen(Event):
    """An operation whose effect cannot be known beforehand; `table` is empty."""

    reason: str
    #: The code that runs, where it is known.
    code: Callable[..., Any] | None = field(default=None, compare=False)


def _begins_with(words: str) -> re.Pattern[str]:
    """Return what matches one statement that begins with a word, behind remarks.

    MySQL runs what stands in ``/*! */``.
    """
    return re.compile(
        r"(?>\s+|\(|(?:--|\#)[^\n]*\n|/\*(?!!).*?\*/)*+"
        rf"(?:{words})\b[^;]*+;?\s*\Z",
        re.IGNORECASE | re.DOTALL,
    )


#: SQL that changes rows, or how far the transaction goes.
ABOUT_ROWS = _begins_with(
    "insert|update|delete|replace|savepoint|release|rollback|commit|begin|start"
)
#: SQL that asks; a function that it calls may do anything.
ASKS = _begins_with("select|with|values|show|describe|explain")
#: SQL that may take a constraint away.
CHANGES = re.compile(r"\b(drop|alter|rename|change|modify|do|call|exec)\b", re.I)
#: SQL that may make one.
CREATES = re.compile(r"\bcreate\s+(?:\w+\s+){0,3}(?:table|index)\b", re.IGNORECASE)


def is_same_definition(old: DeclaredColumn, new: DeclaredColumn) -> bool:
    """Say whether Django would leave the column alone.

    Mirrors ``BaseDatabaseSchemaEditor._field_should_be_altered``.
    """
    if old.column != new.column:
        return False
    return (old.references, old.definition) == (new.references, new.definition)


def is_same_but_comment(old: DeclaredColumn, new: DeclaredColumn) -> bool:
    """Say whether nothing but the column's comment changes."""

    def bare(column: DeclaredColumn) -> Any:
        if column.definition is None:
            return None
        path, args, kwargs = column.definition
        return path, args, {k: v for k, v in kwargs.items() if k != "db_comment"}

    return is_same_definition(
        replace(old, definition=bare(old)), replace(new, definition=bare(new))
    )
