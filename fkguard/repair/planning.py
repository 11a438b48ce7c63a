"""From findings to statements, in an order in which each finds what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.db.backends.base.base import BaseDatabaseWrapper

from .. import compat
from ..backends import backend_for
from ..backends.base.ends import narrower
from ..backends.base.repairs import as_enforced
from ..recovery.ledger import Ledger
from ..schema import consequences as kinds
from ..schema.catalogue import Located, Table
from ..schema.consequences import Consequence
from ..schema.constraints import Check, Constraint, ForeignKey, PrimaryKey, Unique
from ..schema.matching import find
from ..verify import Verification
from .keys import ForeignKeySteps
from .rebuilding import Rebuilds
from .rows import Rows
from .steps import Plan, RepairStep, shown

#: Engines and types first, keys before what references them, rows that are there
#: already last.
ORDER = (
    "engine",
    "type",
    "referenced key",
    "rebuild",
    "key",
    "check",
    "foreign key",
    "rows",
    "owed",
)

#: Why nothing here closes a kind of finding.
LEFT = {
    kinds.ABSENT: "fkguard does not create tables or columns",
    kinds.COLLATION: "fkguard does not change the collation of a column",
    kinds.EXTRA: "fkguard only drops what it created itself",
}


class RepairPlanner:
    """Plans the repair of one database."""

    def __init__(self, connection: BaseDatabaseWrapper, report: Verification) -> None:
        self.connection = connection
        self.report = report
        self.catalogue = report.catalogue
        self.backend = backend_for(connection)
        self.statements = self.backend.statements
        self.repairs = self.backend.repairs
        self.rows = Rows(connection, report.catalogue)
        self.editor = connection.SchemaEditorClass(connection)
        self.taken = {
            each.name.lower()
            for table in self.catalogue
            for each in table.constraints
            if each.name
        }
        self.found: dict[str, list[RepairStep]] = {each: [] for each in ORDER}
        self.left: list[tuple[str, str]] = []
        self.rebuilds = Rebuilds(connection, report, self.rows)
        self.keys = ForeignKeySteps(report)

    def plan(self) -> Plan:
        """Return the steps in order."""
        for finding in self.report.findings:
            consequence = finding.case.consequence
            reason = self.consider(consequence)
            if reason:
                self.left.append((finding.hazard.message(finding.case), reason))
        for owed in Ledger(self.connection).owed():
            self.owe(owed)
        self.found["rebuild"] = self.rebuilds.steps
        self._hold_back()
        self._put_first()
        self.found["key"] = self.rebuilds.fold(self.found["key"])
        steps = [each for name in ORDER for each in self.found[name]]
        return Plan(report=self.report, steps=steps, left=self.left)

    def _hold_back(self) -> None:
        """Leave out the foreign keys whose keys are left out."""
        makers = [*self.found["key"], *self.found["rebuild"]]
        for step in (*self.found["rebuild"], *self.found["foreign key"]):
            step.add_rows("", self.keys.obstacle(makers, step), ())

    def _put_first(self) -> None:
        """Make the keys that a table of SQLite references before it is built again.

        The rebuild of a table looks at all foreign keys, those of others included.
        """
        if not self.found["rebuild"]:
            return
        declared = [
            each
            for promise in self.report.expected.promises
            for each in promise.table.of(ForeignKey)
        ]
        first = [
            each
            for each in self.found["key"]
            if not each.is_blocked and self.keys.is_referenced(each, declared)
        ]
        self.found["referenced key"] = first
        self.found["key"] = [each for each in self.found["key"] if each not in first]

    def consider(self, consequence: Consequence) -> str:
        """Plan the end of one finding; return why there is none, or ""."""
        kind = consequence.kind
        if kind in LEFT:
            return LEFT[kind]
        if not consequence.table:
            return "it concerns this session, not a table"
        table = self.catalogue.get(consequence.table)
        if table is None:
            return "the catalogue spells the name of the table differently"
        if kind == kinds.ENGINE:
            return self.convert(table)
        if kind == kinds.ENDS:
            return self.fit(table, consequence)
        if kind == kinds.UNENFORCED:
            return self.enforce(table, consequence)
        return self.make(table, consequence)

    # Tables and columns.

    def convert(self, table: Table) -> str:
        """Give a table an engine that enforces foreign keys."""
        self.found["engine"].append(
            RepairStep(
                table=table.name,
                title=f"{shown(table)} in InnoDB instead of {table.engine}",
                statements=[
                    f"ALTER TABLE {self.statements.quote(table.name)} ENGINE = InnoDB"
                ],
                locks=self.repairs.locks_of_rewriting(),
            )
        )
        return ""

    def fit(self, table: Table, consequence: Consequence) -> str:
        """Make two columns fit to be the ends of a foreign key.

        A declared key that is missing is a finding of its own, and is not made here.
        """
        wanted = consequence.constraint
        assert isinstance(wanted, ForeignKey)
        ends = self.keys.ends(table, wanted)
        assert ends is not None
        lacking = self.keys.rules.referenced_key(ends)
        if lacking is not None and lacking.fix:
            # Declared by an app that is not looked at, or by none.
            to_table = self.catalogue.tables[ends.to_table.name]
            key = self.named(to_table, Unique(name="", columns=wanted.to_columns))
            self.keys.add(to_table.name, key)
            missing = replace(
                consequence,
                kind=kinds.MISSING,
                table=to_table.name,
                constraint=key,
                becomes=None,
            )
            if reason := self.make(to_table, missing):
                return reason
        return self.retype(table, wanted)

    def retype(self, table: Table, wanted: ForeignKey) -> str:
        """Make the two ends of a foreign key alike."""
        ends = self.keys.ends(table, wanted)
        assert ends is not None
        difference = self.keys.difference(table, wanted)
        [(column, to_column), *_] = ends.pairs
        if difference is not None:
            statements = list(difference.fix)
            fact = difference.fact
        elif fact := narrower(self.catalogue.server, column, to_column):
            statements = self.repairs.widen(table, wanted, to_column.type)
        else:
            return ""
        if not statements:
            return f"{fact}, and no safe fix is known"
        if any(statements == each.statements for each in self.found["type"]):
            return ""
        step = RepairStep(
            table=table.name,
            title=(
                f"{shown(table)}.{column.name} and "
                f"{wanted.to_table.replace(chr(34), '')}.{to_column.name} alike: {fact}"
            ),
            statements=statements,
            locks=self.repairs.locks_of_rewriting(),
            away=list(self._dropped_by(statements)),
        )
        if readers := [d for d in table.dependents if column.name in d.columns]:
            step.obstacle = (
                f"{readers[0].kind} {readers[0].name} uses the column; drop it, and "
                "recreate it afterwards"
            )
        else:
            step.preflight, step.obstacle, step.sample = self.rows.of_retyping(
                table, column, to_column
            )
        self.found["type"].append(step)
        return ""

    def _dropped_by(self, statements: list[str]) -> Iterator[Located]:
        """Yield the foreign keys that statements drop, and make again."""
        for table in self.catalogue:
            for key in table.of(ForeignKey):
                if self.statements.supports_drop(key) and set(
                    self.statements.drop(table.name, key)
                ) <= set(statements):
                    yield Located(table=table.name, constraint=key)

    # Constraints.

    def make(self, table: Table, consequence: Consequence) -> str:
        """Make a constraint, in the place of what Django made for it, if anything."""
        wanted = self.named(table, consequence.constraint)
        there = consequence.becomes
        replaces = there is not None and self.is_own(table, consequence, there)
        if self.backend.rebuilds_tables and not (
            isinstance(wanted, Unique) and not (replaces and _is_inline(there))
        ):
            return self.rebuilds.rebuild(table, wanted)
        reason = self.repairs.reason_not_to_add(wanted)
        if reason:
            return reason
        away: list[Located] = []
        if there is not None and replaces:
            statements, wanted, away = self._in_place(table, there, wanted)
        else:
            wanted = replace(wanted, name=self.free_name(wanted) if wanted.name else "")
            statements = self.repairs.add(table, wanted)
        step = RepairStep(
            table=table.name,
            title=f"{wanted.describe()} of {shown(table)}",
            statements=statements,
            locks=self.repairs.locks(wanted),
            away=away,
            makes=wanted,
        )
        step.preflight, step.obstacle, step.sample = self.rows.of(table, wanted)
        self.found[_place(wanted)].append(step)
        return ""

    def _in_place(
        self, table: Table, there: Constraint, wanted: Constraint
    ) -> tuple[list[str], Constraint, list[Located]]:
        """Return what swaps two constraints, the one that comes, and what is away."""
        if isinstance(there, ForeignKey) and isinstance(wanted, ForeignKey):
            if there.deferrable != wanted.deferrable and (
                there.on_delete,
                there.on_update,
                there.to_table,
                there.to_columns,
            ) == (
                wanted.on_delete,
                wanted.on_update,
                wanted.to_table,
                wanted.to_columns,
            ):
                return self.repairs.defer(table, there, wanted), wanted, []
            # MySQL does not give a name away within one statement: 1826, errno 121.
            wanted = replace(wanted, name=self.free_name(wanted))
        elif wanted.name.lower() != there.name.lower():
            wanted = replace(wanted, name=self.free_name(wanted))
        statements = self.repairs.replace(table, there, wanted)
        # One statement is done whole, or not at all.
        away = [Located(table=table.name, constraint=wanted)]
        return statements, wanted, away if len(statements) > 1 else []

    def enforce(self, table: Table, consequence: Consequence) -> str:
        """Make rows obey what is there."""
        there = consequence.becomes
        assert there is not None
        statements = self.repairs.enforce(table, there)
        if not statements:
            if isinstance(there, ForeignKey) and there.is_disabled:
                return "the owner of the table has to enable its triggers"
            if isinstance(there, Check):
                # No ALTER reaches it: another one takes its place.
                missing = replace(consequence, becomes=None, kind=kinds.MISSING)
                return self.make(table, missing)
            return "this database has no statement for it"
        wanted = there
        if isinstance(there, (ForeignKey, Check)):
            wanted = as_enforced(there)
        step = RepairStep(
            table=table.name,
            title=f"{there.describe()} of {shown(table)}, obeyed by every row",
            statements=statements,
            locks=self.repairs.locks(wanted),
            makes=wanted,
        )
        step.preflight, step.obstacle, step.sample = self.rows.of(table, wanted)
        # A foreign key may wait for the rows of a key.
        is_key = isinstance(wanted, Unique)
        self.found["key" if is_key else "rows"].append(step)
        return ""

    def is_own(self, table: Table, consequence: Consequence, there: Constraint) -> bool:
        """Say whether Django made what is there, for this very declaration."""
        wanted = consequence.constraint
        if wanted.name and wanted.name.lower() == there.name.lower():
            return True
        if isinstance(there, ForeignKey) and there.name:
            # As Django names a foreign key to whatever table this one is to.
            suffix = f"_fk_{there.to_table.rpartition(chr(34))[2]}"
            made = compat.index_name(
                self.editor,
                table.name,
                list(there.columns),
                f"{suffix}_{'_'.join(there.to_columns)}",
            )
            return made.lower() == there.name.lower()
        # SQLite keeps a foreign key inside the table, where nobody else makes one.
        return isinstance(there, ForeignKey) and not there.name

    # What the ledger says.

    def owe(self, owed: object) -> None:
        """Plan what the ledger owes, as far as its table and columns are there."""
        from ..judgement.recipes import Owed

        assert isinstance(owed, Owed)
        constraint, table = owed.constraint, self.catalogue.get(owed.table)
        title = f"{constraint.describe()} of {owed.table}, owed since {owed.origin}"
        if table is None or not constraint.uses <= {c.name for c in table.columns}:
            self.left.append(
                (title, "its columns do not exist; the migration adds them again")
            )
            return
        step = RepairStep(table=owed.table, title=title, owed=owed)
        there = table.named(constraint.name) if constraint.name else None
        if there is None and find(table, constraint) is None:
            if any(
                each.makes is not None
                and each.table == owed.table
                and each.makes.columns == constraint.columns
                and type(each.makes) is type(constraint)
                for steps in self.found.values()
                for each in steps
            ):
                step.preflight = "an earlier step creates it"
            else:
                if reason := self.repairs.reason_not_to_add(constraint):
                    self.left.append((title, reason))
                    return
                step.statements = self.repairs.add(table, constraint)
                step.locks = self.repairs.locks(constraint)
                step.preflight, step.obstacle, step.sample = self.rows.of(
                    table, constraint
                )
        else:
            step.preflight = "it already exists"
        self.found["owed"].append(step)

    # Names.

    def named(self, table: Table, wanted: Constraint) -> Constraint:
        """Return a declared constraint with a name, as Django would make it up."""
        if isinstance(wanted, PrimaryKey):
            return wanted
        if isinstance(wanted, Check) and not wanted.name:
            [column] = wanted.columns
            return replace(
                wanted,
                name=self._made_up(table, wanted, "_check"),
                expression=wanted.expression.replace("__column__", column),
                is_column_level=False,
            )
        if isinstance(wanted, Unique) and not wanted.name:
            return replace(wanted, name=self._made_up(table, wanted, "_uniq"))
        return wanted

    def _made_up(self, table: Table, wanted: Constraint, suffix: str) -> str:
        return compat.index_name(self.editor, table.name, list(wanted.columns), suffix)

    def free_name(self, wanted: Constraint) -> str:
        """Return a name that no constraint of the database has, and take it."""
        name = self.repairs.free_name(wanted.name, self.taken)
        self.taken.add(name.lower())
        return name


def _place(constraint: Constraint) -> str:
    if isinstance(constraint, ForeignKey):
        return "foreign key"
    return "key" if isinstance(constraint, (PrimaryKey, Unique)) else "check"


def _is_inline(constraint: Constraint | None) -> bool:
    return isinstance(constraint, Unique) and constraint.is_inline
