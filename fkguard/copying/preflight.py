"""Find everything that stands in the way of a copy before its first row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core import checks

from ..backends.base.transfer import SCRATCH, Transfer
from ..constraints import Catalogue, Check, ForeignKey, Unique
from ..verify import verify
from . import proof
from .examination import Examiner, good_rows
from .findings import SAMPLES, Finding, rows, shown
from .order import UNCHECKED, Group
from .progress import Quiet
from .proof import Content
from .reading import Choices, Reader, source_reader, stored_block
from .selection import CopiedTable, Selection

#: Tables that `migrate` fills and can fill again: their rows make way.
MADE_BY_MIGRATE = ("django_content_type", "auth_permission", "django_site")
FAIL, NULL, SKIP = "fail", "null", "skip"


@dataclass(kw_only=True)
class Examined:
    """What the preflight has found."""

    findings: list[Finding] = field(default_factory=list)
    choices: Choices = field(default_factory=Choices)
    #: What was chosen for each orphan key, for the report.
    chosen: list[dict[str, Any]] = field(default_factory=list)
    #: Table -> what should arrive.
    contents: dict[str, Content] = field(default_factory=dict)

    @property
    def errors(self) -> list[Finding]:
        return [each for each in self.findings if each.is_error]


class Preflight:
    """Examines the rows of the source for the target."""

    def __init__(
        self,
        source: Transfer,
        target: Transfer,
        selection: Selection,
        catalogue: Catalogue,
        source_catalogue: Catalogue,
        progress: Quiet,
    ) -> None:
        self.source = source
        self.target = target
        self.selection = selection
        self.tables = selection.tables
        self.catalogue = catalogue
        self.source_catalogue = source_catalogue
        self.progress = progress
        self.found = Examined(findings=list(selection.findings))

    def say(self, code: str, message: str, **more: Any) -> None:
        self.found.findings.append(Finding(code=code, message=message, **more))

    # Orphans

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
        limit = SAMPLES if on_orphan == FAIL else 1_000_000_000
        found = self.source.fetch(
            self.source.statements.orphans(table.source, in_source, limit=limit)
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
        self._choose(
            choice,
            table,
            column,
            to_table,
            {key[0]: int(row[-3]) for key, row in zip(keys, found, strict=True)},
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
            value = value.hex if hasattr(value, "int") else value  # A UUID.
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
        self._scratch(table.target, foreign_key.columns)
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

    def _scratch(self, name: str, columns: Sequence[str]) -> None:
        table = self.catalogue.get(name)
        assert table is not None
        found = [table.column(each) for each in columns]
        self.target.drop_scratch()
        self.target.scratch(name, [each for each in found if each is not None])

    # Rows

    def rows(self) -> None:
        """Look at every value, and sum up what should arrive."""
        for name, table in self.tables.items():
            found = self.catalogue.get(name)
            assert found is not None
            reading = source_reader(self.source, table, self.found.choices)
            examiner = Examiner(self.target, table, found, reading)
            count = self.source.count(table.source)
            self.found.contents[name] = examiner.examine(self.progress, count)
            self.found.findings += examiner.findings()

    # Uniques

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
        columns = [table.column(each) for each in unique.columns]
        return any(e is not None and self.target.compares_loosely(e) for e in columns)

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
            self.source, table, self.found.choices, [table.column(n) for n in wanted]
        )
        examiner = Examiner(self.target, table, found, reading)
        places = [wanted.index(each) for each in names]
        self._scratch(table.target, names)
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

    # Checks

    def checks(self) -> None:
        """Find rows that break a check which the source has, too."""
        for table in self.tables.values():
            found = self.source_catalogue.get(table.source)
            has = self.catalogue.get(table.target)
            if found is None or has is None:
                continue
            kept = {each.columns for each in has.of(Check)}
            for check in found.of(Check):
                is_open = check.columns in kept and bool(check.expression)
                if is_open and not self._is_examined(table, check):
                    self._check(table, check)

    def _is_examined(self, table: CopiedTable, check: Check) -> bool:
        """Say whether the look at every value has told of the column already."""
        return len(check.columns) == 1 and any(
            each.table == table.source and each.columns == check.columns
            for each in self.found.errors
        )

    def _check(self, table: CopiedTable, check: Check) -> None:
        broken = (
            f"FROM {self.source.statements.quote(table.source)} "
            f"WHERE NOT ({check.expression})"
        )
        count = int(self.source.fetch(f"SELECT COUNT(*) {broken}")[0][0])
        if count:
            key = ", ".join(
                self.source.expression(table.column(each)) for each in table.key
            )
            sample = self.source.fetch(f"SELECT {key} {broken} LIMIT {SAMPLES}")
            self.say(
                "E613",
                f"{table.source}: {rows(count)} break {check.describe()}.",
                hint="Correct the rows; the check is one of the target as well.",
                table=table.source,
                columns=check.columns,
                count=count,
                samples=tuple(map(shown, sample)),
            )

    # Notes

    def circles(self, groups: Sequence[Group]) -> None:
        """Say for which tables no order keeps the checks on."""
        for group in groups:
            if group.way == UNCHECKED:
                self.say(
                    "W602",
                    f"{', '.join(group.tables)} reference each other with NOT NULL "
                    "keys, so foreign key checks are off while these tables are "
                    "filled. Every reference is looked up afterwards.",
                    table=group.tables[0],
                )


def schema(
    target: Transfer, selection: Selection, catalogue: Catalogue
) -> list[Finding]:
    """Return where the target is not what the migrations say."""
    alias = target.connection.alias
    report = verify(target.connection)
    found = []
    if plan := report.expected.unapplied:
        found.append(
            Finding(
                code="E601",
                message=(
                    "A migration is not"
                    if len(plan) == 1
                    else f"{len(plan)} migrations are not"
                )
                + f" applied to {alias!r}.",
                hint=f"Run `manage.py migrate --database {alias}` first.",
                count=len(plan),
                samples=tuple(plan[:SAMPLES]),
            )
        )
    for each in report.findings:
        if each.hazard.level >= checks.ERROR:
            found.append(
                Finding(
                    code="E601",
                    message=str(each.as_message().msg),
                    hint=f"Run `manage.py fkguard repair --database {alias}`.",
                    table=each.case.consequence.table,
                )
            )
    for name, table in selection.tables.items():
        has = catalogue.get(name)
        if has is None:
            message = f"{alias!r} has no table {name}, which {table.label} is kept in."
        elif missing := [e.name for e in table.columns if has.column(e.name) is None]:
            message = f"{name} of {alias!r} has no column {', '.join(missing)}."
        else:
            continue
        found.append(
            Finding(
                code="E601",
                message=message,
                hint=f"Run `manage.py migrate --database {alias}` first.",
                table=name,
            )
        )
    return found
