"""A field goes, and its foreign key with it (H15)."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import REMOVED
from ...schema.constraints import ForeignKey
from ...schema.events import AlterColumn, DropColumn
from .base import Case, Hazard
from .text import operations, wording


class ForeignKeyRemoved(Hazard):
    id = "W221"
    slug = "foreign_key_removed"
    title = "A migration removes a foreign key."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == REMOVED and isinstance(
            case.constraint, ForeignKey
        )

    def message(self, case: Case) -> str:
        constraint, event = case.constraint, case.event
        assert isinstance(constraint, ForeignKey)
        to = f"{wording.shown(constraint.to_table)}.{', '.join(constraint.to_columns)}"
        actions: list[str] = []
        if isinstance(event, (DropColumn, AlterColumn)):
            actions = wording.actions(event.old, constraint, django=True)
        also = f", with {' and '.join(actions)}" if actions else ""
        doing = wording.subject(event)
        return f"{doing} drops {wording.label(constraint)} to {to}{also}."

    def why(self, case: Case) -> str:
        assert isinstance(case.constraint, ForeignKey)
        referenced = wording.shown(case.constraint.to_table)
        return (
            "The migration removes it explicitly. From then on, nothing happens to "
            "the rows of "
            f"{wording.shown(case.consequence.table)} when a row of {referenced} is "
            "deleted."
        )

    def instead(self, case: Case) -> str:
        return operations.acknowledgement(case, self.id)
