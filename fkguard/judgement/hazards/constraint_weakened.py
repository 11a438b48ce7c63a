"""A constraint is there that promises less, or more (H01, H20)."""

from __future__ import annotations

from ...schema import consequences as kinds
from ...schema.constraints import Constraint, Unique
from . import drift
from .base import Case


class ConstraintWeakened(drift.Drift):
    id = "E703"
    slug = "constraint_weakened"
    title = "A constraint differs from its declaration."
    kind = kinds.DIFFERS

    def message(self, case: Case) -> str:
        actual = case.consequence.becomes
        assert actual is not None
        one, other = _told(case.constraint), _told(actual)
        return f"{drift.table(case)} has {other} where {case.owner} declares {one}."

    def why(self, case: Case) -> str:
        return (
            "A key with more columns accepts rows that the declared one refuses, and a "
            "key with fewer columns refuses valid rows. The same applies to a "
            "condition."
        )


def _told(constraint: Constraint) -> str:
    """Return what a constraint says, with all that two may differ in."""
    text = constraint.describe()
    if timing := getattr(constraint, "deferrable", ""):
        text += f" DEFERRABLE INITIALLY {timing.upper()}"
    if isinstance(constraint, Unique):
        if any(constraint.prefixes):
            lengths = ", ".join(str(each or "all") for each in constraint.prefixes)
            text += f" of the first ({lengths}) letters"
        if not constraint.nulls_distinct:
            text += " NULLS NOT DISTINCT"
        if constraint.definition and "COLLATE" in constraint.definition.upper():
            text += f" as {constraint.definition}"
    return text
