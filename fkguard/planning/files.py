"""Which file a migration is in, and whether its user can edit it."""

from __future__ import annotations

import sys
import sysconfig
from functools import cache
from pathlib import Path

from django.db.migrations import Migration


def file_of(migration: Migration) -> str:
    """Return the path of the file that holds a migration."""
    module = sys.modules.get(type(migration).__module__)
    return getattr(module, "__file__", None) or ""


def is_third_party(migration: Migration) -> bool:
    """Return whether a migration belongs to an installed package."""
    return is_installed(file_of(migration))


def is_installed(path: str) -> bool:
    """Return whether a file belongs to an installed package or to Python."""
    return path.startswith(_folders()) or "/site-packages/" in path


@cache
def _folders() -> tuple[str, ...]:
    names = {"purelib", "platlib", "stdlib", "platstdlib"}
    return tuple(
        str(Path(path).resolve()) + "/"
        for name, path in sysconfig.get_paths().items()
        if name in names
    )
