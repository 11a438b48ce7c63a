"""Read rows as plain values, and take them: what every vendor shares.

Between two databases a value is an ``int``, a ``float``, ``bytes`` or a ``str``, or
None. What each kind of column looks like on the way is said beside its name below;
the rows of a table go in blocks, a sequence of values for each column.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import transaction

from ...schema.catalogue import Column

if TYPE_CHECKING:
    from datetime import tzinfo

    from django.db.backends.base.base import BaseDatabaseWrapper

    from .statements import Statements

Row = tuple[Any, ...]
#: One sequence of values for each column.
Block = Sequence[Sequence[Any]]

INTEGER = "integer"  # int
BOOLEAN = "boolean"  # 0 or 1
FLOAT = "float"  # float
DECIMAL = "decimal"  # str with as many decimals as the column has
TEXT = "text"  # str
ADDRESS = "address"  # str: an IP address
UUID = "uuid"  # str: 32 hexadecimal digits
DATE = "date"  # str: YYYY-MM-DD
DATETIME = "datetime"  # str: YYYY-MM-DD HH:MM:SS.ffffff, UTC where zones are used
TIME = "time"  # str: HH:MM:SS.ffffff
DURATION = "duration"  # int: microseconds
BINARY = "binary"  # bytes
JSON = "json"  # str
#: str: as the one kind of database that has the type writes it.
NATIVE = "native"

#: The name of the temporary tables; a session has one at a time.
SCRATCH = "fkguard_scratch"


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A column on its way from one database to another."""

    name: str
    kind: str
    #: Decimals of a DECIMAL.
    places: int = 0


