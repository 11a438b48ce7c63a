"""What an event does to a catalogue of PostgreSQL.

https://www.postgresql.org/docs/current/sql-altertable.html: dropping a column
silently drops the indexes and table constraints that involve it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import ClassVar

from ... import compat
from ...schema import consequences as kinds
from ...schema.catalogue import Catalogue, Column, Table
from ...schema.consequences import Consequence
from ...schema.constraints import (
    MADE_UP_NAME,
    Constraint,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)
from ...schema.events import (
    BY_COLUMNS,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Event,
    RemoveConstraint,
)
from ...schema.identifiers import cut
from ..base.effects import Consequences as Base
from .casts import casts

#: What PostgreSQL lets no column change its type under.
HOLDS_TYPE = frozenset({"view", "materialized view", "generated column"})


class Consequences(Base):
    keeps_pending_events = True
    row_errors: ClassVar[Mapping[str, str]] = {
        kinds.DUPLICATES: "could not create unique index",
        kinds.NULLS: "contains null values",
        kinds.BROKEN: "is violated by some row",
        kinds.CUT: "",
    }

    name_taken_error = "already exists"

    def cannot_cast(self, event: AlterColumn, column: Column) -> str:
        old, new = column.type, event.new.type or ""
        return "cannot cast type" if casts(old, new) is False else ""

    def collisions(
        self, catalogue: Catalogue, event: Event, constraints: Iterable[Constraint]
    ) -> list[Consequence]:
        constraints = list(constraints)
        found = super().collisions(catalogue, event, constraints)
        table, before = catalogue.get(event.table), list[Constraint]()
        for each in constraints:
            there = [*(table.constraints if table is not None else ()), *before]
            if _has_twin(event, each, there):
                failing = self._fails(event, event.table, each, self.name_taken_error)
                found.append(replace(failing, detail=kinds.ALIKE))
            before.append(each)
        return found

    def shares_names(self, constraint: Constraint) -> bool:
        # An index lives beside the tables of its schema; other constraints are
        # named per table.
        return isinstance(constraint, (Unique, Index))

    def create_table(
        self, catalogue: Catalogue, event: CreateTable
    ) -> list[Consequence]:
        made, merged = _merged(event.after)
        found = super().create_table(catalogue, replace(event, after=made))
        return found + [
            Consequence(
                kind=kinds.UNCREATED,
                event=event,
                table=event.table,
                constraint=each,
                becomes=other,
            )
            for each, other in merged
        ]

    def not_found(self, table: Table, event: RemoveConstraint) -> str:
        wanted = event.constraint
        if event.lookup == BY_COLUMNS:
            found = [u for u in table.of(Unique) if u.columns == wanted.columns]
            if found and all(each.is_index for each in found):
                # Django finds it among the indexes, and asks for DROP CONSTRAINT.
                return "does not exist"
            return super().not_found(table, event)
        held = table.named(cut(wanted.name))
        is_index = isinstance(held, Index) or (
            isinstance(held, Unique) and held.is_index
        )
        if isinstance(wanted, Index):
            return ""  # DROP INDEX IF EXISTS
        if isinstance(wanted, Unique) and wanted.is_index:
            is_key = isinstance(held, Unique) and not held.is_index
            return "constraint requires it" if is_key else ""
        return "does not exist" if held is None or is_index else ""

    def remove_constraint(
        self, catalogue: Catalogue, event: RemoveConstraint
    ) -> list[Consequence]:
        table = catalogue.get(event.table)
        keys = table.of(PrimaryKey) if table is not None else ()
        key = next((k for k in keys if k.name == event.constraint.name), None)
        if table is None or key is None or isinstance(event.constraint, PrimaryKey):
            return super().remove_constraint(catalogue, event)
        catalogue.put(table.without(key))
        return [self._lost(event, event.table, key)]

    def orphaned(
        self,
        catalogue: Catalogue,
        event: DropTable,
        referencing: Table,
        foreign_key: ForeignKey,
    ) -> Consequence:
        # DROP TABLE ... CASCADE in every Django up to 6.1 (#36779).
        catalogue.change(referencing.name, lambda t: t.without(foreign_key))
        return self._lost(event, referencing.name, foreign_key)

    def cascade(
        self, event: Event, table: Table, column: str = ""
    ) -> list[Consequence]:
        dependents = tuple(
            each
            for each in table.dependents
            if (column in each.columns if column else not each.is_own)
        )
        if not dependents:
            return []
        silent = not column or compat.cascades_dropped_columns()
        return [
            Consequence(
                kind=kinds.CASCADES if silent else kinds.FAILS,
                event=event,
                table=table.name,
                constraint=Constraint(name=dependents[0].name, columns=()),
                dependents=dependents,
                error="" if silent else "other objects depend on it",
            )
        ]

    def losing_member(
        self, event: DropColumn, table: Table, constraint: Constraint, column: str
    ) -> Consequence | None:
        if not constraint.protects:
            return None
        return self._lost(event, event.table, constraint)

    def losing_key(
        self, event: DropColumn, referencing: Table, foreign_key: ForeignKey
    ) -> Consequence:
        if compat.cascades_dropped_columns():
            return self._lost(event, referencing.name, foreign_key)
        return self._fails(
            event, referencing.name, foreign_key, "other objects depend on it"
        )

    def losing_unique(
        self, event: Event, table: Table, referencing: Table, foreign_key: ForeignKey
    ) -> Consequence | None:
        return self._fails(
            event, referencing.name, foreign_key, "other objects depend on it"
        )

    def unique_is_index(self, unique: Unique) -> bool:
        return unique.is_index

    def dropped_unique(
        self, event: AlterColumn, table: Table, unique: Unique
    ) -> Consequence | None:
        if unique.is_index:
            return self._fails(event, event.table, unique, "does not exist")
        return self._lost(event, event.table, unique)

    def retype(
        self, catalogue: Catalogue, event: AlterColumn, table: Table
    ) -> list[Consequence]:
        held = tuple(
            each
            for each in table.dependents
            if event.new.column in each.columns and each.kind in HOLDS_TYPE
        )
        found = []
        if held:
            failing = self._fails(
                event,
                event.table,
                Constraint(name=held[0].name),
                "cannot alter type of a column",
            )
            found.append(replace(failing, dependents=held))
        # Integers of different widths are legal ends of a foreign key here: the
        # narrow end overflows later.
        return found + [
            Consequence(
                kind=kinds.MISMATCHED,
                event=event,
                table=referencing.name,
                constraint=foreign_key,
            )
            for referencing, foreign_key in catalogue.incoming(event.table)
            if event.new.column in foreign_key.to_columns
            and _is_integer(event.old.type)
            and _is_integer(event.new.type)
        ]

    def materialised(self, table: Table) -> Table:
        return replace(table)


def _has_twin(
    event: Event, constraint: Constraint, there: Iterable[Constraint]
) -> bool:
    """Say whether the table has another declared constraint whose name is cut alike.

    https://www.postgresql.org/docs/current/sql-syntax-lexical.html: names have 63
    bytes, and the rest is cut off with a notice.
    """
    short = cut(constraint.name)
    if short == constraint.name:
        return False
    declared = event.declared(event.table)
    wanted = event.after if isinstance(event, CreateTable) else declared
    names = {
        each.name
        for each in (wanted.constraints if wanted is not None else ())
        if each.name != constraint.name and cut(each.name) == short
    }
    return bool(names) and any(
        # A constraint that was created before the plan has what is left of its name.
        each.name in {*names, short} and _is_index(each) == _is_index(constraint)
        for each in there
    )


def _is_index(constraint: Constraint) -> bool:
    """Say whether a constraint's name is that of an index alone."""
    return isinstance(constraint, Index) or (
        isinstance(constraint, Unique) and constraint.is_index
    )


