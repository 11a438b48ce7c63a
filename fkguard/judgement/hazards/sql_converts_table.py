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
            f"On {case.server.describe()} a foreign key needs InnoDB, and the same "
            "character set and collation in both columns. Other engines accept the "
            "clause but do not enforce it. With another collation, the next foreign "
            "key fails with 3780 or 1005, and other values are duplicates."
        )

    def instead(self, case: Case) -> str:
        return (
            "# Drop the foreign keys from and to the table by name, convert all "
            "tables,\n"
            "# and recreate them with foreign_key_checks = 1."
        )
