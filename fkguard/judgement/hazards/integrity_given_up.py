"""The new field declares less than the old one did (H15)."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import GIVEN_UP
from ...schema.constraints import ForeignKey, Unique
from ...schema.events import AlterColumn
from .base import Case, Hazard
from .text import operations, wording


class IntegrityGivenUp(Hazard):
    id = "W205"
    slug = "integrity_given_up"
    title = "A field gives up its foreign key or its uniqueness."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == GIVEN_UP

    def message(self, case: Case) -> str:
        constraint, doing = case.constraint, wording.subject(case.event)
        if not isinstance(constraint, ForeignKey):
            return f"{doing} gives up {wording.label(constraint)}."
        to = f"{wording.shown(constraint.to_table)}.{', '.join(constraint.to_columns)}"
        assert isinstance(case.event, AlterColumn)
        # Django takes its own action wherever there is a relation.
        django = not case.event.new.references
        actions = wording.actions(case.event.old, constraint, django=django)
        also = f", with {' and '.join(actions)}" if actions else ""
        return f"{doing} gives up {wording.label(constraint)} to {to}{also}."

    def why(self, case: Case) -> str:
        if isinstance(case.constraint, Unique):
            return (
                "A one-to-one field makes its column unique; a foreign key does not. "
                "From then on, several rows may reference the same row."
            )
        assert isinstance(case.event, AlterColumn)
        if case.event.new.references:
            return (
                "With db_constraint=False, the database accepts references to rows "
                "that do not exist, and allows deleting rows that are referenced."
            )
        return (
            "The column remains as a plain column: it accepts any value, and Django no "
            "longer follows it when a referenced row is deleted."
        )

    def instead(self, case: Case) -> str:
        return operations.acknowledgement(case, self.id)
