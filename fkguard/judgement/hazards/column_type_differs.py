"""The two ends of a foreign key are of different types (H27)."""

from __future__ import annotations

from .base import Case
from .text.foreign_keys import Incompatible


class ColumnTypeDiffers(Incompatible):
    id = "E303"
    slug = "column_type_differs"
    title = "The columns of a foreign key have incompatible types."

    def because(self, case: Case) -> str:
        if case.backend.compares_types_by_operator:
            return (
                "The two types need an equality operator; integers of any width have "
                "one."
            )
        return (
            "Integers need the same width and sign, UNSIGNED or not; the display width "
            "does not matter."
        )
