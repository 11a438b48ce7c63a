"""A column becomes too narrow for values that it holds."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import CUT
from ...schema.events import AlterColumn
from .base import Case, Hazard
from .text import operations, sql, wording


class ValuesCut(Hazard):
    id = "E319"
    slug = "values_cut"
    title = "A column becomes too narrow for values that it holds."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == CUT and case.rows > 0

    def message(self, case: Case) -> str:
        event = case.event
        assert isinstance(event, AlterColumn)
        verb = "has" if case.rows == 1 else "have"
        becomes = event.new.type
        if event.old.type == becomes:
            becomes = f"{becomes} COLLATE {event.new.collation}"
        return (
            f"Altering {wording.column(case)} from {event.old.type} to "
            f"{becomes} makes it too narrow: {wording.rows(case)} "
            f"{verb} a value {case.consequence.detail}{wording.sample(case)}."
        )

    def why(self, case: Case) -> str:
        server = case.server.describe()
        if case.backend.can_rollback_ddl:
            return (
                f"{server} refuses, and only an atomic migration is rolled back; from "
                "text to varchar, Django casts and the server silently cuts the values."
            )
        return (
            f"{server} refuses with error 1264, 1265, 1366 or 1406, and cannot roll "
            "back the earlier operations of the migration; without its strict mode it "
            "cuts the values."
        )

    def instead(self, case: Case) -> str:
        event = case.event
        assert isinstance(event, AlterColumn)
        rules = case.backend.effects(case.server)
        narrower = rules.narrows(event, case.before.column(event.old.column))
        assert narrower is not None
        builder = sql.statements_of(case)
        where = builder.is_beyond(event.old.column, narrower)
        return operations.lines(
            "# In a migration before this one: change or delete these rows, with",
            "# RunPython or RunSQL. Or keep the wider type.",
            f"# SELECT * FROM {builder.quote(case.consequence.table)} WHERE {where}",
        )
