"""Catalogue and events to catalogue, and what was lost on the way.

The forecast touches no database. Preflight runs it over a whole plan; the live
guard runs the same over the calls as they come.
"""

from __future__ import annotations

from dataclasses import replace

from ..backends import backend_named
from ..schema import consequences as kinds
from ..schema.catalogue import Catalogue, Column, Table
from ..schema.consequences import Consequence
from ..schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
)
from ..schema.events import (
    AddColumn,
    AlterColumn,
    DropColumn,
    DropTable,
    Event,
    RemoveConstraint,
    RenameTable,
)
from .blocked import by_rows
from .foreign_keys.additions import over_rows
from .foreign_keys.created import incompatible
from .recipes import Owed, Recipe


def renamed(constraint: Constraint, event: Event) -> Constraint:
    """Return a constraint as it is after the event, its columns renamed."""
    if not isinstance(event, AlterColumn) or event.old.column == event.new.column:
        return constraint
    old, new = event.old.column, event.new.column
    after = (
        constraint.renamed_column(old, new) if old in constraint.uses else constraint
    )
    if isinstance(after, ForeignKey) and after.to_table == event.table:
        after = replace(
            after, to_columns=tuple(new if c == old else c for c in after.to_columns)
        )
    if isinstance(after, Check):
        # The server prints names in quotes, so the name of a column is told from
        # a word of the same letters.
        for quote in ("`", '"'):
            after = replace(
                after,
                expression=after.expression.replace(
                    f"{quote}{old}{quote}", f"{quote}{new}{quote}"
                ),
            )
    return after


