"""Which columns can be the two ends of a foreign key: what every vendor shares.

The rules are measured, not read: ``tests/backends/test_compatibility.py`` makes
pairs of tables on each server and compares its verdict with this one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from ...schema.catalogue import Catalogue, Column, Server, Table
from ...schema.consequences import Difference
from ...schema.constraints import ForeignKey, PrimaryKey, Unique
from ...schema.names import shown


@dataclass(frozen=True, kw_only=True)
class Ends:
    """The two ends of a foreign key that is there, or that is to be made."""

    catalogue: Catalogue
    table: Table
    foreign_key: ForeignKey
    to_table: Table
    #: Each referencing column with the one it references.
    pairs: tuple[tuple[Column, Column], ...]
    #: Whether the referencing columns are made together with the foreign key.
    is_new: bool = False
    #: Whether the foreign key is in the database already.
    is_made: bool = False

    def with_columns(self, *columns: Column) -> Ends:
        """Return these ends with other referencing columns."""
        return replace(
            self,
            pairs=tuple(
                (new, to) for new, (_, to) in zip(columns, self.pairs, strict=True)
            ),
        )


class Compatibility(ABC):
    """The rules of one server, asked in the order in which they matter."""

    #: The builder of statements of the same vendor.
    flavour: ClassVar[str]
    #: The error where a column is rewritten under a foreign key that stays.
    rewritten_error: ClassVar[str] = ""

    def __init__(self, server: Server) -> None:
        self.server = server

    @abstractmethod
    def rules(self) -> Iterator[Callable[[Ends], Difference | None]]:
        """Yield the rules, the most telling first."""

    @abstractmethod
    def referenced_key(self, ends: Ends) -> Difference | None:
        """Return what the key of the referenced columns lacks, or None."""

    def difference(
        self,
        catalogue: Catalogue,
        table: Table,
        foreign_key: ForeignKey,
        *,
        is_new: bool = False,
        is_made: bool = False,
    ) -> Difference | None:
        """Return the one thing that keeps a foreign key from being made, or None.

        `is_new` says that the referencing column is made along with it, and `is_made`
        that it already exists. What is not in the catalogue is not judged.
        """
        ends = self.ends(catalogue, table, foreign_key, is_new=is_new, is_made=is_made)
        if ends is None:
            return None
        found = self.first(ends)
        if found is not None and is_new:
            remedy = self.remedy(ends)
            if remedy is not None and self.first(ends.with_columns(remedy)) is None:
                found = replace(
                    found, remedy=remedy, remedy_type=self.column_type(remedy)
                )
        return found

    def ends(
        self,
        catalogue: Catalogue,
        table: Table,
        foreign_key: ForeignKey,
        *,
        is_new: bool = False,
        is_made: bool = False,
    ) -> Ends | None:
        """Return both ends of a foreign key, as far as the catalogue has them."""
        to_table = (
            table
            if foreign_key.to_table == table.name
            else catalogue.get(foreign_key.to_table)
        )
        if to_table is None:
            return None
        pairs = []
        for name, to_name in zip(
            foreign_key.columns, foreign_key.to_columns, strict=True
        ):
            column = table.column(name) or unseen(table, name)
            to_column = to_table.column(to_name) or unseen(to_table, to_name)
            if column is None or to_column is None:
                return None
            pairs.append((column, to_column))
        return Ends(
            catalogue=catalogue,
            table=table,
            foreign_key=foreign_key,
            to_table=to_table,
            pairs=tuple(pairs),
            is_new=is_new,
            is_made=is_made,
        )

    def first(self, ends: Ends) -> Difference | None:
        """Return what the first rule that objects says."""
        for rule in self.rules():
            if (found := rule(ends)) is not None:
                return found
        return None

    def remedy(self, ends: Ends) -> Column | None:
        """Return the referencing column in the definition of the referenced one."""
        return None

    def rewritten(self, table: Table, column: Column) -> tuple[str, ...]:
        """Return the statements that write a column of a table again."""
        return ()

    def engine_to_give(self) -> str:
        """Return the engine for new tables where the default has no foreign keys."""
        return ""

    def column_type(self, column: Column) -> str:
        """Return a column's type as a statement that makes it has it."""
        return column.type

    # What the rules have in common.

    def differs(
        self,
        ends: Ends,
        hazard: str,
        fact: str,
        *,
        error: str = "",
        fix: tuple[str, ...] = (),
    ) -> Difference:
        """Return a difference with both ends described."""
        return Difference(
            hazard=hazard,
            fact=fact,
            referencing="; ".join(
                self.described(ends.table, column) for column, _ in ends.pairs
            ),
            referenced="; ".join(
                self.described(ends.to_table, column) for _, column in ends.pairs
            ),
            error=error,
            fix=fix,
        )

    def described(self, table: Table, column: Column) -> str:
        """Return a column with its table, type and whatever a key depends on."""
        return f"{shown(table.name)}.{column.name} {self.definition(table, column)}"

    def definition(self, table: Table, column: Column) -> str:
        """Return a column's definition as this server would print it."""
        null = "" if column.null else " NOT NULL"
        collation = f" COLLATE {column.collation}" if column.collation else ""
        return f"{column.type}{collation}{null}"

    def unique_keys(self, ends: Ends) -> list[Unique | PrimaryKey]:
        """Return the keys that are of exactly the referenced columns."""
        wanted = sorted(ends.foreign_key.to_columns)
        return [
            each
            for each in ends.to_table.constraints
            if isinstance(each, (Unique, PrimaryKey)) and sorted(each.columns) == wanted
        ]


def unseen(table: Table, name: str) -> Column | None:
    """Return a column of a temporary table, which some catalogues show without any."""
    return Column(name=name, type="", null=True) if table.is_temporary else None


def column_list(columns: tuple[str, ...]) -> str:
    return ", ".join(columns)
