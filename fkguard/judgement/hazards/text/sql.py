"""SQL for what a case asks, in the words of its server; "" where there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ....schema.constraints import (
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)
from ....schema.events import AlterColumn
from ..base import Case

if TYPE_CHECKING:
    from ....backends.base.statements import Statements


def to_drop(case: Case) -> str:
    """Return the SQL that takes the constraint away; "" where there is none."""
    builder, constraint = statements_of(case), case.constraint
    if not _is_named(constraint) or not builder.supports_drop(constraint):
        return ""
    return "; ".join(builder.drop(case.consequence.table, constraint))


def to_add(case: Case) -> str:
    """Return the SQL that makes the constraint; "" where there is none."""
    builder, constraint = statements_of(case), case.constraint
    if not _is_named(constraint) or not builder.supports_add(constraint):
        return ""
    if isinstance(constraint, Exclusion) and not constraint.definition:
        return ""
    return "; ".join(builder.add(case.consequence.table, constraint))


def to_rename(case: Case, name: str) -> str:
    """Return the SQL that renames the constraint; "" where there is none."""
    builder, constraint = statements_of(case), case.constraint
    if not _is_named(constraint) or not builder.supports_rename(constraint):
        return ""
    return "; ".join(builder.rename(case.consequence.table, constraint, name))


def to_make(case: Case, table: str, constraint: Constraint) -> list[str]:
    """Return the SQL that makes a declared constraint; [] where there is none."""
    builder = statements_of(case)
    is_told = isinstance(constraint, ForeignKey) or (
        # The state has Django's expressions, and not the server's.
        isinstance(constraint, (Unique, Index))
        and not (constraint.expressions or constraint.condition)
        and bool(constraint.name)
    )
    if not is_told or not builder.supports_add(constraint):
        return []
    return builder.add(table, constraint)


def to_delete_orphans(case: Case) -> str:
    """Return the SQL that deletes the rows that reference nothing."""
    key, foreign_key = _as_it_is(case)
    return statements_of(case).delete_orphans(key, foreign_key)


def to_release_orphans(case: Case) -> str:
    """Return the SQL that leaves the rows that reference nothing without a key."""
    key, foreign_key = _as_it_is(case)
    return statements_of(case).release_orphans(key, foreign_key)


def to_insert_referenced(case: Case) -> str:
    """Return the SQL that creates what those rows reference."""
    key, foreign_key = _as_it_is(case)
    return statements_of(case).insert_referenced(key, foreign_key)


def _as_it_is(case: Case) -> tuple[str, ForeignKey]:
    """Return table and foreign key with the column's name before the event."""
    foreign_key, event = case.constraint, case.event
    assert isinstance(foreign_key, ForeignKey)
    if isinstance(event, AlterColumn):
        foreign_key = replace(foreign_key, columns=(event.old.column,))
    return case.consequence.table, foreign_key


def quoted(case: Case, key: str) -> str:
    """Return the key of a table as this server's SQL writes it."""
    return statements_of(case).quote(key)


def _is_named(constraint: Constraint) -> bool:
    # A view or a join table stands in a consequence as a bare Constraint.
    return bool(constraint.name) and type(constraint) is not Constraint


def statements_of(case: Case) -> Statements:
    # The builders hold the connection and never ask it anything.
    return case.backend.statements


def reason_for_none(case: Case) -> str:
    """Say why no SQL takes the constraint away, or makes it."""
    constraint = case.constraint
    if reason := statements_of(case).reason_not_to_drop(constraint):
        return reason
    return "its definition is not known whole" if constraint.name else "it has no name"


def to_add_index_for_foreign_keys(case: Case) -> str:
    """Return the SQL that makes the index a foreign key needs instead.

    MySQL and MariaDB refuse to drop the last index of a foreign key, with 1553.
    """
    constraint, table = case.constraint, case.before
    if not case.backend.indexes_foreign_keys or not isinstance(constraint, Unique):
        return ""
    for foreign_key in table.of(ForeignKey):
        columns = foreign_key.columns
        others = (
            each
            for each in table.constraints
            if each != constraint and isinstance(each, (PrimaryKey, Unique, Index))
        )
        if constraint.columns[: len(columns)] == columns and not any(
            each.columns[: len(columns)] == columns for each in others
        ):
            index = Index(name=f"{constraint.name}_fk"[:64], columns=columns)
            return "; ".join(statements_of(case).add(table.name, index))
    return ""
