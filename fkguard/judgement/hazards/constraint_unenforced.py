"""A constraint is there and rows may break it (H35)."""

from __future__ import annotations

from ...schema import consequences as kinds
from . import drift
from .base import Case
from .text import wording


class ConstraintUnenforced(drift.Drift):
    id = "E704"
    slug = "constraint_unenforced"
    title = "A constraint exists but is not enforced."
    kind = kinds.UNENFORCED

    def message(self, case: Case) -> str:
        detail = case.consequence.detail
        if not case.consequence.table:
            return f"This database enforces no foreign key: {detail}."
        what = wording.label(case.consequence.becomes or case.constraint)
        return f"{what} of {drift.table(case)} is not enforced: {detail}."

    def why(self, case: Case) -> str:
        return "The catalogue contains the constraint, but rows may violate it."

    def instead(self, case: Case) -> str:
        if not case.consequence.table:
            return (
                "# Remove it from OPTIONS in DATABASES, or from the server's\n"
                "# configuration; rows written in the meantime were not checked."
            )
        return super().instead(case)
