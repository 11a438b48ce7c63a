"""Raw SQL switches foreign key checks off and not on again (H35)."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import CHECKS_OFF
from .base import Case, Hazard


class ForeignKeyChecksOff(Hazard):
    id = "W235"
    slug = "foreign_key_checks_off"
    title = "Raw SQL leaves foreign key checks off."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == CHECKS_OFF

    def message(self, case: Case) -> str:
        return f"This SQL leaves foreign key checks off: {case.consequence.error}."

    def why(self, case: Case) -> str:
        return (
            "Every later migration of the run, and every statement of the connection, "
            "runs without them: rows that reference a missing row are accepted, and "
            f"{case.server.describe()} does not check them when the checks are on "
            "again."
        )

    def instead(self, case: Case) -> str:
        backend = case.backend
        text = f'migrations.RunSQL("{backend.enforce_sql}"),  # at the end'
        if backend.find_violations_sql:
            return f"{text}\n# and run {backend.find_violations_sql} first"
        return text
