"""What ``alter_field()`` does to foreign keys: the field's own, and incoming ones.

Read off ``BaseDatabaseSchemaEditor._alter_field()`` of Django 5.2, 6.0 and 6.1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

from ....schema import consequences as kinds
from ....schema.catalogue import Catalogue, Server, Table
from ....schema.consequences import Consequence
from ....schema.constraints import Constraint, ForeignKey, PrimaryKey, Unique
from ....schema.events import AlterColumn, DeclaredColumn, Event
from ....schema.identifiers import is_made_up
from ....schema.matching import add_to, is_same_key, points_alike


class AlteredKeys(ABC):
    """The foreign keys of an alteration."""

    server: Server

    def _incoming(
        self, catalogue: Catalogue, event: AlterColumn
    ) -> list[tuple[str, ForeignKey, bool]]:
        """Return the foreign keys that Django drops around a change of type."""
        found = []
        seen: set[tuple[str, str]] = set()
        for relation in event.incoming:
            table = catalogue.get(relation.table)
            if table is None:
                continue
            for foreign_key in table.of(ForeignKey):
                if foreign_key.columns != (relation.column,):
                    continue
                if (relation.table, foreign_key.name or str(foreign_key)) in seen:
                    continue
                seen.add((relation.table, foreign_key.name or str(foreign_key)))
                found.append((relation.table, foreign_key, relation.db_constraint))
        return found

    def _made_again(
        self, catalogue: Catalogue, event: AlterColumn, dropped: list[ForeignKey]
    ) -> list[Consequence]:
        """Make the foreign key of the field; return what Django forgets."""
        old, new = event.old, event.new
        made = next((c for c in event.constraints if isinstance(c, ForeignKey)), None)
        if made is not None and not (
            dropped or not old.references or not old.db_constraint
        ):
            made = None
        if made is not None:
            add_to(catalogue, event.table, made)
        found = []
        moves = old.references != new.references
        # Of several foreign keys of a column, the one of Django becomes the new one.
        has_own = any(is_made_up(each.name) for each in dropped)
        for each in dropped:
            now = each.renamed_column(old.column, new.column)
            assert isinstance(now, ForeignKey)
            if made is not None and is_same_key(now, made):
                if not is_made_up(now.name) and now.name != made.name:
                    found.append(self._changed(event, event.table, each, made))
                continue
            if (
                made is not None
                and now.on_delete == old.on_delete
                and is_same_key(replace(now, on_delete=made.on_delete), made)
                and (is_made_up(now.name) or not has_own)
            ):
                continue  # The field declares another action from now on.
            if (made is None or moves) and (
                (each.to_table, each.to_columns)
                == (old.references and (old.references[0], (old.references[1],)))
            ):
                continue  # The field's own: given up or pointed elsewhere.
            is_heir = is_made_up(now.name) or not has_own
            if made is not None and is_heir and points_alike(now, made):
                found.append(self._changed(event, event.table, each, made))
            else:
                found.append(self._lost(event, event.table, each))
        retargets = (
            made is not None
            and old.references is not None
            and moves
            and old.references[0] in catalogue
        )
        if retargets and made is not None:
            found.append(
                Consequence(
                    kind=kinds.RETARGETED,
                    event=event,
                    table=event.table,
                    constraint=made,
                )
            )
        return found

    def _incoming_made_again(
        self,
        catalogue: Catalogue,
        event: AlterColumn,
        incoming: list[tuple[str, ForeignKey, bool]],
    ) -> list[Consequence]:
        found = []
        made: set[tuple[str, str]] = set()
        # A key that is itself such a relation (multi-table inheritance) has its own.
        holders = {event.table, *(i.table for i in event.incoming)}
        for relation in event.incoming if event.type_changes else ():
            if (holder := catalogue.get(relation.table)) is not None:
                catalogue.put(self._retyped_like(holder, relation.column, event.new))
        for key, foreign_key, is_declared in incoming:
            column = foreign_key.columns[0]
            now = replace(
                foreign_key,
                to_columns=tuple(
                    event.new.column
                    if c == event.old.column and foreign_key.to_table == event.table
                    else c
                    for c in foreign_key.to_columns
                ),
            )
            action = next(
                (
                    i.on_delete
                    for i in event.incoming
                    if (i.table, i.column) == (key, column)
                ),
                "NO ACTION",
            )
            again = replace(now, on_delete=action, on_update="NO ACTION")
            points_here = foreign_key.to_table in holders
            if is_declared and (key, column) not in made and points_here:
                made.add((key, column))
                add_to(catalogue, key, again)
                if not is_same_key(now, again) or not is_made_up(now.name):
                    found.append(self._changed(event, key, foreign_key, again))
            else:
                found.append(self._lost(event, key, foreign_key))
        return found

    def _given_up(
        self, event: AlterColumn, dropped: list[ForeignKey]
    ) -> list[Consequence]:
        """Return the integrity that the new field declares to be given up."""
        old, new = event.old, event.new
        found = []
        if dropped and not new.enforces_reference:
            found.append(
                Consequence(
                    kind=kinds.GIVEN_UP,
                    event=event,
                    table=event.table,
                    constraint=dropped[0],
                )
            )
        if old.one_to_one and old.unique and new.references and not new.unique:
            found.append(
                Consequence(
                    kind=kinds.GIVEN_UP,
                    event=event,
                    table=event.table,
                    constraint=Unique(name="", columns=(old.column,)),
                )
            )
        return found

    def _retyped_like(self, table: Table, name: str, to: DeclaredColumn) -> Table:
        """Return a table whose relation follows the type of what it references."""
        column = table.column(name)
        if column is None:
            return table
        type_ = (to.type or column.type).replace(" AUTO_INCREMENT", "")
        return table.with_column(replace(column, type=type_, collation=to.collation))

    def unsupported_keys(
        self, catalogue: Catalogue, event: Event, key: str, columns: tuple[str, ...]
    ) -> list[Consequence]:
        """Return foreign keys that reference `columns`, which nothing makes unique."""
        table = catalogue.get(key)
        if table is None or self.has_key(table, columns):
            return []
        found = []
        for referencing, foreign_key in catalogue.incoming(key):
            if set(foreign_key.to_columns) == set(columns):
                found.append(self.losing_unique(event, table, referencing, foreign_key))
        return [each for each in found if each is not None]

    def has_key(self, table: Table, columns: tuple[str, ...]) -> bool:
        """Say whether the columns are a key that a foreign key can reference."""
        return any(
            set(each.columns) == set(columns)
            and (isinstance(each, PrimaryKey) or each.is_plain)
            for each in table.constraints
            if isinstance(each, (PrimaryKey, Unique))
        )

    @abstractmethod
    def losing_unique(
        self, event: Event, table: Table, referencing: Table, foreign_key: ForeignKey
    ) -> Consequence | None:
        """Return what becomes of a foreign key whose referenced key goes."""

    # Words.

    def _changed(
        self, event: Event, table: str, constraint: Constraint, becomes: Constraint
    ) -> Consequence:
        return Consequence(
            kind=kinds.CHANGED,
            event=event,
            table=table,
            constraint=constraint,
            becomes=becomes,
        )

    def _lost(self, event: Event, table: str, constraint: Constraint) -> Consequence:
        return Consequence(
            kind=kinds.DROPPED, event=event, table=table, constraint=constraint
        )

    def _fails(
        self, event: Event, table: str, constraint: Constraint, error: str
    ) -> Consequence:
        return Consequence(
            kind=kinds.FAILS,
            event=event,
            table=table,
            constraint=constraint,
            error=error,
        )
