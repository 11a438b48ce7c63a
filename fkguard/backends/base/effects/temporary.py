"""What an event takes away for a while, or for good but not in one statement.

Where DDL cannot be rolled back, whatever ends the process between two statements
leaves the database without it. Read off ``BaseDatabaseSchemaEditor`` of Django 5.2,
6.0 and 6.1.
"""

from __future__ import annotations

from ....schema.catalogue import Catalogue, Located, Table
from ....schema.constraints import Check, Constraint, ForeignKey, PrimaryKey
from ....schema.events import AlterColumn, DropColumn, Event, is_same_but_comment
from ....schema.matching import names_of
from .alter_column import Alterations


class Interim(Alterations):
    """The constraints that are away while an event runs."""

    def taken_away(self, catalogue: Catalogue, event: Event) -> list[Located]:
        """Return what Django drops before the last statement of an event."""
        table = catalogue.get(event.table)
        if table is None:
            return []
        if isinstance(event, DropColumn):
            # The foreign key goes in a statement of its own, before the column.
            own = _keys_of(table, event.old.column) if event.old.references else []
            return [Located(table=table.name, constraint=each) for each in own]
        if isinstance(event, AlterColumn):
            return self._taken_by_alteration(catalogue, event, table)
        return []

    def _taken_by_alteration(
        self, catalogue: Catalogue, event: AlterColumn, table: Table
    ) -> list[Located]:
        old, new = event.old, event.new
        own: list[Constraint] = []
        if old.enforces_reference and not is_same_but_comment(old, new):
            own += _keys_of(table, old.column)
        left, _ = self._drop_uniques(event, table)
        own += [c for c in table.constraints if c not in left.constraints]
        if old.check and (
            old.check != new.check or self.check_follows_column(old, new)
        ):
            meta = names_of(event.declared(event.table), Check)
            own += [
                c
                for c in table.of(Check)
                if c.columns == (old.column,)
                and c.name not in meta
                and not c.is_column_level
            ]
        if old.primary_key != new.primary_key:
            own += table.of(PrimaryKey)
        found = [Located(table=table.name, constraint=c) for c in own if c.protects]
        if event.type_changes:
            found += [
                Located(table=key, constraint=foreign_key)
                for key, foreign_key, _ in self._incoming(catalogue, event)
            ]
        return list(dict.fromkeys(found))


def _keys_of(table: Table, column: str) -> list[ForeignKey]:
    return [each for each in table.of(ForeignKey) if each.columns == (column,)]
