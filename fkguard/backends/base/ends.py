"""Whether the two columns of a foreign key go together."""

from __future__ import annotations

import re

from ...constraints import Column, Server

_INTEGERS = {
    "tinyint": 1,
    "smallint": 2,
    "mediumint": 3,
    "int": 4,
    "integer": 4,
    "bigint": 8,
}


def mismatch(server: Server, column: Column, to_column: Column) -> str:
    """Return how the types of a foreign key's two ends differ, or ""."""
    if server.flavour == "sqlite":
        return ""  # It stores any value in any column.
    one, other = _bare(column.type), _bare(to_column.type)
    told = f"{column.type} references {to_column.type}"
    integers = [t.removesuffix(" unsigned") in _INTEGERS for t in (one, other)]
    if any(integers):
        return "" if one == other else told
    if server.flavour == "postgresql":
        return ""
    for attribute in ("charset", "collation"):
        ours, theirs = getattr(column, attribute), getattr(to_column, attribute)
        if ours != theirs:
            return (
                f"{column.type} {attribute} {ours or 'none'} references "
                f"{to_column.type} {attribute} {theirs or 'none'}"
            )
    if "uuid" in (one, other) and one != other:
        return told
    return ""


def _bare(kind: str) -> str:
    """Return an integer type less the width it is displayed with."""
    return re.sub(r"\b(\w*int)\(\d+\)", r"\1", kind.lower())
