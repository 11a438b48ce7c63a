"""Which type PostgreSQL casts to which, of those that Django's fields have.

https://www.postgresql.org/docs/current/catalog-pg-cast.html, read from the catalogue
of 15 and 18; every type is cast to text and from it.
"""

from __future__ import annotations

import re

_ALIASES = {
    "character varying": "text",
    "varchar": "text",
    "character": "text",
    "char": "text",
    "citext": "text",
    "serial": "integer",
    "bigserial": "bigint",
    "smallserial": "smallint",
    "int": "integer",
    "decimal": "numeric",
    "timestamp with time zone": "timestamptz",
    "time without time zone": "time",
}
_INTEGERS = frozenset({"smallint", "integer", "bigint"})
_NUMBERS = _INTEGERS | {"numeric", "double precision"}
#: Type -> the types that it is cast to, besides text.
_CASTS: dict[str, frozenset[str]] = {
    "smallint": _NUMBERS,
    "integer": _NUMBERS | {"boolean"},
    "bigint": _NUMBERS,
    "numeric": _NUMBERS,
    "double precision": _NUMBERS,
    "boolean": frozenset({"integer"}),
    "date": frozenset({"timestamptz"}),
    "timestamptz": frozenset({"date", "time"}),
    "time": frozenset({"interval"}),
    "interval": frozenset({"time"}),
    "jsonb": _NUMBERS | {"boolean"},
    "uuid": frozenset(),
    "inet": frozenset(),
}
TYPES = (*_CASTS, "text")


def casts(old: str, new: str) -> bool | None:
    """Say whether a column of one type is cast to another; None where not known."""
    was, becomes = _base(old), _base(new)
    if was not in TYPES or becomes not in TYPES:
        return None
    return was == becomes or "text" in {was, becomes} or becomes in _CASTS[was]


def need_cast(old: str, new: str) -> bool:
    """Say whether two types have no common operator, but the first is cast."""
    sides = {_base(old), _base(new)}
    return len(sides) > 1 and "text" in sides and casts(old, new) is True


def _base(type_: str) -> str:
    bare = re.sub(r"\s*\(.*?\)|\s+generated .*| collate .*", "", type_.lower()).strip()
    return _ALIASES.get(bare, bare)
