"""What an event does to a catalogue of SQLite.

Django rebuilds a table for most changes, https://www.sqlite.org/lang_altertable.html,
and what the state does not declare is missing afterwards. When it rebuilds is
read off ``django.db.backends.sqlite3.schema`` of 5.2 to 6.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from ...schema import consequences as kinds
from ...schema.catalogue import Catalogue, Column, Located, Table
from ...schema.consequences import Consequence
from ...schema.constraints import (
    MADE_UP_NAME,
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from ...schema.events import (
    BY_COLUMNS,
    AddColumn,
    AddConstraint,
    AlterColumn,
    DeclaredColumn,
    DropColumn,
    DropTable,
    Event,
    RemoveConstraint,
)
from ...schema.matching import equivalent_unique, find, recreated_as
from ..base.effects import Consequences as Base
from ..base.narrowing import Narrowing, is_uuid_text


class Consequences(Base):
    row_errors: ClassVar[Mapping[str, str]] = {
        kinds.NOT_UUID: "",
        kinds.DUPLICATES: "UNIQUE constraint failed",
        kinds.NULLS: "NOT NULL constraint failed",
        kinds.BROKEN: "CHECK constraint failed",
    }

    def fills_nulls(self, new: DeclaredColumn) -> bool:
        # A rebuild of the table reads COALESCE(column, default), with the empty
        # string as the default of blank text.
        return new.has_own_default or new.has_default

    def narrows(self, event: AlterColumn, column: Column | None) -> Narrowing | None:
        return None  # A type limits no value.

    def stores_uuid_as_text(self, event: AlterColumn) -> bool:
        return is_uuid_text(event.new.type) and not is_uuid_text(event.old.type)

    name_taken_error = "already exists"

    def taken_away(self, catalogue: Catalogue, event: Event) -> list[Located]:
        return []  # A table is built anew beside the old one, with everything.

    def orphaned(
        self,
        catalogue: Catalogue,
        event: DropTable,
        referencing: Table,
        foreign_key: ForeignKey,
    ) -> Consequence:
        return Consequence(
            kind=kinds.DANGLING,
            event=event,
            table=referencing.name,
            constraint=foreign_key,
        )

    def add_column(self, catalogue: Catalogue, event: AddColumn) -> list[Consequence]:
        found = super().add_column(catalogue, event)
        new = event.new
        if (
            new.primary_key
            or new.unique
            or not new.null
            or new.has_default
            or new.db_default == "expression"
        ):
            found += self.rebuilt(catalogue, event, event.table)
        return found

    def drop_column(self, catalogue: Catalogue, event: DropColumn) -> list[Consequence]:
        old = event.old
        table = catalogue.get(event.table)
        if table is None:
            return []
        rebuilds = (
            old.primary_key or old.unique or old.db_index or old.enforces_reference
        )
        if not rebuilds:
            return super().drop_column(catalogue, event)
        found = []
        declared = event.declared(event.table)
        for constraint in table.using(old.column):
            if not constraint.protects or isinstance(constraint, PrimaryKey):
                continue
            if declared is not None and find(declared, constraint) is not None:
                # Django cannot build a model whose constraint names no field.
                found.append(self._fails(event, event.table, constraint, "no field"))
        for referencing, foreign_key in catalogue.incoming(event.table):
            if old.column in foreign_key.to_columns:
                found.append(self.losing_key(event, referencing, foreign_key))
        found += self.rebuilt(
            catalogue,
            event,
            event.table,
            but=tuple(c for c in table.constraints if c.uses == {old.column}),
            silent=tuple(each.constraint for each in found),
        )
        catalogue.change(
            event.table,
            lambda t: replace(
                t, columns=tuple(c for c in t.columns if c.name != old.column)
            ),
        )
        return found

    def losing_member(
        self, event: DropColumn, table: Table, constraint: Constraint, column: str
    ) -> Consequence | None:
        return self._fails(event, event.table, constraint, "no such column")

    def losing_key(
        self, event: DropColumn, referencing: Table, foreign_key: ForeignKey
    ) -> Consequence:
        return Consequence(
            kind=kinds.DANGLING,
            event=event,
            table=referencing.name,
            constraint=foreign_key,
        )

    def losing_unique(
        self, event: Event, table: Table, referencing: Table, foreign_key: ForeignKey
    ) -> Consequence | None:
        return Consequence(
            kind=kinds.DANGLING,
            event=event,
            table=referencing.name,
            constraint=foreign_key,
        )

    def alter_column(
        self, catalogue: Catalogue, event: AlterColumn
    ) -> list[Consequence]:
        old, new = event.old, event.new
        table = catalogue.get(event.table)
        if table is None:
            return []
        renames_only = (
            old.column != new.column
            and replace(old, column="", field="", definition=None)
            == replace(new, column="", field="", definition=None)
            and not old.enforces_reference
            and not new.enforces_reference
        )
        if old.column != new.column:
            found = self._rename_column(catalogue, event)
        else:
            found = []
        if renames_only:
            return found
        own = tuple(
            c
            for c in (catalogue.get(event.table) or table).constraints
            if c.uses == {new.column} and self._is_own(c, event)
        )
        if old.unique and not new.unique:
            # The field's own unique, if somebody else made it for the field.
            now = catalogue.get(event.table) or table
            alone = [
                c for c in now.of(Unique) if c.is_plain and c.columns == (new.column,)
            ]
            own += tuple(alone) if len(alone) == 1 else ()
        found += self._given_up(
            event,
            [
                f
                for f in table.of(ForeignKey)
                if f.columns == (old.column,) and old.enforces_reference
            ],
        )
        if (
            new.enforces_reference
            and old.references
            and old.references != new.references
            and old.references[0] in catalogue
        ):
            made = next(c for c in event.constraints if isinstance(c, ForeignKey))
            found.append(
                Consequence(
                    kind=kinds.RETARGETED,
                    event=event,
                    table=event.table,
                    constraint=made,
                )
            )
        found += self.rebuilt(catalogue, event, event.table, but=own)
        catalogue.change(
            event.table,
            lambda t: t.with_constraints(
                *(c for c in event.constraints if recreated_as(t, c, []) is None)
            ),
        )
        catalogue.put(self._retyped(catalogue.get(event.table) or table, event))
        if new.unique and event.type_changes:
            for key in sorted({i.table for i in event.incoming} - {event.table}):
                found += self.rebuilt(catalogue, event, key)
        found += self._needed(catalogue, event, [])
        return found

    def _is_own(self, constraint: Constraint, event: AlterColumn) -> bool:
        """Say whether the alteration itself accounts for the constraint."""
        old = event.old
        if isinstance(constraint, Unique):
            return old.unique and constraint.is_inline
        if isinstance(constraint, ForeignKey):
            return (
                bool(old.references and constraint.to_table == old.references[0])
                and constraint.on_delete == old.on_delete
            )
        if isinstance(constraint, Check):
            return bool(old.check)
        return not constraint.protects

    def add_constraint(
        self, catalogue: Catalogue, event: AddConstraint
    ) -> list[Consequence]:
        found = super().add_constraint(catalogue, event)
        # For NULLS NOT DISTINCT, which it cannot make, Django rebuilds all the same.
        if self._rebuilds_for(event.constraint):
            found += self.rebuilt(catalogue, event, event.table)
        return found

    def remove_constraint(
        self, catalogue: Catalogue, event: RemoveConstraint
    ) -> list[Consequence]:
        declared = event.declared(event.table)
        table = catalogue.get(event.table)
        if not event.is_supported:
            declared = None
        if isinstance(event.constraint, Unique) and declared and table:
            # SQLite keeps one index for two equal uniques; the other one stays.
            twins = [
                each
                for each in declared.of(Unique)
                if each.is_inline
                and each.is_plain
                and event.constraint.is_plain
                and each.columns == event.constraint.columns
                and recreated_as(table.without(*_named(table, event)), each, []) is None
            ]
            catalogue.put(table.with_constraints(*twins))
        found = super().remove_constraint(catalogue, event)
        if self._rebuilds_for(event.constraint):
            found += self.rebuilt(catalogue, event, event.table)
        return found

    def not_found(self, table: Table, event: RemoveConstraint) -> str:
        wanted = event.constraint
        if event.lookup == BY_COLUMNS or not isinstance(wanted, Unique):
            return ""
        names = {each.name.lower() for each in table.constraints}
        is_there = self._rebuilds_for(wanted) or wanted.name.lower() in names
        return "" if is_there else "no such index"

    def _rebuilds_for(self, constraint: Constraint) -> bool:
        if isinstance(constraint, Unique):
            return constraint.is_inline and not (
                constraint.is_index or constraint.deferrable
            )
        return isinstance(constraint, (Check, Exclusion))

    def rebuilt(
        self,
        catalogue: Catalogue,
        event: Event,
        key: str,
        *,
        but: tuple[Constraint, ...] = (),
        silent: tuple[Constraint, ...] = (),
    ) -> list[Consequence]:
        """Rebuild a table from the state; return what the state does not declare.

        `but` is what the event accounts for, `silent` what is reported already.
        """
        table = catalogue.get(key)
        declared = event.declared(key)
        if table is None or declared is None:
            return []
        found = []
        claimed: list[Constraint] = []
        # By name first: an equal index made manually must not claim what is another's.
        # The name that Django made up is another once a column is renamed.
        names = {c.name for c in declared.constraints if c.name}
        for constraint in sorted(
            table.constraints,
            key=lambda c: (c.name not in names, not MADE_UP_NAME.search(c.name)),
        ):
            if not constraint.protects:
                continue
            if isinstance(constraint, PrimaryKey):
                # Django carries the key over, moves it, or finds it gone.
                if find(declared, constraint) is None:
                    table = table.without(constraint)
                continue
            again = recreated_as(declared, constraint, claimed)
            if again is not None:
                claimed.append(again)
                if (
                    isinstance(constraint, ForeignKey)
                    and isinstance(again, ForeignKey)
                    and (constraint.on_delete, constraint.on_update)
                    != (again.on_delete, again.on_update)
                ):
                    table = table.without(constraint).with_constraints(again)
                    if constraint in but:
                        continue
                    found.append(
                        Consequence(
                            kind=kinds.CHANGED,
                            event=event,
                            table=key,
                            constraint=constraint,
                            becomes=again,
                        )
                    )
                continue
            table = table.without(constraint)
            if (stands := equivalent_unique(declared, constraint)) is not None:
                # The rows are kept apart by the same columns, under another name.
                if find(table, stands) is None:
                    table = table.with_constraints(stands)
                claimed.append(stands)
                continue
            if constraint not in but and constraint not in silent:
                found.append(self._lost(event, key, constraint))
        for unique in _created_again(declared, table, event, claimed):
            table = table.with_constraints(unique)
            found.append(
                Consequence(
                    kind=kinds.RECREATED,
                    event=event,
                    table=key,
                    constraint=unique,
                    error=self.row_errors[kinds.DUPLICATES],
                )
            )
        catalogue.put(table)
        return found


def _created_again(
    declared: Table, table: Table, event: Event, claimed: list[Constraint]
) -> list[Unique]:
    """Return the declared uniques that a table lacks and the event does not bring."""
    own = [*getattr(event, "constraints", ()), getattr(event, "constraint", None)]
    brought = {each.columns for each in own if isinstance(each, Unique)}
    return [
        each
        for each in declared.of(Unique)
        if each.is_plain
        and not (each.definition or each.deferrable)
        # The state may still name a field that it no longer has.
        and all(declared.column(name) for name in each.columns)
        and each.columns not in brought
        and not any(each is known for known in claimed)
        and find(table, each) is None
    ]


def _named(table: Table, event: RemoveConstraint) -> list[Constraint]:
    """Return the constraint that an event removes, if the table has it."""
    found = find(table, event.constraint)
    return [] if found is None else [found]
