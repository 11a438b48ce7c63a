"""Find everything that stands in the way of a copy before its first row."""

from __future__ import annotations

from collections.abc import Sequence

from django.core import checks

from ..backends.base.transfer import Transfer
from ..schema.catalogue import Catalogue
from ..schema.constraints import Check
from ..verify import verify
from .examination import Examiner
from .order import UNCHECKED, Group
from .orphans import Orphans
from .problems import SAMPLES, Finding, rows, shown
from .reading import source_reader
from .selection import CopiedTable, Selection
from .uniques import Uniques

#: Tables that `migrate` fills and can fill again: their rows make way.
MADE_BY_MIGRATE = ("django_content_type", "auth_permission", "django_site")


class Preflight(Orphans, Uniques):
    """Examines the rows of the source for the target."""

    # Rows

    def rows(self, *, is_summed: bool) -> None:
        """Look at every value, and note the digest of what should arrive.

        It is a sum where rows of the target stay.
        """
        for name, table in self.tables.items():
            found = self.catalogue.get(name)
            assert found is not None
            reading = source_reader(self.source, table, self.found.choices)
            examiner = Examiner(self.target, table, found, reading)
            count = self.source.count(table.source)
            self.found.contents[name] = examiner.examine(
                self.progress, count, is_summed=is_summed
            )
            examiner.inexpressible(self.source)
            self.found.as_is[name] = examiner.as_is
            self.found.findings += examiner.findings()

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
                f"{table.source}: {rows(count)} {'breaks' if count == 1 else 'break'} "
                f"{check.describe()}.",
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
