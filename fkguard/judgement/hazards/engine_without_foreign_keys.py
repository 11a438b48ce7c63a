"""A foreign key stands on a table whose engine has none (H24, H25)."""

from __future__ import annotations

from .base import Case
from .text.foreign_keys import Incompatible


class EngineWithoutForeignKeys(Incompatible):
    id = "E301"
    slug = "engine_without_foreign_keys"
    title = (
        "A foreign key uses a table whose engine has no foreign keys (MySQL, MariaDB)."
    )

    @property
    def is_acceptable(self) -> bool:
        # The server accepts the statement, and creates no foreign key.
        return True

    def because(self, case: Case) -> str:
        return (
            "Only InnoDB enforces foreign keys. A table gets the session's "
            "default_storage_engine, or the engine of enforce_storage_engine."
        )
