"""Read rows from PostgreSQL, and write them there through COPY."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.color import no_style
from django.db import transaction

from ...schema.catalogue import Column
from ..base import text_format
from ..base import transfer as base
from ..base.transfer import SCRATCH, Block, Carried

DAY = 86_400_000_000

#: Kind -> what selects it as a plain value, or as one that is none: `to_char()` would
#: make NULL of infinity and a year of our era of 44 BC, and `host()` drops a netmask.
EXPRESSIONS = {
    base.BOOLEAN: "{}::int",
    base.DECIMAL: "{}::text",
    base.ADDRESS: "abbrev({})",
    base.UUID: "replace({}::text, '-', '')",
    base.DATE: "{}::text",
    base.DATETIME: "{}::timestamp::text",
    base.TIME: "{}::text",
    base.DURATION: "(extract(epoch from {}) * 1000000)::bigint",
    base.JSON: "{}::text",
    base.NATIVE: "{}::text",
}


class Transfer(base.Transfer):
    """PostgreSQL."""

    can_defer: ClassVar[bool] = True
    way_in = "COPY"
    takes_null_in_json = False

    @property
    def zone(self) -> None:
        """Return None: the session itself is set to the zone that the rows are in."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        is_first = not self.connection.in_atomic_block
        with transaction.atomic(using=self.connection.alias):
            if is_first:
                self.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            with self._zoned():
                yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._zoned():
            yield

    @contextmanager
    def _zoned(self) -> Iterator[None]:
        zone = self.fetch("SHOW timezone")[0][0]
        style = self.fetch("SHOW datestyle")[0][0]
        set_to = (
            "SELECT set_config('timezone', %s, false), "
            "set_config('datestyle', %s, false)"
        )
        wanted = "UTC" if settings.USE_TZ else self.connection.timezone_name
        self.fetch(set_to, [wanted, "ISO, YMD"])
        try:
            yield
        finally:
            # After an error the transaction takes no statement, and with it goes
            # what was set inside of it.
            if self.connection.connection.info.transaction_status.name != "INERROR":
                self.fetch(set_to, [zone, style])

    def expression(self, column: Carried) -> str:
        return EXPRESSIONS.get(column.kind, "{}").format(
            self.statements.name(column.name)
        )

    def inexpressible(self, column: Carried) -> str | None:
        if column.kind != base.DURATION:
            return None
        # A month has no number of microseconds.
        name = self.statements.name(column.name)
        return f"extract(month from {name}) <> 0 OR extract(year from {name}) <> 0"

    def encode(self, columns: Sequence[Carried], block: Block) -> bytes:
        return text_format.lines(
            [
                text_format.cells(_written(column.kind, values))
                for column, values in zip(columns, block, strict=True)
            ]
        ).encode()

    def load(self, table: str, columns: Sequence[Carried], encoded: bytes) -> None:
        names = self.statements.names(each.name for each in columns)
        with self.cursor() as cursor:
            copying = f"COPY {self.statements.quote(table)} ({names}) FROM STDIN"
            with cursor.copy(copying) as copy:
                copy.write(encoded)

    def fill(
        self, table: str, key: Sequence[Carried], column: Carried, block: Block
    ) -> None:
        name = self.statements.name
        columns = [Column(name=each.name, type="") for each in (*key, column)]
        self.scratch(table, columns)
        self.write(SCRATCH, (*key, column), block)
        pairs = " AND ".join(
            f"filled.{name(each.name)} = given.{name(each.name)}" for each in key
        )
        self.execute(
            f"UPDATE {self.statements.quote(table)} filled "
            f"SET {name(column.name)} = given.{name(column.name)} "
            f"FROM {name(SCRATCH)} given WHERE {pairs}"
        )
        self.drop_scratch()

    def defer(self) -> None:
        self.execute("SET CONSTRAINTS ALL DEFERRED")

    def reset_sequences(self, models: Sequence[Any]) -> None:
        for sql in self.connection.ops.sequence_reset_sql(no_style(), list(models)):
            self.execute(sql)

    def refuses(self, column: Column) -> str | None:
        return "\0"

    def compares_loosely(self, column: Column) -> bool:
        if column.type == "citext":
            return True
        if not column.collation:
            return False
        return bool(
            self.fetch(
                "SELECT 1 FROM pg_collation "
                "WHERE collname = %s AND NOT collisdeterministic",
                [column.collation.rpartition(".")[2].strip('"')],
            )
        )


def _written(kind: str, values: Sequence[Any]) -> Sequence[Any]:
    if kind == base.BINARY:
        return [v if v is None else f"\\x{v.hex()}" for v in values]
    if kind == base.DURATION:
        return [
            v if v is None else f"{v // DAY} days {v % DAY} microseconds"
            for v in values
        ]
    return values
