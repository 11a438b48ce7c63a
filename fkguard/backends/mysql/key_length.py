"""How long the keys of InnoDB's indexes are."""

from __future__ import annotations

from ...schema.catalogue import Column, Server, Table
from .types import collation_of, parse

#: In pages of 16 KB.
#: https://dev.mysql.com/doc/refman/en/innodb-limits.html
LONGEST = 3072
#: Of one column, in `OLD_ROW_FORMATS`.
LONGEST_PART = 767
#: Bytes of the longest character.
_BYTES = {"utf8mb4": 4, "utf8mb3": 3, "utf8": 3, "latin1": 1, "ascii": 1}


def key_bytes(table: Table, columns: tuple[str, ...], server: Server) -> int:
    """Return how many bytes a key of whole columns has at least: those of its text.

    A character set that is not known counts for nothing.
    """
    found = map(table.column, columns)
    return sum(text_bytes(each, table, server) for each in found if each is not None)


def part_bytes(table: Table, columns: tuple[str, ...], server: Server) -> int:
    """Return how many bytes the longest column of a key has at least."""
    found = map(table.column, columns)
    return max(
        (text_bytes(each, table, server) for each in found if each is not None),
        default=0,
    )


def text_bytes(column: Column, table: Table, server: Server) -> int:
    """Return how many bytes a column of limited text has; 0 for any other."""
    type_ = parse(column.type)
    length = type_.length.strip("()")
    if not type_.is_text or not length.isdigit():
        return 0
    charset = collation_of(column, table, server).partition("_")[0]
    return int(length) * _BYTES.get(charset, 0)
