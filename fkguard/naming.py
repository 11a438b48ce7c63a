"""Tell a name that was chosen from one that was made up, cut names, make them up."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Django ends its names in eight hexadecimal digits and a suffix; South had its own.
_DJANGO = re.compile(r"_[0-9a-f]{8}(_|$)|_refs_.*_[0-9a-f]{7,8}$|^D.*_[0-9a-f]{8}")
#: PostgreSQL: "table_column_key", "..._fkey1"; InnoDB: "table_ibfk_1".
_SERVER = re.compile(r"_(key|fkey|pkey|check|excl)\d*$|_ibfk_\d+$|^sqlite_autoindex_")


def cut(name: str, size: int = 63) -> str:
    """Return the first bytes of a name, whole letters: 63 as PostgreSQL has it."""
    encoded = name.encode()
    return name if len(encoded) <= size else encoded[:size].decode(errors="ignore")


def of_unique(table: str, columns: Iterable[str]) -> str:
    """Return a name for a unique constraint to make by hand.

    PostgreSQL and SQLite have one space of names for the indexes of all tables.
    """
    suffix = "_uniq"
    return cut(f"{table}_{'_'.join(columns)}", 63 - len(suffix)) + suffix


def is_made_up(name: str, columns: tuple[str, ...] = ()) -> bool:
    """Say whether a constraint's name is a made-up one, as a rule of thumb.

    MySQL and MariaDB name an unnamed index after its first column, and number the
    next ones.
    """
    if not name or _DJANGO.search(name) or _SERVER.search(name):
        return True
    return bool(columns) and (
        re.fullmatch(rf"{re.escape(columns[0])}(_\d+)?", name) is not None
    )
