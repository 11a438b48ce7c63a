"""What InnoDB compares when it makes a foreign key: the storage of two columns.

Measured on MySQL 9.7 and MariaDB 10.11 and 11.8, where they agree. InnoDB looks at
how values are stored, not at what SQL calls them: a DATETIME may reference a
DECIMAL, an ENUM a YEAR, and no INT a BIGINT.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ...schema.catalogue import Column, Server, Table

#: Bytes of the integers.
_INTEGERS = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
_ALIASES = {
    "integer": "int",
    "bool": "tinyint",
    "boolean": "tinyint",
    "dec": "decimal",
    "fixed": "decimal",
    "numeric": "decimal",
    "double precision": "double",
    "real": "double",
    "character": "char",
    "character varying": "varchar",
}
#: Stored as strings of bytes, whose length does not matter.
_BYTES = {
    "binary",
    "bit",
    "datetime",
    "decimal",
    "inet4",
    "inet6",
    "time",
    "timestamp",
    "uuid",
    "varbinary",
}
#: Without a length no key can hold them.
_LONG = re.compile(r"(tiny|medium|long)?(text|blob)$|json$|vector$")
_SPATIAL = re.compile(r"(multi)?(point|linestring|polygon)$|geom(etry)?(collection)?$")

_TYPE = re.compile(
    r"(?P<name>\w+(?: precision| varying)?) *(?P<length>\(.*\))? *(?P<rest>.*)$"
)
_ELEMENT = re.compile(r"'(?:[^'\\]|\\.|'')*'")


class Type(NamedTuple):
    """A type taken apart."""

    name: str
    #: What stands in parentheses, with them.
    length: str = ""
    is_unsigned: bool = False

    @property
    def is_integer(self) -> bool:
        return self.name in _INTEGERS

    @property
    def is_text(self) -> bool:
        return self.name in {"char", "varchar"}

    @property
    def is_long(self) -> bool:
        return bool(_LONG.match(self.name) or _SPATIAL.match(self.name))

    @property
    def bytes(self) -> int:
        """Return how wide an integer is."""
        return _INTEGERS.get(self.name, 0)


def parse(text: str) -> Type:
    """Take a type apart, as the catalogue or as Django writes it."""
    # MariaDB marks temporal columns of before 10.1 with a comment.
    bare = re.sub(r"/\*.*?\*/", "", text).strip()
    lower = bare.lower()
    for word in (" auto_increment", " zerofill", " signed"):
        lower = lower.replace(word, "")
    if lower == "serial":
        return Type("bigint", "", True)
    if (match := _TYPE.match(lower)) is None:
        return Type(lower)
    name, rest = match["name"], match["rest"]
    return Type(_ALIASES.get(name, name), match["length"] or "", "unsigned" in rest)


def collation_of(column: Column, table: Table, server: Server) -> str:
    """Return the collation that a text column has, or will be made with."""
    if column.collation:
        return column.collation
    return table.collation or server.collation


def storage(column: Column, table: Table, server: Server) -> tuple[object, ...]:
    """Return what has to be equal at both ends of a foreign key."""
    type_ = parse(column.type)
    if type_.is_integer:
        return "integer", type_.bytes, type_.is_unsigned
    if type_.name in {"enum", "set"}:
        return "integer", _elements_width(type_), True
    if type_.name == "year":
        return "integer", 1, True
    if type_.name == "date":
        return "integer", 3, False
    if type_.is_text:
        collation = collation_of(column, table, server)
        return ("bytes",) if collation == "binary" else ("text", collation)
    if type_.name in _BYTES:
        return ("bytes",)
    return (type_.name,)


def _elements_width(type_: Type) -> int:
    """Return the bytes of an ENUM, a number, or of a SET, a bit for each element."""
    number = len(_ELEMENT.findall(type_.length))
    if type_.name == "enum":
        return 1 if number < 256 else 2
    width = (number + 7) // 8
    return 8 if width > 4 else max(width, 1)


def typed(column: Column, table: Table, server: Server) -> str:
    """Return a column's type, charset, collation and nullability as SQL."""
    text = without_counter(column.type)
    if parse(column.type).is_text:
        collation = collation_of(column, table, server)
        if collation:
            charset = column.charset or collation.partition("_")[0]
            text += f" CHARACTER SET {charset} COLLATE {collation}"
    return text if column.null else f"{text} NOT NULL"


def without_counter(type_: str) -> str:
    """Return a type as SQL, without AUTO_INCREMENT."""
    lower = type_.lower()
    at = lower.find(" auto_increment")
    return type_ if at < 0 else type_[:at]
