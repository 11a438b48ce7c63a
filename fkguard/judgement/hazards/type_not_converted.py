"""A column gets a type that its values cannot be converted to."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import NOT_CAST, NOT_UUID
from ...schema.events import AlterColumn
from .base import Case, Hazard
from .text import operations, sql, wording


class TypeNotConverted(Hazard):
    id = "E322"
    slug = "type_not_converted"
    title = "A column gets a type that its values cannot be converted to."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        kind = case.consequence.kind
        return kind == NOT_CAST or (kind == NOT_UUID and case.rows > 0)

    def message(self, case: Case) -> str:
        event = case.event
        assert isinstance(event, AlterColumn)
        doing = f"Altering {wording.column(case)} from {event.old.type}"
        if case.consequence.kind == NOT_CAST:
            return (
                f"{doing} to {event.new.type} fails: {case.server.describe()} does not "
                "convert one to the other."
            )
        verb = "has" if case.rows == 1 else "have"
        return (
            f"{doing} to a UUIDField keeps values that are not UUIDs: "
            f"{wording.rows(case)} {verb} one{wording.sample(case)}."
        )

    def why(self, case: Case) -> str:
        if case.consequence.kind == NOT_CAST:
            return wording.refusal(case)
        return (
            f"{case.server.describe()} stores a UUID as text and accepts any value. "
            "Django raises ValueError when it reads such a row."
        )

    def instead(self, case: Case) -> str:
        event = case.event
        assert isinstance(event, AlterColumn)
        rows: tuple[str, ...] = ()
        if case.consequence.kind == NOT_UUID:
            builder = sql.statements_of(case)
            condition = builder.is_no_uuid(event.old.column)
            table = builder.quote(case.consequence.table)
            rows = (f"# The rows: SELECT * FROM {table} WHERE {condition}",)
        return operations.lines(
            "# AddField: a second field of the new type, with null=True",
            "# RunPython: give each row its value",
            "# RemoveField: the old field",
            "# RenameField: the second field to the name of the old one",
            *rows,
        )
