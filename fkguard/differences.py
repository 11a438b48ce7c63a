"""Declared against actual, one table at a time: what is not as it was promised.

Names do not count. What a constraint promises does: its columns, condition and
collation, whether every row obeys it, where a foreign key points and what it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from . import consequences as kinds
from .backends.base import expressions
from .backends.base.ends import mismatch
from .consequences import Consequence
from .constraints import (
    Catalogue,
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    PrimaryKey,
    Server,
    Table,
    Unique,
)
from .events import Event

#: Engines of MySQL and MariaDB that enforce foreign keys.
ENFORCING = {"", "innodb", "ndb", "ndbcluster"}


def table_differences(
    declared: Table, unsupported: Iterable[Constraint], catalogue: Catalogue
) -> list[Consequence]:
    """Return what the catalogue has otherwise than a declared table says."""
    actual = catalogue.get(declared.name)
    if actual is None and catalogue.server.flavour == "sqlite":
        folded = declared.name.lower()
        actual = next((t for t in catalogue if t.name.lower() == folded), None)
    comparison = Comparison(declared, tuple(unsupported), actual, catalogue)
    comparison.run()
    return comparison.found


def session_differences(server: Server) -> list[Consequence]:
    """Return what this session leaves unenforced, whatever the tables say."""
    if server.foreign_key_checks:
        return []
    switch = {
        "postgresql": "session_replication_role is replica",
        "sqlite": "PRAGMA foreign_keys is off",
    }.get(server.flavour, "foreign_key_checks is off")
    return [
        Consequence(
            kind=kinds.UNENFORCED,
            event=Event(table=""),
            table="",
            constraint=Constraint(name="foreign_key_checks"),
            detail=switch,
        )
    ]


@dataclass(kw_only=False)
class Comparison:
    """One declared table beside the actual one."""

    declared: Table
    unsupported: tuple[Constraint, ...]
    actual: Table | None
    catalogue: Catalogue
    found: list[Consequence] = field(default_factory=list)
    #: The actual constraints that no declared one has claimed.
    left: list[Constraint] = field(default_factory=list)

    def run(self) -> None:
        """Fill `found`."""
        if self.actual is None:
            self.note(kinds.ABSENT, Constraint(name=self.declared.name))
            return
        self.actual_columns = {self.fold(c.name): c for c in self.actual.columns}
        self.left = [c for c in self.actual.constraints if c.protects]
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

    # Shared.

    @property
    def server(self) -> Server:
        return self.catalogue.server

    def fold(self, name: str) -> str:
        return name if self.server.flavour == "postgresql" else name.lower()

    def folded(self, columns: Iterable[str]) -> frozenset[str]:
        return frozenset(map(self.fold, columns))

    def has_columns(self, constraint: Constraint) -> bool:
        """Say whether the table has them all; what is absent is told by itself."""
        return self.folded(constraint.uses) <= self.actual_columns.keys()

    def wanted(self, kind: type[Constraint]) -> list[Constraint]:
        return [
            each
            for each in self.declared.constraints
            if isinstance(each, kind) and each.protects and self.has_columns(each)
        ]

    def claim(self, test: Callable[[Constraint], bool]) -> Constraint | None:
        """Take the first unclaimed constraint that passes a test."""
        for each in self.left:
            if test(each):
                self.left.remove(each)
                return each
        return None

    def note(
        self,
        kind: str,
        constraint: Constraint,
        becomes: Constraint | None = None,
        detail: str = "",
    ) -> None:
        self.found.append(
            Consequence(
                kind=kind,
                event=Event(table=self.declared.name),
                table=self.declared.name,
                constraint=constraint,
                becomes=becomes,
                detail=detail,
            )
        )

    # Engine and collations.

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
                if bare.lower() != there.collation.lower():
                    self.note(
                        kinds.COLLATION,
                        Constraint(name="", columns=(column.name,)),
                        detail=f"{bare} is declared, {there.collation or 'none'}",
                    )

    # Primary keys and uniques.

    def keys(self) -> None:
        waiting: list[Constraint] = []
        for wanted in [*self.wanted(PrimaryKey), *self.wanted(Unique)]:
            there = self.claim(partial(self.is_same_key, wanted))
            if there is None and isinstance(wanted, Unique):
                # Two declarations may share one key; the primary key is a unique.
                there = next(
                    (
                        each
                        for each in self.actual_keys()
                        if self.is_same_key(wanted, each)
                        or (
                            isinstance(each, PrimaryKey)
                            and self.is_as_plain(wanted, each)
                        )
                    ),
                    None,
                )
            if there is None:
                waiting.append(wanted)
            elif isinstance(there, Unique) and not there.is_valid:
                self.note(kinds.UNENFORCED, wanted, there, "its index is not valid")
        for wanted in waiting:
            there = self.claim(partial(self.is_meant, wanted))
            if there is None:
                self.note(kinds.MISSING, wanted)
            else:
                self.note(kinds.DIFFERS, wanted, there)

    def actual_keys(self) -> list[PrimaryKey | Unique]:
        assert self.actual is not None
        return [
            each
            for each in self.actual.constraints
            if isinstance(each, (PrimaryKey, Unique))
        ]

    def is_as_plain(self, wanted: Unique, there: Constraint) -> bool:
        """Say whether the primary key does what a unique would."""
        return (
            isinstance(there, PrimaryKey)
            and wanted.is_plain
            and self.folded(wanted.columns) == self.folded(there.columns)
        )

    def is_same_key(self, wanted: Constraint, there: Constraint) -> bool:
        """Say whether a key that is there promises what the declared one does."""
        if isinstance(wanted, PrimaryKey):
            return isinstance(there, PrimaryKey) and self.folded(
                wanted.columns
            ) == self.folded(there.columns)
        if not isinstance(wanted, Unique) or not isinstance(there, Unique):
            return False
        (ours, our_expressions), (theirs, their_expressions) = map(
            self.key_of, (wanted, there)
        )
        if (
            ours != theirs
            or len(our_expressions) != len(their_expressions)
            or any(there.prefixes)
            or wanted.nulls_distinct != there.nulls_distinct
            or wanted.deferrable != there.deferrable
            or bool(wanted.condition) != bool(there.condition)
        ):
            return False
        if "COLLATE " in there.definition.upper() and not wanted.definition:
            return False
        pairs = list(zip(our_expressions, their_expressions, strict=True))
        if wanted.condition:
            pairs.append((wanted.condition, there.condition))
        answers = {self.compare(one, other) for one, other in pairs}
        if expressions.OTHER in answers:
            return False
        if expressions.UNCERTAIN in answers:
            return self.is_named(wanted, there) or self.folded(
                wanted.uses
            ) == self.folded(there.uses)
        return True

    def key_of(self, unique: Unique) -> tuple[frozenset[str], list[str]]:
        """Return the columns of a key and its expressions, less their order."""
        columns, rest = set(self.folded(unique.columns)), []
        for each in unique.expressions:
            bare = expressions.unordered(expressions.words(each))
            if len(bare) == 1 and bare[0] in self.actual_columns:
                columns.add(bare[0])
            else:
                rest.append(each)
        return frozenset(columns), rest

    def is_meant(self, wanted: Constraint, there: Constraint) -> bool:
        """Say whether a key that promises something else stands for this one."""
        if type(there) is not type(wanted):
            return False
        if isinstance(wanted, PrimaryKey) or self.is_named(wanted, there):
            return True
        one, other = self.folded(wanted.columns), self.folded(there.columns)
        if isinstance(wanted, Unique) and not wanted.expressions:
            return bool(one) and (one <= other or (len(other) > 1 and other < one))
        return False

    def is_named(self, wanted: Constraint, there: Constraint) -> bool:
        return bool(wanted.name) and wanted.name.lower() == there.name.lower()

    def compare(self, one: str, other: str) -> str:
        if not one or not other:
            return expressions.SAME if one == other else expressions.UNCERTAIN
        return expressions.compare(one, other, self.actual_columns)

    # Foreign keys.

    def foreign_keys(self) -> None:
        waiting: list[ForeignKey] = []
        for wanted in self.wanted(ForeignKey):
            assert isinstance(wanted, ForeignKey)
            self.ends(wanted)
            same = [
                each
                for each in self.left
                if isinstance(each, ForeignKey) and self.points_alike(wanted, each)
            ]
            if not same:
                waiting.append(wanted)
                continue
            best = min(same, key=partial(self.faults, wanted))
            self.left.remove(best)
            self.judge_foreign_key(wanted, best)
        for wanted in waiting:
            there = self.claim(partial(self.is_same_column, wanted))
            if there is None:
                self.note(kinds.MISSING, wanted)
            else:
                self.note(kinds.MISDIRECTED, wanted, there)

    def points_alike(self, wanted: ForeignKey, there: ForeignKey) -> bool:
        return (
            tuple(map(self.fold, wanted.columns)),
            self.fold(wanted.to_table),
            tuple(map(self.fold, wanted.to_columns)),
        ) == (
            tuple(map(self.fold, there.columns)),
            self.fold(there.to_table),
            tuple(map(self.fold, there.to_columns)),
        ) and self.target_is_there(there)

    def is_same_column(self, wanted: ForeignKey, there: Constraint) -> bool:
        return isinstance(there, ForeignKey) and self.folded(
            wanted.columns
        ) == self.folded(there.columns)

    def target_is_there(self, there: ForeignKey) -> bool:
        folded = self.fold(there.to_table)
        return there.to_table in self.catalogue or any(
            self.fold(key) == folded for key in self.catalogue.tables
        )

    def faults(self, wanted: ForeignKey, there: ForeignKey) -> int:
        """Return how badly a foreign key fits, to choose among several."""
        return (
            4 * (not there.is_enforced or there.is_disabled)
            + 2 * (not there.is_valid)
            + (self.actions(wanted) != self.actions(there))
        )

    @staticmethod
    def actions(foreign_key: ForeignKey) -> tuple[str, str]:
        return foreign_key.on_delete, foreign_key.on_update

    def judge_foreign_key(self, wanted: ForeignKey, there: ForeignKey) -> None:
        if self.actions(wanted) != self.actions(there):
            self.note(kinds.OTHER_ACTION, wanted, there)
        if detail := unenforced(there):
            self.note(kinds.UNENFORCED, wanted, there, detail)
        elif wanted.deferrable != there.deferrable:
            self.note(kinds.DIFFERS, wanted, there)

    def ends(self, wanted: ForeignKey) -> None:
        """Compare the types of the two columns, constrained or not."""
        to = self.catalogue.get(wanted.to_table)
        if to is None or self.actual is None:
            return
        for name, to_name in zip(wanted.columns, wanted.to_columns, strict=True):
            column = self.actual_columns.get(self.fold(name))
            folded = self.fold(to_name)
            to_column = next(
                (c for c in to.columns if self.fold(c.name) == folded), None
            )
            if column is None or to_column is None:
                continue
            if detail := mismatch(self.server, column, to_column):
                self.note(kinds.ENDS, wanted, detail=detail)

    # Checks and exclusions.

    def checks(self) -> None:
        waiting: list[Check] = []
        for wanted in self.wanted(Check):
            assert isinstance(wanted, Check)
            text = wanted.expression
            if not wanted.name and wanted.columns:
                # A field's own check is kept with a name that no column has.
                wanted = replace(
                    wanted, expression=text.replace("__column__", wanted.columns[0])
                )
            there = self.claim(partial(self.is_same_check, wanted))
            if there is None:
                waiting.append(wanted)
            else:
                self.judge_check(wanted, there)
        for test in (self.is_trusted_by_name, self.is_trusted_by_columns):
            for wanted in list(waiting):
                there = self.claim(partial(test, wanted))
                if there is not None:
                    waiting.remove(wanted)
                    self.judge_check(wanted, there)
        for wanted in waiting:
            there = self.claim(partial(self.is_named_check, wanted))
            if there is not None:
                self.note(kinds.DIFFERS, wanted, there)
            elif not self.is_in_the_type(wanted):
                self.note(kinds.MISSING, wanted)

    def is_in_the_type(self, wanted: Check) -> bool:
        """Say whether the column's type alone keeps the check.

        MariaDB drops a check beside a column with each MODIFY of it, which Django
        does not know of; an unsigned column takes no negative number all the same.
        """
        if wanted.name or len(wanted.columns) != 1:
            return False
        name = self.fold(wanted.columns[0])
        is_positive = expressions.words(wanted.expression) == (name, ">=", "0")
        return is_positive and self.actual_columns[name].type.endswith("unsigned")

    def is_same_check(self, wanted: Check, there: Constraint) -> bool:
        return isinstance(there, Check) and (
            self.compare(wanted.expression, there.expression) == expressions.SAME
        )

    def is_named_check(self, wanted: Check, there: Constraint) -> bool:
        return isinstance(there, Check) and self.is_named(wanted, there)

    def is_trusted_by_name(self, wanted: Constraint, there: Constraint) -> bool:
        return self.is_named(wanted, there) and self.is_trusted_by_columns(
            wanted, there
        )

    def is_trusted_by_columns(self, wanted: Constraint, there: Constraint) -> bool:
        """Say whether two checks may be one, as far as their SQL can be compared."""
        return (
            isinstance(wanted, Check)
            and isinstance(there, Check)
            and self.folded(wanted.columns) == self.folded(there.columns)
            and self.compare(wanted.expression, there.expression) != expressions.OTHER
        )

    def judge_check(self, wanted: Check, there: Constraint) -> None:
        if detail := unenforced(there):
            self.note(kinds.UNENFORCED, wanted, there, detail)

    def exclusions(self) -> None:
        for wanted in self.wanted(Exclusion):
            there = self.claim(partial(self.is_same_exclusion, wanted))
            if there is None:
                self.note(kinds.MISSING, wanted)

    def is_same_exclusion(self, wanted: Constraint, there: Constraint) -> bool:
        return isinstance(there, Exclusion) and (
            self.is_named(wanted, there)
            or self.folded(wanted.uses) == self.folded(there.uses)
        )

    # What nothing declares.

    def extras(self) -> None:
        for each in self.left:
            if isinstance(each, (Unique, ForeignKey, Check, Exclusion)) and not (
                each.is_inherited or self.is_explained(each)
            ):
                self.note(kinds.EXTRA, each)

    def is_explained(self, extra: Constraint) -> bool:
        """Say whether a constraint adds nothing to what is declared."""
        if any(self.is_named(each, extra) for each in self.unsupported):
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
        # MariaDB makes one for each column of its type JSON.
        return isinstance(extra, Check) and bool(
            re.match(r"\(?json_valid\(", extra.expression, re.IGNORECASE)
        )


def unenforced(there: Constraint) -> str:
    """Return why rows may break a constraint that is there, or ""."""
    if isinstance(there, (ForeignKey, Check)):
        if not there.is_enforced:
            return "it is NOT ENFORCED"
        if isinstance(there, ForeignKey) and there.is_disabled:
            return "its triggers are disabled"
        if not there.is_valid:
            return "it is NOT VALID: rows from before it were not looked at"
    return ""
