"""What ``alter_field()`` does to a catalogue: Django's steps, one after the other.

Read off ``BaseDatabaseSchemaEditor._alter_field()`` of Django 5.2, 6.0 and 6.1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

from ... import consequences as kinds
from ...catalogue import Catalogue, Server, Table
from ...consequences import Consequence
from ...constraints import Check, Constraint, ForeignKey, Index, PrimaryKey, Unique
from ...events import (
    AlterColumn,
    DeclaredColumn,
    Event,
)
from ...fields import is_same_but_comment
from ...naming import is_made_up
from .matching import (
    add_to,
    drop_from,
    is_same_key,
    names_of,
    points_alike,
    swap_in,
)


class Alterations(ABC):
    """The steps of an alteration; a vendor answers where databases differ."""

    server: Server

    def alter_column(
        self, catalogue: Catalogue, event: AlterColumn
    ) -> list[Consequence]:
        table = catalogue.get(event.table)
        if table is None:
            return []
        old, new = event.old, event.new
        found: list[Consequence] = []
        dropped_keys: list[ForeignKey] = []
        if old.enforces_reference and not is_same_but_comment(old, new):
            dropped_keys = [
                f for f in table.of(ForeignKey) if f.columns == (old.column,)
            ]
            table = table.without(*dropped_keys)
        table, lost = self._drop_uniques(event, table)
        found += lost
        incoming = self._incoming(catalogue, event) if event.type_changes else []
        for referencing, foreign_key, _ in incoming:
            if referencing == event.table:
                table = table.without(foreign_key)
            else:
                drop_from(catalogue, referencing, foreign_key)
        if old.check != new.check or self.check_follows_column(old, new):
            gone = [
                c for c in table.of(Check) if c.columns == (old.column,) and old.check
            ]
            if gone:
                meta = names_of(event.declared(event.table), Check)
                gone = [c for c in gone if c.name not in meta]
            table = table.without(*gone)
            extra = [c for c in gone if not c.is_column_level][1:]
            found += [self._lost(event, event.table, each) for each in extra]
        catalogue.put(table)
        if old.column != new.column:
            found += self._rename_column(catalogue, event)
            table = catalogue.get(event.table) or table
        if event.type_changes:
            found += self.retype(catalogue, event, table)
        table = self._retyped(catalogue.get(event.table) or table, event)
        if old.primary_key and not new.primary_key:
            table = table.without(
                *(p for p in table.of(PrimaryKey) if p.columns == (new.column,))
            )
        table = table.with_constraints(*self.added(event))
        catalogue.put(table)
        found += self._made_again(catalogue, event, dropped_keys)
        found += self._incoming_made_again(catalogue, event, incoming)
        found += self._given_up(event, dropped_keys)
        found += self._needed(catalogue, event, lost)
        return found

    def _drop_uniques(
        self, event: AlterColumn, table: Table
    ) -> tuple[Table, list[Consequence]]:
        """Drop what Django takes for the unique or the index of the field."""
        old, new = event.old, event.new
        found: list[Consequence] = []
        here = [
            u
            for u in table.of(Unique)
            if u.columns == (old.column,) and not u.expressions
        ]
        if old.unique and (not new.unique or (not old.primary_key and new.primary_key)):
            meta = names_of(event.declared(event.table), Unique)
            mine = [u for u in here if u.name not in meta]
            own = self.own_unique(event.table, mine)
            for each in mine:
                consequence = (
                    None
                    if each is own and not old.primary_key
                    else self.dropped_unique(event, table, each)
                )
                if consequence is not None:
                    found.append(consequence)
                table = table.without(each)
        if old.db_index and not old.unique and (not new.db_index or new.unique):
            for unique in here:
                if self.unique_is_index(unique) and unique in table.constraints:
                    table = table.without(unique)
                    found.append(self._lost(event, event.table, unique))
            keep = names_of(event.declared(event.table), Index, but=(old.column,))
            table = table.without(
                *(
                    i
                    for i in table.of(Index)
                    if i.columns == (old.column,) and i.name not in keep
                )
            )
        return table, found

    def own_unique(self, table: str, uniques: list[Unique]) -> Unique | None:
        """Return the one that Django made for ``unique=True``, as far as told."""
        # The one that a table's definition makes is older than any other, and a
        # bare index is never Django's.
        ranked = sorted(
            uniques,
            key=lambda u: (
                u.is_index,
                bool(u.condition),
                not u.is_inline,
                not is_made_up(u.name, u.columns),
            ),
        )
        return ranked[0] if ranked else None

    def unique_is_index(self, unique: Unique) -> bool:
        """Say whether Django, dropping indexes, takes this unique along."""
        return True

    def dropped_unique(
        self, event: AlterColumn, table: Table, unique: Unique
    ) -> Consequence | None:
        """Return what ``unique=False`` does to a unique that is not the field's."""
        return self._lost(event, event.table, unique)

    def check_follows_column(self, old: DeclaredColumn, new: DeclaredColumn) -> bool:
        """Say whether Django makes the field's check again for a new name."""
        return False

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

    def _rename_column(
        self, catalogue: Catalogue, event: AlterColumn
    ) -> list[Consequence]:
        old, new = event.old.column, event.new.column
        table = catalogue.get(event.table)
        assert table is not None
        found = []
        for constraint in table.using(old):
            if (each := self.renaming_member(event, table, constraint)) is not None:
                found.append(each)
        incoming = catalogue.incoming(event.table)
        catalogue.put(
            replace(
                table,
                columns=tuple(
                    replace(c, name=new) if c.name == old else c for c in table.columns
                ),
                constraints=tuple(
                    c.renamed_column(old, new) if old in c.uses else c
                    for c in table.constraints
                ),
            )
        )
        for referencing, foreign_key in incoming:
            if old not in foreign_key.to_columns:
                continue
            moved = replace(
                foreign_key,
                to_columns=tuple(
                    new if c == old else c for c in foreign_key.to_columns
                ),
            )
            if referencing.name == event.table and old in foreign_key.columns:
                foreign_key = foreign_key.renamed_column(old, new)  # type: ignore[assignment]
                moved = replace(moved, columns=foreign_key.columns)
            swap_in(catalogue, referencing.name, foreign_key, moved)
        return found

    def renaming_member(
        self, event: AlterColumn, table: Table, constraint: Constraint
    ) -> Consequence | None:
        """Return what a rename of a column does to a constraint that uses it."""
        return None

    def retype(
        self, catalogue: Catalogue, event: AlterColumn, table: Table
    ) -> list[Consequence]:
        """Return what a change of type does to foreign keys that are still there."""
        return []

    def _retyped(self, table: Table, event: AlterColumn) -> Table:
        new = event.new
        return replace(
            table,
            columns=tuple(
                replace(
                    c,
                    type=(new.type or c.type) if event.type_changes else c.type,
                    null=new.null,
                    collation=new.collation or c.collation,
                    comment=new.comment,
                )
                if c.name == new.column
                else c
                for c in table.columns
            ),
        )

    def _retyped_like(self, table: Table, name: str, to: DeclaredColumn) -> Table:
        """Return a table whose relation follows the type of what it references."""
        column = table.column(name)
        if column is None:
            return table
        type_ = (to.type or column.type).replace(" AUTO_INCREMENT", "")
        return table.with_column(replace(column, type=type_, collation=to.collation))

    def added(self, event: AlterColumn) -> list[Constraint]:
        """Return the key, unique, index and check that Django makes."""
        old, new = event.old, event.new
        added: list[Constraint] = []
        for each in event.constraints:
            if (
                (isinstance(each, PrimaryKey) and not old.primary_key)
                or (isinstance(each, Unique) and (not old.unique or old.primary_key))
                or (
                    isinstance(each, Index)
                    and ((not old.db_index or old.unique) and not new.unique)
                )
                or (
                    isinstance(each, Check)
                    and (old.check != new.check or self.check_follows_column(old, new))
                )
            ):
                added.append(each)
        return added

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

    def _needed(
        self, catalogue: Catalogue, event: AlterColumn, lost: list[Consequence]
    ) -> list[Consequence]:
        """Return the foreign keys that stood on a unique that is gone."""
        old, new = event.old, event.new
        if not old.unique or new.unique:
            return []
        return self.unsupported_keys(catalogue, event, event.table, (new.column,))

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
