"""A check or an exclusion goes, and nothing stands in for it."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import REMOVED
from ...schema.constraints import Check, Exclusion
from ...schema.events import AlterColumn
from .base import Case, Hazard
from .text import operations, wording


class CheckRemoved(Hazard):
    id = "W223"
    slug = "check_removed"
    title = "A migration removes a check or an exclusion constraint."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == REMOVED and isinstance(
            case.constraint, (Check, Exclusion)
        )

    def message(self, case: Case) -> str:
        doing = wording.subject(case.event)
        if isinstance(case.event, AlterColumn):
            return f"{doing} drops {wording.label(case.constraint)} of its old type."
        return f"{doing} allows rows that it refused."

    def why(self, case: Case) -> str:
        return (
            "The migration removes it explicitly, and declares no replacement. The "
            "constraint cannot be added again while a row violates the condition."
        )

    def instead(self, case: Case) -> str:
        return operations.acknowledgement(case, self.id)
