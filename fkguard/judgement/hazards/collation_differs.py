"""The two ends of a foreign key are compared in different ways (H26)."""

from __future__ import annotations

from .base import Case
from .text.foreign_keys import Incompatible


class CollationDiffers(Incompatible):
    id = "E302"
    slug = "collation_differs"
    title = "The columns of a foreign key have different character sets or collations."

    def because(self, case: Case) -> str:
        return (
            "The text columns of a foreign key need the same character set and "
            "collation; their lengths may differ. A column without a collation gets "
            "that of its table, and a table gets that of the database when it is "
            "created."
        )
