"""What a change of a column's type leaves no room for."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Bits of the integers that PostgreSQL, MySQL and MariaDB have in common.
_BITS = {"smallint": 16, "integer": 32, "int": 32, "bigint": 64}
_INTEGER = re.compile(r"(smallint|integer|int|bigint)\b(?:.*\b(unsigned)\b)?", re.I)
_LENGTH = re.compile(r"(?:varchar|character varying)\((\d+)\)$", re.I)
_TEXT = re.compile(r"(?:varchar|character varying|(?:tiny|medium|long)?text)\b", re.I)


@dataclass(frozen=True)
class Narrowing:
    """A change of type after which the column has no room for some values."""

    #: The first and the last integer, or None.
    integers: tuple[int, int] | None = None
    #: The longest text, in characters, or None.
    length: int | None = None
    #: The character set of the new type, where it has fewer characters.
    charset: str = ""

    def describe(self) -> str:
        """Return what the values that do not fit are, to end a sentence."""
        if self.integers is not None:
            return f"outside {self.integers[0]} to {self.integers[1]}"
        if self.charset:
            return f"with characters that {self.charset} does not have"
        return f"longer than {self.length} characters"


def integers_of(type_: str) -> tuple[int, int] | None:
    """Return the first and the last value of an integer type, or None."""
    match = _INTEGER.match(type_)
    if match is None:
        return None
    bits = _BITS[match[1].lower()]
    if match[2]:
        return 0, 2**bits - 1
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


def is_uuid_text(type_: str | None) -> bool:
    """Say whether a type is that of ``UUIDField`` where the server has none."""
    return (type_ or "").lower() == "char(32)"


def is_text(type_: str) -> bool:
    """Say whether a type is one of text with a limit of characters, or none."""
    return _TEXT.match(type_) is not None


def narrowing(old: str, new: str) -> Narrowing | None:
    """Return what a change of type leaves no room for; None where all values fit.

    Only from an integer to an integer and from text to text: what another change of
    type does to a value, the database decides.
    """
    was, becomes = integers_of(old), integers_of(new)
    if was is not None and becomes is not None:
        fits = becomes[0] <= was[0] and was[1] <= becomes[1]
        return None if fits else Narrowing(integers=becomes)
    shorter = _LENGTH.match(new)
    if shorter is None or not is_text(old):
        return None
    longer = _LENGTH.match(old)
    length = int(shorter[1])
    if longer is not None and int(longer[1]) <= length:
        return None
    return Narrowing(length=length)
