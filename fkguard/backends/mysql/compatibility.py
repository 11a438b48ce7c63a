"""Which columns can be the two ends of a foreign key of MySQL.

https://dev.mysql.com/doc/refman/en/create-table-foreign-keys.html; where InnoDB
does otherwise, what it does was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import ClassVar

from ...schema.catalogue import Column, Table
from ...schema.consequences import Difference
from ...schema.constraints import Index, PrimaryKey, Unique
from ...schema.names import shown
from ..base.compatibility import Compatibility as Base
from ..base.compatibility import Ends, column_list
from . import fixes, types

#: The engines that enforce foreign keys.
ENFORCING = frozenset({"innodb", "ndb", "ndbcluster"})


class Compatibility(Base):
    """MySQL's rules."""

    flavour = "mysql"
    mismatch_error: ClassVar[str] = "3780"
    rewritten_error: ClassVar[str] = "3780"
    missing_key_error: ClassVar[str] = "6125"
    referenced_engine_error: ClassVar[str] = "1824"
    partitioned_error: ClassVar[str] = "1506"
    referenced_partitioned_error: ClassVar[str] = "1506"
    temporary_error: ClassVar[str] = "1215"
    set_null_error: ClassVar[str] = "1830"
    long_error: ClassVar[str] = "1170"

    def rules(self) -> Iterator[Callable[[Ends], Difference | None]]:
        yield self.engine
        yield self.partitioned_or_temporary
        yield self.long_column
        yield self.generated
        yield self.storage
        yield self.set_null
        yield self.referenced_key
        yield self.checks

    # The rules.

    def engine(self, ends: Ends) -> Difference | None:
        for table in (ends.table, ends.to_table):
            if not table.engine or table.engine.lower() in ENFORCING:
                continue
            is_referencing = table is ends.table
            return self.differs(
                ends,
                "engine_without_foreign_keys",
                f"{shown(table.name)} is a table of the engine {table.engine}, which "
                "has no foreign keys",
                error="" if is_referencing else self.referenced_engine_error,
                fix=fixes.to_engine(self.flavour, table, "InnoDB"),
            )
        return None

    def partitioned_or_temporary(self, ends: Ends) -> Difference | None:
        for table in (ends.table, ends.to_table):
            is_referencing = table is ends.table
            if table.is_temporary:
                return self.differs(
                    ends,
                    "partitioned_or_temporary_table",
                    f"{shown(table.name)} is temporary",
                    error=(
                        self.temporary_error
                        if is_referencing
                        else self.referenced_engine_error
                    ),
                )
            if table.is_partitioned:
                return self.differs(
                    ends,
                    "partitioned_or_temporary_table",
                    f"{shown(table.name)} is partitioned",
                    error=(
                        self.partitioned_error
                        if is_referencing
                        else self.referenced_partitioned_error
                    ),
                    fix=fixes.without_partitions(self.flavour, table),
                )
        return None

    def long_column(self, ends: Ends) -> Difference | None:
        for pair in ends.pairs:
            for table, column in zip((ends.table, ends.to_table), pair, strict=True):
                type_ = types.parse(column.type)
                if type_.is_long:
                    return self.differs(
                        ends,
                        "text_column_in_key",
                        f"{shown(table.name)}.{column.name} is of the type "
                        f"{type_.name}, which no key can hold whole",
                        error=(
                            self.long_error
                            if table is ends.table
                            else self.missing_key_error
                        ),
                    )
        return None

    def generated(self, ends: Ends) -> Difference | None:
        actions = {ends.foreign_key.on_delete, ends.foreign_key.on_update}
        for column, to_column in ends.pairs:
            for table, each in ((ends.table, column), (ends.to_table, to_column)):
                if each.generated == "virtual":
                    return self.differs(
                        ends,
                        "generated_column_in_key",
                        f"{shown(table.name)}.{each.name} is a virtual generated "
                        "column",
                        error="3733",
                    )
            if column.generated and (
                found := self.generated_actions(ends, column, actions)
            ):
                return found
        return None

    def generated_actions(
        self, ends: Ends, column: Column, actions: set[str]
    ) -> Difference | None:
        """Judge the referential actions that would write a generated column."""
        writes = {"SET NULL", "SET DEFAULT"} & actions
        if ends.foreign_key.on_update == "CASCADE":
            writes.add("CASCADE")
        if not writes:
            return None
        return self.differs(
            ends,
            "generated_column_in_key",
            f"{shown(ends.table.name)}.{column.name} is a generated column, which "
            f"{' and '.join(sorted(writes))} would write to",
            error="3104",
        )

    def storage(self, ends: Ends) -> Difference | None:
        for column, to_column in ends.pairs:
            mine = types.storage(column, ends.table, self.server)
            theirs = types.storage(to_column, ends.to_table, self.server)
            if mine == theirs:
                continue
            hazard, fact = self._told_apart(ends, column, to_column)
            return self.differs(
                ends,
                hazard,
                fact,
                error=self.mismatch_error,
                fix=fixes.to_match(self, ends, column, to_column),
            )
        return None

    def _told_apart(
        self, ends: Ends, column: Column, to_column: Column
    ) -> tuple[str, str]:
        mine, theirs = types.parse(column.type), types.parse(to_column.type)
        if mine.is_text and theirs.is_text:
            collations = (
                types.collation_of(column, ends.table, self.server),
                types.collation_of(to_column, ends.to_table, self.server),
            )
            charsets = [each.partition("_")[0] for each in collations]
            what = "collations" if charsets[0] == charsets[1] else "character sets"
            return "collation_differs", f"their {what} differ, {_and(*collations)}"
        if "uuid" in (mine.name, theirs.name):
            return (
                "uuid_storage_differs",
                (
                    f"one is stored as {mine.name}{mine.length}, the other as "
                    f"{theirs.name}{theirs.length}"
                ),
            )
        return (
            "column_type_differs",
            f"their types differ, {_and(_bare(mine), _bare(theirs))}",
        )

    def set_null(self, ends: Ends) -> Difference | None:
        clauses = [
            f"ON {when} SET NULL"
            for when, action in (
                ("DELETE", ends.foreign_key.on_delete),
                ("UPDATE", ends.foreign_key.on_update),
            )
            if action == "SET NULL"
        ]
        for column, _ in ends.pairs:
            if clauses and not column.null:
                return self.differs(
                    ends,
                    "set_null_on_not_null",
                    f"{clauses[0]} cannot empty {shown(ends.table.name)}."
                    f"{column.name}, which is NOT NULL",
                    error=self.set_null_error,
                    fix=fixes.to_null(self, ends, column),
                )
        return None

    def referenced_key(self, ends: Ends) -> Difference | None:
        if any(is_whole(key) for key in self.unique_keys(ends)):
            return None
        columns = ends.foreign_key.to_columns
        where = f"{shown(ends.to_table.name)} ({column_list(columns)})"
        fix = fixes.to_unique(self.flavour, ends)
        if not self.server.restrict_fk_on_non_standard_key:
            if leads(ends.to_table, columns):
                return self.differs(
                    ends,
                    "referenced_key_not_unique",
                    f"{where} has an index and no unique key",
                    fix=fix,
                )
            error = "1822"
            if self.flavour == "mariadb":
                error = self.missing_key_error
        else:
            error = self.missing_key_error
        return self.differs(
            ends,
            "referenced_key_missing",
            f"{where} has no unique key of its own" + near_miss(ends),
            error=error,
            fix=fix,
        )

    def checks(self, ends: Ends) -> Difference | None:
        if self.server.foreign_key_checks:
            return None
        return self.differs(
            ends,
            "session_without_checks",
            "foreign_key_checks is off in this session, so no row is checked",
            fix=("SET foreign_key_checks = 1",),
        )

    # Words.

    def remedy(self, ends: Ends) -> Column | None:
        if len(ends.pairs) != 1:
            return None
        column, to_column = ends.pairs[0]
        collation = charset = ""
        if types.parse(to_column.type).is_text:
            collation = types.collation_of(to_column, ends.to_table, self.server)
            charset = to_column.charset or collation.partition("_")[0]
        return replace(
            column,
            type=types.without_counter(to_column.type),
            charset=charset,
            collation=collation,
        )

    def rewritten(self, table: Table, column: Column) -> tuple[str, ...]:
        return (fixes.modify(self, table, column),)

    def engine_to_give(self) -> str:
        default, forced = self.server.default_engine, self.server.forced_engine
        if (forced or default).lower() in ENFORCING or forced or not default:
            return ""
        return "InnoDB"

    def column_type(self, column: Column) -> str:
        return types.typed(replace(column, null=True), Table(name=""), self.server)

    def definition(self, table: Table, column: Column) -> str:
        engine = f", {table.engine}" if table.engine else ""
        return f"{types.typed(column, table, self.server)}{engine}"


