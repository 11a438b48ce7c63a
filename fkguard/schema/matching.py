"""Whether two constraints are the same, and which of a catalogue one means.

`verify` alone compares in its own way: it asks how the server would write a
condition, and reports each difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .catalogue import Catalogue, Table
from .constraints import (
    Check,
    Constraint,
    ForeignKey,
    Index,
    PrimaryKey,
    Trigger,
    Unique,
)
from .events import DropColumn, Event, RemoveConstraint

#: SQLite numbers the indexes of a table's own definition again with each rebuild.
NUMBERED = "sqlite_autoindex_"


def find(table: Table, wanted: Constraint) -> Constraint | None:
    """Return the constraint of a table that a declared one means."""
    same = [each for each in table.constraints if isinstance(each, type(wanted))]
    is_name = wanted.name and not wanted.name.startswith(NUMBERED)
    for each in same:
        if is_name and each.name == wanted.name:
            return each
    if isinstance(wanted, Unique):
        return next(
            (
                each
                for each in same
                if isinstance(each, Unique) and are_plain_alike(each, wanted)
            ),
            None,
        )
    if isinstance(wanted, ForeignKey):
        return next(
            (
                each
                for each in same
                if isinstance(each, ForeignKey) and points_alike(each, wanted)
            ),
            None,
        )
    if isinstance(wanted, (PrimaryKey, Index)):
        return next((each for each in same if each.columns == wanted.columns), None)
    return None


def is_there(table: Table, wanted: Constraint) -> bool:
    """Say whether a table has a constraint, whole: a shrunk key is another one."""
    found = find(table, wanted)
    if found is None:
        return False
    if isinstance(found, (PrimaryKey, Unique, ForeignKey)):
        if found.columns != wanted.columns:
            return False
    elif set(found.columns) != set(wanted.columns):
        # A check reads its columns in the order of the table.
        return False
    if isinstance(found, ForeignKey) and isinstance(wanted, ForeignKey):
        return is_same_key(found, wanted)
    return True


def counterpart(table: Table, constraint: Constraint) -> Constraint | None:
    """Return the constraint of a table that is the given one, or None."""
    if constraint in table.constraints:
        return constraint
    if constraint.name and (found := table.named(constraint.name)) is not None:
        return found
    bare = replace(constraint, name="")
    return next((c for c in table.constraints if replace(c, name="") == bare), None)


def is_alike(table: Table, wanted: Constraint) -> bool:
    """Say whether a table has a constraint under whatever name."""
    if isinstance(wanted, ForeignKey):
        return any(is_same_key(each, wanted) for each in table.of(ForeignKey))
    return is_there(table, wanted) or is_there(table, replace(wanted, name=""))


def find_alike(table: Table, wanted: Constraint) -> Constraint | None:
    """Return what a table has for a constraint, under whatever name."""
    return find(table, wanted) or find(table, replace(wanted, name=""))


def means(wanted: Constraint, known: Constraint, fields: Mapping[str, str]) -> bool:
    """Say whether a declared constraint means one that was in the database.

    The state may name a field that is gone; `fields` has the column of each of these.
    """
    if type(wanted) is not type(known):
        return False
    if wanted.name and wanted.name == known.name:
        return True
    columns = tuple(fields.get(c, c) for c in wanted.columns)
    return isinstance(wanted, Unique) and columns == known.columns


def is_same_but_unnamed(one: Constraint, other: Constraint) -> bool:
    """Say whether two constraints are one; a consequence may leave the name out."""
    return (type(one), one.columns) == (type(other), other.columns) and (
        one.name == other.name or not other.name
    )


def is_declared(event: Event, key: str, constraint: Constraint) -> bool:
    """Say whether the state after an event still declares a constraint.

    A field that is gone stands in the state by its name, not by its column.
    """
    declared = event.declared(key)
    if declared is None:
        return False
    if find(declared, constraint) is not None:
        return True
    if not isinstance(event, DropColumn):
        return False
    fields = {event.old.field: event.old.column}
    return any(
        isinstance(each, Unique)
        and isinstance(constraint, Unique)
        and each.is_plain
        and tuple(fields.get(c, c) for c in each.columns) == constraint.columns
        for each in declared.constraints
    )


def meant_by(table: Table, event: RemoveConstraint) -> Constraint | None:
    """Return the one constraint that a removal means which has another name or form.

    None where several would do, or where the state after it declares the only one.
    """
    wanted = event.constraint

    def is_like(each: Constraint) -> bool:
        if isinstance(each, Unique) and isinstance(wanted, Unique):
            if each.name and each.name == wanted.name:
                return set(each.columns) == set(wanted.columns)
            return (
                each.is_plain
                and wanted.is_plain
                and set(each.columns) == set(wanted.columns)
                and each.deferrable == wanted.deferrable
                and each.nulls_distinct == wanted.nulls_distinct
            )
        return isinstance(each, Check) and each.uses == wanted.uses

    found = [
        each
        for each in table.constraints
        if isinstance(each, type(wanted))
        and is_like(each)
        and not is_declared(event, event.table, each)
    ]
    return found[0] if len(found) == 1 else None


def are_plain_alike(one: Unique, other: Unique) -> bool:
    """Say whether two uniques are of the same columns, and of nothing else."""
    return one.columns == other.columns and one.is_plain and other.is_plain


def points_alike(one: ForeignKey, other: ForeignKey) -> bool:
    """Say whether two foreign keys are of the same columns, whatever they do."""
    return (one.columns, one.to_table, one.to_columns) == (
        other.columns,
        other.to_table,
        other.to_columns,
    )


def swap_in(catalogue: Catalogue, key: str, old: Constraint, new: Constraint) -> None:
    """Put a constraint in place of another of the same table."""
    if (table := catalogue.get(key)) is not None:
        constraints = tuple(new if c == old else c for c in table.constraints)
        catalogue.put(replace(table, constraints=constraints))


def add_to(catalogue: Catalogue, key: str, constraint: Constraint) -> None:
    """Add a constraint to a table, if the table is known."""
    if (table := catalogue.get(key)) is not None:
        catalogue.put(table.with_constraints(constraint))


def drop_from(catalogue: Catalogue, key: str, constraint: Constraint) -> None:
    """Take a constraint from a table, if the table is known."""
    if (table := catalogue.get(key)) is not None:
        catalogue.put(table.without(constraint))


def names_of(
    declared: Table | None, kind: type[Constraint], but: tuple[str, ...] = ()
) -> set[str]:
    """Return the names of a table's declared constraints of a kind."""
    if declared is None:
        return set()
    return {c.name for c in declared.of(kind) if c.name and c.columns != but}


