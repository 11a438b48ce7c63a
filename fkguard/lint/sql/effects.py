"""What raw SQL and code come to, on the catalogue that a judge carries along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.migrations.operations import (
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation

from ...backends import backend_named
from ...declared.states import Unrendered
from ...schema import consequences as kinds
from ...schema.catalogue import Catalogue, Table
from ...schema.consequences import Consequence
from ...schema.constraints import Constraint, Index, PrimaryKey, Unique
from ...schema.events import (
    DeclaredColumn,
    DropColumn,
    DropTable,
    Event,
    RunStatement,
    Unseen,
)
from ...schema.location import Place
from ...schema.matching import find
from ...schema.names import split_key
from . import names, parsed

#: SQL that may make a constraint.
MAKES = re.compile(r"\b(unique|foreign\s+key|check)\b", re.IGNORECASE)


@dataclass(kw_only=True)
class Unfollowed:
    """SQL that takes from a table, or a column, the name by which it is known."""

    consequence: Consequence
    place: Place
    #: "" where it is the table's.
    column: str = ""


@dataclass(kw_only=True)
class SqlSession:
    """What the SQL of one migration has left behind so far."""

    #: The statements that switched checks off, by variable.
    off: dict[str, tuple[Consequence, Place]] = field(default_factory=dict)
    #: Names of constraints that the SQL itself makes.
    added: set[str] = field(default_factory=set)
    dropped: list[tuple[Consequence, Place]] = field(default_factory=list)
    #: The statements that change rows.
    written: list[parsed.RowsWritten] = field(default_factory=list)
    unfollowed: list[Unfollowed] = field(default_factory=list)

    def settled(self, source: Unrendered) -> Iterator[tuple[Consequence, Place]]:
        """Yield what is left of it at the end of the migration.

        `source` is the state by then, which may say the same as the SQL.
        """
        yield from self.off.values()
        for each in self.unfollowed:
            declared = source.look_up(each.consequence.table)
            if declared is None or (each.column and not declared.column(each.column)):
                continue
            yield each.consequence, each.place
        for consequence, place in self.dropped:
            if consequence.constraint.name in self.added:
                consequence = replace(
                    consequence,
                    kind=kinds.REPLACED,
                    becomes=consequence.constraint,
                )
            yield consequence, place


def unseen(event: Unseen, operation: Operation) -> Iterator[Consequence]:
    """Yield the code that an operation runs."""
    name, what = event.reason, event.reason
    if isinstance(operation, RunPython):
        code: Any = operation.code
        if code is RunPython.noop:
            return
        name = getattr(code, "__name__", type(code).__name__)
        what = f"RunPython({name})"
    yield Consequence(
        kind=kinds.NOT_SEEN,
        event=event,
        table="",
        constraint=Constraint(name=name),
        error=what,
    )


def read(
    event: RunStatement,
    place: Place,
    catalogue: Catalogue,
    source: Unrendered,
    session: SqlSession,
) -> Iterator[Event | Consequence]:
    """Yield what SQL asks of the schema: events to judge, and consequences."""
    server = catalogue.server
    facts = backend_named(server.flavour)
    event = replace(event, declared=source.look_up)
    from . import parser  # It needs sqlglot, of no use to most histories.

    for each in parser.effects(event.sql, server.flavour, server, event.is_script):
        effect = names.resolved(each, catalogue)
        if (unfollowed := _unfollowed(effect, place, catalogue)) is not None:
            session.unfollowed.append(unfollowed)
        if isinstance(effect, parsed.UnreadStatement):
            yield Consequence(
                kind=kinds.UNREAD,
                event=RunStatement(table="", sql=effect.text),
                table="",
                constraint=Constraint(name="RunSQL"),
                error=effect.why,
            )
        elif isinstance(effect, parsed.Converted):
            yield Consequence(
                kind=kinds.CONVERTED,
                event=event,
                table=effect.table,
                constraint=Constraint(name=effect.table),
                error=effect.to,
            )
        elif isinstance(effect, parsed.ChecksSwitched):
            session.off.pop(effect.variable, None)
            if effect.off:
                consequence = Consequence(
                    kind=kinds.CHECKS_OFF,
                    event=event,
                    table="",
                    constraint=Constraint(name=effect.variable),
                    error=f"{effect.variable} = {effect.value}",
                )
                session.off[effect.variable] = (consequence, place)
        elif isinstance(effect, parsed.RowsWritten):
            session.written.append(effect)
        elif isinstance(effect, parsed.ConstraintAdded):
            if effect.constraint.name:
                session.added.add(effect.constraint.name)
            put(catalogue, effect.table, effect.constraint)
        elif isinstance(effect, parsed.ColumnDropped):
            if (column := _column(effect, catalogue, source)) is not None:
                yield column
        elif isinstance(effect, parsed.TableDropped):
            if not facts.keeps_referenced_tables or effect.cascades:
                yield DropTable(table=effect.table, declared=source.look_up)
            else:
                # Where something references it, PostgreSQL refuses.
                catalogue.drop(effect.table)
        elif isinstance(effect, parsed.ConstraintDropped):
            for consequence in _dropped(effect, event, catalogue):
                session.dropped.append((consequence, place))


def _unfollowed(
    effect: parsed.Effect, place: Place, catalogue: Catalogue
) -> Unfollowed | None:
    """Return what a statement does to a known table that is not carried along."""

    table = catalogue.get(effect.table)
    if table is None:
        return None
    column, why = "", ""
    if isinstance(effect, parsed.TableDropped):
        why = "It drops a table that the migration state still declares."
    elif isinstance(effect, parsed.TableReplaced):
        why = "It recreates a table that the migration state declares."
    elif isinstance(effect, (parsed.TableRenamed, parsed.ColumnRenamed)):
        old = effect.to if isinstance(effect, parsed.TableRenamed) else effect.column
        found = names.column_of(catalogue.server, table, old)
        if found is not None:
            column = found.name
        elif isinstance(effect, parsed.ColumnRenamed):
            return None
        what = f"the column {table.name}.{column}" if column else table.name
        why = f"It renames {what}, which the migration state declares under that name."
    else:
        return None
    consequence = Consequence(
        kind=kinds.UNREAD,
        event=RunStatement(table="", sql=effect.text),
        table=table.name,
        constraint=Constraint(name="RunSQL"),
        error=why,
    )
    return Unfollowed(consequence=consequence, place=place, column=column)


def _column(
    effect: parsed.ColumnDropped, catalogue: Catalogue, source: Unrendered
) -> DropColumn | None:
    table = catalogue.get(effect.table)
    if table is None:
        return None
    column = names.column_of(catalogue.server, table, effect.column)
    if column is None:
        return None
    # Without `references`: SQL drops no foreign key by name first, as Django does.
    old = DeclaredColumn(field=column.name, column=column.name, type=column.type)
    return DropColumn(table=table.name, old=old, declared=source.look_up)


def makes_constraints(operation: Operation) -> bool:
    """Say whether the SQL of an operation may make a constraint."""
    if isinstance(operation, SeparateDatabaseAndState):
        return any(map(makes_constraints, operation.database_operations))
    return isinstance(operation, RunSQL) and bool(MAKES.search(str(operation.sql)))


def put(catalogue: Catalogue, key: str, made: Constraint) -> None:
    """Let a table have what SQL makes, so that what follows cannot lose it unseen."""
    table = catalogue.get(key)
    if table is None:
        return
    made = names.constraint_as_known(made, table, catalogue)
    if not made.uses or find(table, made) is not None:
        return
    if all(map(table.column, made.uses)):
        catalogue.put(table.with_constraints(made))


def _dropped(
    effect: parsed.ConstraintDropped, event: RunStatement, catalogue: Catalogue
) -> Iterator[Consequence]:
    """Yield the constraint that SQL names, as the catalogue has it where it does."""
    table, constraint = _find(effect, catalogue)
    if isinstance(constraint, Index):
        catalogue.put(table.without(constraint))
        return
    if constraint is not None:
        catalogue.put(table.without(constraint))
    yield Consequence(
        kind=kinds.SQL_DROPS,
        event=event,
        table=table.name or effect.table,
        constraint=constraint or Constraint(name=effect.name or "PRIMARY KEY"),
    )


def _find(
    effect: parsed.ConstraintDropped, catalogue: Catalogue
) -> tuple[Table, Constraint | None]:
    nowhere, server = Table(name=""), catalogue.server
    if not effect.table:
        held = catalogue.named(effect.name)
        if held:
            return held[0]
        for table in catalogue:
            found = names.alike(server, effect.name, table.constraints)
            if found is not None:
                return table, found
        for table in catalogue:
            if (guess := _unnamed(table, effect.name)) is not None:
                return table, guess
        return nowhere, None
    table = catalogue.get(effect.table) or nowhere
    if not effect.name:
        return table, next(table.of(PrimaryKey), None)
    found = names.alike(server, effect.name, table.constraints)
    return table, found or _unnamed(table, effect.name)


def _unnamed(table: Table, name: str) -> Unique | None:
    """Return the unique that the server has named: after its columns."""
    for unique in table.of(Unique):
        if unique.name or not unique.columns:
            continue
        of = "_".join((split_key(table.name)[1], *unique.columns))
        if name in {f"{of}_key", f"{of}_idx", unique.columns[0]}:
            return unique
    return None
