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
            "Text columns of a foreign key need one character set and one collation; "
            "their lengths may differ. A column without a collation of its own takes "
            "its table's, and a table takes the database's when it is made."
        )
