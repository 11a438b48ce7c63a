"""A column is written anew, without its collation or comment (H20)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import RESET, Reset
from ...schema.events import AlterColumn
from .base import Case, Hazard
from .text import operations, wording


class ColumnDefinitionReset(Hazard):
    id = "E210"
    slug = "column_definition_reset"
    title = "An alteration resets the collation or the comment of a column."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == RESET

    def message(self, case: Case) -> str:
        reset = _reset(case)
        wanted, becomes = reset.wanted, reset.becomes
        whose, of = "its", ""
        if case.consequence.table != case.event.table:
            whose = "the"
            of = f" of {wording.shown(case.consequence.table)}.{wanted.name}"
        lost = []
        if wanted.collation != becomes.collation:
            lost.append(
                f"turns {whose} collation{of} from {wanted.collation} into "
                f"{becomes.collation or 'that of the table'}"
            )
        if wanted.comment != becomes.comment:
            lost.append(f"drops {whose} comment{of}")
        return f"{wording.subject(case.event)} {' and '.join(lost)}."

    def why(self, case: Case) -> str:
        event, reset = case.event, _reset(case)
        assert isinstance(event, AlterColumn)
        what = (
            "Django does not include the collation and the comment if it changes NULL"
            if event.old.null != event.new.null
            else "Django includes only what the model declares"
        )
        text = (
            f"{what}, and {case.server.describe()} resets attributes that a MODIFY "
            "does not include."
        )
        if reset.wanted.collation != reset.becomes.collation:
            text += (
                " A unique constraint of the column then considers other values equal."
            )
        return text

    def instead(self, case: Case) -> str:
        event = case.event
        assert isinstance(event, AlterColumn)
        reset = _reset(case)
        sql = operations.run_sql(reset.statement)
        if not _does_more(event, case.consequence.table):
            return operations.separated(sql, operations.alter_field(case))
        if reset.wanted.collation != reset.becomes.collation:
            return ""  # A key of the column stands in the way of the statement.
        return operations.lines(
            operations.acknowledgement(case, self.id), "# after this operation:", sql
        )

    def kept(self, case: Case) -> str:
        reset = _reset(case)
        kept = []
        if reset.wanted.collation != reset.becomes.collation:
            kept.append("the collation")
        if reset.wanted.comment != reset.becomes.comment:
            kept.append("the comment")
        return f"{' and '.join(kept)} of {reset.wanted.name}"


def _does_more(event: AlterColumn, table: str) -> bool:
    """Say whether one MODIFY would not be all of it."""
    old, new = event.old, event.new
    return (
        table != event.table
        or bool(event.incoming or old.references or new.references)
        or (old.column, old.unique, old.db_index, old.check, old.primary_key)
        != (new.column, new.unique, new.db_index, new.check, new.primary_key)
    )


def _reset(case: Case) -> Reset:
    assert case.consequence.reset is not None
    return case.consequence.reset
