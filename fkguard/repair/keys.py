"""The keys that foreign keys reference: which are lacking, and what makes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..backends import backend_named
from ..backends.base.compatibility import Ends
from ..schema import consequences as kinds
from ..schema.catalogue import Catalogue, Table
from ..schema.consequences import Difference
from ..schema.constraints import Constraint, ForeignKey, PrimaryKey, Unique
from ..schema.matching import find
from ..verify import Verification
from .steps import RepairStep, shown

#: What `verify` found of a key that a step is planned for.
_MADE = {kinds.MISSING, kinds.DIFFERS, kinds.UNENFORCED}


class ForeignKeySteps:
    """Knows the keys of one database, as they are and as the plan makes them."""

    def __init__(self, report: Verification) -> None:
        self.catalogue = report.catalogue
        self.rules = backend_named(report.catalogue.server.flavour).compatibility(
            report.catalogue.server
        )
        #: The catalogue with every declared key, which a foreign key is judged by: a
        #: declared one is planned by itself, so nothing else must make it again.
        self.planned = Catalogue(report.catalogue.server, report.catalogue)
        for finding in report.findings:
            consequence = finding.case.consequence
            if consequence.kind in _MADE:
                self.add(consequence.table, consequence.constraint)

    def add(self, name: str, key: Constraint) -> None:
        """Count on a key that is planned for a table."""
        table = self.planned.get(name)
        if table is None or not isinstance(key, (Unique, PrimaryKey)):
            return
        there = find(table, key)
        if there is not None:
            table = table.without(there)
        self.planned.put(table.with_constraints(key))

    def ends(self, table: Table, foreign_key: ForeignKey) -> Ends | None:
        """Return the two ends of a foreign key among the planned keys."""
        here = self.planned.get(table.name) or table
        return self.rules.ends(self.planned, here, foreign_key)

    def difference(self, table: Table, foreign_key: ForeignKey) -> Difference | None:
        """Return what keeps a foreign key from being made when the keys are."""
        here = self.planned.get(table.name) or table
        return self.rules.difference(self.planned, here, foreign_key)

    def obstacle(self, steps: Iterable[RepairStep], wanted: RepairStep) -> str:
        """Return which key a step waits for that the plan leaves out, or ""."""
        steps = list(steps)
        table = self.catalogue.tables[wanted.table]
        for each in _foreign_keys(wanted):
            ends = self.rules.ends(self.catalogue, table, each)
            lacking = self.rules.referenced_key(ends) if ends is not None else None
            if ends is None or lacking is None:
                continue
            makers = [
                (step, key)
                for step in steps
                for key in _keys(step)
                if step.table == ends.to_table.name
                and sorted(key.columns) == sorted(each.to_columns)
            ]
            if any(step is wanted or not step.is_blocked for step, _ in makers):
                continue
            if makers:
                where = shown(ends.to_table)
                return (
                    f"{makers[0][1].describe()} of {where}, which it references, is "
                    "left out"
                )
            if lacking.error:
                return f"{lacking.fact}, and no step creates one"
        return ""

    def is_referenced(
        self, step: RepairStep, foreign_keys: Iterable[ForeignKey]
    ) -> bool:
        """Say whether one of some foreign keys references the key of a step."""
        return any(
            each.to_table == step.table
            and sorted(each.to_columns) == sorted(key.columns)
            for each in foreign_keys
            for key in _keys(step)
        )


def _foreign_keys(step: RepairStep) -> Iterator[ForeignKey]:
    """Yield the foreign keys that are there after a step."""
    if step.rebuilds is not None:
        yield from step.rebuilds.table.of(ForeignKey)
    elif isinstance(step.makes, ForeignKey):
        yield step.makes


def _keys(step: RepairStep) -> Iterator[Unique | PrimaryKey]:
    """Yield the keys that are there after a step."""
    if step.rebuilds is not None:
        for each in step.rebuilds.table.constraints:
            if isinstance(each, (Unique, PrimaryKey)):
                yield each
    elif isinstance(step.makes, (Unique, PrimaryKey)):
        yield step.makes
