"""Names as SQL and as keys: quoted, qualified, taken apart, found in expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Between the schema and the name in the key of a table elsewhere.
SEPARATOR = '"."'


def join_key(schema: str, name: str) -> str:
    """Return the key of a table that needs its schema; bare without one."""
    return f"{schema}{SEPARATOR}{name}" if schema else name


def split_key(key: str) -> tuple[str, str]:
    """Return the schema ("" where the key has none) and the name."""
    schema, separator, name = key.partition(SEPARATOR)
    return (schema, name) if separator else ("", key)


def shown(key: str) -> str:
    """Return the key of a table for a reader."""
    schema, name = split_key(key)
    return f"{schema}.{name}" if schema else name


def quote(name: str, character: str = '"') -> str:
    """Return the name as an identifier, with the quotes inside it doubled.

    Django's ``quote_name()`` leaves quotes inside a name as they are.
    """
    return character + name.replace(character, character * 2) + character


#: String literals first, so that a quoted name inside one is none.
_QUOTED = re.compile(
    r"'(?:[^'\\]|\\.|'')*'|`(?P<back>(?:[^`]|``)*)`|\"(?P<double>(?:[^\"]|\"\")*)\"",
    re.DOTALL,
)


def quoted_names(sql: str, known: Iterable[str]) -> frozenset[str]:
    """Return which of the known columns stand in quotes in what MySQL printed.

    MySQL and MariaDB print every column of an expression in quotes, and every
    string in single ones, with backslashes; double quotes are names to a session
    in ``ANSI_QUOTES``.
    """
    found = set()
    for match in _QUOTED.finditer(sql):
        if (name := match["back"]) is not None:
            found.add(name.replace("``", "`").lower())
        elif (name := match["double"]) is not None:
            found.add(name.replace('""', '"').lower())
    # Some servers print a column as the expression has it, others as the table does.
    return frozenset(name for name in known if name.lower() in found)


def is_named(name: str, sql: str) -> bool:
    """Say whether SQL has a name, and not as a part of another one."""
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sql, re.IGNORECASE))
