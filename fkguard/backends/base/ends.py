"""Whether the referencing column of a foreign key takes every referenced value.

PostgreSQL compares an integer with a bigint, so the foreign key can be made; what the
narrower column cannot hold fails later, when a row is to reference it.
"""

from __future__ import annotations

from ...schema.catalogue import Column, Server

_WIDTHS = {"smallint": 2, "integer": 4, "bigint": 8}


def narrower(server: Server, column: Column, to_column: Column) -> str:
    """Return how a referencing integer is narrower than the referenced one, or ""."""
    if server.flavour != "postgresql":
        return ""
    width, to_width = _WIDTHS.get(column.type, 0), _WIDTHS.get(to_column.type, 0)
    if 0 < width < to_width:
        return f"their types differ, {column.type} and {to_column.type}"
    return ""
