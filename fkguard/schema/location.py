"""Where an operation stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an operation stands: in a migration, or in a call outside one."""

    app_label: str = ""
    migration: str = ""
    number: int = 0
    #: Django's own words for the operation.
    operation: str = ""
    #: The model that the operation names, "Book".
    model: str = ""

    @property
    def label(self) -> str:
        """Return ``app_label.name`` of the migration, or ""."""
        return f"{self.app_label}.{self.migration}" if self.migration else ""

    def __str__(self) -> str:
        if not self.migration:
            return self.operation or "A schema editor outside a migration"
        text = f"{self.app_label}.{self.migration}"
        if self.number:
            text += f", operation {self.number}"
        return f"{text} ({self.operation})" if self.operation else text
