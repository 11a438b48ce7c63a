"""Tell whether two connections lead to the same SQLite file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ..base import identity as base
from ..base.identity import Answer, Verdict


@dataclass(frozen=True, kw_only=True)
class Facts(base.Facts):
    #: The absolute path, its links followed; "" in memory.
    file: str
    #: The number of the file on its device; None in memory.
    inode: tuple[int, int] | None

    def compare(self, target: Facts, *, sees_marker: bool | None) -> Verdict:
        if sees_marker:
            return Verdict(
                answer=Answer.SAME, reason="A table that is created in one is in both."
            )
        if self.file and (self.file == target.file or self.inode == target.inode):
            return Verdict(answer=Answer.SAME, reason=f"Both are the file {self.file}.")
        return Verdict(answer=Answer.DIFFERENT, reason="They are two files.")


class Identity(base.Identity):
    """SQLite: the file, by its path and its inode."""

    family: ClassVar[str] = "sqlite"

    def facts(self, tables: Sequence[str]) -> Facts:
        found: Any = self.transfer.fetch("PRAGMA database_list")
        name = next((row[2] for row in found if row[1] == "main"), "") or ""
        if not name:
            return Facts(file="", inode=None)
        path = Path(name)
        status = path.stat() if path.exists() else None
        return Facts(
            file=str(path.resolve()),
            inode=(status.st_dev, status.st_ino) if status else None,
        )

    def sees(self, marker: str) -> bool | None:
        return bool(
            self.transfer.fetch("SELECT 1 FROM sqlite_master WHERE name = ?", [marker])
        )
