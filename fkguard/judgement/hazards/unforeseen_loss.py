"""A constraint is lost, and no other hazard says how."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import CASCADES, FAILS, JOIN_DROPPED, RETARGETED
from .base import Case, Hazard
from .text import operations, sql, wording


class UnforeseenLoss(Hazard):
    """The last of the catalogue: no loss is without words."""

    id = "E190"
    slug = "unforeseen_loss"
    title = "A constraint is lost in a way that has no page of its own."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        # A join table without rows, or without rows that matter, loses nothing.
        return case.consequence.kind not in {JOIN_DROPPED, RETARGETED}

    def message(self, case: Case) -> str:
        doing = wording.subject(case.event)
        if case.consequence.dependents:
            what = wording.dependents(case)
            if case.consequence.kind == FAILS:
                return f"{doing} fails because of {what}."
            return f"{doing} drops {what} too."
        if case.event.table:
            return wording.outcome(case)
        table = wording.shown(case.consequence.table)
        what = wording.label(case.constraint)
        becomes = case.consequence.becomes
        if becomes is not None:
            return f"{doing} turns {what} of {table} into {becomes.describe()}."
        return f"{doing} loses {what} of {table}."

    def why(self, case: Case) -> str:
        if case.consequence.kind == FAILS:
            return wording.refusal(case)
        if case.consequence.kind == CASCADES:
            return (
                f"{case.server.describe()} silently drops all objects that depend on "
                "it."
            )
        known = (
            "The migration state still declares it."
            if case.is_known
            else "The migration state does not declare it."
        )
        return f"{case.server.describe()} no longer has it after the operation. {known}"

    def instead(self, case: Case) -> str:
        add = sql.to_add(case)
        if case.consequence.kind == FAILS or not add:
            return ""
        return operations.lines(
            "# to keep it, after the operation:",
            operations.run_sql(add, sql.to_drop(case)),
        )
