"""Python that a migration runs, which nothing can foretell."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import NOT_SEEN
from .base import Case, Hazard


class CodeNotSeen(Hazard):
    id = "I233"
    slug = "code_not_seen"
    title = "An operation runs code that was not analyzed."
    level = checks.INFO
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == NOT_SEEN

    def message(self, case: Case) -> str:
        return f"{case.consequence.error} runs code that was not analyzed."

    def why(self, case: Case) -> str:
        return (
            "The linter does not run code. While `migrate` runs it, fkguard checks "
            "each call of the schema editor, and afterwards the tables."
        )
