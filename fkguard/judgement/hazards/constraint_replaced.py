"""A constraint gives way to another, neither weaker nor stronger."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import REPLACED
from .base import Case, Hazard
from .text import wording


class ConstraintReplaced(Hazard):
    id = "I226"
    slug = "constraint_replaced"
    title = "A migration replaces a constraint with a different one."
    level = checks.INFO
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == REPLACED

    def message(self, case: Case) -> str:
        new = case.consequence.becomes
        assert new is not None
        table = wording.shown(case.consequence.table)
        return f"{wording.label(case.constraint)} of {table} becomes {_shown(case)}."

    def why(self, case: Case) -> str:
        return (
            "The migration changes it explicitly. From then on, rows that only the old "
            "constraint refused are accepted; rows that violate the new one make the "
            "migration fail."
        )


def _shown(case: Case) -> str:
    new = case.consequence.becomes
    assert new is not None
    same = wording.label(new) == wording.label(case.constraint)
    return "another of the same name" if same else wording.label(new)