class Transfer(ABC):
    """One end of a copy.

    Statements go to the driver's own cursor: Django keeps the text of each one
    where DEBUG is on, and converts values that are plain already.
    """

    #: How the driver marks a parameter.
    mark: ClassVar[str] = "%s"
    #: Whether a foreign key can wait for the end of the transaction.
    can_defer: ClassVar[bool] = False
    #: A primary key for temporary tables, where a server may refuse those without.
    scratch_key: ClassVar[str] = ""
    #: The most bytes that one row may have, where the server has a limit.
    largest_row: int | None = None
    #: How many levels a JSON document may have, where the server has a limit.
    deepest_document: int | None = None
    #: Whether a text may be longer than its column's type says.
    ignores_lengths: ClassVar[bool] = False
    #: Type of a text column -> its limit in bytes.
    text_bytes: ClassVar[Mapping[str, int]] = {}
    #: Whether a float may be infinite or no number.
    takes_infinity: ClassVar[bool] = True
    #: Whether a floating-point column takes what is no number, and does not store NULL.
    takes_nan: ClassVar[bool] = True
    #: Whether a JSON document may hold NUL, and half of a surrogate pair.
    takes_null_in_json: ClassVar[bool] = True
    takes_lone_surrogates: ClassVar[bool] = False
    #: The way rows go in, for the report.
    way_in: str = ""

    def __init__(self, connection: BaseDatabaseWrapper, statements: Statements) -> None:
        self.connection = connection
        self.statements = statements

    @property
    def zone(self) -> tzinfo | None:
        """Return the zone that date-times are stored in, where it is not UTC."""
        if not settings.USE_TZ or self.connection.timezone_name == "UTC":
            return None
        return self.connection.timezone

    # Sessions

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold one state of the database until the end."""
        with transaction.atomic(using=self.connection.alias):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Give the session what the rows need, and take it back."""
        yield

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        """Open a cursor of the driver's own."""
        self.connection.ensure_connection()
        raw: Any = self.connection.connection
        with self.connection.wrap_database_errors:
            cursor = raw.cursor()
            try:
                yield cursor
            finally:
                cursor.close()

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run a statement; return how many rows it changed."""
        with self.cursor() as cursor:
            cursor.execute(sql, *([params] if params else []))
            return int(cursor.rowcount)

    def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Run a query and return its rows."""
        with self.cursor() as cursor:
            cursor.execute(sql, *([params] if params else []))
            return list(cursor.fetchall())

    # Reading

    @abstractmethod
    def expression(self, column: Carried) -> str:
        """Return what selects a column as a plain value."""

    def inexpressible(self, column: Carried) -> str | None:
        """Return a condition for values that `expression()` would change, or None."""
        return None

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(
            self.fetch(f"SELECT COUNT(*) FROM {self.statements.quote(table)}")[0][0]
        )

    def is_empty(self, table: str) -> bool:
        return not self.fetch(f"SELECT 1 FROM {self.statements.quote(table)} LIMIT 1")

    def page(
        self,
        table: str,
        columns: Sequence[Carried],
        key: Sequence[str],
        after: Sequence[Any] | None,
        limit: int,
    ) -> list[Row]:
        """Return rows in the order of their key, those behind `after` only."""
        where, params = self.behind(key, after)
        return self.fetch(
            f"SELECT {', '.join(map(self.expression, columns))} "
            f"FROM {self.statements.quote(table)}{where} "
            f"ORDER BY {self.statements.names(key)} LIMIT {int(limit)}",
            params,
        )

    def behind(
        self, key: Sequence[str], after: Sequence[Any] | None
    ) -> tuple[str, list[Any]]:
        """Return the condition for the rows that follow a key in its order.

        ``a >= x AND (a > x OR (a = x AND b > y))`` is a range of the index to
        every planner; MySQL reads the whole table for ``(a, b) > (x, y)``.
        """
        if after is None:
            return "", []
        names = [self.statements.name(each) for each in key]
        first, value = names[0], after[0]
        if len(names) == 1:
            return f" WHERE {first} > {self.mark}", [value]
        sql, params = f"{names[-1]} > {self.mark}", [after[-1]]
        for name, each in reversed(list(zip(names[:-1], after[:-1], strict=True))):
            sql = f"({name} > {self.mark} OR ({name} = {self.mark} AND {sql}))"
            params = [each, each, *params]
        return f" WHERE {first} >= {self.mark} AND {sql}", [value, *params]

    # Writing

    def write(self, table: str, columns: Sequence[Carried], block: Block) -> None:
        """Insert a block."""
        self.load(table, columns, self.encode(columns, block))

    @abstractmethod
    def encode(self, columns: Sequence[Carried], block: Block) -> Any:
        """Return a block as `load()` takes it, without asking the database."""

    @abstractmethod
    def load(self, table: str, columns: Sequence[Carried], encoded: Any) -> None:
        """Insert a block that is encoded."""

    @abstractmethod
    def fill(
        self, table: str, key: Sequence[Carried], column: Carried, block: Block
    ) -> None:
        """Give a column its values; the block has those of the key, then them."""

    def defer(self) -> None:  # noqa: B027 - most databases have nothing to do
        """Let the deferrable constraints wait for the end of the transaction."""

    @contextmanager
    def unchecked(self) -> Iterator[None]:
        """Switch foreign key checks off for a while."""
        yield

    def reset_sequences(self, models: Sequence[Any]) -> None:  # noqa: B027
        """Let the database count on from the highest key of each table."""

    def scratch(self, table: str, columns: Sequence[Column]) -> None:
        """Make a temporary table of some columns of a table, with their collations."""
        names = self.statements.names(each.name for each in columns)
        self.execute(
            f"CREATE TEMPORARY TABLE {self.statements.name(SCRATCH)}{self.scratch_key} "
            f"AS SELECT {names} FROM {self.statements.quote(table)} WHERE 1 = 0"
        )

    def drop_scratch(self) -> None:
        self.execute(f"DROP TABLE IF EXISTS {self.statements.name(SCRATCH)}")

    # What the columns of this database refuse

    def refuses(self, column: Column) -> str | None:
        """Return a regular expression of what a text or UUID column refuses."""
        return None

    def compares_loosely(self, column: Column) -> bool:
        """Say whether a unique takes two different texts of the column for one."""
        return False


def insert(statements: Statements, table: str, columns: Sequence[Carried]) -> str:
    """Return an INSERT up to its VALUES."""
    names = statements.names(each.name for each in columns)
    return f"INSERT INTO {statements.quote(table)} ({names})"
