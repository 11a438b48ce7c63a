"""Declared against actual, one table at a time: what is not as it was promised.

Names do not count. What a constraint promises does: its columns, condition and
collation, whether every row obeys it, where a foreign key points and what it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...backends import backend_named
from ...schema import consequences as kinds
from ...schema.catalogue import Catalogue, Server, Table
from ...schema.consequences import Consequence
from ...schema.constraints import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from ...schema.events import Event
from ...schema.matching import is_same_collation
from .conditions import Conditions
from .keys import KeyComparison
from .references import References

#: Engines of MySQL and MariaDB that enforce foreign keys.
ENFORCING = {"", "innodb", "ndb", "ndbcluster"}


def table_differences(
    declared: Table, unsupported: Iterable[Constraint], catalogue: Catalogue
) -> list[Consequence]:
    """Return what the catalogue has otherwise than a declared table says."""
    actual = catalogue.get(declared.name)
    if actual is None and backend_named(catalogue.server.flavour).compares_tables_alike:
        folded = declared.name.lower()
        actual = next((t for t in catalogue if t.name.lower() == folded), None)
    comparison = Whole(declared, tuple(unsupported), actual, catalogue)
    comparison.run()
    return comparison.found


def session_differences(server: Server) -> list[Consequence]:
    """Return what this session leaves unenforced, whatever the tables say."""
    if server.foreign_key_checks:
        return []
    switch = backend_named(server.flavour).foreign_key_switch
    return [
        Consequence(
            kind=kinds.UNENFORCED,
            event=Event(table=""),
            table="",
            constraint=Constraint(name="foreign_key_checks"),
            detail=switch,
        )
    ]


class Whole(KeyComparison, References, Conditions):
    """Compares all that a table is declared to be."""

    def run(self) -> None:
        """Fill `found`."""
        if self.actual is None:
            self.note(kinds.ABSENT, Constraint(name=self.declared.name))
            return
        for column in self.declared.columns:
            if self.fold(column.name) not in self.actual_columns:
                self.note(kinds.ABSENT, Constraint(name="", columns=(column.name,)))
        self.engine()
        self.keys()
        self.foreign_keys()
        self.checks()
        self.exclusions()
        self.collations()
        self.extras()

    def engine(self) -> None:
        assert self.actual is not None
        if self.actual.engine.lower() not in ENFORCING:
            self.note(
                kinds.ENGINE,
                Constraint(name=self.declared.name),
                detail=self.actual.engine,
            )

    def collations(self) -> None:
        """Compare the collations that the declaration names."""
        for column in self.declared.columns:
            there = self.actual_columns.get(self.fold(column.name))
            if column.collation and there is not None:
                bare = column.collation.rpartition('"."')[2]
                if not is_same_collation(bare, there.collation):
                    self.note(
                        kinds.COLLATION,
                        Constraint(name="", columns=(column.name,)),
                        detail=f"{bare} is declared, {there.collation or 'none'}",
                    )

    def extras(self) -> None:
        for each in self.left:
            if isinstance(each, (Unique, ForeignKey, Check, Exclusion)) and not (
                each.is_inherited or self.is_explained(each)
            ):
                self.note(kinds.EXTRA, each)

    def names_no_field(self, declared: Constraint) -> bool:
        """Say whether a declared constraint reads a field that its model lacks."""
        columns = self.folded(each.name for each in self.declared.columns)
        return not self.folded(declared.uses) <= columns

    def is_explained(self, extra: Constraint) -> bool:
        """Say whether a constraint adds nothing to what is declared."""
        if any(self.is_named(each, extra) for each in self.unsupported):
            return True
        if any(
            self.is_named(each, extra) and type(each) is type(extra)
            for each in self.declared.constraints
            if self.names_no_field(each)
        ):
            # RenameField leaves the old name in the conditions of the state.
            return True
        if isinstance(extra, Unique):
            # What is unique in fewer columns is unique in more.
            return extra.is_plain and any(
                self.folded(each.columns) <= self.folded(extra.columns)
                for each in self.declared.constraints
                if isinstance(each, PrimaryKey)
                or (isinstance(each, Unique) and each.is_plain)
            )
        if isinstance(extra, ForeignKey):
            return any(
                self.points_alike(each, extra)
                and self.actions(each) == self.actions(extra)
                for each in self.declared.of(ForeignKey)
            )
        if isinstance(extra, Check) and any(
            self.is_same_check(each, extra) for each in self.declared.of(Check)
        ):
            return True
        # MariaDB makes one for each column of its type JSON.
        return isinstance(extra, Check) and bool(
            re.match(r"\(?json_valid\(", extra.expression, re.IGNORECASE)
        )
