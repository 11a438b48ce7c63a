"""Raw SQL gives a table another engine or character set (H24, H26)."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import CONVERTED
from .base import Case, Hazard
from .text import wording


class SqlConvertsTable(Hazard):
    id = "W234"
    slug = "sql_converts_table"
    title = "Raw SQL changes the engine or the character set of a table."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == CONVERTED

    def message(self, case: Case) -> str:
        table = wording.shown(case.consequence.table)
        return f"This SQL gives {table} {case.consequence.error}."

    def why(self, case: Case) -> str:
        return (
            f"On {case.server.describe()} a foreign key needs InnoDB and one character "
            "set and collation at both ends. Another engine accepts the clause and "
            "enforces nothing; another collation refuses the next foreign key with "
            "3780 or 1005, and changes which values are duplicates."
        )

    def instead(self, case: Case) -> str:
        return (
            "# Drop the foreign keys at both ends by name, convert all their tables,\n"
            "# and make them again with foreign_key_checks = 1."
        )
