"""A foreign key stands on a generated column that cannot have it (H31)."""

from __future__ import annotations

from .base import Case
from .text.foreign_keys import Incompatible


class GeneratedColumnInKey(Incompatible):
    id = "E307"
    slug = "generated_column_in_key"
    title = "A foreign key uses a generated column that does not support it."

    def because(self, case: Case) -> str:
        if case.backend.references_from_virtual_columns:
            return "A referential action cannot change a generated column."
        return (
            "A foreign key cannot use a virtual column, and a referential action "
            "cannot change a stored one."
        )
