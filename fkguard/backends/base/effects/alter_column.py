"""What ``alter_field()`` does to a catalogue: Django's steps, one after the other.

Read off ``BaseDatabaseSchemaEditor._alter_field()`` of Django 5.2, 6.0 and 6.1.
"""

from __future__ import annotations

from dataclasses import replace

from ....schema.catalogue import Catalogue, Table
from ....schema.consequences import Consequence
from ....schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)
from ....schema.events import AlterColumn, DeclaredColumn, is_same_but_comment
from ....schema.identifiers import is_made_up
from ....schema.matching import drop_from, names_of, swap_in
from .alter_foreign_keys import AlteredKeys


class Alterations(AlteredKeys):
    """The steps of an alteration; a vendor answers where databases differ."""

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
                dependents=tuple(
                    d.renamed_column(old, new) if d.is_own or old in d.columns else d
                    for d in table.dependents
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

    def _needed(
        self, catalogue: Catalogue, event: AlterColumn, lost: list[Consequence]
    ) -> list[Consequence]:
        """Return the foreign keys that stood on a unique constraint that is gone."""
        old, new = event.old, event.new
        if not old.unique or new.unique:
            return []
        return self.unsupported_keys(catalogue, event, event.table, (new.column,))
