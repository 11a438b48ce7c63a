"""The foreign keys that an event makes, and what keeps them from being made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ...backends import backend_named
from ...schema import consequences as kinds
from ...schema.catalogue import Catalogue, Column, Table
from ...schema.consequences import Consequence, Difference
from ...schema.constraints import Constraint, ForeignKey
from ...schema.events import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateTable,
    Event,
    is_same_but_comment,
)
from ...schema.matching import find

if TYPE_CHECKING:
    from ...backends.base.compatibility import Compatibility

#: A column as it is to be, its type in SQL, and the statements that make it so.
Remedy = tuple[Column, str, tuple[str, ...]]


def incompatible(
    rules: Compatibility, catalogue: Catalogue, event: Event, before: Table | None
) -> list[Consequence]:
    """Return the foreign keys of an event that the server would not make, or ignore.

    `catalogue` is the one after the event, and `before` its table as it was. A
    referenced table that does not exist yet has its foreign keys judged when it comes.
    """
    found = []
    for table, foreign_key, is_new in made_by(catalogue, event):
        difference = rules.difference(catalogue, table, foreign_key, is_new=is_new)
        if difference is not None:
            if isinstance(event, AlterColumn) and before is not None:
                kept = _kept(rules, catalogue, event, before, table, foreign_key)
                difference = _with(difference, kept)
            found.append((table, foreign_key, difference))
    if isinstance(event, AlterColumn) and before is not None:
        found += _broken(rules, catalogue, event, before)
    return [
        Consequence(
            kind=kinds.INCOMPATIBLE,
            event=event,
            table=table.name,
            constraint=foreign_key,
            error=difference.error,
            difference=difference,
        )
        for table, foreign_key, difference in found
    ]


def _broken(
    rules: Compatibility, catalogue: Catalogue, event: AlterColumn, before: Table
) -> Iterator[tuple[Table, ForeignKey, Difference]]:
    """Yield the foreign keys that stay while the column they reference is rewritten."""
    if event.type_changes:
        return
    for table, foreign_key in catalogue.incoming(event.table):
        if event.new.column not in foreign_key.to_columns:
            continue
        difference = rules.difference(catalogue, table, foreign_key, is_made=True)
        if difference is None:
            continue
        kept = _kept(rules, catalogue, event, before, table, foreign_key)
        if kept is not None:  # Else it was so before.
            error = rules.rewritten_error or difference.error
            yield table, foreign_key, replace(_with(difference, kept), error=error)


def _kept(
    rules: Compatibility,
    catalogue: Catalogue,
    event: AlterColumn,
    before: Table,
    holder: Table,
    foreign_key: ForeignKey,
) -> Remedy | None:
    """Return a column as it was, if that is all that the foreign key needs.

    An alteration that changes no type may write the column again all the same, as
    Django declares it: MODIFY.
    """
    was, now = before.column(event.old.column), catalogue.get(event.table)
    if event.type_changes or was is None or now is None:
        return None
    column = replace(was, name=event.new.column, null=event.new.null)
    tables = {each.name: each for each in (holder, now.with_column(column))}
    if (to_table := catalogue.get(foreign_key.to_table)) is not None:
        tables.setdefault(to_table.name, to_table)
    trial = Catalogue(catalogue.server, tables.values())
    if rules.difference(trial, tables[holder.name], foreign_key) is not None:
        return None
    fix: tuple[str, ...] = ()
    if event.old.column == event.new.column:
        fix = rules.rewritten(tables[event.table], column)
    return column, rules.column_type(column), fix


def _with(difference: Difference, kept: Remedy | None) -> Difference:
    if kept is None:
        return difference
    column, type_, fix = kept
    return replace(difference, remedy=column, remedy_type=type_, fix=fix)


def tables_of(consequence: Consequence) -> Iterator[str]:
    """Yield the keys of the tables at both ends of a consequence's foreign key."""
    yield consequence.table
    if isinstance(consequence.constraint, ForeignKey):
        yield consequence.constraint.to_table


def referenced_by(event: Event) -> set[str]:
    """Return the keys of the tables that the foreign keys of an event reference."""
    constraints: tuple[Constraint, ...] = ()
    if isinstance(event, CreateTable):
        constraints = event.after.constraints
    elif isinstance(event, (AddColumn, AlterColumn)):
        constraints = event.constraints
    return {each.to_table for each in constraints if isinstance(each, ForeignKey)}


def give_engine(catalogue: Catalogue) -> None:
    """Let new tables have an engine with foreign keys, where the default has none."""
    server = catalogue.server
    engine = backend_named(server.flavour).compatibility(server).engine_to_give()
    catalogue.server = replace(server, given_engine=engine)


def made_by(
    catalogue: Catalogue, event: Event
) -> Iterator[tuple[Table, ForeignKey, bool]]:
    """Yield table, foreign key, and whether its column comes with it."""
    table = catalogue.get(event.table)
    if table is None:
        return
    if isinstance(event, CreateTable):
        for foreign_key in event.after.of(ForeignKey):
            yield table, foreign_key, True
        for referencing, foreign_key in catalogue.incoming(event.table):
            if referencing.name != event.table:
                yield referencing, foreign_key, False
    elif isinstance(event, AddColumn):
        for each in event.constraints:
            if isinstance(each, ForeignKey):
                yield table, each, True
    elif isinstance(event, AlterColumn):
        yield from _altered(catalogue, event, table)
    elif isinstance(event, AddConstraint) and isinstance(event.constraint, ForeignKey):
        yield table, event.constraint, False


def _altered(
    catalogue: Catalogue, event: AlterColumn, table: Table
) -> Iterator[tuple[Table, ForeignKey, bool]]:
    """Yield what Django drops and makes again, or for the first time."""
    if is_same_but_comment(event.old, event.new):
        return
    for each in event.constraints:
        if isinstance(each, ForeignKey) and find(table, each) is not None:
            yield table, each, False
    if not event.type_changes:
        return
    for relation in event.incoming:
        holder = catalogue.get(relation.table)
        if holder is None or not relation.db_constraint:
            continue
        for foreign_key in holder.of(ForeignKey):
            if foreign_key.columns == (relation.column,):
                yield holder, foreign_key, False
