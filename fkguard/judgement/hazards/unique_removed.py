"""A unique constraint goes, and nothing stands in for it."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import REMOVED
from ...schema.constraints import Unique
from ...schema.events import AlterColumn
from .base import Case, Hazard
from .text import operations, wording


class UniqueRemoved(Hazard):
    id = "W222"
    slug = "unique_removed"
    title = "A migration removes a unique constraint."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == REMOVED and isinstance(case.constraint, Unique)

    def message(self, case: Case) -> str:
        doing = wording.subject(case.event)
        repeated = f"({', '.join(case.members)})"
        if isinstance(case.event, AlterColumn):
            doing += f" drops {wording.label(case.constraint)} and"
        return f"{doing} lets rows repeat {repeated}."

    def why(self, case: Case) -> str:
        return (
            "The migration removes it explicitly, and declares no replacement. Code "
            "that expects a single row, such as get() and update_or_create(), fails at "
            "the first duplicate, and the constraint cannot be added again while "
            "there are duplicates."
        )

    def instead(self, case: Case) -> str:
        return operations.acknowledgement(case, self.id)
