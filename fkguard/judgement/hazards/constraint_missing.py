"""A declared constraint is not there (H47)."""

from __future__ import annotations

from ...schema import consequences as kinds
from ...schema.constraints import ForeignKey
from . import drift
from .base import Case


class ConstraintMissing(drift.Drift):
    id = "E702"
    slug = "constraint_missing"
    title = "A declared constraint is missing."
    kind = kinds.MISSING

    def message(self, case: Case) -> str:
        what = drift.promise(case.constraint)
        return f"{drift.table(case)} lacks {what}{drift.declared(case)}."

    def why(self, case: Case) -> str:
        if isinstance(case.constraint, ForeignKey):
            return "Rows may reference rows that do not exist, and nothing reports it."
        return "Rows that violate it are accepted, and nothing reports it."
