"""Digests of a table's content, which are the same for the same rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from ..backends.base.transfer import Block

#: Sums of row digests are taken modulo this.
MODULUS = 1 << 128


class Digest(ABC):
    """Takes a table block by block."""

    @abstractmethod
    def add(self, block: Block) -> None:
        """Take the values of some rows, in the order of the table's key."""

    @property
    @abstractmethod
    def value(self) -> int:
        """Return the digest of all rows so far."""


class Summed(Digest):
    """The sum of the digests of rows, whatever their order.

    Two databases need not sort a text alike, and of a table to which rows were added
    the sum before can be subtracted.
    """

    def __init__(self) -> None:
        self._total = 0

    def add(self, block: Block) -> None:
        self._total += digest(list(zip(*block, strict=True)))

    @property
    def value(self) -> int:
        return self._total % MODULUS


class Ordered(Digest):
    """A digest of each column, for rows that both databases sort alike.

    It takes a quarter of the time: no row is put together. Blocks may end anywhere.
    Texts are taken as one, and their lengths as numbers: `repr()` would look at each
    letter.
    """

    def __init__(self, are_texts: Sequence[bool]) -> None:
        """`are_texts` says of each column whether its values are texts."""
        self._columns = [(blake2b(digest_size=16), each) for each in are_texts]
        self._texts = [blake2b(digest_size=16) for _ in are_texts]

    def add(self, block: Block) -> None:
        for (column, is_text), text, values in zip(
            self._columns, self._texts, block, strict=True
        ):
            numbers: Sequence[Any] = values
            if is_text:
                given = values
                if None in values:
                    given = [value for value in values if value is not None]
                    numbers = [
                        None if value is None else len(value) for value in values
                    ]
                else:
                    numbers = list(map(len, values))
                text.update("".join(given).encode(errors="surrogatepass"))
            if numbers:
                column.update(f"{repr(list(numbers))[1:-1]}, ".encode())

    @property
    def value(self) -> int:
        parts = [column for column, _ in self._columns] + self._texts
        whole = b"".join(part.digest() for part in parts)
        return int.from_bytes(blake2b(whole, digest_size=16).digest(), "big")


def digest(rows: Sequence[tuple[Any, ...]]) -> int:
    """Return the sum of the rows' digests, whatever their order."""
    total = 0
    for row in rows:
        mark = blake2b(repr(row).encode(), digest_size=16).digest()
        total += int.from_bytes(mark, "big")
    return total % MODULUS
