"""The rows that stand in the way of a repair: counted, and a few of them shown."""

from __future__ import annotations

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import Error

from ..backends import backend_for
from ..backends.base.repairs import compared_as
from ..errors import first_line
from ..judgement import rows as probes
from ..schema.catalogue import Catalogue, Column, Table
from ..schema.constraints import Check, Constraint, ForeignKey, PrimaryKey, Unique

#: What was looked for and not found; what stands in the way; a few keys of that.
Found = tuple[str, str, tuple[str, ...]]


class Rows:
    """Asks the rows of one database before anything is changed."""

    def __init__(self, connection: BaseDatabaseWrapper, catalogue: Catalogue) -> None:
        self.connection = connection
        self.catalogue = catalogue
        self.repairs = backend_for(connection).repairs

    def of(self, table: Table, wanted: Constraint) -> Found:
        """Return what keeps a constraint from being made."""
        try:
            # A savepoint, for a caller's transaction.
            with transaction.atomic(using=self.connection.alias):
                if isinstance(wanted, ForeignKey):
                    return self.orphans(table, wanted)
                if isinstance(wanted, Unique):
                    return self.duplicates(table, wanted)
                if isinstance(wanted, PrimaryKey):
                    key = Unique(name="", columns=wanted.columns, nulls_distinct=False)
                    return self.duplicates(table, key)
                if isinstance(wanted, Check):
                    return self.violations(table, wanted)
        except Error as error:
            return "", f"the rows could not be checked: {first_line(error)}", ()
        return "", "", ()

    def orphans(self, table: Table, wanted: ForeignKey) -> Found:
        pairs = probes.pairs_of(self.catalogue, table.name, wanted)
        found = probes.orphans(self.connection, table.name, wanted, pairs)
        if not found.rows:
            return "no orphans", "", ()
        return (
            "",
            _counted(found.rows, "row references", "rows reference") + " nothing",
            found.lines(),
        )

    def duplicates(self, table: Table, wanted: Unique) -> Found:
        number, sample = probes.in_the_way(self.connection, table.name, wanted)
        if not number:
            return "no duplicates", "", ()
        return (
            "",
            f"{_counted(number, 'key', 'keys')} that more than one row has",
            sample,
        )

    def violations(self, table: Table, wanted: Check) -> Found:
        with self.connection.cursor() as cursor:
            cursor.execute(self.repairs.violations(table, wanted), None)
            rows = cursor.fetchall()
        if not rows:
            return "no row breaks it", "", ()
        return (
            "",
            _counted(rows[0][-1], "row that breaks", "rows that break") + " it",
            tuple(f"({', '.join(map(probes.shown, row[:-1]))})" for row in rows),
        )

    def of_retyping(self, table: Table, column: Column, to_column: Column) -> Found:
        """Return what is equal under the collation that a column is to have."""
        if not to_column.collation or to_column.collation == column.collation:
            return "", "", ()
        name = self.repairs.statements.name(column.name)
        charset = to_column.charset or to_column.collation.partition("_")[0]
        expression = f"CONVERT({name} USING {charset}) COLLATE {to_column.collation}"
        for each in table.constraints:
            if not isinstance(each, (Unique, PrimaryKey)):
                continue
            if column.name not in each.columns:
                continue
            try:
                with transaction.atomic(using=self.connection.alias):
                    _, obstacle, sample = self.duplicates(
                        table, compared_as(each, column.name, expression)
                    )
            except Error as error:
                return "", f"the rows could not be checked: {first_line(error)}", ()
            if obstacle:
                where = f" under {to_column.collation}"
                return "", obstacle + where, sample
        return f"no duplicates under {to_column.collation}", "", ()


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