def is_whole(key: Unique | PrimaryKey | Index) -> bool:
    """Say whether a key consists of whole columns."""
    if isinstance(key, PrimaryKey):
        return "(" not in key.definition.partition("(")[2].replace("`(`", "")
    return not any(key.prefixes) and not key.expressions


def leads(table: Table, columns: tuple[str, ...]) -> bool:
    """Say whether some index begins with the whole columns."""
    for each in table.constraints:
        if not isinstance(each, (PrimaryKey, Unique, Index)):
            continue
        if each.columns[: len(columns)] != columns:
            continue
        if isinstance(each, Index) and each.method:
            continue
        prefixes = getattr(each, "prefixes", ())
        if not any(prefixes[: len(columns)]):
            return True
    return False


def near_miss(ends: Ends) -> str:
    """Return which key comes closest, to end a sentence; "" for none."""
    columns = ends.foreign_key.to_columns
    for each in ends.to_table.constraints:
        if not isinstance(each, (PrimaryKey, Unique, Index)) or not each.columns:
            continue
        if each.columns[: len(columns)] != columns:
            continue
        name = f"{each.kind} {each.name}"
        if any(getattr(each, "prefixes", ())):
            return f"; {name} holds a prefix alone"
        if isinstance(each, Index):
            return f"; {name} is not unique"
        return f"; {name} has more columns"
    return ""


def _bare(type_: types.Type) -> str:
    return f"{type_.name}{'' if type_.is_integer else type_.length}" + (
        " unsigned" if type_.is_unsigned else ""
    )


def _and(one: str, other: str) -> str:
    return f"{one} and {other}"
