"""What an event does to a catalogue of PostgreSQL.

https://www.postgresql.org/docs/current/sql-altertable.html: dropping a column
drops the indexes and table constraints that involve it, without a word.
"""

from __future__ import annotations

from dataclasses import replace

from ... import compat
from ... import consequences as kinds
from ...catalogue import Catalogue, Table
from ...consequences import Consequence
from ...constraints import Constraint, ForeignKey, Index, Unique
from ...events import AlterColumn, CreateTable, DropColumn, DropTable, Event
from ..base.consequences import Consequences as Base


class Consequences(Base):
    name_taken_error = "already exists"

    def shares_names(self, constraint: Constraint) -> bool:
        # An index lives beside the tables of its schema; other constraints are
        # named per table.
        return isinstance(constraint, (Unique, Index))

    def create_table(
        self, catalogue: Catalogue, event: CreateTable
    ) -> list[Consequence]:
        # CREATE TABLE makes one constraint of two equal ones, of the other's name.
        after = event.after
        inline = [
            u
            for u in after.of(Unique)
            if not u.name and any(_is_twin(u, each) for each in after.of(Unique))
        ]
        return super().create_table(
            catalogue, replace(event, after=after.without(*inline))
        )

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
            each for each in table.dependents if not column or column in each.columns
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
        # Integers of different widths are legal ends of a foreign key here: the
        # narrow end overflows later.
        return [
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


def _is_twin(unnamed: Unique, other: Unique) -> bool:
    return (
        bool(other.name)
        and other.columns == unnamed.columns
        and other.is_plain
        and not (other.deferrable or other.is_index)
        and other.nulls_distinct
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
