"""Ask the rows: how many stand in the way of a constraint, and which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import Error

from ..backends import backend_for, facts_of
from ..schema import consequences as kinds
from ..schema.catalogue import Catalogue, Column, Table
from ..schema.consequences import Consequence
from ..schema.constraints import Constraint, ForeignKey, Unique
from ..schema.events import AddColumn, AlterColumn, Declared, DropTable, Event
from ..schema.identifiers import namer
from .blocking_rows import BlockingRows

Answer = tuple[int, tuple[str, ...]]
Pairs = Sequence[tuple[Column, Column]]


@dataclass(frozen=True, kw_only=True)
class OrphanCount:
    """The rows of a table that reference no row."""

    rows: int = 0
    #: How many different keys they have.
    keys: int = 0
    #: The most frequent keys, each with the number of its rows.
    sample: tuple[tuple[tuple[object, ...], int], ...] = ()

    def lines(self) -> tuple[str, ...]:
        """Return the sample for a reader."""
        return tuple(
            f"({', '.join(map(shown, key))}): {rows} row{'' if rows == 1 else 's'}"
            for key, rows in self.sample
        )


def shown(value: object) -> str:
    """Return a key's value for a reader."""
    return value.hex() if isinstance(value, bytes) else str(value)


def pairs_of(catalogue: Catalogue, key: str, foreign_key: ForeignKey) -> Pairs:
    """Return the two columns of each part of a key; () where one is not known."""
    table, to_table = catalogue.get(key), catalogue.get(foreign_key.to_table)
    pairs = []
    for name, to_name in zip(foreign_key.columns, foreign_key.to_columns, strict=True):
        column = table.column(name) if table else None
        to_column = to_table.column(to_name) if to_table else None
        if column is None or to_column is None:
            return ()
        pairs.append((column, to_column))
    return pairs


def orphans(
    connection: BaseDatabaseWrapper,
    key: str,
    foreign_key: ForeignKey,
    pairs: Pairs = (),
) -> OrphanCount:
    """Return the orphans along a foreign key, which need not exist. One query."""
    sql = backend_for(connection).statements.orphans(key, foreign_key, pairs)
    with connection.cursor() as cursor:
        cursor.execute(sql, None)
        found = cursor.fetchall()
    if not found:
        return OrphanCount()
    *_, total, keys = found[0]
    return OrphanCount(
        rows=int(total),
        keys=int(keys),
        sample=tuple((tuple(row[:-3]), int(row[-3])) for row in found),
    )


