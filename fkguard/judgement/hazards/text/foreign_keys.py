"""Words for a foreign key between two columns that cannot be its ends."""

from __future__ import annotations

from abc import abstractmethod

from ....schema.catalogue import Catalogue
from ....schema.consequences import INCOMPATIBLE, Difference
from ....schema.constraints import ForeignKey
from ....schema.events import AlterColumn
from ..base import Case, Hazard
from . import operations, wording


class Incompatible(Hazard):
    """A foreign key that the server refuses, ignores, or makes of little use."""

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        difference = case.consequence.difference
        return (
            case.consequence.kind == INCOMPATIBLE
            and difference is not None
            and difference.hazard == self.slug
        )

    def message(self, case: Case) -> str:
        return f"{ends(case)}: {_difference(case).fact}."

    def why(self, case: Case) -> str:
        difference = _difference(case)
        parts = [f"{self.outcome(case)} {self.because(case)}".strip()]
        if difference.remedy is not None and isinstance(case.event, AlterColumn):
            parts.append(
                "MODIFY redefines a column as Django declares it, although its type "
                "does not change. FKGUARD_MODE=auto keeps it as "
                f"{difference.remedy_type}."
            )
        elif difference.remedy is not None:
            parts.append(
                "FKGUARD_MODE=auto creates the new column as "
                f"{difference.remedy_type} instead."
            )
        return "\n".join(
            [
                " ".join(parts),
                f"    {difference.referencing}",
                f"    {difference.referenced}",
            ]
        )

    def outcome(self, case: Case) -> str:
        """Return what the server does with the foreign key, as a sentence."""
        if case.consequence.error:
            return wording.refusal(case)
        return f"{case.server.describe()} accepts the foreign key and ignores it."

    @abstractmethod
    def because(self, case: Case) -> str:
        """Return the rule behind it, as a sentence."""

    def instead(self, case: Case) -> str:
        difference = _difference(case)
        if not difference.fix:
            return ""
        sql = operations.run_all_sql(difference.fix)
        if difference.remedy is not None and isinstance(case.event, AlterColumn):
            return operations.separated(sql, operations.alter_field(case))
        return operations.lines("# before this operation:", sql)


def ends(case: Case, verb: str = "cannot reference") -> str:
    """Return both ends of the foreign key as the beginning of a sentence."""
    key = case.constraint
    assert isinstance(key, ForeignKey)
    here, there = wording.shown(case.consequence.table), wording.shown(key.to_table)
    if len(key.columns) == 1:
        return f"{here}.{key.columns[0]} {verb} {there}.{key.to_columns[0]}"
    return (
        f"{here} ({', '.join(key.columns)}) {verb} "
        f"{there} ({', '.join(key.to_columns)})"
    )


def _difference(case: Case) -> Difference:
    difference = case.consequence.difference
    assert difference is not None
    return difference
