"""A column goes and comes back, and its constraints do not (H05)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS, SHRUNK
from ...schema.events import DropColumn
from .base import Case, Hazard
from .text import operations, wording


class ColumnReadded(Hazard):
    id = "E105"
    slug = "column_readded"
    title = "A column of a constraint is removed and added again."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return (
            isinstance(case.event, DropColumn)
            and case.returns
            and case.consequence.table == case.event.table
            and case.event.old.column in case.constraint.uses
            and case.consequence.kind in wording.LOSSES
        )

    def message(self, case: Case) -> str:
        column, what = wording.column(case), wording.label(case.constraint)
        becomes = case.consequence.becomes
        doing = f"Removing {column} and adding it again later"
        if case.consequence.kind == SHRUNK and becomes is not None:
            return f"{doing} leaves {what} as {becomes.describe()}."
        if case.consequence.kind == FAILS:
            return f"{doing} fails because of {what}."
        return f"{doing} loses {what}."

    def why(self, case: Case) -> str:
        server, kind = case.server.describe(), case.consequence.kind
        if kind == FAILS:
            return wording.refusal(case)
        does = (
            "removes a dropped column from the key"
            if kind == SHRUNK
            else "drops the constraint with the column"
        )
        known = (
            "The migration state still declares the constraint, so makemigrations "
            "never adds it again."
            if case.is_known
            else "No migration declares the constraint."
        )
        return f"{server} {does}, and nothing restores it. {known}"

    def instead(self, case: Case) -> str:
        return operations.lines(
            operations.without_constraint(case),
            operations.remove_field(case),
            (
                ""
                if operations.is_order(case)
                else "# or the RenameField that adds it again:"
            ),
            operations.add_field(case),
            operations.with_constraint(case),
        )
