"""What stands in the way of a copy, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: How many keys a finding shows.
SAMPLES = 5


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a copy would trip over, or that its reader should know."""

    code: str
    message: str
    hint: str = ""
    table: str = ""
    columns: tuple[str, ...] = ()
    count: int = 0
    #: Primary keys of rows, or values, as text.
    samples: tuple[str, ...] = ()

    @property
    def is_error(self) -> bool:
        return self.code.startswith("E")

    def lines(self) -> list[str]:
        """Return the finding as lines of text."""
        text = f"fkguard.{self.code}: {self.message}"
        if self.samples:
            more = ", ..." if self.count > len(self.samples) else ""
            text += f" ({', '.join(self.samples)}{more})"
        return [text, *([f"    {self.hint}"] if self.hint else [])]


def shown(key: Sequence[Any]) -> str:
    """Return a key as a reader may search for it."""
    return ", ".join(repr(part) if isinstance(part, str) else str(part) for part in key)


def rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
