"""Tell a name that was chosen from one that was made up, cut names, make them up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from hashlib import md5
from string import ascii_lowercase, ascii_uppercase

#: Django ends its names in eight hexadecimal digits and a suffix; South had its own.
_DJANGO = re.compile(r"_[0-9a-f]{8}(_|$)|_refs_.*_[0-9a-f]{7,8}$|^D.*_[0-9a-f]{8}")
#: PostgreSQL: "table_column_key", "..._fkey1"; InnoDB: "table_ibfk_1".
_SERVER = re.compile(r"_(key|fkey|pkey|check|excl)\d*$|_ibfk_\d+$|^sqlite_autoindex_")

#: SQLite knows the case of the letters of ASCII alone.
#: https://www.sqlite.org/faq.html#q18
_ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)


class Name(str):
    """A name that its server compares without regard to case.

    Equal, and of one hash, whatever its case; a plain ``str`` of lower-case letters
    is equal to it as well. It is shown and quoted as it was written.
    """

    __slots__ = ("folded",)

    folded: str

    def __new__(cls, text: str) -> Name:
        name = super().__new__(cls, text)
        name.folded = cls.fold(text)
        return name

    @staticmethod
    def fold(text: str) -> str:
        """Return what names that are the same have in common."""
        return str(text).lower()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Name):
            return self.folded == other.folded
        return isinstance(other, str) and self.folded == self.fold(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.folded)


class AsciiName(Name):
    """A name of SQLite."""

    __slots__ = ()

    @staticmethod
    def fold(text: str) -> str:
        return str(text).translate(_ASCII)


def namer(kind: type[Name] | None) -> Callable[[str], str]:
    """Return what makes a name one of a kind; None compares letter by letter.

    A name without capitals stays a plain ``str``: most have none.
    https://dev.mysql.com/doc/refman/en/identifier-case-sensitivity.html
    """
    if kind is None:
        return str
    return lambda text: text if text == kind.fold(text) else kind(text)


def cut(name: str, size: int = 63) -> str:
    """Return the first bytes of a name, whole letters: 63 as PostgreSQL has it."""
    encoded = name.encode()
    return name if len(encoded) <= size else encoded[:size].decode(errors="ignore")


def shortened(name: str, size: int) -> str:
    """Return a name of so many bytes at most, another one for each longer name."""
    if len(name.encode()) <= size:
        return name
    digest = md5(name.encode(), usedforsecurity=False).hexdigest()[:8]
    return f"{cut(name, size - 9).rstrip('_')}_{digest}"


def of_unique(table: str, columns: Iterable[str]) -> str:
    """Return a name for a unique constraint to make manually.

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
