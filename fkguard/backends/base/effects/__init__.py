"""What an event does to a catalogue: Django's own part, and what SQL leaves open.

``apply()`` carries a catalogue forward and returns what the event did beyond what
it was asked to. Each vendor overrides the questions that databases answer
differently; Django's part is read off ``BaseDatabaseSchemaEditor`` of 5.2 to 6.1.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import ClassVar

from ....schema import consequences as kinds
from ....schema.catalogue import Catalogue, Column, Server, Table
from ....schema.consequences import Consequence
from ....schema.constraints import Constraint, ForeignKey, Index, PrimaryKey, Unique
from ....schema.events import (
    BY_COLUMNS,
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateTable,
    DeclaredColumn,
    DropColumn,
    DropTable,
    Event,
    RemoveConstraint,
    RenameTable,
)
from ....schema.matching import drop_from, find, is_declared, meant_by, swap_in
from ..narrowing import Narrowing, narrowing
from .temporary import Interim


class Consequences(Interim):
    """The effect of each event on the catalogue of one server."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def apply(self, catalogue: Catalogue, event: Event) -> list[Consequence]:
        """Change the catalogue as the event does; return what it should not do."""
        if isinstance(event, CreateTable):
            return self.create_table(catalogue, event)
        if isinstance(event, DropTable):
            return self.drop_table(catalogue, event)
        if isinstance(event, RenameTable):
            return self.rename_table(catalogue, event)
        if isinstance(event, AddColumn):
            return self.add_column(catalogue, event)
        if isinstance(event, DropColumn):
            return self.drop_column(catalogue, event)
        if isinstance(event, AlterColumn):
            return self.alter_column(catalogue, event)
        if isinstance(event, AddConstraint):
            return self.add_constraint(catalogue, event)
        if isinstance(event, RemoveConstraint):
            return self.remove_constraint(catalogue, event)
        return []

    #: The server's error, by the kind of consequence that rows bring about.
    row_errors: ClassVar[Mapping[str, str]]

    #: Whether a new column that is NOT NULL and has no default needs an empty table.
    needs_value: ClassVar[bool] = True
    #: Whether a table cannot be altered before the deferred check of its rows.
    keeps_pending_events: ClassVar[bool] = False

    def fills_nulls(self, new: DeclaredColumn) -> bool:
        """Say whether Django gives rows a value before a column becomes NOT NULL."""
        return new.has_own_default

    def narrows(self, event: AlterColumn, column: Column | None) -> Narrowing | None:
        """Return the values that an altered column has no room for, or None.

        `column` is as it was before, where that is known.
        """
        return narrowing(event.old.type or "", event.new.type or "")

    def cannot_cast(self, event: AlterColumn, column: Column) -> str:
        """Return the error of a change of type that has no cast, or ""."""
        return ""

    def stores_uuid_as_text(self, event: AlterColumn) -> bool:
        """Say whether any value gets into a column that is to hold UUIDs."""
        return False

    # Tables.

    def create_table(
        self, catalogue: Catalogue, event: CreateTable
    ) -> list[Consequence]:
        found = [
            Consequence(
                kind=kinds.UNCREATED, event=event, table=event.table, constraint=each
            )
            for each in event.unsupported
        ]
        found += self.collisions(catalogue, event, event.after.constraints)
        catalogue.put(self.materialised(event.after))
        return found

    def materialised(self, table: Table) -> Table:
        """Return a declared table as this server makes it."""
        server = self.server
        engine = table.engine or server.given_engine or server.default_engine
        return replace(table, engine=engine)

    def collisions(
        self, catalogue: Catalogue, event: Event, constraints: Iterable[Constraint]
    ) -> list[Consequence]:
        """Return the constraints whose names are taken by other tables."""
        found = []
        for each in constraints:
            if each.name and (holder := self.holder(catalogue, event.table, each)):
                table, constraint = holder
                found.append(
                    Consequence(
                        kind=kinds.FAILS,
                        event=event,
                        table=table.name,
                        constraint=constraint,
                        becomes=each,
                        error=self.name_taken_error,
                    )
                )
        return found

    #: The server's error where a name is taken.
    name_taken_error = ""

    def shares_names(self, constraint: Constraint) -> bool:
        """Say whether two tables cannot both have such a constraint of one name."""
        return isinstance(constraint, (Unique, Index))

    def holder(
        self, catalogue: Catalogue, key: str, wanted: Constraint
    ) -> tuple[Table, Constraint] | None:
        """Return what has the name of a constraint that is to be made."""
        if not self.shares_names(wanted):
            return None
        for table, each in catalogue.named(wanted.name):
            if table.name != key and self.shares_names(each):
                return table, each
        return None

    def drop_table(self, catalogue: Catalogue, event: DropTable) -> list[Consequence]:
        table = catalogue.get(event.table)
        if table is None:
            return []
        found = []
        for referencing, foreign_key in catalogue.incoming(event.table):
            if referencing.name == event.table:
                continue
            found.append(self.orphaned(catalogue, event, referencing, foreign_key))
        found += self.cascade(event, table)
        if event.joins:
            found.append(
                Consequence(
                    kind=kinds.JOIN_DROPPED,
                    event=event,
                    table=event.table,
                    constraint=Constraint(name="", columns=()),
                )
            )
        catalogue.drop(event.table)
        return found

    @abstractmethod
    def orphaned(
        self,
        catalogue: Catalogue,
        event: DropTable,
        referencing: Table,
        foreign_key: ForeignKey,
    ) -> Consequence:
        """Return what becomes of a foreign key whose referenced table goes."""

    def cascade(
        self, event: Event, table: Table, column: str = ""
    ) -> list[Consequence]:
        """Return what goes along beside constraints: nothing, mostly."""
        return []

    def rename_table(
        self, catalogue: Catalogue, event: RenameTable
    ) -> list[Consequence]:
        table = catalogue.get(event.table)
        if table is None:
            return []
        incoming = catalogue.incoming(event.table)
        catalogue.drop(event.table)
        catalogue.put(replace(table, name=event.to))
        for referencing, foreign_key in incoming:
            key = event.to if referencing.name == event.table else referencing.name
            swap_in(
                catalogue, key, foreign_key, replace(foreign_key, to_table=event.to)
            )
        return []

    # Columns.

    def add_column(self, catalogue: Catalogue, event: AddColumn) -> list[Consequence]:
        found = self.collisions(catalogue, event, event.constraints)
        new = event.new
        column = Column(
            name=new.column,
            type=new.type or "",
            null=new.null,
            collation=new.collation,
            comment=new.comment,
            generated="stored" if new.generated else "",
        )
        catalogue.change(
            event.table,
            lambda table: self.materialised(
                replace(
                    table,
                    columns=(*table.columns, column),
                    constraints=(*table.constraints, *event.constraints),
                )
            ),
        )
        return found

    def drop_column(self, catalogue: Catalogue, event: DropColumn) -> list[Consequence]:
        table = catalogue.get(event.table)
        column = event.old.column
        if table is None:
            return []
        found: list[Consequence] = []
        if event.old.references:
            # Django drops the foreign keys of exactly this column by name first.
            gone = [f for f in table.of(ForeignKey) if f.columns == (column,)]
            table = table.without(*gone)
            catalogue.put(table)
        for constraint in list(table.using(column)):
            if constraint.columns == (column,) and constraint.uses == {column}:
                # It goes with its only column, as it should, unless the state
                # continues to declare it.
                table = table.without(constraint)
                if (
                    constraint.protects
                    and not isinstance(constraint, PrimaryKey)
                    and is_declared(event, event.table, constraint)
                ):
                    found.append(self._lost(event, event.table, constraint))
                continue
            consequence = self.losing_member(event, table, constraint, column)
            table = table.without(constraint)
            if consequence is not None:
                found.append(consequence)
                if consequence.becomes is not None:
                    table = table.with_constraints(consequence.becomes)
                elif consequence.kind == kinds.FAILS:
                    table = table.with_constraints(constraint)
        for referencing, foreign_key in catalogue.incoming(event.table):
            if column in foreign_key.to_columns and not (
                referencing.name == event.table and column in foreign_key.columns
            ):
                consequence = self.losing_key(event, referencing, foreign_key)
                found.append(consequence)
                if consequence.kind == kinds.DROPPED:
                    if referencing.name == event.table:
                        table = table.without(foreign_key)
                    else:
                        # As it is now: it may have lost another key to this one.
                        drop_from(catalogue, referencing.name, foreign_key)
        found += self.cascade(event, table, column)
        catalogue.put(table.without_column(column))
        return found

    @abstractmethod
    def losing_member(
        self, event: DropColumn, table: Table, constraint: Constraint, column: str
    ) -> Consequence | None:
        """Return what becomes of a constraint that uses a dropped column."""

    @abstractmethod
    def losing_key(
        self, event: DropColumn, referencing: Table, foreign_key: ForeignKey
    ) -> Consequence:
        """Return what becomes of a foreign key to a dropped column."""

    # Constraints.

    def add_constraint(
        self, catalogue: Catalogue, event: AddConstraint
    ) -> list[Consequence]:
        if not event.is_supported:
            if not event.constraint.protects:
                return []
            return [
                Consequence(
                    kind=kinds.UNCREATED,
                    event=event,
                    table=event.table,
                    constraint=event.constraint,
                )
            ]
        found = self.collisions(catalogue, event, [event.constraint])
        catalogue.change(
            event.table,
            lambda t: self.materialised(t.with_constraints(event.constraint)),
        )
        return found

    def not_found(self, table: Table, event: RemoveConstraint) -> str:
        """Return the error of a removal whose constraint is not there as asked, or "".

        It is Django's own for an entry of ``unique_together``, which it looks up by
        its columns (``_delete_composed_index()``).
        """
        if event.lookup == BY_COLUMNS:
            there = any(
                each.columns == event.constraint.columns and not each.expressions
                for each in table.of(Unique)
            )
            return "" if there else "Found wrong number (0) of constraints"
        return ""

    def removal(
        self, catalogue: Catalogue, event: RemoveConstraint
    ) -> list[Consequence]:
        """Return that a removal does not find its constraint, and what it means."""
        table = catalogue.get(event.table)
        if table is None or not event.is_supported or not event.lookup:
            return []
        if not (error := self.not_found(table, event)):
            return []
        return [
            Consequence(
                kind=kinds.NOT_FOUND,
                event=event,
                table=event.table,
                constraint=event.constraint,
                becomes=meant_by(table, event),
                error=error,
            )
        ]

    def remove_constraint(
        self, catalogue: Catalogue, event: RemoveConstraint
    ) -> list[Consequence]:
        table = catalogue.get(event.table)
        if (
            table is None
            or not event.is_supported
            or (actual := find(table, event.constraint)) is None
        ):
            return []
        table = table.without(actual)
        catalogue.put(table)
        if not isinstance(actual, Unique) or not actual.is_plain:
            return []
        found = self.unsupported_keys(catalogue, event, event.table, actual.columns)
        if not self.has_key(table, actual.columns) and is_declared(
            event, event.table, actual
        ):
            # One unique stood for two equal ones, of which one stays declared.
            found.append(self._lost(event, event.table, actual))
        return found