class Forecast:
    """A catalogue carried forward, with what is owed on the way."""

    def __init__(
        self,
        catalogue: Catalogue,
        owed: list[Owed] | None = None,
        *,
        is_actual: bool = False,
    ) -> None:
        self.catalogue = catalogue
        self.backend = backend_named(catalogue.server.flavour)
        self.consequences = self.backend.effects(catalogue.server)
        self.compatibility = self.backend.compatibility(catalogue.server)
        self.owed: list[Owed] = list(owed or ())
        #: Whether columns keep what Django resets, unless that is acknowledged.
        self.keeps_columns = False
        #: Whether the catalogue is what a database has, and not what is declared.
        self.is_actual = is_actual

    def apply(self, event: Event) -> list[Consequence]:
        """Carry the catalogue through an event."""
        rows = [
            *over_rows(self.catalogue, event),
            *by_rows(self.consequences, self.catalogue, event),
        ]
        before = self.catalogue.get(event.table)
        missed: list[Consequence] = []
        if self.is_actual and isinstance(event, RemoveConstraint):
            missed = self.consequences.removal(self.catalogue, event)
        found = [*missed, *self.consequences.apply(self.catalogue, event)]
        # What is declared lacks nothing that is declared; what is owed returns anyway.
        found = [
            each
            for each in found
            if each.kind != kinds.RECREATED or (self.is_actual and not self._owes(each))
        ]
        for each in found:
            if self.keeps_columns and each.reset is not None:
                self._put_column(each.table, each.reset.wanted)
        return [
            *found,
            *incompatible(self.compatibility, self.catalogue, event, before),
            *rows,
        ]

    def _owes(self, consequence: Consequence) -> bool:
        return any(
            each.table == consequence.table
            and each.is_declared_as(consequence.constraint)
            for each in self.owed
        )

    def let_go(self, consequence: Consequence) -> None:
        """Take what a column is kept from after all."""
        if self.keeps_columns and consequence.reset is not None:
            self._put_column(consequence.table, consequence.reset.becomes)

    def _put_column(self, key: str, column: Column) -> None:
        self.catalogue.change(key, lambda table: table.with_column(column))

    def settled_by(self, event: Event) -> Owed | None:
        """Return the owed constraint that an event asks to remove, or None."""
        if isinstance(event, RemoveConstraint) and event.is_supported:
            for each in self.owed:
                if each.table == event.table and each.is_declared_as(event.constraint):
                    return each
        return None

    def wrap(self, recipe: Recipe) -> None:
        """Carry the catalogue through what a recipe does around its event."""
        consequence = recipe.consequence
        event, constraint = consequence.event, consequence.constraint
        if recipe.restates:
            return
        if (column := recipe.column) is not None:
            self._put_column(event.table, column)
            return
        key = consequence.table
        if isinstance(event, RenameTable) and key == event.table:
            key = event.to
        after = renamed(constraint, event)

        def change(table: Table) -> Table:
            gone = [constraint, after]
            if consequence.becomes is not None:
                gone.append(consequence.becomes)
            table = table.without(*gone)
            return table.with_constraints(after) if recipe.puts_back else table

        self.catalogue.change(key, change)
        if recipe.owed is not None:
            self.owed.append(recipe.owed)

    def follow(self, event: Event) -> tuple[list[Owed], list[Owed]]:
        """Return what is to be made now, and what is owed no longer.

        Both leave the list of what is owed; what is made is in the catalogue.
        """
        due: list[Owed] = []
        struck: list[Owed] = []
        for each in list(self.owed):
            if isinstance(event, RenameTable) and each.table == event.table:
                each.table = event.to
            if isinstance(event, DropTable) and each.table == event.table:
                struck.append(each)
                continue
            if isinstance(event, AlterColumn) and each.table == event.table:
                each.constraint = renamed(each.constraint, event)
            if isinstance(each.constraint, ForeignKey) and each.waits:
                self._wait(each, event, due, struck)
                continue
            if isinstance(each.constraint, ForeignKey):
                if not self._key_is_settled(each, event):
                    continue
                made = self._key_to_make(event)
                if made is None:
                    struck.append(each)
                else:
                    each.constraint = made
                    due.append(each)
                continue
            if isinstance(event, (AddColumn, AlterColumn)) and (
                each.table == event.table
            ):
                table = self.catalogue.get(each.table)
                present = {c.name for c in table.columns} if table else set()
                if each.constraint.uses <= present:
                    due.append(each)
        for each in (*due, *struck):
            self.owed.remove(each)
        for each in due:
            if (table := self.catalogue.get(each.table)) is not None:
                self.catalogue.put(table.with_constraints(each.constraint))
        return due, struck

    def _wait(
        self, owed: Owed, event: Event, due: list[Owed], struck: list[Owed]
    ) -> None:
        """Follow a foreign key that waits for its referenced table."""
        foreign_key = owed.constraint
        assert isinstance(foreign_key, ForeignKey)
        if isinstance(event, RenameTable) and event.table == foreign_key.to_table:
            owed.constraint = foreign_key = replace(foreign_key, to_table=event.to)
        if self._key_is_settled(owed, event):
            new = getattr(event, "constraints", ())
            made = next((c for c in new if isinstance(c, ForeignKey)), None)
            if made is None:
                struck.append(owed)
                return
            owed.constraint = foreign_key = made
        table = self.catalogue.get(foreign_key.to_table)
        if table is not None and all(map(table.column, foreign_key.to_columns)):
            due.append(owed)

    def _key_is_settled(self, owed: Owed, event: Event) -> bool:
        """Say whether an event makes, moves or removes an owed foreign key."""
        if event.table != owed.table:
            return False
        columns = owed.constraint.columns
        if isinstance(event, DropColumn):
            return event.old.column in columns
        if isinstance(event, AlterColumn):
            return event.new.column in columns
        return False

    def _key_to_make(self, event: Event) -> ForeignKey | None:
        """Return the foreign key that Django will not make by itself.

        It makes one again only where it dropped one; a rebuild (SQLite) always.
        """
        if not isinstance(event, AlterColumn) or (self.backend.rebuilds_tables):
            return None
        return next((c for c in event.constraints if isinstance(c, ForeignKey)), None)
