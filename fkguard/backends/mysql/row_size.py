"""How large the rows of a table may be, by its columns alone."""

from __future__ import annotations

from ...schema.catalogue import Server, Table
from .key_length import text_bytes

#: Of a table, whatever its engine and row format; BLOB and TEXT are stored apart.
#: https://dev.mysql.com/doc/refman/en/column-count-limit.html#row-size-limits
LARGEST = 65535


def row_bytes(table: Table, server: Server) -> int:
    """Return how many bytes a row may have at least: those of its text.

    A character set that is not known counts for nothing.
    """
    return sum(text_bytes(each, table, server) for each in table.columns)
