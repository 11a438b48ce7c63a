"""A migration alters a table after it has changed rows of it (PostgreSQL)."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import PENDING
from .base import Case, Hazard
from .text import operations, wording


class PendingTriggerEvents(Hazard):
    id = "W236"
    slug = "pending_trigger_events"
    title = "A migration alters a table after it has changed rows of it (PostgreSQL)."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == PENDING

    def message(self, case: Case) -> str:
        return (
            f"{wording.subject(case.event)} fails if {case.consequence.detail} has "
            f"changed rows that {wording.label(case.constraint)} concerns."
        )

    def why(self, case: Case) -> str:
        return (
            f"{case.server.describe()} checks the foreign key at the end of the "
            "transaction, and refuses to alter a table before: it has pending trigger "
            "events. The migration is rolled back."
        )

    def instead(self, case: Case) -> str:
        return operations.lines(
            "# Move this operation to a migration of its own. Or before it:",
            operations.run_sql("SET CONSTRAINTS ALL IMMEDIATE", ""),
        )
