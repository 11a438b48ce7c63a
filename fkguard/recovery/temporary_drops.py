"""What one call takes away for a while: written down, put back, and struck.

Where a transaction carries DDL the database puts everything back by itself, and
nothing here runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.core.management.base import CommandError
from django.db.utils import Error

from ..backends import backend_for, backend_named
from ..errors import Refused, first_line
from ..judgement.forecast import Forecast, renamed
from ..judgement.recipes import Owed
from ..schema.catalogue import Catalogue, Located, Table
from ..schema.constraints import Constraint, ForeignKey
from ..schema.events import (
    AddConstraint,
    AlterColumn,
    Event,
    RemoveConstraint,
    RenameTable,
)
from ..schema.location import Place
from ..schema.matching import find, find_alike, is_alike
from .ledger import LedgerEntry
from .restore import Workshop


def taken_away(catalogue: Catalogue, events: Iterable[Event]) -> list[Located]:
    """Return what a call drops before its last statement."""
    events = list(events)
    consequences = backend_named(catalogue.server.flavour).effects(catalogue.server)
    found: list[Located] = []
    adds = any(isinstance(each, AddConstraint) for each in events)
    for event in events:
        found += consequences.taken_away(catalogue, event)
        if adds and isinstance(event, RemoveConstraint):
            table = catalogue.get(event.table)
            gone = find(table, event.constraint) if table is not None else None
            if gone is not None and gone.protects:
                found.append(Located(table=event.table, constraint=gone))
    return list(dict.fromkeys(found))


def tables_of(events: Iterable[Event]) -> list[str]:
    """Return the tables that a call may take something away from."""
    keys: set[str] = set()
    for event in events:
        keys.add(event.table)
        if isinstance(event, AlterColumn):
            keys.update(each.table for each in event.incoming)
    return sorted(filter(None, keys))


def foresee(owed: Iterable[Owed], catalogue: Catalogue) -> list[Owed]:
    """Put what is settled first into a catalogue; return what cannot be as yet.

    What an interrupted operation had taken away counts as there: it runs again.
    """
    later = []
    for each in owed:
        table = catalogue.get(each.table)
        constraint = each.constraint
        present = {c.name for c in table.columns} if table is not None else set()
        if (
            each.waits
            and isinstance(constraint, ForeignKey)
            and constraint.to_table not in catalogue
        ):
            later.append(each)
        elif table is not None and (each.is_intent or constraint.uses <= present):
            if not is_alike(table, constraint):
                catalogue.put(table.with_constraints(constraint))
        elif not each.is_intent:
            later.append(each)
    return later


class Intents:
    """The constraints that are away while one call of an editor runs."""

    def __init__(
        self, workshop: Workshop, away: Iterable[Located], place: Place
    ) -> None:
        self.workshop = workshop
        self.open = [
            Owed(
                table=each.table,
                constraint=each.constraint,
                is_known=False,
                is_intent=True,
                origin=str(place),
                migration=place.label,
            )
            for each in away
        ]

    def write(self) -> None:
        """Write down what the call takes away, before its first statement."""
        ledger = self.workshop.ledger
        if self.open:
            ledger.create(self.workshop.editor)
        for each in self.open:
            ledger.write(each)

    def close(self, events: list[Event], forecast: Forecast) -> list[Owed]:
        """Read back what was away; return the entries that can be struck.

        What the forecast has and the table has not, is made.
        """
        settled, self.open = self.open, []
        bring_back(self.workshop, settled, events, forecast.catalogue)
        return settled

    def put_back(
        self, error: BaseException, more: Iterable[Owed], events: list[Event]
    ) -> None:
        """Put back what a call had dropped that failed midway, and report it."""
        away = [*self.open, *(each for each in more if each.row is not None)]
        self.open = []
        if not away:
            return
        connection = self.workshop.connection
        if not connection.is_usable():
            # What a lost connection leaves is for the next run, on one of its own.
            _tell(error, [], [(each, "the connection is lost", "") for each in away])
            return
        back: list[Owed] = []
        owed: list[tuple[Owed, str, str]] = []
        keys = sorted({each.table for each in away} | set(tables_of(events)))
        actual = backend_for(connection).introspection.read(keys)
        for each in away:
            now = as_it_stands(each, events, actual)
            if now is None:
                owed.append((each, "its columns do not exist", ""))
                continue
            key, wanted = now
            try:
                if self.workshop.make_missing(key, wanted):
                    back.append(each)
                self.workshop.ledger.strike(each)
            except (Error, Refused, ValueError) as reason:
                owed.append((each, first_line(reason), self._sql(key, wanted)))
        _tell(error, back, owed)

    def _sql(self, key: str, wanted: Constraint) -> str:
        statements = self.workshop.statements
        if not statements.supports_add(wanted):
            return ""
        return "; ".join(statements.add(key, wanted))


def bring_back(
    workshop: Workshop, away: list[Owed], events: list[Event], forecast: Catalogue
) -> None:
    """Make what was away, is forecast to be there, and is not.

    Django makes a foreign key again only where it has dropped one: not the one
    that an earlier run of the same operation had dropped.
    """
    wanted: list[tuple[str, Constraint]] = []
    for each in away:
        for key, constraint in versions(each, events):
            table = forecast.get(key)
            there = find_alike(table, constraint) if table is not None else None
            if there is not None:
                name = there.name or constraint.name
                wanted.append((key, replace(there, name=name)))
                break
    if not wanted:
        return
    introspection = backend_for(workshop.connection).introspection
    keys = sorted({key for key, _ in wanted})
    if all(isinstance(constraint, ForeignKey) for _, constraint in wanted):
        actual = introspection.with_foreign_keys(keys, forecast.server)
    else:
        actual = introspection.read(keys)
    for key, constraint in wanted:
        if not is_alike(actual.get(key) or Table(name=key), constraint):
            workshop.make_missing(key, constraint)


def versions(owed: Owed, events: Iterable[Event]) -> list[tuple[str, Constraint]]:
    """Return an owed constraint as it was, and as each event leaves it."""
    key, constraint = owed.table, owed.constraint
    found = [(key, constraint)]
    for event in events:
        if isinstance(event, RenameTable) and key == event.table:
            key = event.to
        if isinstance(event, AlterColumn):
            constraint = followed(key, constraint, event)
        found.append((key, constraint))
    return list(dict.fromkeys(reversed(found)))


def followed(key: str, constraint: Constraint, event: AlterColumn) -> Constraint:
    """Return a constraint of a table after a column, of any table, was renamed."""
    if key == event.table:
        return renamed(constraint, event)
    if isinstance(constraint, ForeignKey) and constraint.to_table == event.table:
        old, new = event.old.column, event.new.column
        to_columns = tuple(new if c == old else c for c in constraint.to_columns)
        return replace(constraint, to_columns=to_columns)
    return constraint


def as_it_stands(
    owed: Owed, events: Iterable[Event], actual: Catalogue
) -> tuple[str, Constraint] | None:
    """Return the constraint by the names that its columns have now, or None."""
    for key, constraint in versions(owed, events):
        table = actual.get(key)
        if table is None or not constraint.uses <= {c.name for c in table.columns}:
            continue
        if isinstance(constraint, ForeignKey):
            to = actual.get(constraint.to_table)
            # A table that was not read is judged by the server.
            if to is not None and not all(map(to.column, constraint.to_columns)):
                continue
        return key, constraint
    return None


def _tell(
    error: BaseException, back: list[Owed], owed: list[tuple[Owed, str, str]]
) -> None:
    """Add to an error what became of the constraints that were away."""
    parts = []
    if back:
        parts.append(
            "fkguard restored the constraints that the failed operation had dropped:"
        )
        parts += [f"- {_name(each)}" for each in back]
    if owed:
        parts.append(
            "fkguard could not restore these constraints, and keeps them recorded in "
            f"{LedgerEntry._meta.db_table}:"
        )
        for each, reason, sql in owed:
            parts.append(f"- {_name(each)}: {reason}")
            if sql:
                parts.append(f"  {sql};")
        parts.append(
            "The next migrate in auto restores them first; strict refuses until then."
        )
    if not parts:
        return
    note = "\n".join(parts)
    if isinstance(error, CommandError):
        # manage.py prints its text alone, without a traceback and its notes.
        error.args = (f"{error}\n\n{note}", *error.args[1:])
    else:
        error.add_note(note)


def _name(owed: Owed) -> str:
    name = f" {owed.constraint.name}" if owed.constraint.name else ""
    text = owed.constraint.describe().removeprefix(owed.constraint.kind)
    return f"{owed.constraint.kind}{name} of {owed.table}{text}"
