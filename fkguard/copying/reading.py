"""Read a table block by block, as it is to arrive."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..backends.base import transfer as kinds
from ..backends.base.transfer import Block, Carried, Row, Transfer
from .digests import Digest, Ordered, Summed, digest
from .selection import CopiedTable
from .values import PLAIN_TEXTS, comparable, converted, plain, stored

#: About how large a block is, and the most rows it has: memory stays flat. Blocks of
#: two fifths of the size take 9 MB less, and a tenth more of time.
BLOCK_BYTES = 500_000
BLOCK_ROWS = 4_000
FIRST_ROWS = 32


@dataclass(kw_only=True)
class Choices:
    """What becomes of orphans: table -> column -> the values that reference nothing."""

    nulled: dict[str, dict[str, set[Any]]] = field(default_factory=dict)
    skipped: dict[str, dict[str, set[Any]]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some rows of a table."""

    #: One sequence for each column, as the database returned the values.
    columns: Block
    #: How many rows were read, those included that a choice has skipped.
    read: int
    #: The key of the last row, to go on behind it.
    last: tuple[Any, ...]

    @property
    def rows(self) -> int:
        return len(self.columns[0]) if self.columns else 0


class Reader:
    """Reads some columns of one table in the order of its key."""

    def __init__(
        self,
        transfer: Transfer,
        table: str,
        columns: Sequence[Carried],
        key: Sequence[str],
        *,
        nulled: Mapping[str, set[Any]] | None = None,
        skipped: Mapping[str, set[Any]] | None = None,
        as_is: Collection[str] = (),
    ) -> None:
        """`as_is` names the columns whose values are known to be plain."""
        self.transfer = transfer
        self.table = table
        self.columns = tuple(columns)
        self.key = tuple(key)
        names = [each.name for each in columns]
        self._key_places = [names.index(name) for name in key]
        self._nulled = {names.index(n): v for n, v in (nulled or {}).items()}
        self._skipped = {names.index(n): v for n, v in (skipped or {}).items()}
        self._plain = [
            None if each.name in as_is else plain(each, transfer.zone)
            for each in columns
        ]
        self._comparable = [comparable(each) for each in columns]

    def pieces(self, after: Sequence[Any] | None = None) -> Iterator[Piece]:
        """Yield all rows, or those behind a key."""
        limit = FIRST_ROWS
        while True:
            rows = self.transfer.page(self.table, self.columns, self.key, after, limit)
            if not rows:
                return
            after = tuple(rows[-1][place] for place in self._key_places)
            is_last = len(rows) < limit
            wanted = BLOCK_BYTES * len(rows) // _size(rows)
            limit = max(1, min(wanted, 8 * limit, BLOCK_ROWS))
            yield self._piece(rows, after)
            if is_last:
                return

    def _piece(self, rows: list[Row], last: tuple[Any, ...]) -> Piece:
        read = len(rows)
        if self._skipped:
            rows = [
                row
                for row in rows
                if not any(row[place] in bad for place, bad in self._skipped.items())
            ]
        columns: list[Sequence[Any]] = (
            list(zip(*rows, strict=True)) if rows else [()] * len(self.columns)
        )
        for place, bad in self._nulled.items():
            columns[place] = [None if v in bad else v for v in columns[place]]
        return Piece(columns=columns, read=read, last=last)

    def plain(self, piece: Piece) -> Block:
        """Return the values of a piece in their plain form."""
        return [
            converted(convert, values)
            for convert, values in zip(self._plain, piece.columns, strict=True)
        ]

    def comparable(self, block: Block) -> Block:
        """Return plain values as those that are equal are the same."""
        return [
            converted(convert, values)
            for convert, values in zip(self._comparable, block, strict=True)
        ]

    def digest(self, block: Block) -> int:
        """Return the digest of the rows of plain values, whatever their order."""
        return digest(list(zip(*self.comparable(block), strict=True)))

    def summary(self, *, is_summed: bool) -> Digest:
        """Return an empty digest of all rows.

        Every database sorts integers alike; a sum, which may be asked for, depends
        on no order.
        """
        key = [self.columns[place].kind for place in self._key_places]
        if is_summed or any(kind != kinds.INTEGER for kind in key):
            return Summed()
        return Ordered([each.kind in PLAIN_TEXTS for each in self.columns])


def source_reader(
    source: Transfer,
    table: CopiedTable,
    choices: Choices,
    columns: Sequence[Carried] = (),
    as_is: Collection[str] = (),
) -> Reader:
    """Return what reads a table, or some of its columns, after the choices."""
    columns = columns or table.columns
    names = {each.name for each in columns}

    def chosen(values: dict[str, dict[str, set[Any]]]) -> dict[str, set[Any]]:
        found = values.get(table.target, {})
        return {name: bad for name, bad in found.items() if name in names}

    return Reader(
        source,
        table.source,
        columns,
        table.key,
        nulled=chosen(choices.nulled),
        skipped=chosen(choices.skipped),
        as_is=as_is,
    )


def stored_block(target: Transfer, columns: Sequence[Carried], block: Block) -> Block:
    """Return plain values as the target is given them."""
    zone = target.zone
    if zone is None:
        return block
    return [
        converted(stored(column, zone), values)
        for column, values in zip(columns, block, strict=True)
    ]


def _size(rows: list[Row]) -> int:
    """Return about how many bytes rows have."""
    stride = max(1, len(rows) // 64)
    total = sum(
        len(value) if isinstance(value, (str, bytes)) else 8
        for row in rows[::stride]
        for value in row
    )
    return max(1, total * stride)