def is_same_key(one: ForeignKey, other: ForeignKey) -> bool:
    """Say whether two foreign keys are of the same columns, with the same actions."""
    actions = (one.on_delete, one.on_update) == (other.on_delete, other.on_update)
    return actions and points_alike(one, other)


def _shape(unique: Unique) -> tuple[object, ...]:
    return (unique.condition, unique.expressions, unique.nulls_distinct)


def implies(one: Unique, other: Unique) -> bool:
    """Say whether rows that satisfy one unique satisfy the other."""
    if one.expressions or other.expressions:
        return (one.columns, *_shape(one)) == (other.columns, *_shape(other))
    if one.condition and one.condition != other.condition:
        return False
    if one.nulls_distinct and not other.nulls_distinct:
        return False
    return bool(one.columns) and set(one.columns) <= set(other.columns)


def is_weaker(one: Unique, other: Unique) -> bool:
    """Say whether one unique promises a part of what the other does."""
    if one.expressions != other.expressions:
        return False
    return set(one.columns) >= set(other.columns) and bool(one.columns or one.reads)


def equivalent_unique(declared: Table, constraint: Constraint) -> Unique | None:
    """Return the declared unique constraint that enforces the same as another one."""
    if (
        not isinstance(constraint, Unique)
        or not constraint.is_plain
        or constraint.definition
    ):
        return None
    return next(
        (
            each
            for each in declared.of(Unique)
            if each.is_plain
            and not each.definition
            and not each.deferrable
            and set(each.columns) == set(constraint.columns)
        ),
        None,
    )


def recreated_as(
    declared: Table, constraint: Constraint, claimed: Iterable[Constraint]
) -> Constraint | None:
    """Return the declared constraint that a rebuild of the table (SQLite) makes of one.

    `claimed` are those that others have become.
    """
    if isinstance(constraint, Trigger):
        return None
    candidates = [
        each
        for each in declared.constraints
        if isinstance(each, type(constraint)) and not any(each is c for c in claimed)
    ]
    for each in candidates:
        if each.name and each.name == constraint.name:
            return each
    if isinstance(constraint, Unique):
        return next(
            (
                each
                for each in candidates
                if isinstance(each, Unique)
                and are_plain_alike(each, constraint)
                and each.is_inline == constraint.is_inline
            ),
            None,
        )
    if isinstance(constraint, ForeignKey):
        return next(
            (
                each
                for each in candidates
                if isinstance(each, ForeignKey) and points_alike(each, constraint)
            ),
            None,
        )
    if isinstance(constraint, Check):
        return next(
            (
                each
                for each in candidates
                if isinstance(each, Check)
                and not each.name
                and not constraint.name
                and each.columns == constraint.columns
            ),
            None,
        )
    return find(declared, constraint)


def is_same_collation(one: str, other: str) -> bool:
    """Say whether two names are of one collation.

    MariaDB knows its newer ones with and without the character set.
    """
    short, long = sorted((one.lower(), other.lower()), key=len)
    return short == long or (
        short.startswith("uca1400_") and long.endswith(f"_{short}")
    )
