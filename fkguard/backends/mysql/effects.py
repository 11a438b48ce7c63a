"""What an event does to a catalogue of MySQL.

https://dev.mysql.com/doc/refman/9.7/en/alter-table.html: a dropped column leaves
the indexes it is part of, and an index goes when all its columns are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from ...schema import consequences as kinds
from ...schema.catalogue import OLD_ROW_FORMATS, Catalogue, Column, Table
from ...schema.consequences import Consequence, Reset
from ...schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    Index,
    PrimaryKey,
    Unique,
)
from ...schema.events import (
    BY_COLUMNS,
    AddConstraint,
    AlterColumn,
    DeclaredColumn,
    DropColumn,
    DropTable,
    Event,
    RemoveConstraint,
)
from ...schema.identifiers import is_made_up
from ...schema.matching import is_same_collation
from ..base.effects import Consequences as Base
from ..base.narrowing import Narrowing, is_text, is_uuid_text
from . import key_length, row_size, types


class Consequences(Base):
    name_taken_error = "1826"
    #: The server's error where a check to be removed is not there; "" for none.
    no_check_error = "3821"

    def not_found(self, table: Table, event: RemoveConstraint) -> str:
        if event.lookup == BY_COLUMNS:
            return super().not_found(table, event)
        wanted = event.constraint
        kinds_of_name: tuple[type[Constraint], ...] = (Check,)
        error = self.no_check_error
        if isinstance(wanted, Unique):
            kinds_of_name, error = (Unique, Index), "1091"
        elif not isinstance(wanted, Check):
            return ""
        is_there = any(
            isinstance(each, kinds_of_name) and each.name.lower() == wanted.name.lower()
            for each in table.constraints
        )
        return "" if is_there else error

    drop_referenced_error = "3730"
    drop_key_error = "1829"
    check_error = "3959"
    retype_error = "3780"
    # Rows silently get 0 or "", even in strict mode.
    # https://dev.mysql.com/doc/refman/en/data-type-defaults.html
    needs_value = False
    row_errors: ClassVar[Mapping[str, str]] = {
        kinds.NOT_UUID: "",
        kinds.DUPLICATES: "1062",
        kinds.NULLS: "1138",
        kinds.BROKEN: "3819",
        kinds.CUT: "1264",
    }

    #: Of a column that is longer than a key of the table's row format takes.
    long_part_error = kinds.KEY_TOO_LONG
    #: The indexes that the server refuses where their key is too long.
    refused_keys: ClassVar[tuple[type[Constraint], ...]] = (Unique, PrimaryKey, Index)

    def apply(self, catalogue: Catalogue, event: Event) -> list[Consequence]:
        before = catalogue.get(event.table)
        found = super().apply(catalogue, event)
        after = catalogue.get(event.table)
        if after is not None and after is not before:
            found += self._keys_too_long(event, before, after)
            found += self._row_too_large(event, before, after)
        return found

    def _keys_too_long(
        self, event: Event, before: Table | None, after: Table
    ) -> Iterator[Consequence]:
        """Yield the indexes whose key an event makes longer than InnoDB allows."""
        if after.engine.lower() != "innodb":
            return
        key = (key_length.key_bytes, key_length.LONGEST)
        part = (key_length.part_bytes, key_length.LONGEST_PART)
        measures = [(*key, self.refused_keys, kinds.KEY_TOO_LONG)]
        # A rebuild gives the table the default format, unless it has one of its own.
        if after.row_format in OLD_ROW_FORMATS and (
            after.keeps_row_format or isinstance(event, AddConstraint)
        ):
            every = (Unique, PrimaryKey, Index)
            error = (
                self.long_part_error
                if after.keeps_row_format
                else kinds.KEY_PART_TOO_LONG
            )
            measures.insert(0, (*part, every, error))
        known = before.constraints if before is not None else ()
        for each in after.constraints:
            for measure, longest, refused, error in measures:
                if not (isinstance(each, refused) and self._is_of_whole_columns(each)):
                    continue
                size = measure(after, each.columns, self.server)
                if size <= longest or (
                    before is not None
                    and each in known
                    and size <= measure(before, each.columns, self.server)
                ):
                    continue
                failing = self._fails(event, event.table, each, error)
                yield replace(failing, detail=f"{size} bytes")
                break

    def _row_too_large(
        self, event: Event, before: Table | None, after: Table
    ) -> Iterator[Consequence]:
        """Yield that an event makes the rows of a table larger than a table allows."""
        size = row_size.row_bytes(after, self.server)
        if size <= row_size.LARGEST or (
            before is not None and size <= row_size.row_bytes(before, self.server)
        ):
            return
        bare = Constraint(name="")
        failing = self._fails(event, event.table, bare, kinds.ROW_TOO_LARGE)
        yield replace(failing, detail=f"{size:,} bytes")

    def narrows(self, event: AlterColumn, column: Column | None) -> Narrowing | None:
        found = super().narrows(event, column)
        charset = event.new.collation.partition("_")[0]
        if (
            found is not None
            or column is None
            or not column.charset
            or charset in {"", "binary", "utf8mb4", column.charset}
            or not is_text(event.new.type or "")
        ):
            return found
        return Narrowing(charset=charset)

    def stores_uuid_as_text(self, event: AlterColumn) -> bool:
        return is_uuid_text(event.new.type) and not is_uuid_text(event.old.type)

    @staticmethod
    def _is_of_whole_columns(constraint: Constraint) -> bool:
        if isinstance(constraint, Unique):
            return constraint.is_plain
        # Django's own index of a field: another one may be one of words.
        return not isinstance(constraint, Index) or (
            is_made_up(constraint.name)
            and not (constraint.expressions or constraint.method or constraint.prefixes)
        )

    def collisions(
        self, catalogue: Catalogue, event: Event, constraints: Iterable[Constraint]
    ) -> list[Consequence]:
        constraints = list(constraints)
        return [
            *super().collisions(catalogue, event, constraints),
            *(
                self._fails(event, event.table, each, "1059")
                for each in constraints
                if len(each.name) > 64
            ),
        ]

    def shares_names(self, constraint: Constraint) -> bool:
        # Foreign keys and checks are named per schema, indexes per table.
        return isinstance(constraint, ForeignKey)

    def materialised(self, table: Table) -> Table:
        """Add the index that each foreign key gets, unless one is there."""
        table = super().materialised(table)
        for foreign_key in table.of(ForeignKey):
            if not has_index(table, foreign_key.columns):
                table = table.with_constraints(
                    Index(name=foreign_key.name, columns=foreign_key.columns)
                )
        return table

    def orphaned(
        self,
        catalogue: Catalogue,
        event: DropTable,
        referencing: Table,
        foreign_key: ForeignKey,
    ) -> Consequence:
        if self.server.foreign_key_checks:
            return self._fails(
                event, referencing.name, foreign_key, self.drop_referenced_error
            )
        return Consequence(
            kind=kinds.DANGLING,
            event=event,
            table=referencing.name,
            constraint=foreign_key,
        )

    def losing_member(
        self, event: DropColumn, table: Table, constraint: Constraint, column: str
    ) -> Consequence | None:
        if isinstance(constraint, Check):
            return self._fails(event, event.table, constraint, self.check_error)
        if isinstance(constraint, ForeignKey):
            return self._fails(event, event.table, constraint, self.composite_error)
        if isinstance(constraint, Index):
            return None
        if isinstance(constraint, (Unique, PrimaryKey)):
            return self.losing_key_part(event, constraint, column)
        return self._lost(event, event.table, constraint)

    composite_error = "1828"

    def losing_key_part(
        self, event: DropColumn, constraint: Unique | PrimaryKey, column: str
    ) -> Consequence:
        if column not in constraint.columns:
            return self._fails(event, event.table, constraint, "3837")
        keep = [n for n, c in enumerate(constraint.columns) if c != column]
        becomes = replace(
            constraint, columns=tuple(constraint.columns[n] for n in keep)
        )
        if isinstance(becomes, Unique) and becomes.prefixes:
            becomes = replace(
                becomes, prefixes=tuple(becomes.prefixes[n] for n in keep)
            )
        return Consequence(
            kind=kinds.SHRUNK,
            event=event,
            table=event.table,
            constraint=constraint,
            becomes=becomes,
        )

    def losing_key(
        self, event: DropColumn, referencing: Table, foreign_key: ForeignKey
    ) -> Consequence:
        if self.server.foreign_key_checks:
            return self._fails(
                event, referencing.name, foreign_key, self.drop_key_error
            )
        return Consequence(
            kind=kinds.DANGLING,
            event=event,
            table=referencing.name,
            constraint=foreign_key,
        )

    def check_follows_column(self, old: DeclaredColumn, new: DeclaredColumn) -> bool:
        return bool(old.check) and old.column != new.column

    def renaming_member(
        self, event: AlterColumn, table: Table, constraint: Constraint
    ) -> Consequence | None:
        if isinstance(constraint, Check):
            return self._fails(event, event.table, constraint, self.check_error)
        return None

    def losing_unique(
        self, event: Event, table: Table, referencing: Table, foreign_key: ForeignKey
    ) -> Consequence | None:
        return self._fails(event, referencing.name, foreign_key, "1553")

    def retype(
        self, catalogue: Catalogue, event: AlterColumn, table: Table
    ) -> list[Consequence]:
        found = []
        ends = [
            (referencing, foreign_key)
            for referencing, foreign_key in catalogue.incoming(event.table)
            if event.new.column in foreign_key.to_columns
        ]
        ends += [
            (table, foreign_key)
            for foreign_key in table.of(ForeignKey)
            if event.new.column in foreign_key.columns
        ]
        for holder, foreign_key in ends:
            if self.refuses_retype(event):
                found.append(
                    self._fails(event, holder.name, foreign_key, self.retype_error)
                )
        return found

    def alter_column(
        self, catalogue: Catalogue, event: AlterColumn
    ) -> list[Consequence]:
        columns = self._modified(catalogue, event)
        found = super().alter_column(catalogue, event)
        for key, column in columns:
            found += self._reset(catalogue, event, key, column)
        return found

    def _modified(
        self, catalogue: Catalogue, event: AlterColumn
    ) -> list[tuple[str, Column]]:
        """Return the columns that are redefined, as they are before."""
        if not modifies(event):
            return []
        names = [(event.table, event.old.column)]
        if event.type_changes:
            names += [(each.table, each.column) for each in event.incoming]
        return [
            (key, column)
            for key, name in dict.fromkeys(names)
            if (table := catalogue.get(key)) is not None
            and (column := table.column(name)) is not None
        ]

    def _reset(
        self, catalogue: Catalogue, event: AlterColumn, key: str, was: Column
    ) -> list[Consequence]:
        """Return the collation and comment that a MODIFY leaves out, if it does.

        It resets what it does not restate. What the fields change themselves, or
        declare, is what is wanted; else what was there.
        """
        from .. import backend_named
        from .compatibility import Compatibility
        from .fixes import modify

        old, new = event.old, event.new
        is_own = (key, was.name) == (event.table, old.column)
        table = catalogue.get(key)
        now = table.column(new.column if is_own else was.name) if table else None
        if table is None or now is None:
            return []
        wanted = now
        collation = new.collation or ("" if old.collation else was.collation)
        if (
            collation
            and types.parse(was.type).is_text
            and types.parse(now.type).is_text
            and not is_same_collation(
                types.collation_of(now, table, self.server), collation
            )
        ):
            wanted = replace(wanted, charset="", collation=collation)
        if is_own:
            comment = new.comment or ("" if old.comment else was.comment)
        else:
            declared = (event.declared(key) or table).column(now.name)
            comment = (declared and declared.comment) or was.comment
        if comment != now.comment:
            wanted = replace(wanted, comment=comment)
        if wanted == now:
            return []
        if wanted.collation != now.collation:
            now = replace(now, collation=types.collation_of(now, table, self.server))
        rules = backend_named(self.server.flavour).compatibility(self.server)
        assert isinstance(rules, Compatibility)
        return [
            Consequence(
                kind=kinds.RESET,
                event=event,
                table=key,
                constraint=Constraint(name="", columns=(was.name,)),
                reset=Reset(
                    wanted=wanted, becomes=now, statement=modify(rules, table, wanted)
                ),
            )
        ]

    def _retyped(self, table: Table, event: AlterColumn) -> Table:
        """Return the table after MODIFY, which resets what it does not restate.

        It states the declared type, whatever the column is. A change of NULL restates
        no collation and no comment, even declared ones.
        """
        old, new = event.old, event.new
        table = super()._retyped(table, event)
        column = table.column(new.column)
        if column is None or not modifies(event):
            return table
        restates = old.null == new.null
        return table.with_column(
            replace(
                column,
                type=(new.type or column.type).replace(" AUTO_INCREMENT", ""),
                charset="",
                collation=new.collation if restates else "",
                comment=new.comment if restates else "",
            )
        )

    def _retyped_like(self, table: Table, name: str, to: DeclaredColumn) -> Table:
        table = super()._retyped_like(table, name, to)
        column = table.column(name)
        return table.with_column(replace(column, charset="")) if column else table

    def refuses_retype(self, event: AlterColumn) -> bool:
        """Say whether a column of a foreign key cannot change its type so."""
        old, new = _base(event.old.type), _base(event.new.type)
        return old != new or event.old.collation != event.new.collation


def modifies(event: AlterColumn) -> bool:
    """Say whether Django writes the column anew."""
    old, new = event.old, event.new
    return event.type_changes or old.null != new.null or old.comment != new.comment


def has_index(table: Table, columns: tuple[str, ...]) -> bool:
    """Say whether an index begins with the columns, as a foreign key needs."""
    return any(
        each.columns[: len(columns)] == columns
        for each in table.constraints
        if isinstance(each, (PrimaryKey, Unique, Index))
    )


def _base(type_: str | None) -> str:
    """Return a type without its length, which does not matter to a key."""
    return (
        (type_ or "")
        .lower()
        .partition("(")[0]
        .replace("char", "varchar")
        .replace("varvarchar", "varchar")
        .replace(" auto_increment", "")
    )
