"""Read single rows of MySQL's and MariaDB's ``information_schema``."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from ...schema.constraints import Constraint, Index, PrimaryKey, Unique
from ...schema.names import quote, quoted_names

Row = tuple[Any, ...]

#: The kinds of index that hold no order of their columns and back no key.
METHODS = ("FULLTEXT", "SPATIAL", "RTREE", "VECTOR")


def as_sql(text: str) -> str:
    r"""Return an expression as SQL; MySQL's views show it as inside a string.

    ``'it''s'`` is ``\'it\\\'s\'`` in CHECK_CLAUSE and EXPRESSION, and each byte of a
    letter outside ASCII is a letter of its own (measured on MySQL 9.7).
    """
    # What cannot be read that way was in order, from a server that has mended it.
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    special = {"n": "\n", "r": "\r", "0": "\0", "Z": "\x1a"}
    return re.sub(
        r"\\(.)", lambda match: special.get(match[1], match[1]), text, flags=re.DOTALL
    )


def rule(action: str) -> str:
    """Return a referential action; RESTRICT is the NO ACTION of InnoDB.

    MySQL shows a foreign key without a rule as NO ACTION, MariaDB as RESTRICT,
    and InnoDB takes the two for one.
    https://dev.mysql.com/doc/refman/en/create-table-foreign-keys.html
    """
    return "NO ACTION" if action == "RESTRICT" else action


def index_of(
    name: str, parts: list[Row], known: Collection[str], hidden: str
) -> Constraint:
    """Return the index of some rows of STATISTICS, one for each part of the key."""
    non_unique, kind, is_hidden = parts[0][:3]
    method = kind if kind in METHODS else ""
    columns: list[str] = []
    prefixes: list[int | None] = []
    expressions: list[str] = []
    reads: set[str] = set()
    key: list[str] = []
    is_untold = bool(is_hidden)
    for *_, column, prefix, order, expression in parts:
        prefix = None if method else prefix
        if column is None:
            expression = as_sql(expression or "")
            expressions.append(expression)
            reads |= quoted_names(expression, known)
            part = f"({expression})"
        else:
            columns.append(column)
            prefixes.append(prefix)
            part = quote(column, "`") + (f"({prefix})" if prefix else "")
        if order == "D":
            part += " DESC"
            is_untold = True
        key.append(part)
    is_untold = is_untold or bool(columns and expressions)
    definition = ""
    if is_untold:
        definition = f"({', '.join(key)})" + (f" {hidden}" if is_hidden else "")
    if name == "PRIMARY":
        if any(prefixes) or is_untold:
            definition = f"PRIMARY KEY ({', '.join(key)})"
        return PrimaryKey(name=name, columns=tuple(columns), definition=definition)
    if non_unique:
        return Index(
            name=name,
            columns=tuple(columns),
            reads=frozenset(reads.difference(columns)),
            expressions=tuple(expressions),
            method=method,
            prefixes=tuple(prefixes) if any(prefixes) else (),
            definition=definition,
        )
    return Unique(
        name=name,
        columns=tuple(columns),
        reads=frozenset(reads.difference(columns)),
        expressions=tuple(expressions),
        prefixes=tuple(prefixes) if any(prefixes) else (),
        definition=definition,
    )