class Prober:
    """Counts rows that a plan, or a call, concerns.

    For a plan, in the tables that were there before it; `is_live` where the call
    that asks is the next to run, so that every name is the database's own.
    """

    def __init__(
        self,
        connection: BaseDatabaseWrapper,
        catalogue: Catalogue,
        *,
        is_live: bool = False,
    ) -> None:
        self.connection = connection
        self.statements = backend_for(connection).statements
        self.is_live = is_live
        self.name = namer(facts_of(connection).names)
        #: The catalogue before the plan.
        self.catalogue = catalogue.copy()
        #: Key that the plan knows a table by -> key it has in the database.
        self.keys = {key: key for key in catalogue.tables}
        #: The same of a column, by the key that the plan knows its table by.
        self.columns: dict[tuple[str, str], str] = {}
        #: Columns that the plan has brought, and those whose values it changes.
        self.brought: set[tuple[str, str]] = set()
        self.changed: set[tuple[str, str]] = set()
        #: Says whether code or SQL of the plan may have changed rows by then.
        self.is_uncertain: Callable[[Consequence], bool] = lambda consequence: False
        self.blocking = BlockingRows(connection, catalogue.server)

    def rename(self, old: str, new: str) -> None:
        """Follow a table that the plan renames."""
        if old in self.keys:
            self.keys[new] = self.keys.pop(old)
        for table, name in list(self.columns):
            if table == old:
                self.columns[new, name] = self.columns.pop((table, name))
        for known in (self.brought, self.changed):
            for table, name in [each for each in known if each[0] == old]:
                known.remove((table, name))
                known.add((new, name))

    def follow(self, event: Event) -> None:
        """Follow what the plan does to a table, to know its rows by then."""
        if isinstance(event, DropTable):
            self.keys.pop(event.table, None)
        elif isinstance(event, AddColumn):
            self.brought.add((event.table, event.new.column))
        elif isinstance(event, AlterColumn):
            self._follow_column(event)

    def _follow_column(self, event: AlterColumn) -> None:
        key, old, new = event.table, event.old, event.new
        if old.column != new.column:
            self.columns[key, new.column] = self.columns.pop(
                (key, old.column), old.column
            )
            for known in (self.brought, self.changed):
                known.discard((key, new.column))
                if (key, old.column) in known:
                    known.remove((key, old.column))
                    known.add((key, new.column))
        if event.type_changes or old.null != new.null:
            self.changed.add((key, new.column))

    def __call__(self, consequence: Consequence) -> Answer | None:
        constraint, event = consequence.constraint, consequence.event
        if consequence.kind == kinds.OVER_ROWS and isinstance(constraint, ForeignKey):
            return self._asked(lambda: self._orphans(event, constraint))
        key = self.keys.get(consequence.table)
        if key is None:
            return None
        if consequence.kind in kinds.BLOCKED:
            table = self.catalogue.get(key)
            if table is None or self.is_live or self.is_uncertain(consequence):
                return None
            return self._asked(
                lambda: self.blocking.count(
                    consequence, table, partial(self._settled, consequence.table)
                )
            )
        if consequence.kind == kinds.JOIN_DROPPED:
            return count(
                self.connection, f"SELECT COUNT(*) FROM {self.statements.quote(key)}"
            ), ()
        if isinstance(constraint, ForeignKey) and isinstance(event, AlterColumn):
            if constraint.to_table not in self.keys:
                return None
            return self._asked(lambda: self._orphans(event, constraint))
        return None

    def under_foreign_keys(
        self, catalogue: Catalogue, declared: Declared
    ) -> Iterator[Consequence]:
        """Yield the foreign keys whose orphans fail any migration on this database.

        `catalogue` is that at the end of the first migration of a plan, and
        `declared` what the state declares there: a foreign key to another table than
        the declared one comes with it in `becomes`.
        """
        for name in backend_for(self.connection).introspection.tables_with_orphans():
            table = catalogue.get(self.name(name))
            for foreign_key in table.of(ForeignKey) if table is not None else ():
                wanted = _declared_over(declared(self.name(name)), foreign_key)
                yield Consequence(
                    kind=kinds.OVER_ROWS,
                    event=Event(table=name),
                    table=name,
                    constraint=foreign_key,
                    becomes=wanted,
                    detail=(
                        "" if foreign_key.to_table in catalogue else kinds.TABLE_MISSING
                    ),
                )

    def _asked(self, ask: Callable[[], Answer | None]) -> Answer | None:
        try:
            # A savepoint where a migration is at work: PostgreSQL would refuse
            # every statement after one that fails.
            with transaction.atomic(using=self.connection.alias):
                return ask()
        except Error:
            # Columns of types that cannot be compared: another hazard's matter.
            return None

    def _key(self, key: str) -> str | None:
        return key if self.is_live else self.keys.get(key)

    def _column(self, table: str, name: str) -> str:
        return name if self.is_live else self.columns.get((table, name), name)

    def _settled(self, table: str, name: str) -> str:
        """Return a column's name in the database; "" where the plan changes it."""
        if (table, name) in self.brought or (table, name) in self.changed:
            return ""
        return self._column(table, name)

    def _orphans(self, event: Event, wanted: ForeignKey) -> Answer | None:
        """Count the rows that an event would leave without what they reference."""
        key, to_key = self._key(event.table), self._key(wanted.to_table)
        if key is None:
            return None  # A table that the plan makes has no rows.
        column = event.old.column if isinstance(event, AlterColumn) else ""
        foreign_key = ForeignKey(
            name="",
            columns=(self._column(event.table, column),) if column else wanted.columns,
            # A table that the plan makes has no rows to reference.
            to_table=to_key or "",
            to_columns=tuple(
                self._column(wanted.to_table, name) for name in wanted.to_columns
            ),
        )
        found = OrphanCount()
        if not isinstance(event, AddColumn):
            if not self.is_live and (
                (event.table, column) in self.brought
                or not self._has(key, foreign_key.columns)
            ):
                return None  # The plan brings the column.
            pairs = pairs_of(self.catalogue, key, foreign_key) if to_key else ()
            found = orphans(self.connection, key, foreign_key, pairs)
        rows = found.rows + self._filled(event, key, foreign_key)
        return rows, found.lines()

    def _has(self, key: str, columns: tuple[str, ...]) -> bool:
        table = self.catalogue.get(key)
        return table is not None and all(table.column(each) for each in columns)

    def _filled(self, event: Event, key: str, foreign_key: ForeignKey) -> int:
        """Return how many rows get a default that references nothing."""
        new = event.new if isinstance(event, (AddColumn, AlterColumn)) else None
        if new is None or new.default is None:
            return 0
        is_there = isinstance(event, AlterColumn)
        if isinstance(event, AlterColumn) and (new.null or not event.old.null):
            return 0
        if not foreign_key.to_table:
            if is_there:
                return 0
            return count(
                self.connection, f"SELECT COUNT(*) FROM {self.statements.quote(key)}"
            )
        sql = self.statements.rows_to_fill(key, foreign_key, is_there=is_there)
        return count(self.connection, sql, [self._prepared(new.default)])

    def _prepared(self, value: Any) -> Any:
        if isinstance(value, UUID):
            features = self.connection.features
            return value if features.has_native_uuid_field else value.hex
        return value


def _declared_over(table: Table | None, actual: ForeignKey) -> ForeignKey | None:
    """Return the foreign key that is declared in the place of an actual one."""
    if table is None:
        return None
    declared = [f for f in table.of(ForeignKey) if f.columns == actual.columns]
    ends = {(f.to_table, f.to_columns) for f in declared}
    if (actual.to_table, actual.to_columns) in ends:
        return None
    return next(iter(declared), None)


def in_the_way(
    connection: BaseDatabaseWrapper, key: str, constraint: Constraint
) -> Answer:
    """Return how many keys or rows break a constraint, and a few of them."""
    if isinstance(constraint, ForeignKey):
        found = orphans(connection, key, constraint)
        return found.rows, found.lines()
    if not isinstance(constraint, Unique):
        return 0, ()
    statements = backend_for(connection).statements
    number = count(connection, statements.duplicates(key, constraint))
    if not number:
        return 0, ()
    with connection.cursor() as cursor:
        cursor.execute(statements.duplicates_sample(key, constraint), None)
        rows = cursor.fetchall()
    return number, tuple(
        f"({', '.join(map(str, row[:-1]))}): {row[-1]} rows" for row in rows
    )


def count(
    connection: BaseDatabaseWrapper, sql: str, params: list[Any] | None = None
) -> int:
    """Return the one number that a SELECT answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.fetchone()[0])
