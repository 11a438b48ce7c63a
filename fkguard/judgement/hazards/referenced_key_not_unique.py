"""A foreign key references what is not unique, and the server lets it (H29)."""

from __future__ import annotations

from django.core import checks

from .base import Case
from .text.foreign_keys import Incompatible, ends


class ReferencedKeyNotUnique(Incompatible):
    id = "W305"
    slug = "referenced_key_not_unique"
    title = "A foreign key references columns that are not unique (MySQL, MariaDB)."
    level = checks.WARNING
    refused_in = frozenset()

    def because(self, case: Case) -> str:
        return (
            "Rows with the same key are then all referenced at once, and deleting any "
            "one of them acts on what references them all."
        )

    def message(self, case: Case) -> str:
        difference = case.consequence.difference
        assert difference is not None
        return f"{ends(case, 'references')}, which is not unique: {difference.fact}."

    def outcome(self, case: Case) -> str:
        return f"{case.server.describe()} creates the foreign key nevertheless."
