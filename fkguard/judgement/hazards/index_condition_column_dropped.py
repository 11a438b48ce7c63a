"""A column goes that a unique index reads beside its key (H03)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS
from ...schema.constraints import Unique
from ...schema.events import DropColumn
from .base import Case, Hazard
from .text import operations, wording


class IndexConditionColumnDropped(Hazard):
    id = "E103"
    slug = "index_condition_column_dropped"
    title = (
        "A removed column is used by the condition, an expression or INCLUDE "
        "of a unique index."
    )

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return (
            isinstance(case.event, DropColumn)
            and isinstance(case.constraint, Unique)
            and case.consequence.table == case.event.table
            and case.event.old.column in case.constraint.reads
            and case.event.old.column not in case.constraint.columns
            and case.consequence.kind in wording.LOSSES
        )

    def message(self, case: Case) -> str:
        return f"{wording.outcome(case)[:-1]}, {_part(case)}."

    def why(self, case: Case) -> str:
        if case.consequence.kind == FAILS:
            return wording.refusal(case)
        return (
            f"{case.server.describe()} silently drops an index together with any "
            "column that it uses, also in its condition, its expressions and INCLUDE."
        )

    def instead(self, case: Case) -> str:
        return operations.lines(
            operations.without_constraint(case), operations.remove_field(case)
        )


def _part(case: Case) -> str:
    """Return which part of the index reads the column."""
    unique = case.constraint
    assert isinstance(unique, Unique)
    assert isinstance(case.event, DropColumn)
    if case.event.old.column in unique.include:
        return "which includes it"
    if unique.condition and not unique.expressions:
        return "whose condition uses it"
    if unique.expressions and not unique.condition:
        return "whose expression uses it"
    return "which reads it"
