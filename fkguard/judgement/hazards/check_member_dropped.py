"""A column of a check or an exclusion goes, or changes under it (H04)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS
from ...schema.constraints import Check, Exclusion
from ...schema.events import AlterColumn, DropColumn
from .base import Case, Hazard
from .text import operations, wording


class CheckMemberDropped(Hazard):
    id = "E104"
    slug = "check_member_dropped"
    title = "A column of a check or exclusion constraint is removed or renamed."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        event, constraint = case.event, case.constraint
        if (
            not isinstance(constraint, (Check, Exclusion))
            or case.consequence.table != event.table
            or case.consequence.kind not in wording.LOSSES
        ):
            return False
        if isinstance(event, DropColumn):
            return event.old.column in constraint.uses
        # What SQLite loses around an alteration is the rebuild's doing.
        return isinstance(event, AlterColumn) and (
            case.consequence.kind == FAILS or not case.backend.rebuilds_tables
        )

    def message(self, case: Case) -> str:
        return wording.outcome(case)

    def why(self, case: Case) -> str:
        server, kind = case.server.describe(), case.constraint.kind
        if case.consequence.kind == FAILS:
            reason = wording.refusal(case)
            if isinstance(case.event, AlterColumn):
                return f"{reason} It does not rewrite the condition of a {kind}."
            return reason
        if isinstance(case.event, AlterColumn):
            return (
                "Django drops every check of the column that the model's Meta does not "
                "name, and recreates that of the new field."
            )
        if len(case.constraint.uses) == 1:
            return f"{server} silently drops a {kind} with its only column."
        return (
            f"{server} drops a {kind} with any of its columnssilently, including its "
            "rule for the other columns."
        )

    def instead(self, case: Case) -> str:
        event = case.event
        if isinstance(event, DropColumn):
            return operations.lines(
                operations.without_constraint(case), operations.remove_field(case)
            )
        assert isinstance(event, AlterColumn)
        again = operations.with_constraint(operations.after(case))
        return operations.lines(
            operations.without_constraint(case), operations.alter_field(case), again
        )
