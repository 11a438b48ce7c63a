"""An altered foreign key comes back as Django writes it (H11)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import CHANGED, DROPPED
from ...schema.constraints import ForeignKey
from ...schema.events import AlterColumn
from ..recipes import cannot_empty
from .base import Case, Hazard
from .text import operations, sql, wording


class ForeignKeyMadeOtherwise(Hazard):
    id = "E201"
    slug = "foreign_key_made_otherwise"
    title = "An alteration recreates a foreign key with a different definition."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        event, constraint = case.event, case.constraint
        if (
            not isinstance(event, AlterColumn)
            or not isinstance(constraint, ForeignKey)
            or case.backend.rebuilds_tables
        ):
            return False
        if case.consequence.kind == CHANGED:
            return True
        return (
            case.consequence.kind == DROPPED
            and case.consequence.table == event.table
            and event.old.column in constraint.columns
        )

    def message(self, case: Case) -> str:
        old, new = case.constraint, case.consequence.becomes
        assert isinstance(old, ForeignKey)
        doing, what = wording.subject(case.event), wording.located(case)
        if not isinstance(new, ForeignKey):
            return (
                f"{doing} drops {what}, which references "
                f"{wording.shown(old.to_table)}, and does not recreate it."
            )
        lost = wording.lost_actions(old, new)
        without = f" without {lost}" if lost else f" as {new.describe()}"
        return f"{doing} recreates {what}{without}."

    def why(self, case: Case) -> str:
        if case.consequence.table != case.event.table:
            return (
                "Before a change of type, Django drops the foreign keys that reference "
                "the column. Afterwards it recreates them as the models declare them."
            )
        return (
            "Django drops every foreign key of an altered column, and recreates one, "
            "as the model declares it."
        )

    def instead(self, case: Case) -> str:
        event, constraint = case.event, case.constraint
        assert isinstance(event, AlterColumn)
        assert isinstance(constraint, ForeignKey)
        if cannot_empty(constraint, event, case.backend):
            return (
                "# Keep null=True, or give up the action: acknowledge E201, and Django "
                "recreates\n# the foreign key again without it."
            )
        then = operations.after(case)
        drop, add = sql.to_drop(then), sql.to_add(then)
        if not (drop and add):
            return ""
        second, declared = "", ""
        if case.consequence.becomes is not None:
            second = (
                "# and drop the foreign key that Django created; otherwise there are "
                "two"
            )
            declared = _declared(case)
        return operations.lines(
            operations.alter_field(case),
            operations.run_sql(add, drop),
            second,
            declared,
        )


def _declared(case: Case) -> str:
    """Return how the field declares the action itself, where Django can."""
    assert isinstance(case.constraint, ForeignKey)
    action = case.constraint.on_delete
    if action not in {"CASCADE", "SET NULL", "SET DEFAULT"}:
        return ""
    return f"# or declare it, from Django 6.1: on_delete=DB_{action.replace(' ', '_')}"
