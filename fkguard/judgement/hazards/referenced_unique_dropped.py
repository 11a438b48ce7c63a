"""A unique goes that a foreign key stands on (H16)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import DANGLING, DROPPED, FAILS
from ...schema.constraints import ForeignKey
from ...schema.events import AlterColumn, RemoveConstraint
from .base import Case, Hazard
from .text import operations, wording

#: Errors that speak of the columns' types, not of a missing key.
_OF_TYPES = frozenset({"3780", "1832", "1833"})


class ReferencedUniqueDropped(Hazard):
    id = "E206"
    slug = "referenced_unique_dropped"
    title = "A unique constraint that a foreign key references is removed."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        event, consequence = case.event, case.consequence
        if isinstance(event, AlterColumn):
            if not event.old.unique or event.new.unique:
                return False
        elif not isinstance(event, RemoveConstraint):
            return False
        return (
            isinstance(case.constraint, ForeignKey)
            and case.constraint.to_table == event.table
            and consequence.kind in {DROPPED, FAILS, DANGLING}
            and consequence.error not in _OF_TYPES
            # A rebuild drops; it does not ask for keys.
            and (not case.backend.rebuilds_tables or consequence.kind == DANGLING)
        )

    def message(self, case: Case) -> str:
        doing, what = self._doing(case), wording.located(case)
        if case.consequence.kind == FAILS:
            return f"{doing} fails because {what} needs it."
        if case.consequence.kind == DANGLING:
            return f"{doing} breaks {what}, which needs it."
        return f"{doing} leaves {what} on a key that is not unique."

    def _doing(self, case: Case) -> str:
        event = case.event
        if isinstance(event, AlterColumn):
            return f"Removing the unique of {wording.column(case)}"
        return wording.subject(event)

    def why(self, case: Case) -> str:
        server = case.server.describe()
        if case.consequence.kind == FAILS:
            return wording.refusal(case)
        if case.consequence.kind == DANGLING:
            return (
                f"{server} does not check the foreign key until it is used, and "
                'then fails with "foreign key mismatch".'
            )
        return (
            f"{server} accepts a non-unique index for a referenced column, and needs "
            "none while foreign_key_checks is off: a row may then reference several "
            "rows."
        )

    def instead(self, case: Case) -> str:
        constraint = case.constraint
        assert isinstance(constraint, ForeignKey)
        app_label, model = operations.owner(case)
        if isinstance(case.event, AlterColumn):
            change = operations.alter_field(case)
        elif operations.is_generated(case.event):
            change = "# then the AlterUniqueTogether"
        else:
            assert isinstance(case.event, RemoveConstraint)
            change = operations.operation(
                "RemoveConstraint",
                model_name=operations.text(case.model),
                name=operations.text(case.event.constraint.name),
            )
        if not model:
            return operations.lines(operations.run_sql_to_drop(case), change)
        field = ", ".join(operations.fields_of(case, constraint.columns))
        where = f"in {app_label}; " if app_label != case.place.app_label else ""
        first = operations.operation(
            "AlterField",
            model_name=operations.text(model),
            name=operations.text(field),
            field="...",
        )
        return operations.lines(f"{first}  # {where}to_field another key", change)
