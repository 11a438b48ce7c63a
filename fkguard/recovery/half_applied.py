"""What a run that failed has left: tables and columns of a migration not recorded.

Where schema changes cannot be rolled back, a migration that fails leaves its tables,
and loses the foreign keys, indexes and unique constraints that Django had deferred.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.backends.base.base import BaseDatabaseWrapper

from ..backends import backend_for
from ..judgement.hazards import Leftover
from ..schema.catalogue import Catalogue, Located, Table
from ..schema.consequences import LEFT_OVER, Consequence
from ..schema.constraints import Check, Constraint, PrimaryKey
from ..schema.events import AddColumn, AddConstraint, CreateTable, Event
from ..schema.location import Place
from ..schema.matching import find
from ..schema.names import split_key


@dataclass(kw_only=True)
class Leftovers:
    """The events of one migration, compared with what the database had before.

    `before` is the catalogue before the plan.
    """

    connection: BaseDatabaseWrapper
    before: Catalogue
    first: tuple[Event, Place] | None = None
    tables: list[str] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    constraints: list[Located] = field(default_factory=list)
    #: What the migration makes, and the database does not have.
    missing: list[Located] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    def note(
        self, event: Event, place: Place, catalogue: Catalogue, texts: Iterable[str]
    ) -> None:
        """Compare one event with the catalogue as it is forecast right before it.

        `texts` is SQL and code that the plan runs before.
        """
        table = catalogue.get(event.table) if event.table in self.before else None
        if isinstance(event, CreateTable):
            if table is None:
                self.absent.append(f"table {event.table}")
            elif self._is_in_the_way(event.table, place, texts):
                self.tables.append(event.table)
                self._compare(table, event.after)
                self._found(event, place)
        elif table is None:
            return
        elif isinstance(event, AddColumn):
            if table.column(event.new.column) is None:
                self.absent.append(f"column {event.table}.{event.new.column}")
            elif self._is_in_the_way(event.table, place, texts):
                self.columns.append((event.table, event.new.column))
                self._lacks(table, event.constraints)
                self._found(event, place)
        elif isinstance(event, AddConstraint) and event.is_supported:
            there = table.named(event.constraint.name)
            located = Located(table=event.table, constraint=event.constraint)
            if there is None or type(there) is not type(event.constraint):
                self.missing.append(located)
            elif self._is_in_the_way(event.table, place, texts):
                self.constraints.append(located)
                self._found(event, place)

    def end(self) -> Iterator[tuple[Consequence, Place, Leftover]]:
        """Yield what the migration finds there, and begin with the next one."""
        if self.first is not None:
            event, place = self.first
            consequence = Consequence(
                kind=LEFT_OVER,
                event=event,
                table=event.table,
                constraint=Constraint(name=""),
            )
            gone = {each.table for each in self.missing} - set(self.before.tables)
            yield (
                consequence,
                place,
                Leftover(
                    tables=tuple(self.tables),
                    columns=tuple(self.columns),
                    constraints=tuple(self.constraints),
                    missing=tuple(m for m in self.missing if m.table not in gone),
                    absent=tuple(self.absent),
                ),
            )
        self.first = None
        for each in (
            self.tables,
            self.columns,
            self.constraints,
            self.missing,
            self.absent,
        ):
            each.clear()

    def _found(self, event: Event, place: Place) -> None:
        self.first = self.first or (event, place)

    def _compare(self, table: Table, wanted: Table) -> None:
        for column in wanted.columns:
            if table.column(column.name) is None:
                self.absent.append(f"column {table.name}.{column.name}")
        self._lacks(table, wanted.constraints)

    def _lacks(self, table: Table, wanted: Iterable[Constraint]) -> None:
        for each in wanted:
            if isinstance(each, PrimaryKey) or (
                isinstance(each, Check) and not each.name
            ):
                continue  # Made with the table or the column, and known by no name.
            if find(table, each) is None:
                self.missing.append(Located(table=table.name, constraint=each))

    def _is_in_the_way(self, key: str, place: Place, texts: Iterable[str]) -> bool:
        """Say whether what is there is still there when the plan comes so far."""
        _, name = split_key(key)
        words = {name.lower(), place.model.lower()} - {""}
        if any(
            text == "*" or any(word in text.lower() for word in words) for text in texts
        ):
            return False
        return backend_for(self.connection).introspection.is_in_the_way(key)
