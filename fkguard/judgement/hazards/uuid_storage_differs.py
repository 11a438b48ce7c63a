"""A UUID is stored natively at one end and as text at the other (H28)."""

from __future__ import annotations

from .base import Case
from .text.foreign_keys import Incompatible


class UuidStorageDiffers(Incompatible):
    id = "E304"
    slug = "uuid_storage_differs"
    title = "One column of a foreign key stores UUIDs natively, the other one as text."

    def because(self, case: Case) -> str:
        if case.backend.compares_types_by_operator:
            return "There is no equality operator between uuid and text."
        return (
            "Django 5.0 and later use the type uuid of MariaDB 10.7; columns made "
            "before are char(32)."
        )
