"""Ask the rows: how many stand in the way of a constraint, and which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import Error

from . import consequences as kinds
from .backends import statements_for
from .consequences import Consequence
from .constraints import Catalogue, Column, Constraint, ForeignKey, Unique
from .events import AlterColumn

Answer = tuple[int, tuple[str, ...]]
Pairs = Sequence[tuple[Column, Column]]


@dataclass(frozen=True, kw_only=True)
class Orphans:
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
) -> Orphans:
    """Return the orphans along a foreign key, which need not exist. One query."""
    sql = statements_for(connection).orphans(key, foreign_key, pairs)
    with connection.cursor() as cursor:
        cursor.execute(sql, None)
        found = cursor.fetchall()
    if not found:
        return Orphans()
    *_, total, keys = found[0]
    return Orphans(
        rows=int(total),
        keys=int(keys),
        sample=tuple((tuple(row[:-3]), int(row[-3])) for row in found),
    )


class Prober:
    """Counts rows that a plan concerns, in the tables that were there before it."""

    def __init__(self, connection: BaseDatabaseWrapper, catalogue: Catalogue) -> None:
        self.connection = connection
        self.statements = statements_for(connection)
        #: Key that the plan knows a table by -> key it has in the database.
        self.keys = {key: key for key in catalogue.tables}

    def rename(self, old: str, new: str) -> None:
        """Follow a table that the plan renames."""
        if old in self.keys:
            self.keys[new] = self.keys.pop(old)

    def __call__(self, consequence: Consequence) -> Answer | None:
        key = self.keys.get(consequence.table)
        if key is None:
            return None
        if consequence.kind == kinds.JOIN_DROPPED:
            return count(
                self.connection, f"SELECT COUNT(*) FROM {self.statements.quote(key)}"
            ), ()
        constraint, event = consequence.constraint, consequence.event
        if isinstance(constraint, ForeignKey) and isinstance(event, AlterColumn):
            to = self.keys.get(constraint.to_table)
            if to is None:
                return None
            asked = ForeignKey(
                name="",
                columns=(event.old.column,),
                to_table=to,
                to_columns=constraint.to_columns,
            )
            try:
                # A savepoint where a migration is at work: PostgreSQL would refuse
                # every statement after one that fails.
                with transaction.atomic(using=self.connection.alias):
                    return in_the_way(self.connection, key, asked)
            except Error:
                # Columns of types that cannot be compared: another hazard's matter.
                return None
        return None


def in_the_way(
    connection: BaseDatabaseWrapper, key: str, constraint: Constraint
) -> Answer:
    """Return how many keys or rows break a constraint, and a few of them."""
    if isinstance(constraint, ForeignKey):
        found = orphans(connection, key, constraint)
        return found.rows, found.lines()
    if not isinstance(constraint, Unique):
        return 0, ()
    statements = statements_for(connection)
    number = count(connection, statements.duplicates(key, constraint))
    if not number:
        return 0, ()
    with connection.cursor() as cursor:
        cursor.execute(statements.duplicates_sample(key, constraint), None)
        rows = cursor.fetchall()
    return number, tuple(
        f"({', '.join(map(str, row[:-1]))}): {row[-1]} rows" for row in rows
    )


def count(connection: BaseDatabaseWrapper, sql: str) -> int:
    """Return the one number that a SELECT answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, None)
        return int(cursor.fetchone()[0])
