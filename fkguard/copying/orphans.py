"""Find rows that reference nothing, and carry out what was chosen for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..backends.base.transfer import SCRATCH
from ..schema.constraints import ForeignKey
from .context import Facts
from .problems import SAMPLES, rows, shown
from .reading import Reader, stored_block
from .selection import CopiedTable

#: More keys than a table has.
ALL = 1_000_000_000
FAIL, NULL, SKIP = "fail", "null", "skip"


class Orphans(Facts):
    """Looks for the row that each value of each foreign key references."""

    def orphans(self, on_orphan: str) -> None:
        """Count the rows that reference nothing, and note what becomes of them."""
        for name, table in self.tables.items():
            for each in self._keys(name):
                self._orphans_of(table, each, on_orphan)
        if on_orphan == SKIP:
            self._skip_on()

    def _keys(self, name: str) -> list[ForeignKey]:
        found = self.catalogue.get(name)
        return list(found.of(ForeignKey)) if found else []

    def _orphans_of(
        self, table: CopiedTable, foreign_key: ForeignKey, on_orphan: str
    ) -> None:
        to_table = self.tables.get(foreign_key.to_table)
        if to_table is None:
            self._elsewhere(table, foreign_key)
            return
        in_source = replace(foreign_key, to_table=to_table.source)
        found = self.source.fetch(
            self.source.statements.orphans(table.source, in_source, limit=SAMPLES)
        )
        if not found:
            return
        count = int(found[0][-2])
        keys = [row[:-3] for row in found]
        columns = ", ".join(foreign_key.columns)
        message = (
            f"{table.source} ({columns}): {rows(count)} reference no row of "
            f"{to_table.source} ({', '.join(foreign_key.to_columns)})."
        )
        is_one = len(foreign_key.columns) == 1
        choice = on_orphan if is_one else FAIL
        hint = (
            "Correct them in the source (`manage.py fkguard orphans` lists them), or "
            "choose with --on-orphan null or --on-orphan skip."
        )
        if choice == NULL and not self._is_nullable(table.target, foreign_key):
            choice = FAIL
            hint = f"{columns} is NOT NULL, so only --on-orphan skip lets them pass."
        if choice == FAIL:
            self.say(
                "E603",
                message,
                hint=hint,
                table=table.source,
                columns=foreign_key.columns,
                count=count,
                samples=tuple(shown(key) for key in keys[:SAMPLES]),
            )
            return
        [column] = foreign_key.columns
        # As they are read on the way: the driver makes a date of a date otherwise.
        sql = self.source.statements.orphans(table.source, in_source, limit=ALL)
        value = self.source.expression(table.column(column))
        found = self.source.fetch(f"SELECT {value}, found.* FROM ({sql}) found")
        self._choose(
            choice, table, column, to_table, {row[0]: int(row[-3]) for row in found}
        )

    def _choose(
        self,
        choice: str,
        table: CopiedTable,
        column: str,
        to_table: CopiedTable,
        values: dict[Any, int],
    ) -> None:
        kept = (
            self.found.choices.nulled if choice == NULL else self.found.choices.skipped
        )
        bad = kept.setdefault(table.target, {}).setdefault(column, set())
        for value, count in values.items():
            bad.add(value)
            self.found.chosen.append(
                {
                    "table": table.source,
                    "column": column,
                    "references": to_table.source,
                    "value": shown([value]),
                    "rows": count,
                    "choice": choice,
                }
            )

    def _skip_on(self) -> None:
        """Skip what references a skipped row, and what references that."""
        skipped = self.found.choices.skipped
        done: dict[str, set[Any]] = {}
        waiting = list(skipped)
        while waiting:
            name = waiting.pop()
            table = self.tables[name]
            for other, foreign_key in self._incoming(name):
                values = self._skipped_values(table, foreign_key.to_columns[0])
                before = done.setdefault(
                    f"{other.target}.{foreign_key.columns[0]}", set()
                )
                if not (new := values - before):
                    continue
                before |= new
                counts = self._count_values(other, foreign_key.columns[0], new)
                if counts:
                    self._choose(SKIP, other, foreign_key.columns[0], table, counts)
                    waiting.append(other.target)

    def _incoming(self, name: str) -> list[tuple[CopiedTable, ForeignKey]]:
        return [
            (self.tables[found.name], each)
            for found, each in self.catalogue.incoming(name)
            if found.name in self.tables and len(each.columns) == 1
        ]

    def _skipped_values(self, table: CopiedTable, column: str) -> set[Any]:
        """Return what the skipped rows of a table have in a column."""
        choices = self.found.choices.skipped.get(table.target, {})
        columns = list(dict.fromkeys([*table.key, *choices, column]))
        carried = [table.column(each) for each in columns]
        place = columns.index(column)
        places = {columns.index(name): bad for name, bad in choices.items()}
        found: set[Any] = set()
        reading = Reader(self.source, table.source, carried, table.key)
        for piece in reading.pieces():
            found.update(
                row[place]
                for row in zip(*piece.columns, strict=True)
                if any(row[i] in bad for i, bad in places.items())
            )
        return found

    def _count_values(
        self, table: CopiedTable, column: str, values: set[Any]
    ) -> dict[Any, int]:
        counts: dict[Any, int] = {}
        columns = [table.column(n) for n in dict.fromkeys([*table.key, column])]
        place = [each.name for each in columns].index(column)
        reading = Reader(self.source, table.source, columns, table.key)
        for piece in reading.pieces():
            for value in piece.columns[place]:
                if value in values:
                    counts[value] = counts.get(value, 0) + 1
        return counts

    def _is_nullable(self, name: str, foreign_key: ForeignKey) -> bool:
        table = self.catalogue.get(name)
        column = table.column(foreign_key.columns[0]) if table else None
        return column is not None and column.null

    def _elsewhere(self, table: CopiedTable, foreign_key: ForeignKey) -> None:
        """Look in the target for the rows of a table that is not copied."""
        columns = [table.column(each) for each in foreign_key.columns]
        wanted = list(dict.fromkeys([*table.key, *foreign_key.columns]))
        reading = Reader(
            self.source, table.source, [table.column(n) for n in wanted], table.key
        )
        places = [wanted.index(each) for each in foreign_key.columns]
        self.scratch(table.target, foreign_key.columns)
        try:
            for piece in reading.pieces():
                block = [reading.plain(piece)[place] for place in places]
                self.target.write(
                    SCRATCH, columns, stored_block(self.target, columns, block)
                )
            found = self.target.fetch(
                self.target.statements.orphans(SCRATCH, foreign_key, limit=SAMPLES)
            )
        finally:
            self.target.drop_scratch()
        if found:
            label = self.selection.left_out.get(
                foreign_key.to_table, foreign_key.to_table
            )
            self.say(
                "E614",
                f"{table.source} ({', '.join(foreign_key.columns)}): "
                f"{rows(int(found[0][-2]))} reference {label}, which is left out and "
                f"lacks their rows in {self.target.connection.alias!r}.",
                hint=f"Copy {label} as well, or fill its table first.",
                table=table.source,
                columns=foreign_key.columns,
                count=int(found[0][-2]),
                samples=tuple(shown(row[:-3]) for row in found),
            )
