"""Find rows that a unique of the target takes for the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..backends.base import transfer as kinds
from ..backends.base.transfer import SCRATCH
from ..schema.constraints import Unique
from . import proof
from .context import Facts
from .examination import Examiner, good_rows
from .problems import SAMPLES, rows, shown
from .reading import source_reader, stored_block
from .selection import CopiedTable


class Uniques(Facts):
    """Asks the source for duplicates, or the target where it compares otherwise."""

    def uniques(self, *, beside: Iterable[str] = ()) -> None:
        """Find rows that a unique of the target takes for the same.

        `beside` names the tables whose rows in the target stay.
        """
        kept = set(beside)
        for name, table in self.tables.items():
            for unique in proof.uniques(self.catalogue, name):
                if name in kept or self._is_for_the_target(name, unique):
                    self._ask_the_target(table, unique, name in kept)
                elif not self._is_enforced_in_source(table, unique):
                    self._ask_the_source(table, unique)

    def _is_for_the_target(self, name: str, unique: Unique) -> bool:
        if not unique.is_plain:
            return True
        table = self.catalogue.get(name)
        assert table is not None
        as_is = self.found.as_is.get(name, ())
        carried = self.tables[name]
        for each in unique.columns:
            column = table.column(each)
            if column is None or not self.target.compares_loosely(column):
                continue
            # No collation takes one hexadecimal number for another, and what the
            # source compares are the numbers as they arrive.
            is_number = each in carried.names and (
                carried.column(each).kind == kinds.UUID and each in as_is
            )
            if not is_number:
                return True
        return False

    def _is_enforced_in_source(self, table: CopiedTable, unique: Unique) -> bool:
        found = self.source_catalogue.get(table.source)
        return found is not None and any(
            set(each.columns) == set(unique.columns) and each.is_plain
            for each in proof.uniques(self.source_catalogue, table.source)
        )

    def _ask_the_source(self, table: CopiedTable, unique: Unique) -> None:
        statements = self.source.statements
        count = int(
            self.source.fetch(statements.duplicates(table.source, unique))[0][0]
        )
        if count:
            sample = self.source.fetch(
                statements.duplicates_sample(table.source, unique, SAMPLES)
            )
            self._duplicate(table, unique, count, sample)

    def _ask_the_target(
        self, table: CopiedTable, unique: Unique, is_kept: bool
    ) -> None:
        """Let the target's own collation judge, on a temporary table."""
        names = [*unique.columns, *sorted(unique.reads)]
        columns = [table.column(each) for each in names if each in table.names]
        if len(columns) != len(names):
            return  # A generated column is one of them; the proof asks again.
        found = self.catalogue.get(table.target)
        assert found is not None
        wanted = list(dict.fromkeys([*table.key, *names]))
        skipped = self.found.choices.skipped.get(table.target, {})
        wanted += [each for each in skipped if each not in wanted]
        reading = source_reader(
            self.source,
            table,
            self.found.choices,
            [table.column(n) for n in wanted],
            self.found.as_is.get(table.target, ()),
        )
        examiner = Examiner(self.target, table, found, reading)
        places = [wanted.index(each) for each in names]
        self.scratch(table.target, names)
        try:
            for piece in reading.pieces():
                if not piece.rows:
                    continue
                block = good_rows(*examiner.block(piece))
                block = [block[place] for place in places]
                if block[0]:
                    self.target.write(
                        SCRATCH, columns, stored_block(self.target, columns, block)
                    )
            statements = self.target.statements
            count = int(self.target.fetch(statements.duplicates(SCRATCH, unique))[0][0])
            if count:
                sample = self.target.fetch(
                    statements.duplicates_sample(SCRATCH, unique, SAMPLES)
                )
                self._duplicate(table, unique, count, sample)
            if is_kept and unique.is_plain:
                self._beside(table, unique)
        finally:
            self.target.drop_scratch()

    def _beside(self, table: CopiedTable, unique: Unique) -> None:
        """Compare the rows in the temporary table with those that stay."""
        name, quote = self.target.statements.name, self.target.statements.quote
        pairs = " AND ".join(
            f"given.{name(each)} = kept.{name(each)}" for each in unique.columns
        )
        given = ", ".join(f"given.{name(each)}" for each in unique.columns)
        found = self.target.fetch(
            f"SELECT {given} FROM {name(SCRATCH)} given "
            f"JOIN {quote(table.target)} kept ON {pairs}"
        )
        if found:
            self.say(
                "E608",
                f"{table.target} has {rows(len(found))} of the same "
                f"{unique.describe()} already.",
                hint="Copy into an empty table, or correct one of the two.",
                table=table.target,
                columns=unique.columns,
                count=len(found),
                samples=tuple(shown(row) for row in found[:SAMPLES]),
            )

    def _duplicate(
        self, table: CopiedTable, unique: Unique, count: int, sample: Sequence[Any]
    ) -> None:
        what = "key is" if count == 1 else "keys are"
        self.say(
            "E608",
            f"{table.source}: {count:,} {what} in more than one row to "
            f"{unique.describe()} of {self.target.connection.alias!r}.",
            hint="Its collation decides what is the same: case, accents and trailing "
            "spaces may not count. Correct the rows.",
            table=table.source,
            columns=unique.columns,
            count=count,
            samples=tuple(shown(row[:-1]) for row in sample),
        )
