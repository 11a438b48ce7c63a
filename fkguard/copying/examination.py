"""Look at every value for what the target would reject."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import compress
from math import isfinite, isnan
from typing import Any

from ..backends.base import transfer as kinds
from ..backends.base.transfer import Block, Transfer
from ..schema.catalogue import Column, Table
from .problems import SAMPLES, Finding, rows, shown
from .progress import Quiet
from .proof import Content
from .reading import Piece, Reader
from .selection import CopiedColumn, CopiedTable
from .values import (
    NONE,
    TEXTUAL,
    converted,
    has_lone_surrogate,
    levels,
    plain,
    stored,
    types_of,
)

_LENGTH = re.compile(r"(?:var)?char(?:acter)?(?: varying)?\((\d+)\)")
#: Bytes that a MySQL type holds.
WIDE = (kinds.TEXT, kinds.JSON, kinds.BINARY, kinds.NATIVE)


@dataclass(kw_only=True)
class Problem:
    """Values of one column that have the same thing wrong with them."""

    count: int = 0
    samples: list[str] = field(default_factory=list)

    def add(self, keys: Sequence[tuple[Any, ...]]) -> None:
        self.count += len(keys)
        self.samples += [shown(key) for key in keys[: SAMPLES - len(self.samples)]]


class Limits:
    """What one column of the target takes."""

    def __init__(self, target: Transfer, column: CopiedColumn, found: Column) -> None:
        self.column = column
        self.null = found.null
        self.found = found
        self.lowest = self.highest = None
        if column.kind == kinds.INTEGER:
            ranges: Any = target.connection.ops.integer_field_range
            # Of a field that is none of Django's, the server alone knows the range.
            with suppress(KeyError):
                self.lowest, self.highest = ranges(column.internal)
        elif column.kind == kinds.DURATION:
            self.lowest, self.highest = -(1 << 63), (1 << 63) - 1
        self.length = self.bytes = None
        if column.kind == kinds.TEXT and not target.ignores_lengths:
            if match := _LENGTH.match(found.type):
                self.length = int(match[1])
            self.bytes = target.text_bytes.get(found.type)
        refused = target.refuses(found)
        self.refused = re.compile(refused) if refused else None
        self.is_text = types_of(column.kind) == TEXTUAL or column.kind == kinds.DECIMAL
        #: Whether a value may be large.
        self.is_wide = column.kind in WIDE


class Examiner:
    """Looks at the rows of one table, and sums their digests up on the way."""

    def __init__(
        self, target: Transfer, table: CopiedTable, found: Table, reading: Reader
    ) -> None:
        self.target = target
        self.table = table
        self.reading = reading
        self.limits = []
        for each in reading.columns:
            assert isinstance(each, CopiedColumn)
            column = found.column(each.name)
            assert column is not None
            self.limits.append(Limits(target, each, column))
        self.convert = [plain(e, reading.transfer.zone) for e in reading.columns]
        #: (code, column) -> what is wrong with it.
        self.problems: dict[tuple[str, str], Problem] = {}
        #: Columns in which every value so far was plain as it was read.
        self.as_is = {each.name for each in reading.columns}

    def examine(self, progress: Quiet, count: int, *, is_summed: bool) -> Content:
        """Look at every row; return the content of the table."""
        rows = 0
        digest = self.reading.summary(is_summed=is_summed)
        with progress.bar(f"examining {self.table.target}", count) as bar:
            for piece in self.reading.pieces():
                block, bad = self.block(piece)
                # Digests of a table that cannot be copied are of no use.
                if not bad and not self.problems:
                    digest.add(self.reading.comparable(block))
                rows += piece.rows
                bar.update(piece.read)
        return Content(rows=rows, digest=digest.value)

    def block(self, piece: Piece) -> tuple[Block, set[int]]:
        """Return the plain values, and the places of rows with a bad one in them."""
        self._piece = piece
        self._bad: set[int] = set()
        block = [
            self._column(limits, convert, values)
            for limits, convert, values in zip(
                self.limits, self.convert, piece.columns, strict=True
            )
        ]
        if self.target.largest_row:
            self._sizes(block)
        return block, self._bad

    def _report(self, code: str, column: str, places: Sequence[int]) -> None:
        if not places:
            return
        self._bad.update(places)
        names = [each.name for each in self.reading.columns]
        key = [self._piece.columns[names.index(n)] for n in self.reading.key]
        self.problems.setdefault((code, column), Problem()).add(
            [tuple(part[place] for part in key) for place in places]
        )

    def _column(self, limits: Limits, convert: Any, values: Sequence[Any]) -> Any:
        name = limits.column.name
        types = set(map(type, values))
        if NONE in types and not limits.null:
            self._report("E605", name, [i for i, v in enumerate(values) if v is None])
        allowed = types_of(limits.column.kind)
        if types - allowed - {NONE}:
            wrong = [
                i
                for i, v in enumerate(values)
                if v is not None and type(v) not in allowed
            ]
            self._report("E604", name, wrong)
            values = _without(values, wrong)
        read = values
        try:
            values = converted(convert, values)
        except (ValueError, ArithmeticError):
            values = self._convert_each(name, convert, values)
        # Numbers may be equal and not the same.
        if values is not read and not (limits.is_text and [*values] == [*read]):
            self.as_is.discard(name)
        if limits.column.kind == kinds.DATETIME and self.target.zone is not None:
            self._moments(limits.column, values)
        if limits.is_text:
            self._texts(limits, values)
        else:
            self._numbers(limits, values)
        return values

    def _moments(self, column: CopiedColumn, values: Sequence[Any]) -> None:
        """Find moments that the zone of the target puts outside of the calendar."""
        convert = stored(column, self.target.zone)
        assert convert is not None
        given = [value for value in values if value is not None]
        try:
            converted(convert, [min(given), max(given)] if given else ())
        except OverflowError:
            wrong = [
                place
                for place, value in enumerate(values)
                if value is not None and _overflows(convert, value)
            ]
            self._report("E607", column.name, wrong)

    def _convert_each(self, name: str, convert: Any, values: Sequence[Any]) -> Any:
        found: list[Any] = []
        wrong = []
        for place, value in enumerate(values):
            try:
                found.append(None if value is None else convert(value))
            except (ValueError, ArithmeticError):
                found.append(None)
                wrong.append(place)
        self._report("E609", name, wrong)
        return found

    def _texts(self, limits: Limits, values: Sequence[Any]) -> None:
        name, column = limits.column.name, limits.column
        given = [v for v in values if v is not None] if None in values else values
        if not given:
            return
        joined = "".join(given)
        if not joined.isascii():
            try:
                joined.encode()
            except UnicodeEncodeError:
                self._report("E610", name, _where(values, _is_no_unicode))
        refused = limits.refused
        if column.kind == kinds.JSON:
            self._documents(name, values)
        elif column.kind == kinds.UUID:
            if refused is not None:
                self._report("E607", name, _where(values, refused.search))
        elif refused is not None and refused.search(joined):
            self._report("E610", name, _where(values, refused.search))
        most = limits.length
        if most is not None and max(map(len, given)) > most:
            self._report("E606", name, _where(values, lambda v: len(v) > most))
        size = limits.bytes
        if size is not None and max(map(len, given)) * 4 > size:
            self._report(
                "E606",
                name,
                _where(values, lambda v: len(v.encode(errors="replace")) > size),
            )
        digits = column.digits
        if column.kind == kinds.DECIMAL and digits:
            whole = digits - column.places
            self._report(
                "E607",
                name,
                _where(
                    values,
                    lambda v: len(v.partition(".")[0].lstrip("-").lstrip("0")) > whole,
                ),
            )

    def _documents(self, name: str, values: Sequence[Any]) -> None:
        # A letter of a document may be written as its number.
        if not self.target.takes_null_in_json:
            self._report("E610", name, _where(values, _has_null_escape))
        if not self.target.takes_lone_surrogates:
            self._report("E610", name, _where(values, has_lone_surrogate))
        if (most := self.target.deepest_document) is not None:
            deep = _where(values, lambda v: levels(v) > most)
            self._report("E615", name, deep)

    def _numbers(self, limits: Limits, values: Sequence[Any]) -> None:
        name, low, high = limits.column.name, limits.lowest, limits.highest
        if limits.column.kind == kinds.FLOAT:
            if not self.target.takes_infinity:
                self._report("E607", name, _where(values, lambda v: not isfinite(v)))
            elif not self.target.takes_nan:
                self._report("E607", name, _where(values, isnan))
            return
        if low is None or high is None:
            return
        given = [v for v in values if v is not None] if None in values else values
        if given and not (low <= min(given) and max(given) <= high):
            self._report("E607", name, _where(values, lambda v: not low <= v <= high))

    def _sizes(self, block: Block) -> None:
        """Find rows that are larger than the target takes in one piece."""
        limit = self.target.largest_row
        assert limit is not None
        wide = [v for v, c in zip(block, self.limits, strict=True) if c.is_wide]
        if not wide or not block[0]:
            return
        # An escaped letter is two, and a byte in hexadecimal is two as well.
        if (
            sum(max((len(v) for v in each if v), default=0) for each in wide) * 4
            < limit
        ):
            return
        sizes = (
            sum(_bytes(v) * 2 for v in row if v is not None)
            for row in zip(*wide, strict=True)
        )
        self._report("E611", "", [i for i, size in enumerate(sizes) if size > limit])

    def inexpressible(self, source: Transfer) -> None:
        """Find values of the source that change when they are read."""
        key = ", ".join(
            source.expression(self.table.column(each)) for each in self.table.key
        )
        for limits in self.limits:
            if (condition := source.inexpressible(limits.column)) is None:
                continue
            rest = (
                f"FROM {source.statements.quote(self.table.source)} WHERE {condition}"
            )
            if count := int(source.fetch(f"SELECT COUNT(*) {rest}")[0][0]):
                problem = self.problems.setdefault(
                    ("E609", limits.column.name), Problem()
                )
                sample = source.fetch(f"SELECT {key} {rest} LIMIT {SAMPLES}")
                problem.count += count
                problem.samples += [shown(row) for row in sample]

    # Words

    def findings(self) -> list[Finding]:
        """Return what was found, as findings."""
        by_name = {each.column.name: each for each in self.limits}
        found = []
        for (code, name), problem in self.problems.items():
            message, hint = _words(code, by_name.get(name), self.target)
            found.append(
                Finding(
                    code=code,
                    table=self.table.source,
                    columns=(name,) if name else (),
                    message=f"{self.table.source}{'.' if name else ''}{name}: "
                    f"{rows(problem.count)} {message}",
                    hint=hint,
                    count=problem.count,
                    samples=tuple(problem.samples),
                )
            )
        return found


def _words(code: str, limits: Limits | None, target: Transfer) -> tuple[str, str]:
    """Return what a finding says of its rows, and what to do about them."""
    alias = target.connection.alias
    if limits is None:
        return (
            f"are larger than max_allowed_packet of {alias!r} allows.",
            (
                "Raise max_allowed_packet of the server to more than twice their "
                f"size; it leaves {target.largest_row:,} bytes."
            ),
        )
    field_name, kind = limits.column.field, limits.column.kind
    if code == "E604":
        return (
            f"hold no {kind}, which {field_name} is.",
            (
                "SQLite stores any value in any column. Give the rows a value of the "
                "field's type."
            ),
        )
    if code == "E605":
        return (
            f"are NULL, and {field_name} is NOT NULL in {alias!r}.",
            "Give the rows a value.",
        )
    if code == "E606":
        most = limits.length or f"{limits.bytes:,} bytes"
        return (
            f"are longer than {limits.found.type} of {alias!r}.",
            f"Shorten them to {most}, or widen {field_name} with a migration.",
        )
    if code == "E607" and kind == kinds.UUID:
        return (
            f"have a UUID that the type {limits.found.type} of {alias!r} rejects.",
            (
                "MariaDB rejects many UUIDs whose version is 8 or more, and UUIDs "
                "without a version. Give the rows other UUIDs, or create the column "
                f"of {field_name} as char(32) there."
            ),
        )
    if code == "E607":
        bounds = (
            f"{limits.lowest} to {limits.highest}"
            if limits.lowest is not None
            else limits.found.type
        )
        return (
            f"are out of the range of {limits.found.type} in {alias!r} ({bounds}).",
            f"Correct the rows, or give {field_name} a larger type with a migration.",
        )
    if code == "E609":
        return (
            f"hold no {kind} that {field_name} can have.",
            (
                "Correct the rows: Django cannot read them either, or reads them as "
                "another value."
            ),
        )
    if code == "E615":
        return (
            f"hold documents of more levels than {alias!r} takes.",
            (
                f"Make them flatter: it takes {target.deepest_document}. Or leave the "
                "model out with --exclude."
            ),
        )
    return (
        f"have characters that {alias!r} does not take"
        + (f" ({limits.found.charset})." if limits.found.charset else "."),
        (
            "PostgreSQL takes no NUL, utf8mb3 nothing outside the basic plane, and no "
            "database what is no UTF-8. Correct the rows, or the column's charset."
        ),
    )


def _where(values: Sequence[Any], is_wrong: Any) -> list[int]:
    return [i for i, v in enumerate(values) if v is not None and is_wrong(v)]


def _overflows(convert: Any, value: Any) -> bool:
    try:
        convert(value)
    except OverflowError:
        return True
    return False


def _without(values: Sequence[Any], places: Sequence[int]) -> list[Any]:
    gone = set(places)
    return [None if i in gone else v for i, v in enumerate(values)]


def _is_no_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _has_null_escape(text: str) -> bool:
    return "\0" in text or bool(re.search(r"(?<!\\)(?:\\\\)*\\u0000", text))


def _bytes(value: Any) -> int:
    return len(value.encode(errors="replace")) if isinstance(value, str) else len(value)


def good_rows(block: Block, bad: set[int]) -> Block:
    """Return a block less the rows at some places."""
    if not bad:
        return block
    chosen = [place not in bad for place in range(len(block[0]))]
    return [list(compress(values, chosen)) for values in block]
