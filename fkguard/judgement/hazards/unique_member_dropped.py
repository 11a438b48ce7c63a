"""A column of a declared unique goes, and the unique with it (H01)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS, SHRUNK
from ...schema.constraints import Unique
from ...schema.events import DropColumn
from .base import Case, Hazard
from .text import operations, wording


class UniqueMemberDropped(Hazard):
    id = "E101"
    slug = "unique_member_dropped"
    title = "A column of a declared unique constraint is removed."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return (
            isinstance(case.event, DropColumn)
            and isinstance(case.constraint, Unique)
            and case.is_known
            and case.consequence.table == case.event.table
            and case.event.old.column in case.constraint.columns
            and case.consequence.kind in wording.LOSSES
        )

    def message(self, case: Case) -> str:
        return wording.outcome(case)

    def why(self, case: Case) -> str:
        server, kind = case.server.describe(), case.consequence.kind
        if kind == SHRUNK:
            return (
                f"{server} removes the column from the key and keeps the rest, which "
                "is a stricter rule, or fails with error 1062 if rows violate it. The "
                "migration state still declares the original constraint."
            )
        if kind == FAILS:
            return (
                f"{wording.refusal(case)} The migration state still declares the "
                "constraint."
            )
        if len(case.constraint.uses) == 1:
            return (
                f"{server} drops a unique constraint with its last column. The "
                "migration state "
                "still declares it."
            )
        return (
            f"{server} silently drops every unique constraint that uses a dropped "
            "column. The migration state still declares it."
        )

    def instead(self, case: Case) -> str:
        assert isinstance(case.event, DropColumn)
        rest = [c for c in case.constraint.columns if c != case.event.old.column]
        hint = ""
        if rest and not operations.is_together(case) and case.model:
            fields = operations.names(operations.fields_of(case, rest))
            hint = f"# and AddConstraint with fields={fields}, if that is the new rule"
        return operations.lines(
            operations.without_constraint(case), operations.remove_field(case), hint
        )