def _merged(
    table: Table,
) -> tuple[Table, list[tuple[Constraint, Constraint]]]:
    """Return a table as CREATE TABLE makes it: one constraint of equal ones.

    It keeps the first, the primary key before any other, and the first name that one
    of them has (``transformIndexConstraints()`` of PostgreSQL 15 and 18). Also return
    each named constraint that is not made, and the one that stands for it.
    """
    # Those of unique_together follow in statements of their own.
    inline: list[Unique] = [
        u for u in table.of(Unique) if not MADE_UP_NAME.search(u.name)
    ]
    made: dict[tuple[str, ...], PrimaryKey | Unique] = {}
    lost: list[Unique] = []
    gone: list[Constraint] = []
    keys: list[PrimaryKey | Unique] = [
        *table.of(PrimaryKey),
        *filter(_may_merge, inline),
    ]
    for each in keys:
        first = made.setdefault(each.columns, each)
        if first is each:
            continue
        gone += [first, each]
        if each.name and (first.name or isinstance(first, PrimaryKey)):
            assert isinstance(each, Unique)
            lost.append(each)
        if each.name and not first.name:
            first = (
                each if isinstance(first, Unique) else replace(first, name=each.name)
            )
        made[each.columns] = first
    if not gone:
        return table, []
    stay = [c for c in made.values() if c.columns in {g.columns for g in gone}]
    return (
        table.without(*gone).with_constraints(*stay),
        [(each, made[each.columns]) for each in lost],
    )


def _may_merge(unique: Unique) -> bool:
    return (
        unique.is_plain
        and not (unique.deferrable or unique.is_index)
        and unique.nulls_distinct
    )


def _is_integer(type_: str | None) -> bool:
    return (type_ or "").split()[0].lower() in {
        "smallint",
        "integer",
        "bigint",
        "serial",
        "bigserial",
        "smallserial",
    }
