"""An end of a foreign key is a TEXT, BLOB or JSON column (H34)."""

from __future__ import annotations

from .base import Case
from .text.foreign_keys import Incompatible


class TextColumnInKey(Incompatible):
    id = "E309"
    slug = "text_column_in_key"
    title = "A column of a foreign key is TEXT, BLOB or JSON (MySQL, MariaDB)."

    def because(self, case: Case) -> str:
        return (
            "An index holds a prefix of such a column, or a hash, and a foreign key "
            "needs the whole value: a VARCHAR of up to 768 letters."
        )
