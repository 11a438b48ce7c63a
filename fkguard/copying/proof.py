"""Compare both ends: rows, content, every foreign key, every unique."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from ..backends.base import transfer as kinds
from ..backends.base.transfer import Transfer
from ..schema.catalogue import Catalogue
from ..schema.constraints import ForeignKey, PrimaryKey, Unique
from .digests import MODULUS
from .progress import Quiet
from .reading import Reader
from .selection import CopiedTable


@dataclass(frozen=True, kw_only=True)
class Content:
    """The rows of a table: how many, and their digest."""

    rows: int = 0
    digest: int = 0

    def __sub__(self, other: Content) -> Content:
        return Content(
            rows=self.rows - other.rows, digest=(self.digest - other.digest) % MODULUS
        )

    @property
    def checksum(self) -> str:
        return f"{self.digest:032x}"


@dataclass(kw_only=True)
class Proven:
    """What the comparison of one table has brought."""

    label: str
    table: str
    source: Content
    target: Content
    foreign_keys: int = 0
    uniques: int = 0
    #: Seconds in which this run has written its rows.
    seconds: float = 0.0
    #: What is wrong, in sentences.
    problems: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        found = asdict(self)
        for name in ("source", "target"):
            content: Content = getattr(self, name)
            found[name] = {"rows": content.rows, "checksum": content.checksum}
        found["agrees"] = self.agrees
        return found


def content(
    reading: Reader, name: str, progress: Quiet, rows: int, *, is_summed: bool
) -> Content:
    """Read a table and return its content."""
    count = 0
    digest = reading.summary(is_summed=is_summed)
    with progress.bar(f"comparing {name}", rows) as bar:
        for piece in reading.pieces():
            count += piece.rows
            digest.add(reading.comparable(reading.plain(piece)))
            bar.update(piece.read)
    return Content(rows=count, digest=digest.value)


def prove(
    target: Transfer,
    catalogue: Catalogue,
    tables: Iterable[CopiedTable],
    expected: dict[str, Content],
    before: dict[str, Content],
    progress: Quiet,
    *,
    is_summed: bool,
) -> list[Proven]:
    """Compare each table of the target with what it should hold.

    A sum of digests is asked for where the target had rows before.
    """
    found = []
    for table in tables:
        wanted = expected[table.target]
        has = content(
            Reader(
                target,
                table.target,
                table.columns,
                table.key,
                # What is no document has no digest either.
                as_is=[e.name for e in table.columns if e.kind == kinds.JSON],
            ),
            table.target,
            progress,
            wanted.rows,
            is_summed=is_summed,
        ) - before.get(table.target, Content())
        proven = Proven(
            label=table.label, table=table.target, source=wanted, target=has
        )
        if has.rows != wanted.rows:
            proven.problems.append(
                f"{wanted.rows:,} rows were to arrive, and {has.rows:,} are there."
            )
        elif has != wanted:
            proven.problems.append("The rows differ: their checksums are not the same.")
        _constraints(target, catalogue, proven)
        found.append(proven)
    return found


def _constraints(target: Transfer, catalogue: Catalogue, proven: Proven) -> None:
    table = catalogue.get(proven.table)
    assert table is not None
    for foreign_key in table.of(ForeignKey):
        proven.foreign_keys += 1
        if rows := target.fetch(
            target.statements.orphans(table.name, foreign_key, limit=1)
        ):
            proven.problems.append(
                f"{int(rows[0][-2]):,} rows reference no row of "
                f"{foreign_key.to_table} ({foreign_key.name})."
            )
    for unique in uniques(catalogue, table.name):
        proven.uniques += 1
        if count := int(
            target.fetch(target.statements.duplicates(table.name, unique))[0][0]
        ):
            proven.problems.append(
                f"{count:,} keys are there more than once ({unique.describe()})."
            )


def uniques(catalogue: Catalogue, name: str) -> list[Unique]:
    """Return what a table has of uniques, its primary key as one of them."""
    table = catalogue.get(name)
    assert table is not None
    return [
        *(
            Unique(name=each.name, columns=each.columns)
            for each in table.of(PrimaryKey)
        ),
        *(each for each in table.of(Unique) if "" not in each.expressions),
    ]
