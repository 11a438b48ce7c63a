"""Fill the tables of the target, group by group."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.utils import Error

from ..backends.base import transfer as kinds
from ..backends.base.transfer import Block, Transfer
from ..errors import FkguardError, first_line
from ..schema.catalogue import Catalogue
from ..schema.constraints import ForeignKey
from .ahead import ahead
from .checkpoint import Journal
from .context import Examined
from .order import DEFERRED, PLAIN, UNCHECKED, Group, Held
from .progress import Bar, Quiet
from .reading import Reader, source_reader, stored_block
from .selection import CopiedTable


class CopyFailed(FkguardError):
    """A table could not be filled; what was committed before stays."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Some rows as the target takes them."""

    #: None if a choice has skipped all of them.
    encoded: Any
    read: int
    #: The key of the last row.
    last: tuple[Any, ...]


class Writer:
    """Writes the tables of a copy."""

    def __init__(
        self,
        source: Transfer,
        target: Transfer,
        tables: dict[str, CopiedTable],
        examined: Examined,
        journal: Journal,
        progress: Quiet,
        catalogue: Catalogue,
    ) -> None:
        #: What the target has.
        self.catalogue = catalogue
        self.source = source
        self.target = target
        self.tables = tables
        self.examined = examined
        self.journal = journal
        self.progress = progress
        #: Seconds in which this run has written each table.
        self.seconds: dict[str, float] = {}

    def reader(self, table: CopiedTable, columns: Sequence[Any] = ()) -> Reader:
        """Return what reads the rows of a table from the source."""
        examined = self.examined
        return source_reader(
            self.source, table, examined.choices, columns, examined.as_is[table.target]
        )

    # Emptying

    def empty(self, groups: Sequence[Group], names: set[str]) -> None:
        """Delete the rows of some tables, the referencing ones first."""
        for group in reversed(groups):
            chosen = [name for name in reversed(group.tables) if name in names]
            if not chosen:
                continue
            held = [(n, each) for n in chosen for each in group.held.get(n, ())]
            # InnoDB lets no row go that references itself.
            is_open = group.way == UNCHECKED or any(e.placeholder for _, e in held)
            with self._failures(chosen[0]):
                if group.way == DEFERRED:
                    self.target.defer()
                with self.target.unchecked() if is_open else nullcontext():
                    for name, each in held:
                        if not each.placeholder:
                            self._let_go(name, each)
                    for name in chosen:
                        table = self.target.statements.quote(name)
                        self.target.execute(f"DELETE FROM {table}")
                if is_open:
                    self._check_emptied(chosen, names)

    def _let_go(self, name: str, held: Held) -> None:
        self.target.execute(
            f"UPDATE {self.target.statements.quote(name)} "
            f"SET {self.target.statements.name(held.column)} = NULL"
        )

    def _check_emptied(self, chosen: Sequence[str], names: set[str]) -> None:
        """Do what the server would have done, had its checks been on."""
        for name in chosen:
            for table, each in self.catalogue.incoming(name):
                if table.name not in names and self.target.fetch(
                    self.target.statements.orphans(table.name, each, limit=1)
                ):
                    raise CopyFailed(
                        f"{name} cannot be emptied: rows of {table.name} reference "
                        "its rows."
                    )

    # Filling

    def write(self, groups: Sequence[Group], counts: dict[str, int]) -> None:
        """Copy every table that is not done."""
        for group in groups:
            group = self._simplest(group)
            if group.way == DEFERRED:
                self._write_deferred(group, counts)
                continue
            with self._checks(group):
                for name in group.tables:
                    self._write_rows(group, name, counts[name])
            for name in group.tables:
                self._fill(group, name)

    def _simplest(self, group: Group) -> Group:
        """Return a group without its circle where no row uses it."""
        if group.way == DEFERRED and len(group.tables) == 1:
            [name] = group.tables
            if not self._points_ahead(name):
                return replace(group, way=PLAIN)
        return group

    def _points_ahead(self, name: str) -> bool:
        """Say whether a row of a self-referencing table may precede its referenced."""
        table = self.tables[name]
        found = self.catalogue.get(name)
        assert found is not None
        for each in found.of(ForeignKey):
            if each.to_table != name:
                continue
            if not self.is_ordered(table, each):
                return True
            source = self.source.statements
            if self.source.fetch(
                f"SELECT 1 FROM {source.quote(table.source)} "
                f"WHERE {source.name(each.columns[0])} > {source.name(table.key[0])} "
                "LIMIT 1"
            ):
                return True
        return False

    @staticmethod
    def is_ordered(table: CopiedTable, foreign_key: ForeignKey) -> bool:
        """Say whether a reference to a lower key is one to a row that came before."""
        return (
            len(table.key) == 1
            and foreign_key.to_columns == table.key
            and table.column(table.key[0]).kind == kinds.INTEGER
        )

    def _write_deferred(self, group: Group, counts: dict[str, int]) -> None:
        """Copy a circle of tables in one transaction."""
        steps = {name: self.journal.step(name) for name in group.tables}
        if all(step.is_copied for step in steps.values()):
            return
        with self._failures(group.tables[0]), self._transaction():
            self.target.defer()
            for name, step in steps.items():
                begin = time.monotonic()
                table = self.tables[name]
                with (
                    self.progress.bar(f"copying {name}", counts[name]) as bar,
                    closing(self._prepared(table)) as blocks,
                ):
                    for prepared in blocks:
                        self._take(table, prepared, bar)
                self.journal.copied(step)
                self._tell(name, counts[name], begin)

    def _write_rows(self, group: Group, name: str, count: int) -> None:
        step = self.journal.step(name)
        if step.is_copied:
            return
        begin = time.monotonic()
        table = self.tables[name]
        held = group.held.get(name, ())
        with (
            self._failures(name),
            self.progress.bar(f"copying {name}", count) as bar,
        ):
            after = self.journal.after(step)
            with closing(self._prepared(table, held, after)) as blocks:
                for prepared in blocks:
                    with self._transaction():
                        self._take(table, prepared, bar)
                        self.journal.reached(step, prepared.last)
            self.journal.copied(step)
        self._tell(name, count, begin)

    def _tell(self, name: str, rows: int, begin: float) -> None:
        self.seconds[name] = time.monotonic() - begin
        self.progress.copied(name, rows, self.seconds[name])

    def _prepared(
        self,
        table: CopiedTable,
        held: Sequence[Held] = (),
        after: Sequence[Any] | None = None,
    ) -> Generator[Prepared]:
        """Yield the rows of a table as the target takes them.

        To be closed, so that after an error nothing reads from the source any more.
        """
        reading = self.reader(table)

        def prepared() -> Iterator[Prepared]:
            for piece in reading.pieces(after):
                encoded = None
                if piece.rows:
                    block = list(reading.plain(piece))
                    for each in held:
                        self._hold(table, block, each)
                    encoded = self.target.encode(
                        table.columns, stored_block(self.target, table.columns, block)
                    )
                yield Prepared(encoded=encoded, read=piece.read, last=piece.last)

        return ahead(prepared())

    def _take(self, table: CopiedTable, prepared: Prepared, bar: Bar) -> None:
        if prepared.encoded is not None:
            self.target.load(table.target, table.columns, prepared.encoded)
        bar.update(prepared.read)

    def _hold(self, table: CopiedTable, block: list[Any], held: Held) -> None:
        """Put the placeholder where a value points to a row that is not there yet."""
        place = table.names.index(held.column)
        values = block[place]
        stand_ins = (
            block[table.names.index(held.placeholder)]
            if held.placeholder
            else [None] * len(values)
        )
        if self._may_stay(table, held):
            keys = block[table.key_places[0]]
            block[place] = [
                value if value is None or value <= key else stand_in
                for value, key, stand_in in zip(values, keys, stand_ins, strict=True)
            ]
        else:
            block[place] = [
                None if value is None else stand_in
                for value, stand_in in zip(values, stand_ins, strict=True)
            ]

    def _may_stay(self, table: CopiedTable, held: Held) -> bool:
        """Say whether only values that point to a higher key are held back."""
        return held.foreign_key.to_table == table.target and self.is_ordered(
            table, held.foreign_key
        )

    def _fill(self, group: Group, name: str) -> None:
        """Give the columns that were held back their values; again does no harm."""
        step = self.journal.step(name)
        if step.is_filled:
            return
        table = self.tables[name]
        for held in group.held.get(name, ()):
            columns = [table.column(each) for each in (*table.key, held.column)]
            reading = self.reader(table, columns)
            with self._failures(name):
                for block in self._held_back(table, held, reading):
                    with self._transaction():
                        self.target.fill(
                            table.target,
                            columns[:-1],
                            columns[-1],
                            stored_block(self.target, columns, block),
                        )
        self.journal.filled(step)

    def _held_back(
        self, table: CopiedTable, held: Held, reading: Reader
    ) -> Iterator[Block]:
        may_stay = self._may_stay(table, held)
        for piece in reading.pieces():
            rows = [
                row
                for row in zip(*reading.plain(piece), strict=True)
                if row[-1] is not None and not (may_stay and row[-1] <= row[0])
            ]
            if rows:
                yield list(zip(*rows, strict=True))

    # Around statements

    def _transaction(self) -> Any:
        return transaction.atomic(using=self.target.connection.alias)

    def _checks(self, group: Group) -> Any:
        return self.target.unchecked() if group.way == UNCHECKED else nullcontext()

    @contextmanager
    def _failures(self, name: str) -> Iterator[None]:
        try:
            yield
        except (Error, ValueError) as error:
            raise CopyFailed(
                f"{name} could not be filled: {first_line(error)}"
            ) from error
