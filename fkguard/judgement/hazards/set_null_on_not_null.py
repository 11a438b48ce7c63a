"""A referential action would empty a column that is NOT NULL (H33)."""

from __future__ import annotations

from .base import Case
from .text.foreign_keys import Incompatible


class SetNullOnNotNull(Incompatible):
    id = "E308"
    slug = "set_null_on_not_null"
    title = "A referential action would set a NOT NULL column to NULL."

    def because(self, case: Case) -> str:
        return "The action could never be carried out, so the server does not take it."
